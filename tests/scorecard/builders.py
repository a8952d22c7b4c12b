"""A hand-made platform: ten days, one team, an abuse scenario and its benign twin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from daywatch.scorecard.matching import day_rows
from daywatch.scorecard.model import (
    Budget,
    DayRows,
    EntityColumn,
    History,
    Page,
    Platform,
    Scenario,
    Span,
    Truth,
    Watch,
)

START = date(2026, 3, 2)
BUDGET = Budget("spam", "Spam", 2)
WATCH = Watch(
    "spam.farm", "spam", True, timedelta(days=2), (EntityColumn("device", "device", "score"),)
)


def day(number: int) -> date:
    """The n-th scored day, from 0."""
    return START + timedelta(days=number)


def run(strength: str, first: int, last: int, scenario: str = "farm") -> Scenario:
    """A run of a scenario between two days."""
    name = f"{scenario}.{strength}"
    return Scenario(name, scenario, "spam", strength, strength == "benign", day(first), day(last))


def truth(
    runs: Iterable[Scenario],
    entities: Mapping[str, Iterable[str]] | None = None,
    shifts: Mapping[str, str] | None = None,
) -> Truth:
    """Runs with their devices, and with the detection whose metric they move."""
    of = {one.id: one for one in runs}
    spans = {name: Span(name, one.first_day, one.last_day) for name, one in of.items()}
    devices: dict[tuple[str, str], list[Span]] = {}
    for name, ids in (entities or {}).items():
        for device in ids:
            devices.setdefault(("device", device), []).append(spans[name])
    return Truth(of, devices, {table: [spans[name]] for name, table in (shifts or {}).items()})


def rows(known: Truth, scores: Mapping[int, Mapping[str, float]], watch: Watch = WATCH) -> Any:
    """Days 0 to 9 of a detection: device -> score by day."""
    return tuple(
        day_rows(
            watch,
            known,
            day(n),
            [{"device": d, "score": points} for d, points in scores.get(n, {}).items()],
        )
        for n in range(10)
    )


def history(days: tuple[DayRows, ...], pages: Iterable[Iterable[int]], watch: Watch = WATCH) -> Any:
    """A detection's history; each page is the numbers of its days."""
    return History(watch, days, tuple(Page("farms", tuple(map(day, page))) for page in pages))


def platform(known: Truth, *histories: History, label: str = "seed 1") -> Platform:
    """Ten scored days."""
    return Platform(label, tuple(day(n) for n in range(10)), known, histories)


def named(name: str, **changes: Any) -> Watch:
    """Another detection like WATCH."""
    return replace(WATCH, name=name, **changes)
