"""What a day is built from: whether it is there yet, and what was missing when it was built."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from daywatch.catalog.model import Detection, Source
from daywatch.errors import HeldBack
from daywatch.house import House


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
        f"risk.{up.table}" for up in upstreams_of(house, detection) if not _settled(house, up, day)
    ]
    now = house.now()
    for source in sources_of(house, detection):
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


def sources_of(house: House, detection: Detection) -> tuple[Source, ...]:
    return tuple(house.catalog.sources[name] for name in detection.sources)


def upstreams_of(house: House, detection: Detection) -> tuple[Detection, ...]:
    found = (house.catalog.by_table(table) for table in detection.upstreams)
    return tuple(upstream for upstream in found if upstream)


def missing_inputs(house: House, detection: Detection, day: date, cutoff: datetime) -> list[str]:
    """Names of optional inputs that are not there; a required one that is missing holds back."""
    missing: list[str] = []
    for source in sources_of(house, detection):
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
    for upstream in upstreams_of(house, detection):
        if house.warehouse.publication(upstream.table, day):
            continue
        if upstream.table not in detection.header.optional_upstreams:
            raise HeldBack(
                f"risk.{upstream.table} has not been published for {day}.",
                remedy=f"See `daywatch show {upstream.name} --day {day}`, mend it and run both.",
            )
        missing.append(f"risk.{upstream.table}")
    return missing


def known_missing(house: House, detection: Detection, day: date) -> list[str]:
    built = house.state.last_run(detection.name, day, "build")
    return list(built.details.get("missing", [])) if built else []
