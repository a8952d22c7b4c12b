"""Rows to findings, breached days to causes: the truth meets what detections said."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from daywatch.scorecard.model import (
    AFTER,
    Cause,
    DayRows,
    Entity,
    EntityColumn,
    Finding,
    History,
    Page,
    Platform,
    Reasons,
    Scenario,
    Truth,
    Watch,
)


def day_rows(watch: Watch, truth: Truth, day: date, rows: Iterable[Mapping[str, Any]]) -> DayRows:
    """A day's rows held against the truth; only those with points are kept one by one."""
    findings: list[Finding] = []
    quiet = quiet_true = 0
    for row in rows:
        named = {_entity(row, one): _points(row, one) for one in watch.entities}
        named.pop(None, None)
        scored = {entity: points for entity, points in named.items() if points > 0}
        if scored:
            findings.append(_finding(watch, truth, day, scored))
        else:
            quiet += 1
            quiet_true += _on_abuser(watch, truth, day, named)
    return DayRows(day, tuple(findings), quiet, quiet_true)


def _entity(row: Mapping[str, Any], one: EntityColumn) -> Any:
    value = row[one.column]
    kind = row[one.type_from] if one.type_from else one.type
    return None if value is None or kind is None else (str(kind), str(value))


def _points(row: Mapping[str, Any], one: EntityColumn) -> float:
    points = row[one.score] if isinstance(one.score, str) else one.score
    points = float(points or 0)
    return 0.0 if math.isnan(points) else points


def _finding(watch: Watch, truth: Truth, day: date, scored: Mapping[Entity, float]) -> Finding:
    hits = tuple(
        (scenario, entity)
        for entity in scored
        for scenario in sorted(truth.of_entity(entity, day, watch.lookback))
    )
    cause = truth.cause(frozenset(scenario for scenario, _ in hits))
    return Finding(day, max(scored.values()), tuple(scored), hits, cause)


def _on_abuser(watch: Watch, truth: Truth, day: date, named: Iterable[Entity]) -> bool:
    found = (truth.of_entity(entity, day, watch.lookback) for entity in named)
    return truth.cause(frozenset().union(*found)) is Cause.ABUSE


# --- pages ----------------------------------------------------------------------------------------


def why(page: Page, by_day: Reasons) -> frozenset[str]:
    """The scenarios that explain any day of an episode."""
    return frozenset().union(*(by_day.get(day, frozenset()) for day in page.days))


def in_time(scenario: Scenario, day: date) -> bool:
    """Whether a page on `day` may still be said to have found the scenario."""
    return scenario.first_day <= day <= scenario.last_day + AFTER


def production(platform: Platform) -> list[History]:
    """The histories of detections that page."""
    return [history for history in platform.histories if history.watch.production]
