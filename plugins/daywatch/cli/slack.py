"""The command that listens to Slack's buttons: slack."""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from daywatch.cli.output import err, out
from daywatch.settings import get_settings

if TYPE_CHECKING:
    from types import FrameType


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(slack)


def slack() -> None:
    """Listen to the buttons under alerts and to /daywatch, until Ctrl-C (Socket Mode).

    Needs no public address: it opens the connection itself. Set DAYWATCH_SLACK_TOKEN (bot token,
    xoxb-) and DAYWATCH_SLACK_APP_TOKEN (app-level token with connections:write, xapp-). Any number
    may listen at once; each action is done once. Where Slack reaches your Airflow over HTTPS, its
    api-server answers instead, under /daywatch/slack/events, and this command is not needed.

    Only people named under `people` of a team's team.yaml may act. Each action is a line here and a
    row of the audit trail.
    """
    from daywatch.interaction.socket import Listener

    def say(line: str) -> None:
        out.print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {line}", markup=False)

    def stop(number: int, frame: FrameType | None) -> None:
        listener.stop.set()

    listener = Listener(get_settings(), say)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    listener.run()
    err.print("stopped", markup=False)
