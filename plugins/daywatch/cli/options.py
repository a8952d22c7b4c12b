"""Options that several commands share, said once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import typer

from daywatch.errors import ConfigurationError

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, logs on stderr.")]
Names = Annotated[
    list[str] | None,
    typer.Argument(
        help="Detections (team.table or table) or teams; none: all.", show_default=False
    ),
]


def parse_day(text: str) -> date:
    """`2026-03-02`, `today`, `yesterday` or `-3` (three days ago), in UTC."""
    today = datetime.now(UTC).date()
    try:
        if text in ("today", "yesterday"):
            return today - timedelta(days=text == "yesterday")
        if text.startswith("-"):
            return today - timedelta(days=int(text[1:]))
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"{text!r} is not a day.",
            remedy="Write YYYY-MM-DD, yesterday, or -3 for three days ago.",
        ) from error


Day = Annotated[str, typer.Option("--day", help="UTC day: YYYY-MM-DD, yesterday or -3.")]
