"""What the scorecard works from: the truth of a platform, and what detections said of its days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

Entity = tuple[str, str]
"""(type, id as text), as in ("device", "d-17")."""

AFTER = timedelta(days=3)
"""So long after a scenario's last day a page still counts as its doing."""


class Cause(StrEnum):
    """Why a finding or a page is there; abuse wins over a benign twin, a twin over nothing."""

    ABUSE = "abuse"
    TWIN = "twin"
    ORDINARY = "ordinary"


# --- the truth ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scenario:
    """One run of an injected story; `id` as in `signup_farm.easy`."""

    id: str
    scenario: str
    team: str
    strength: str
    benign: bool
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Span:
    """The days on which an entity takes part in a scenario, or on which it moves a metric."""

    scenario: str
    first_day: date
    last_day: date

    def covers(self, day: date, reach: timedelta) -> bool:
        """Whether `day` is among them, or at most `reach` later."""
        return self.first_day <= day <= self.last_day + reach


@dataclass(frozen=True)
class Truth:
    """What was injected: scenarios by id, their entities, and the risk tables they move."""

    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    entities: Mapping[Entity, Sequence[Span]] = field(default_factory=dict)
    shifts: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    """by risk table, as `<team>.<table>` or `<table>`"""

    def of_entity(self, entity: Entity, day: date, reach: timedelta) -> frozenset[str]:
        """The scenarios that the entity takes part in on `day`, or did at most `reach` before."""
        spans = self.entities.get(entity, ())
        return frozenset(span.scenario for span in spans if span.covers(day, reach))

    def of_table(self, detection: str, day: date) -> frozenset[str]:
        """The scenarios that move the detection's metric on `day`, or did just before."""
        spans = [*self.shifts.get(detection, ()), *self.shifts.get(_table(detection), ())]
        return frozenset(span.scenario for span in spans if span.covers(day, AFTER))

    def cause(self, scenarios: frozenset[str]) -> Cause:
        """What these scenarios together are."""
        if any(not self.scenarios[one].benign for one in scenarios):
            return Cause.ABUSE
        return Cause.TWIN if scenarios else Cause.ORDINARY


def _table(detection: str) -> str:
    return detection.rpartition(".")[2]


# --- what detections said -------------------------------------------------------------------------


@dataclass(frozen=True)
class EntityColumn:
    """Where a detection's rows name an entity, and the points they give it (or their column)."""

    type: str
    column: str
    score: float | str
    type_from: str | None = None
    """column that names the type of each row, in place of `type`"""


@dataclass(frozen=True)
class Watch:
    """What the scorecard must know of a detection."""

    name: str
    team: str
    production: bool
    lookback: timedelta
    entities: tuple[EntityColumn, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The only columns of the risk table that the scorecard reads."""
        cells = [cell for e in self.entities for cell in (e.column, e.score, e.type_from)]
        return tuple(dict.fromkeys(cell for cell in cells if isinstance(cell, str)))


@dataclass(frozen=True)
class Finding:
    """A row that gave at least one entity points; `hits` are the entities the truth knows."""

    day: date
    score: float
    entities: tuple[Entity, ...]
    hits: tuple[tuple[str, Entity], ...]
    """(scenario id, entity)"""
    cause: Cause


@dataclass(frozen=True)
class DayRows:
    """A published day: its findings, and how many rows stayed under the threshold.

    `quiet_true` of those are on an abuser all the same.
    """

    day: date
    findings: tuple[Finding, ...] = ()
    quiet: int = 0
    quiet_true: int = 0


@dataclass(frozen=True)
class Page:
    """One episode of one indicator: all its breached days. It counts once, however long it is."""

    indicator: str
    days: tuple[date, ...]


Reasons = Mapping[date, frozenset[str]]
"""day -> scenarios"""


@dataclass(frozen=True)
class History:
    """One detection over the scored days; pages are those of production detections."""

    watch: Watch
    days: tuple[DayRows, ...] = ()
    pages: tuple[Page, ...] = ()
    seconds_per_day: float | None = None
    stale_days: int = 0
    """of its days, those published by another version of its query"""

    def kinds(self) -> frozenset[str]:
        """The types of entities that it names, or did where each row says its own."""
        fixed = {one.type for one in self.watch.entities if not one.type_from}
        findings = (finding for rows in self.days for finding in rows.findings)
        return frozenset(fixed | {kind for finding in findings for kind, _ in finding.entities})

    def reasons(self, truth: Truth) -> Reasons:
        """The scenarios that a page of it would be about; days without any are absent.

        Those whose entities it has findings on that day, and those that move its metric.
        """
        found: dict[date, frozenset[str]] = {}
        for rows in self.days:
            hits = (scenario for finding in rows.findings for scenario, _ in finding.hits)
            found[rows.day] = frozenset(hits) | truth.of_table(self.watch.name, rows.day)
        for day in (day for page in self.pages for day in page.days):
            found.setdefault(day, truth.of_table(self.watch.name, day))
        return {day: why for day, why in found.items() if why}


@dataclass(frozen=True)
class Platform:
    """One synthetic platform, its scored days, its truth and every detection's history."""

    label: str
    days: tuple[date, ...]
    truth: Truth
    histories: tuple[History, ...] = ()

    @cached_property
    def reasons(self) -> Mapping[str, Reasons]:
        """By detection and day, the scenarios that a page would be about."""
        return {one.watch.name: one.reasons(self.truth) for one in self.histories}

    @cached_property
    def noted(self) -> Mapping[str, frozenset[Entity]]:
        """The entities that the truth notes, by scenario."""
        found: dict[str, set[Entity]] = {}
        for entity, spans in self.truth.entities.items():
            for span in spans:
                found.setdefault(span.scenario, set()).add(entity)
        return {scenario: frozenset(entities) for scenario, entities in found.items()}

    def scenarios(self) -> list[Scenario]:
        """Those with a scored day, in a steady order."""
        days = set(self.days)
        runs = sorted(self.truth.scenarios.values(), key=lambda one: (one.team, one.id))
        return [one for one in runs if any(one.first_day <= day <= one.last_day for day in days)]


@dataclass(frozen=True)
class Budget:
    """How much a team can look at in a day."""

    team: str
    title: str
    review_per_day: int
