"""The command after the state store was put back from a backup: restored."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from daywatch.cli.oncall import me
from daywatch.cli.options import Json
from daywatch.cli.output import out, print_json
from daywatch.errors import ConfigurationError
from daywatch.settings import get_settings


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command()(restored)


def restored(
    since: Annotated[
        str, typer.Option("--since", help="When the backup was made: 2026-03-02T04:00, UTC.")
    ],
    json: Json = False,
) -> None:
    """Say that the state store was put back from a backup, before any sender starts again.

    Until old days page no more, each message is looked for in its channel before it is posted, so
    that nothing sent since the backup is repeated. What people did since (acknowledged, resolved,
    silenced) is lost; a message that somebody deleted since is posted again.

    Example: daywatch restored --since 2026-03-02T04:00
    """
    from daywatch.alerts.restored import mark
    from daywatch.house import open_house

    at = _time(since)
    with open_house(get_settings(), lazily=True) as house, house.state.transaction() as session:
        horizon = house.settings.paging_horizon_days
        waiting = mark(session, at, me(), now=house.now(), horizon_days=horizon)
    if json:
        return print_json({"since": at, "looked_for": waiting})
    out.print(f"{waiting} waiting messages will be looked for first, and so will new ones")
    return None


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"{text!r} is no time.", remedy="Write it like 2026-03-02T04:00, in UTC."
        ) from error
    if found.tzinfo is not None:
        raise ConfigurationError("the time has a zone.", remedy="Write it in UTC, without one.")
    return found
