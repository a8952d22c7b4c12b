"""Scenarios found and missed: the first page about each, and how much of it was flagged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from daywatch.scorecard.matching import in_time, production
from daywatch.scorecard.model import Cause, Entity, History, Platform, Reasons, Scenario
from daywatch.scorecard.results import ScenarioResult


@dataclass(frozen=True)
class Doing:
    """What detections did about one scenario."""

    paged: Mapping[str, date]
    """detection -> its first page in time"""
    flagged: Mapping[str, frozenset[Entity]]
    """detection -> the scenario's entities that it has findings on"""
    pages: int
    """episodes about it"""
    opened: tuple[date, ...]
    """first days of those that opened about it, rather than had been open before"""


def scenario_results(platform: Platform) -> list[ScenarioResult]:
    """Every scenario of the scored days, abuse and benign twins alike."""
    kinds = {h.watch.name: h.kinds() for h in production(platform)}
    flagged = _flagged(platform.histories)
    return [
        _result(platform, scenario, _doing(platform, flagged, scenario), kinds)
        for scenario in platform.scenarios()
    ]


def _flagged(histories: Iterable[History]) -> dict[str, dict[str, set[Entity]]]:
    """scenario -> detection -> its entities with a finding."""
    found: dict[str, dict[str, set[Entity]]] = {}
    for history in histories:
        hits = (hit for rows in history.days for finding in rows.findings for hit in finding.hits)
        for scenario, entity in hits:
            found.setdefault(scenario, {}).setdefault(history.watch.name, set()).add(entity)
    return found


def _doing(
    platform: Platform,
    flagged: Mapping[str, Mapping[str, set[Entity]]],
    scenario: Scenario,
) -> Doing:
    paged: dict[str, date] = {}
    episodes = 0
    opened: list[date] = []
    for history in production(platform):
        why = platform.reasons[history.watch.name]
        about = [
            [day for day in page.days if _about(platform, scenario, day, why)]
            for page in history.pages
        ]
        episodes += sum(bool(days) for days in about)
        starts = [page.days[0] for page in history.pages]
        opened += [day for day in starts if _about(platform, scenario, day, why)]
        if any(about):
            paged[history.watch.name] = min(day for days in about for day in days)
    mine = {name: frozenset(found) for name, found in flagged.get(scenario.id, {}).items()}
    return Doing(paged, mine, episodes, tuple(sorted(opened)))


def _about(platform: Platform, scenario: Scenario, day: date, why: Reasons) -> bool:
    """Whether a page that day is about the scenario; no twin is blamed where abuse explains it."""
    reasons = why.get(day, frozenset())
    blamed = not scenario.benign or platform.truth.cause(reasons) is Cause.TWIN
    return scenario.id in reasons and in_time(scenario, day) and blamed


def _result(
    platform: Platform,
    scenario: Scenario,
    doing: Doing,
    kinds: Mapping[str, frozenset[str]],
) -> ScenarioResult:
    finders = [name for name in doing.flagged if name in kinds]
    of_types = [kinds[one] for one in finders or kinds]  # nobody's: of any type that is flagged
    types = frozenset().union(*of_types)
    all_noted = platform.noted.get(scenario.id, frozenset())
    noted = frozenset(entity for entity in all_noted if entity[0] in types)
    found = frozenset().union(*(doing.flagged[name] for name in finders)) & noted
    first = max(scenario.first_day, platform.days[0])
    delay = (min(doing.paged.values()) - first).days if doing.paged else None
    own = [day for day in doing.opened if day >= first]
    return ScenarioResult(
        platform=platform.label,
        id=scenario.id,
        scenario=scenario.scenario,
        team=scenario.team,
        strength=scenario.strength,
        benign=scenario.benign,
        first_day=scenario.first_day,
        last_day=scenario.last_day,
        found=bool(doing.paged),
        delay_days=delay,
        own_delay_days=(own[0] - first).days if own else None,
        paged_by=tuple(sorted(doing.paged)),
        flagged_by=tuple(sorted(doing.flagged)),
        pages=doing.pages,
        entities=len(noted),
        entities_found=len(found),
        recall=len(found) / len(noted) if noted else None,
        precision=_precision(platform.histories, finders, scenario),
    )


def _precision(
    histories: Iterable[History], finders: Sequence[str], scenario: Scenario
) -> float | None:
    """Of the finders' findings on the scenario's days, the share that is on an abuser."""
    causes = [
        finding.cause
        for history in histories
        if history.watch.name in finders
        for rows in history.days
        if scenario.first_day <= rows.day <= scenario.last_day
        for finding in rows.findings
    ]
    return sum(cause is Cause.ABUSE for cause in causes) / len(causes) if causes else None
