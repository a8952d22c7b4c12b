"""Many detections and many days in parallel, without Airflow.

Dependencies are followed by levels: a detection starts when all days of those it reads are
settled. A range resumes by itself, because a published day of an unchanged query is skipped, and
each day is published and measured as it is by Airflow: kill it anywhere and run it again.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from datetime import date

from daywatch import judging, pipeline
from daywatch.alerts import backfilled
from daywatch.catalog.model import Catalog, Detection
from daywatch.errors import DaywatchError, Unavailable
from daywatch.house import House, open_house
from daywatch.runner import DayRun, Spent, ended, levels, new_run_id
from daywatch.settings import Settings

CHUNK = 10
"""Days that one worker takes at a time: enough to amortise the hand-over, few enough to balance."""

Told = Callable[[DayRun], None]
Judged = Callable[[str], None]
"""Called with a detection's name once its days are judged."""


def backfill(
    house: House,
    detections: Sequence[Detection],
    days: Sequence[date],
    *,
    workers: int,
    again: bool = False,
    progress: Told = lambda run: None,
    judged: Judged = lambda name: None,
) -> list[DayRun]:
    """Publish and measure every one of `days`, then judge in day order.

    Days already published by the same query are skipped unless `again`. Breaches older than the
    paging horizon are recorded, never paged, and summed up in one message per team.
    """
    runs: list[DayRun] = []
    with _pool(house, workers) as pool:
        for level in levels(detections):
            work = {
                _submit(pool, detection.name, chunk, again): (detection.name, chunk)
                for chunk in _chunks(days)
                for detection in level
            }
            for run in _collect(work):
                progress(run)
                runs.append(run)
    with _pool(house, workers) as pool:
        waiting = {pool.submit(_judge, d.name, min(days)): d.name for d in detections}
        for future in as_completed(waiting):
            _verdicts(future)
            judged(waiting[future])
    _tell_teams(house, detections, days)
    return sorted(runs, key=lambda run: (run.detection, run.day))


def _tell_teams(house: House, detections: Sequence[Detection], days: Sequence[date]) -> None:
    """One message per team about breaches too old to page; the canary's mean nothing."""
    names: dict[str, list[str]] = {}
    for detection in detections:
        if not detection.canary:
            names.setdefault(detection.team, []).append(detection.name)
    with house.state.transaction() as session:
        for team, its in names.items():
            channel = house.catalog.teams[team].channels["digest"]
            now = house.now()
            backfilled.tell(session, team, channel, its, min(days), max(days), now=now)


def _verdicts(future: Future[None]) -> None:
    try:
        future.result()
    except BrokenProcessPool as error:
        raise Unavailable(
            "a process was killed while it judged.",
            remedy="Run the same backfill again: published days are skipped and judged.",
        ) from error


def _submit(
    pool: ProcessPoolExecutor, name: str, days: Sequence[date], again: bool
) -> Future[list[DayRun]]:
    """Hand days to the pool; one that broke answers with its fault, like those under way."""
    try:
        return pool.submit(_fill, name, days, again)
    except BrokenProcessPool as error:
        lost: Future[list[DayRun]] = Future()
        lost.set_exception(error)
        return lost


def _pool(house: House, workers: int) -> ProcessPoolExecutor:
    # The fork server imports Great Expectations once; the workers share it.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["daywatch.preload"])
    # One thread for each worker's engine where all cores have a worker: more only get in each
    # other's way.
    threads = house.settings.duckdb_threads or max(1, (os.cpu_count() or 1) // workers)
    settings = house.settings.model_copy(update={"duckdb_threads": threads})
    return ProcessPoolExecutor(
        workers, mp_context=context, initializer=_move_in, initargs=(settings, house.catalog)
    )


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


# --- in a worker's process -----------------------------------------------------------------------

_HOUSES: list[House] = []
_OPEN = ExitStack()
"""The worker's house, open for as long as the process lives."""


def _move_in(settings: Settings, catalog: Catalog) -> None:
    """Open the stores once; the catalogue is the one that the command began with."""
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _HOUSES[:] = [_OPEN.enter_context(open_house(settings, catalog=catalog))]


def _leave_with_parent() -> None:
    """End at once when the command was killed: a worker would wait for its next chunk for ever.

    It is as if the worker had been killed too, which every step survives.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _fill(name: str, days: Sequence[date], again: bool) -> list[DayRun]:
    [house] = _HOUSES
    return [fill_day(house, house.catalog.detections[name], day, again) for day in days]


def fill_day(house: House, detection: Detection, day: date, again: bool) -> DayRun:
    """Publish and measure one day, or skip one that this very query published."""
    started, watch = time.monotonic(), _Watch()
    published = house.warehouse.publication(detection.table, day)
    try:
        if published and published.sql_hash == detection.sql_hash and not again:
            judging.measure(house, detection, day)
            return DayRun(detection.name, day, "skipped", rows=published.rows)
        with watch.of("build"):
            run_id = new_run_id("backfill")
            staging = pipeline.build(house, detection, day, run_id=run_id, refresh=again)
        with watch.of("validate"):
            pipeline.validate(house, detection, staging)
        with watch.of("measure"):
            judging.measure(house, detection, day)
    except DaywatchError as error:
        return ended(detection, day, error, started, spent=watch.spent)
    seconds = time.monotonic() - started
    rows = staging.rows
    return DayRun(detection.name, day, "done", rows=rows, seconds=seconds, spent=watch.spent)


class _Watch:
    """Seconds of the steps that were reached."""

    def __init__(self) -> None:
        self._laps: dict[str, float] = {}

    @contextmanager
    def of(self, step: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self._laps[step] = time.monotonic() - started

    @property
    def spent(self) -> Spent:
        return Spent(**self._laps)


def _judge(name: str, first: date) -> None:
    [house] = _HOUSES
    judging.judge(house, house.catalog.detections[name], first)
