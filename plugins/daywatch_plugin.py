"""The only file under plugins/ that Airflow scans; the package beside it is left alone."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin


class DaywatchPlugin(AirflowPlugin):
    """Names Daywatch in Airflow's list of plugins; the board will hang here."""

    name = "daywatch"
