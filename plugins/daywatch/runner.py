"""Many detections and days without Airflow: one day in order, or a range in parallel.

Dependencies are followed by levels: a detection starts when all days of those it reads are
settled. A range resumes by itself, because a published day of an unchanged query is skipped.
"""

from __future__ import annotations

import multiprocessing
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from daywatch import judging, pipeline
from daywatch.catalog.model import Catalog, Detection
from daywatch.errors import ConfigurationError, DaywatchError, HeldBack, Superseded
from daywatch.house import House, open_house
from daywatch.settings import Settings

if TYPE_CHECKING:
    from daywatch.alerts.sender import Delivery

CHUNK = 10
"""Days that one worker takes at a time: enough to amortise the hand-over, few enough to balance."""


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
            outcomes.append(_ended(detection, day, error, started, told_now))
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


def _ended(
    detection: Detection,
    day: date,
    error: DaywatchError,
    started: float,
    told: Delivery | None = None,
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
    )


# --- many days, many processes -------------------------------------------------------------------


def backfill(
    house: House,
    detections: Sequence[Detection],
    days: Sequence[date],
    *,
    workers: int,
    again: bool = False,
    progress: Callable[[DayRun], None] = lambda run: None,
) -> list[DayRun]:
    """Publish and measure every one of `days`, then judge in day order.

    Days already published by the same query are skipped unless `again`. Breaches older than the
    paging horizon are recorded and never paged.
    """
    runs: list[DayRun] = []
    with _pool(workers) as pool:
        for level in levels(detections):
            work = {
                _submit(pool, house.settings, detection.name, chunk, again): (detection.name, chunk)
                for chunk in _chunks(days)
                for detection in level
            }
            for run in _collect(work):
                progress(run)
                runs.append(run)
    with _pool(workers) as pool:
        judged = [pool.submit(_judge, house.settings, d.name, min(days)) for d in detections]
        for future in as_completed(judged):
            future.result()
    return sorted(runs, key=lambda run: (run.detection, run.day))


def _submit(
    pool: ProcessPoolExecutor, settings: Settings, name: str, days: Sequence[date], again: bool
) -> Future[list[DayRun]]:
    """Hand days to the pool; one that broke answers with its fault, like those under way."""
    try:
        return pool.submit(_fill, settings, name, days, again)
    except BrokenProcessPool as error:
        lost: Future[list[DayRun]] = Future()
        lost.set_exception(error)
        return lost


def day_range(first: date, last: date) -> list[date]:
    """The days of [first, last]."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _pool(workers: int) -> ProcessPoolExecutor:
    # The fork server imports Great Expectations once; the workers share it.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["daywatch.preload"])
    return ProcessPoolExecutor(workers, mp_context=context)


def _chunks(days: Sequence[date]) -> Iterator[Sequence[date]]:
    for start in range(0, len(days), CHUNK):
        yield days[start : start + CHUNK]


_Work = dict[Future[list[DayRun]], tuple[str, Sequence[date]]]


def _collect(work: _Work) -> Iterator[DayRun]:
    """Runs as they end; the days of a worker that was killed are told as failed."""
    for future in as_completed(work):
        try:
            yield from future.result()
        except BrokenProcessPool:
            name, days = work[future]
            for day in days:
                yield DayRun(name, day, "failed", message="its process was killed; run it again.")


@cache
def _house(settings: Settings, name: str) -> House:
    """A worker process keeps the stores of a detection open for its next chunk."""
    return open_house(settings, only=name).__enter__()


def _fill(settings: Settings, name: str, days: Sequence[date], again: bool) -> list[DayRun]:
    house = _house(settings, name)
    detection = house.catalog.detections[name]
    return [_fill_day(house, detection, day, again) for day in days]


def _fill_day(house: House, detection: Detection, day: date, again: bool) -> DayRun:
    started = time.monotonic()
    published = house.warehouse.publication(detection.table, day)
    try:
        if published and published.sql_hash == detection.sql_hash and not again:
            judging.measure(house, detection, day)
            return DayRun(detection.name, day, "skipped", rows=published.rows)
        run_id = new_run_id("backfill")
        staging = pipeline.build(house, detection, day, run_id=run_id, refresh=again)
        pipeline.validate(house, detection, staging)
        judging.measure(house, detection, day)
    except DaywatchError as error:
        return _ended(detection, day, error, started)
    seconds = time.monotonic() - started
    return DayRun(detection.name, day, "done", rows=staging.rows, seconds=seconds)


def _judge(settings: Settings, name: str, first: date) -> None:
    house = _house(settings, name)
    judging.judge(house, house.catalog.detections[name], first)
