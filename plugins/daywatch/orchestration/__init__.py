"""The catalogue as Airflow DAGs, one per detection; with airflow_home the only door to Airflow."""

from daywatch.orchestration.dags import detection_dags
from daywatch.orchestration.rounds import delivery_dag, digest_dags

__all__ = ["delivery_dag", "detection_dags", "digest_dags"]
