"""Which day a run is for: told once, here, so that every task of a run means the same day."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from daywatch.errors import ConfigurationError

KEY_FORMAT = "%Y-%m-%d"
REMEDY = 'Trigger with a partition key, or with the parameter "day", such as 2026-03-02.'


def day_of(context: Mapping[str, Any]) -> date:
    """The run's day: its partition key, else the parameter `day`, else its logical date.

    Only a run that somebody triggered without naming a day falls back to the logical date, which
    is then often today: a day that has not ended is refused, because half of it is not there.
    """
    named = context.get("partition_key") or (context.get("params") or {}).get("day")
    if named:
        return _parse(str(named))
    logical = context.get("logical_date")
    if logical is None:
        raise ConfigurationError("this run does not say which day it is for.", remedy=REMEDY)
    day: date = logical.astimezone(UTC).date()
    if day >= datetime.now(UTC).date():
        raise ConfigurationError(f"{day} has not ended (UTC).", remedy=REMEDY)
    return day


def _parse(text: str) -> date:
    try:
        return datetime.strptime(text, KEY_FORMAT).date()
    except ValueError as error:
        raise ConfigurationError(f"{text!r} is not a day.", remedy=REMEDY) from error


def run_id_of(context: Mapping[str, Any]) -> str:
    """A short id, the same in all tasks and tries of a run: `scheduled-1f0c59d2a3b4`.

    Airflow's own id may hold 250 characters, colons among them; ours becomes part of file and
    table names.
    """
    run_id = str(context["run_id"])
    kind = getattr(context.get("dag_run"), "run_type", "") or "manual"
    dag_id = context["dag"].dag_id if "dag" in context else ""
    digest = hashlib.sha256(f"{dag_id}/{run_id}".encode()).hexdigest()
    return f"{str(getattr(kind, 'value', kind)).split('_')[0]}-{digest[:12]}"
