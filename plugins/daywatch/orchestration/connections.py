"""What Airflow tells a task: the Slack token and the executor it runs under."""

from __future__ import annotations

from airflow.sdk import Connection
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowNotFoundException
from pydantic import SecretStr

from daywatch.settings import Settings, get_settings

SLACK_CONNECTION = "slack_daywatch"


def task_settings() -> Settings:
    """The process's settings, with the Slack token of the Airflow connection where there is one."""
    settings = get_settings()
    token = _slack_token()
    return settings.model_copy(update={"slack_token": token}) if token else settings


def _slack_token() -> SecretStr | None:
    try:
        password = Connection.get(SLACK_CONNECTION).password
    except AirflowNotFoundException:
        return None
    return SecretStr(password) if password else None


def executor_name() -> str:
    """The executor that this Airflow is configured with, such as `LocalExecutor`."""
    return str(conf.get("core", "executor"))
