"""The Slack token as Airflow's api-server knows it."""

from __future__ import annotations

from pydantic import SecretStr

from daywatch.settings import Settings, get_settings

SLACK_CONNECTION = "slack_daywatch"
"""Also read by tasks (orchestration/connections.py), through the supervisor that they have."""


def web_settings() -> Settings:
    """The process's settings, with the Slack token of the Airflow connection where there is one."""
    # Importing Airflow's models reads its configuration and starts its logging.
    from airflow.models.connection import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    settings = get_settings()
    try:
        password = Connection.get_connection_from_secrets(SLACK_CONNECTION).password
    except AirflowNotFoundException:
        return settings
    return (
        settings.model_copy(update={"slack_token": SecretStr(password)}) if password else settings
    )
