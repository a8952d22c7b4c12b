"""The only file under plugins/ that Airflow scans; the package beside it is left alone."""

from __future__ import annotations

from typing import Any, ClassVar

from airflow.plugins_manager import AirflowPlugin

from daywatch.web.lazy import SlackEvents


class DaywatchPlugin(AirflowPlugin):
    """Hangs Slack's events under Airflow's api-server."""

    name = "daywatch"
    fastapi_apps: ClassVar[list[Any]] = [
        {"name": "daywatch-slack", "app": SlackEvents(), "url_prefix": "/daywatch/slack"}
    ]
