"""What the detections cover, and what nobody watches: policies, techniques, scenarios, sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from daywatch.catalog.lint import SHORT_RUNBOOK
from daywatch.catalog.model import Catalog, Detection, Status
from daywatch.scorecard.results import Scorecard


@dataclass(frozen=True)
class ByStatus:
    """Detections by how far they are trusted."""

    production: tuple[str, ...] = ()
    experimental: tuple[str, ...] = ()
    draft: tuple[str, ...] = ()
    deprecated: tuple[str, ...] = ()


@dataclass(frozen=True)
class Covered:
    """A team, policy or technique, and the detections that are its own or name it."""

    id: str
    title: str
    detections: ByStatus


@dataclass(frozen=True)
class Story:
    """An abuse scenario of the platform: how many of its runs were found, and who flags it."""

    scenario: str
    team: str
    runs: int
    found: int
    flagged_by: tuple[str, ...]
    """by findings, whether or not they page; empty: nobody sees it at all"""


@dataclass(frozen=True)
class Gap:
    """What a detection's header leaves out."""

    detection: str
    lacks: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """The whole picture; `stories` is None where there is nothing to say it from."""

    teams: tuple[Covered, ...]
    policies: tuple[Covered, ...]
    techniques: tuple[Covered, ...]
    unwatched_policies: tuple[str, ...]
    """no production detection names them"""
    unwatched_techniques: tuple[str, ...]
    stories: tuple[Story, ...] | None
    stories_unknown: str
    """why `stories` is None, and what to do about it"""
    unread_sources: tuple[str, ...]
    gaps: tuple[Gap, ...]
    broken: tuple[str, ...]

    @property
    def unfound(self) -> tuple[Story, ...]:
        """The scenarios of which no run was found."""
        return tuple(one for one in self.stories or () if not one.found)


def cover(catalog: Catalog, card: Scorecard | None, unknown: str = "", team: str = "") -> Coverage:
    """Coverage of the whole catalogue, or of what one team's detections touch."""
    detections = [one for one in catalog.detections.values() if team in ("", one.team)]
    policies = _covered(catalog.taxonomy.policies, detections, lambda d: (d.header.policy,))
    techniques = _covered(catalog.taxonomy.techniques, detections, lambda d: d.header.techniques)
    titles = {one.name: one.title for one in catalog.teams.values() if team in ("", one.name)}
    read = {source for one in catalog.detections.values() for source in one.sources}
    return Coverage(
        teams=_covered(titles, detections, lambda d: (d.team,)),
        policies=_touched(policies, team),
        techniques=_touched(techniques, team),
        unwatched_policies=_unwatched(_touched(policies, team)),
        unwatched_techniques=_unwatched(_touched(techniques, team)),
        stories=None if card is None else stories(card),
        stories_unknown=unknown,
        unread_sources=() if team else tuple(sorted(set(catalog.sources) - read)),
        gaps=tuple(gap for one in detections if not one.canary and (gap := _gap(one)).lacks),
        broken=tuple(one.name for one in catalog.broken if team in ("", one.team)),
    )


def _covered(
    titles: Mapping[str, str],
    detections: Sequence[Detection],
    named: Callable[[Detection], Iterable[str]],
) -> tuple[Covered, ...]:
    return tuple(
        Covered(name, title, _by_status([one for one in detections if name in named(one)]))
        for name, title in titles.items()
    )


def _by_status(detections: Sequence[Detection]) -> ByStatus:
    of = {
        status.value: tuple(one.name for one in detections if one.header.status is status)
        for status in Status
    }
    return ByStatus(**of)


def _touched(found: tuple[Covered, ...], team: str) -> tuple[Covered, ...]:
    """All of them; of one team only those that its detections name."""
    return tuple(one for one in found if not team or one.detections != ByStatus())


def _unwatched(found: Iterable[Covered]) -> tuple[str, ...]:
    return tuple(one.id for one in found if not one.detections.production)


def stories(card: Scorecard) -> tuple[Story, ...]:
    """The abuse scenarios of a scorecard, those found least first."""
    runs = [one for one in card.scenarios if not one.benign]
    found = []
    for name, team in dict.fromkeys((one.scenario, one.team) for one in runs):
        mine = [one for one in runs if one.scenario == name]
        flagged = sorted({by for one in mine for by in one.flagged_by})
        found.append(Story(name, team, len(mine), sum(one.found for one in mine), tuple(flagged)))
    return tuple(sorted(found, key=lambda one: (one.found / one.runs, one.team, one.scenario)))


def _gap(detection: Detection) -> Gap:
    header = detection.header
    wanted = {
        "blind_spots": header.blind_spots,
        "false_positives": header.false_positives,
        "techniques": header.techniques,
        "indicators": header.indicators,
        "a runbook that says more": len(header.runbook.strip()) >= SHORT_RUNBOOK,
        "row tests": detection.cases_path.is_file(),
        "a suite": detection.suite_path.is_file(),
    }
    return Gap(detection.name, tuple(name for name, there in wanted.items() if not there))
