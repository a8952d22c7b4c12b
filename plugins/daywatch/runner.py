"""Detections without Airflow: which are meant, in what order, and one day of them in this process.

Many days in parallel are backfill.py's.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from daywatch import pipeline
from daywatch.catalog.model import Catalog, Detection
from daywatch.errors import ConfigurationError, DaywatchError, HeldBack, Superseded
from daywatch.house import House

if TYPE_CHECKING:
    from daywatch.alerts.sender import Delivery


@dataclass(frozen=True)
class Spent:
    """Seconds of a day's steps; 0 for one that was not reached."""

    build: float = 0.0
    validate: float = 0.0
    measure: float = 0.0


@dataclass(frozen=True)
class DayRun:
    """How one detection fared on one day; `state` as in `ok`, or held_back or failed."""

    detection: str
    day: date
    state: str
    rows: int | None = None
    breaches: tuple[str, ...] = ()
    messages: int = 0
    sent: int = 0
    previews: int = 0
    seconds: float = 0.0
    message: str = ""
    spent: Spent = Spent()

    @property
    def ok(self) -> bool:
        """Whether the day is published, by this run or by one beside it."""
        return self.state in ("done", "skipped", "superseded")


def new_run_id(kind: str) -> str:
    """A run id outside Airflow: `manual-1a2b3c4d`."""
    return f"{kind}-{uuid.uuid4().hex[:12]}"


def select(catalog: Catalog, names: Sequence[str] = ()) -> list[Detection]:
    """The scheduled detections, or those named by name, table or team; others are refused."""
    if not names:
        return [d for d in catalog.detections.values() if d.header.status.scheduled]
    chosen: dict[str, Detection] = {}
    for name in names:
        hits = [d for d in catalog.detections.values() if name in (d.name, d.table, d.team)]
        if not hits:
            raise _unknown(catalog, name)
        chosen.update({hit.name: hit for hit in hits})
    return list(chosen.values())


def _unknown(catalog: Catalog, name: str) -> ConfigurationError:
    import difflib

    for broken in catalog.broken:
        if name in (broken.name, broken.table):
            return ConfigurationError(
                f"{broken.path}:{broken.line or 1}: {broken.fault}", remedy=broken.remedy
            )
    known = [n for d in catalog.detections.values() for n in (d.name, d.table)]
    near = difflib.get_close_matches(name, [*known, *catalog.teams], n=1, cutoff=0.4)
    hint = f"Did you mean {near[0]}?" if near else "`daywatch list` names them all."
    return ConfigurationError(f"there is no detection or team {name!r}.", remedy=hint)


def levels(detections: Iterable[Detection]) -> Iterator[list[Detection]]:
    """Groups in which nobody reads from its own group or a later one."""
    left = {d.table: d for d in detections}
    while left:
        ready = [d for d in left.values() if not any(up in left for up in d.upstreams)]
        if not ready:
            raise ConfigurationError(f"these detections read each other: {', '.join(left)}.")
        yield ready
        for detection in ready:
            del left[detection.table]


# --- one day, one process ------------------------------------------------------------------------


def run_day(
    house: House,
    detections: Sequence[Detection],
    day: date,
    *,
    refresh: bool = False,
    on_step: Callable[[str, str], None] = lambda name, step: None,
) -> list[DayRun]:
    """Build, validate and alert each detection for `day`; one that fails never stops the others."""
    from daywatch.alerts.sender import deliver
    from daywatch.alerts.transport import open_transport

    transport = open_transport(house.settings)
    outcomes = []
    for detection in (d for level in levels(detections) for d in level):
        started, run_id = time.monotonic(), new_run_id("manual")
        try:
            on_step(detection.name, "build")
            staging = pipeline.build(house, detection, day, run_id=run_id, refresh=refresh)
            on_step(detection.name, "validate")
            pipeline.validate(house, detection, staging)
            on_step(detection.name, "alert")
            told = pipeline.alert(house, detection, day, run_id=run_id, transport=transport)
        except DaywatchError as error:
            told_now = deliver(house.state, transport, house.now)  # the data channel's message
            outcomes.append(ended(detection, day, error, started, told_now))
            continue
        outcomes.append(
            DayRun(
                detection.name,
                day,
                "done",
                rows=staging.rows,
                breaches=told.breaches,
                messages=told.messages,
                sent=told.sent,
                previews=told.previews,
                seconds=time.monotonic() - started,
            )
        )
    return outcomes


def ended(
    detection: Detection,
    day: date,
    error: DaywatchError,
    started: float,
    told: Delivery | None = None,
    spent: Spent = Spent(),
) -> DayRun:
    """How a run that did not publish ended; one that was overtaken is fine."""
    state = "held_back" if isinstance(error, HeldBack) else "failed"
    state = "superseded" if isinstance(error, Superseded) else state
    seconds = time.monotonic() - started
    posted = told.sent + told.updated if told else 0
    return DayRun(
        detection.name,
        day,
        state,
        messages=posted,
        sent=posted if told and told.sends else 0,
        previews=0 if told and told.sends else posted,
        seconds=seconds,
        message=str(error),
        spent=spent,
    )


def day_range(first: date, last: date) -> list[date]:
    """The days of [first, last]."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
