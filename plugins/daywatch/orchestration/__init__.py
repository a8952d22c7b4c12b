"""The catalogue as Airflow DAGs, one per detection; with airflow_home the only door to Airflow."""

from daywatch.orchestration.dags import detection_dags

__all__ = ["detection_dags"]
