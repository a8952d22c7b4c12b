"""One detection, one day: build, validate, alert. Reading this page is knowing the system.

    build     run the detection's SELECT with read rights only; its rows go into staging,
              a copy that nobody else reads
    validate  hold the staged rows against the suite; pass: publish exactly those rows as the
              day; fail: hold the day back and tell the team's data channel
    alert     measure the indicators of the published day, judge them in day order, write
              breaches and messages in one transaction, deliver what is due

Every step may be killed anywhere and run again: it ends with the same table and the same
messages. Airflow runs the steps as tasks (orchestration.py), the command line in one process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from daywatch import alerts, judging
from daywatch.alerts.sender import deliver
from daywatch.catalog import load_catalog
from daywatch.catalog.model import Catalog, Detection, Source
from daywatch.crash import point
from daywatch.errors import HeldBack
from daywatch.settings import Settings, get_settings
from daywatch.state import open_state
from daywatch.validation import validate_staging
from daywatch.validation.suite import load_suite
from daywatch.warehouse import open_warehouse
from daywatch.warehouse.base import BuildJob, Publication, Staging, Warehouse

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from daywatch.alerts.transport import Transport
    from daywatch.state import StateStore
    from daywatch.validation.result import ValidationResult


def utc_now() -> datetime:
    """The wall clock, naive UTC; only cutoffs, leases and deadlines read it, never a query."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class House:
    """All that a step works with: what there is to run, and the two stores."""

    settings: Settings
    catalog: Catalog
    warehouse: Warehouse
    state: StateStore
    now: Callable[[], datetime] = utc_now

    def link(self, detection: Detection) -> str:
        """The detection's page in Airflow."""
        return f"{self.settings.board_url.rstrip('/')}/dags/{detection.name}"


@contextmanager
def open_house(settings: Settings | None = None, only: str | None = None) -> Iterator[House]:
    """Open both stores, and the catalogue (of one detection with `only`), for a while."""
    settings = settings or get_settings()
    catalog = load_catalog(settings, only=only)
    state = open_state(settings)
    warehouse = open_warehouse(settings, state)
    try:
        warehouse.prepare(catalog)
        yield House(settings, catalog, warehouse, state)
    finally:
        warehouse.close()
        state.close()


# --- ready ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Readiness:
    """Whether a day can be built now, and what it still waits for."""

    go: bool
    waiting: tuple[str, ...] = ()


def readiness(
    house: House, detection: Detection, day: date, *, deadline_passed: bool = False
) -> Readiness:
    """Go when upstream days are settled and sources complete, or when the deadline has passed."""
    waiting = [
        f"risk.{up.table}" for up in _upstreams(house, detection) if not _settled(house, up, day)
    ]
    now = house.now()
    for source in _sources(house, detection):
        if now < _complete_at(source, day) or not _enough(house, source, day, now):
            waiting.append(source.name)
    return Readiness(go=deadline_passed or not waiting, waiting=tuple(waiting))


def _settled(house: House, upstream: Detection, day: date) -> bool:
    if house.warehouse.publication(upstream.table, day):
        return True
    last = house.state.last_run(upstream.name, day)
    return last is not None and last.state == "held_back"


def _complete_at(source: Source, day: date) -> datetime:
    """When the source declares the day complete; sources without freshness never make one wait."""
    if source.freshness is None or source.day is None:
        return datetime.min
    return datetime.combine(day, time()) + timedelta(days=1) + source.freshness


def _enough(house: House, source: Source, day: date, cutoff: datetime) -> bool:
    if not source.required or (source.min_rows_per_day == 0):
        return True
    return house.warehouse.source_day(source, day, cutoff).rows >= source.min_rows_per_day


# --- build ---------------------------------------------------------------------------------------


def build(
    house: House, detection: Detection, day: date, *, run_id: str, refresh: bool = False
) -> Staging:
    """Run the query for the day into staging. Raises HeldBack when a source is not there.

    The cutoff of an earlier publication is used again, so that running a day again gives the
    same table; `refresh` takes a new one and with it the rows that arrived late.
    """
    with house.state.step(detection.name, day, "build", run_id) as step:
        step.on_failure = _tell_data_channel(house, detection, day, None)
        earlier = house.warehouse.publication(detection.table, day)
        cutoff = earlier.cutoff if earlier and not refresh else house.now()
        step.details["missing"] = missing = _missing(house, detection, day, cutoff)
        house.warehouse.drop_stale_staging(detection.table, day, keep_run=run_id)
        staging = house.warehouse.stage(_job(house, detection, day, cutoff, run_id))
        step.rows = staging.rows
        step.message = f"without {', '.join(missing)}" if missing else ""
        point("build.staged")
    point("build.recorded")
    return staging


def _job(house: House, detection: Detection, day: date, cutoff: datetime, run_id: str) -> BuildJob:
    from daywatch.indicators.score import score_step

    team, header = house.catalog.teams[detection.team], detection.header
    return BuildJob(
        detection=detection,
        day=day,
        cutoff=cutoff,
        run_id=run_id,
        sources=_sources(house, detection),
        upstreams=_upstreams(house, detection),
        timeout=_timeout(house, detection),
        max_rows=header.max_rows or team.max_rows,
        score=score_step(header.score) if header.score else None,
    )


def _timeout(house: House, detection: Detection) -> timedelta:
    return detection.header.timeout or house.catalog.teams[detection.team].timeout


def _sources(house: House, detection: Detection) -> tuple[Source, ...]:
    return tuple(house.catalog.sources[name] for name in detection.sources)


def _upstreams(house: House, detection: Detection) -> tuple[Detection, ...]:
    found = (house.catalog.by_table(table) for table in detection.upstreams)
    return tuple(upstream for upstream in found if upstream)


def _missing(house: House, detection: Detection, day: date, cutoff: datetime) -> list[str]:
    """Names of optional inputs that are not there; a required one that is missing holds back."""
    missing: list[str] = []
    for source in _sources(house, detection):
        there = house.warehouse.source_day(source, day, cutoff)
        if there.rows >= source.min_rows_per_day:
            continue
        if source.required:
            raise HeldBack(
                f"source {source.name} has {there.rows:,} rows for {day}, "
                f"its minimum is {source.min_rows_per_day:,}.",
                remedy="Load the day and run it again; if so few rows are right, lower "
                f"min_rows_per_day of {source.name} in sql/sources.yaml.",
            )
        missing.append(source.name)
    for upstream in _upstreams(house, detection):
        if house.warehouse.publication(upstream.table, day):
            continue
        if upstream.table not in detection.header.optional_upstreams:
            raise HeldBack(
                f"risk.{upstream.table} has not been published for {day}.",
                remedy=f"See `daywatch show {upstream.name} --day {day}`, mend it and run both.",
            )
        missing.append(f"risk.{upstream.table}")
    return missing


# --- validate ------------------------------------------------------------------------------------


def validate(house: House, detection: Detection, staging: Staging) -> Publication:
    """Publish the staged rows if the suite passes; raises HeldBack with what failed if not.

    Raises Superseded when a newer build of the same day took this one's place.
    """
    day = staging.date
    with house.state.step(detection.name, day, "validate", staging.run_id) as step:
        published = house.warehouse.publication(detection.table, day)
        if published and _same(staging, published) and not house.warehouse.staging_exists(staging):
            step.message = "already published by an earlier try of this run"
            return published
        suite = load_suite(detection, dialect=house.warehouse.dialect)
        with house.warehouse.staging_relation(staging) as (engine, table):
            result = validate_staging(
                detection, day, engine, table, suite=suite, timeout=_timeout(house, detection)
            )
        house.state.save_checks(staging.run_id, detection.name, day, result)
        step.on_failure = _tell_data_channel(house, detection, day, result)
        if not result.publishable:
            house.warehouse.drop_stale_staging(detection.table, day, keep_run="")
            raise HeldBack(
                _failures(result), remedy=f"See `daywatch show {detection.name} --day {day}`."
            )
        point("validate.passed")
        publication = house.warehouse.publish(staging, _known_missing(house, detection, day))
        point("validate.published")
        house.state.mirror(publication)
        step.rows = publication.rows
        step.message = "; ".join(check.sentence() for check in result.warnings)
        _tell_published(house, detection, day, result)
    return publication


def _same(staging: Staging, published: Publication) -> bool:
    ours = (staging.run_id, staging.content_hash)
    return (published.run_id, published.content_hash) == ours


def _tell_published(
    house: House, detection: Detection, day: date, result: ValidationResult
) -> None:
    """Close the message of a day that was held back before; open one where a warning failed."""
    with house.state.transaction() as session:
        alerts.published(session, detection, day, now=house.now())
        if result.warnings and detection.header.status.pages:
            alerts.warned(
                session,
                detection,
                house.catalog.teams[detection.team],
                day,
                result.warnings,
                now=house.now(),
                link=house.link(detection),
                horizon_days=house.settings.paging_horizon_days,
            )


def _known_missing(house: House, detection: Detection, day: date) -> list[str]:
    built = house.state.last_run(detection.name, day, "build")
    return list(built.details.get("missing", [])) if built else []


def _failures(result: ValidationResult) -> str:
    bad = [check for check in result.checks if check.error] or list(result.failures)
    if not bad:
        return "validation evaluated nothing, so nothing is known to be right."
    return f"{len(bad)} of {len(result.checks)} checks failed: " + "; ".join(
        check.sentence() for check in bad
    )


def _tell_data_channel(
    house: House, detection: Detection, day: date, result: ValidationResult | None
) -> Callable[[Session, BaseException], None]:
    """The message of a held-back day, written in the transaction that records the failure."""

    def tell(session: Session, error: BaseException) -> None:
        if isinstance(error, HeldBack) and detection.header.status.pages:
            alerts.held_back(
                session,
                detection,
                house.catalog.teams[detection.team],
                day,
                reason=error.fault,
                checks=result.failures if result else (),
                now=house.now(),
                link=house.link(detection),
                horizon_days=house.settings.paging_horizon_days,
            )

    return tell


# --- alert ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Alerted:
    """What judging a day came to. `sent` counts real posts, `previews` rendered ones."""

    judged: int
    breaches: tuple[str, ...]
    messages: int
    sent: int
    previews: int
    pending: int = 0
    dead: int = 0


def alert(
    house: House, detection: Detection, day: date, *, run_id: str, transport: Transport
) -> Alerted:
    """Measure and judge the published day, and deliver what the verdicts put into the outbox."""
    with house.state.step(detection.name, day, "alert", run_id) as step:
        judging.measure(house, detection, day)
        point("alert.measured")
        judged = judging.judge(house, detection, day)
        point("alert.judged")
        step.details["breaches"] = list(judged.breaches)
        step.message = ", ".join(judged.breaches)
    point("alert.recorded")
    delivery = deliver(house.state, transport, house.now)
    posted = delivery.sent + delivery.updated
    return Alerted(
        judged=judged.verdicts,
        breaches=judged.breaches,
        messages=judged.messages,
        sent=posted if transport.sends else 0,
        previews=0 if transport.sends else posted,
        pending=delivery.pending,
        dead=delivery.dead,
    )
