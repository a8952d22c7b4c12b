"""A local Airflow of Daywatch's own, in one folder: nothing outside is read or written."""

from daywatch.airflow_home.local import DayRun, LocalAirflow, TaskRun
from daywatch.airflow_home.rest import AirflowRefused

__all__ = ["AirflowRefused", "DayRun", "LocalAirflow", "TaskRun"]
