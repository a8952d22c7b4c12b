"""The stores read for the scorecard: published rows, judged days, and what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from daywatch.alerts.spells import Spell, marks_of, spells
from daywatch.confidential import withheld
from daywatch.errors import ConfigurationError, Where
from daywatch.indicators.model import WHOLE, State
from daywatch.scorecard.matching import day_rows
from daywatch.scorecard.model import (
    Budget,
    DayRows,
    EntityColumn,
    History,
    Page,
    Platform,
    Truth,
    Watch,
)
from daywatch.scorecard.score import scored_days
from daywatch.scorecard.truth import read_manifest, read_truth

if TYPE_CHECKING:
    from daywatch.catalog.model import Catalog, Detection
    from daywatch.house import House
    from daywatch.warehouse.base import Publication

AT_ONCE = 50_000
"""Rows of a risk table held at a time, so far as days allow."""
NO_LIMIT = 10_000_000


def watch_of(detection: Detection) -> Watch:
    """What the scorecard must know of a detection."""
    header = detection.header
    return Watch(
        detection.name,
        detection.team,
        header.status.pages,
        header.lookback,
        tuple(EntityColumn(e.type, e.column, e.score, e.type_from) for e in header.entities),
    )


def budgets_of(catalog: Catalog, detections: Iterable[Detection]) -> list[Budget]:
    """The teams of some detections, with what they can look at in a day."""
    teams = sorted({one.team for one in detections})
    return [
        Budget(team, catalog.teams[team].title, catalog.teams[team].review_budget_per_day)
        for team in teams
    ]


def read_platform(
    house: House, detections: Iterable[Detection], newest: int | None = None
) -> Platform:
    """The house's platform as its detections saw it; days without anything published don't count.

    Raises ConfigurationError where there is no truth, or nothing published to hold against it.
    """
    folder = house.settings.data / "platform"
    truth = read_truth(folder)
    label, first, last = read_manifest(folder)
    wanted = scored_days(first, last, newest)
    histories = [read_history(house, one, truth, (first, last), wanted) for one in detections]
    seen = {rows.day for history in histories for rows in history.days}
    if not seen:
        raise ConfigurationError(
            f"nothing is published for {wanted[0]} to {wanted[-1]}, the days that are scored.",
            remedy=f"Run `daywatch backfill --from {first} --to {last}`.",
            where=Where(house.settings.data),
        )
    days = tuple(day for day in wanted if day in seen)
    return Platform(label, days, truth, tuple(histories))


def read_history(
    house: House,
    detection: Detection,
    truth: Truth,
    span: tuple[date, date],
    wanted: Sequence[date],
) -> History:
    """A detection's published rows of the wanted days, and its pages from the whole span on."""
    watch = watch_of(detection)
    published = house.warehouse.publications(detection.table, wanted[0], wanted[-1])
    with withheld(house.mask(detection)):
        days = tuple(_days(house, detection, watch, truth, published))
    pages = read_pages(house, detection, span) if watch.production else {}
    return History(
        watch,
        days,
        pages_within(pages, [rows.day for rows in days]),
        _seconds(house, detection.name, {rows.day for rows in days}),
        sum(one.sql_hash != detection.sql_hash for one in published),
    )


def _days(
    house: House,
    detection: Detection,
    watch: Watch,
    truth: Truth,
    published: Sequence[Publication],
) -> Iterator[DayRows]:
    if not watch.entities:  # no rows to look at: its count is known
        yield from (DayRows(one.day, quiet=one.rows) for one in published)
        return
    for batch in _batches(published):
        table = house.warehouse.read_arrow(detection, batch[0].day, batch[-1].day)
        rows = table.select([*watch.columns, "day"]).to_pylist()
        rows.sort(key=lambda row: row["day"])
        by_day = {day: list(of) for day, of in groupby(rows, key=lambda row: row["day"])}
        for one in batch:
            yield day_rows(watch, truth, one.day, by_day.get(one.day, ()))


def _batches(published: Iterable[Publication]) -> Iterator[list[Publication]]:
    """Days read at once: as many as hold few enough rows, at least one."""
    batch: list[Publication] = []
    for one in published:
        if batch and sum(other.rows for other in batch) + one.rows > AT_ONCE:
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def read_pages(
    house: House, detection: Detection, span: tuple[date, date]
) -> dict[str, list[Spell]]:
    """Each indicator's episodes; days older than the paging horizon count as if they had paged."""
    breaches = house.state.breaches(detection.name, *span, limit=NO_LIMIT)
    found = {}
    for indicator in sorted({breach.indicator for breach in breaches}):
        wholes = house.state.series(detection.name, indicator, *span).get(WHOLE, ())
        fine = [view.day for view in wholes if view.state is State.OK]
        over = [(one.day, one.unpaged) for one in breaches if one.indicator == indicator]
        found[indicator] = spells(marks_of(over, fine))
    return found


def pages_within(episodes: Mapping[str, Iterable[Spell]], days: Iterable[date]) -> tuple[Page, ...]:
    """The episodes with a day among `days`, cut to them; one under way counts from the first."""
    scored = set(days)
    cut = [
        Page(indicator, tuple(day for day in spell.days if day in scored))
        for indicator, found in sorted(episodes.items())
        for spell in found
    ]
    return tuple(page for page in cut if page.days)


def _seconds(house: House, detection: str, days: set[date]) -> float | None:
    """Mean over days of what the newest run of each step took."""
    newest: dict[tuple[date, str], float] = {}
    for run in house.state.runs(detection=detection, limit=NO_LIMIT):
        if run.state == "done" and run.day in days and run.seconds is not None:
            newest.setdefault((run.day, run.step), run.seconds)
    timed = {day for day, _ in newest}
    return sum(newest.values()) / len(timed) if timed else None


def named_apart(platforms: Iterable[Platform]) -> list[Platform]:
    """Platforms whose labels differ: two of one seed are not one."""
    found: list[Platform] = []
    for platform in platforms:
        same = sum(one.label.split(" #")[0] == platform.label for one in found)
        label = f"{platform.label} #{same + 1}" if same else platform.label
        found.append(replace(platform, label=label))
    return found
