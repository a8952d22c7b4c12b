"""What Airflow's api-server serves of Daywatch."""
