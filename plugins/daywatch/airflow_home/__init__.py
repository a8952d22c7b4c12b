"""A local Airflow of Daywatch's own, in one folder: nothing outside is read or written."""

from daywatch.airflow_home.api import Airflow, DayRun, TaskRun
from daywatch.airflow_home.environment import free_port
from daywatch.airflow_home.local import LocalAirflow
from daywatch.airflow_home.rest import AirflowRefused

__all__ = ["Airflow", "AirflowRefused", "DayRun", "LocalAirflow", "TaskRun", "free_port"]
