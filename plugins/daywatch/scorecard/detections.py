"""Each detection's precision, recall and ranking, and how far detections repeat each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from daywatch.scorecard.bootstrap import ratio
from daywatch.scorecard.curves import pr_auc
from daywatch.scorecard.matching import why
from daywatch.scorecard.model import Cause, DayRows, History, Platform
from daywatch.scorecard.paging import added, counted, opened, paging_days
from daywatch.scorecard.results import DetectionResult, Interval, Overlap, PageCounts

Mine = Sequence[tuple[Platform, History]]
"""One detection's history on each platform."""


def by_detection(platforms: Iterable[Platform]) -> dict[str, list[tuple[Platform, History]]]:
    """The histories of each detection, in the order of their names."""
    found: dict[str, list[tuple[Platform, History]]] = {}
    for platform in platforms:
        for history in platform.histories:
            found.setdefault(history.watch.name, []).append((platform, history))
    return dict(sorted(found.items()))


def detection_result(mine: Mine) -> DetectionResult:
    """One detection over all platforms."""
    watch = mine[0][1].watch
    days = [(platform.label, rows) for platform, history in mine for rows in history.days]
    findings = sum(len(rows.findings) for _, rows in days)
    rows = findings + sum(rows.quiet for _, rows in days)
    true = sum(true_findings(rows) + rows.quiet_true for _, rows in days)
    recall, team_recall = _recall(mine)
    return DetectionResult(
        detection=watch.name,
        team=watch.team,
        production=watch.production,
        days=len(days),
        rows=rows,
        findings=findings,
        findings_per_day=findings / len(days) if days else 0.0,
        precision=_precision(days),
        recall=recall,
        team_recall=team_recall,
        pr_auc=pr_auc(days) if watch.entities else None,
        base_rate=true / rows if watch.entities and rows else None,
        pages=counted(
            cause for platform, history in mine for _, cause in opened(platform, history)
        ),
        page_days=_page_days(mine),
        scenarios=_stories(mine),
        seconds_per_day=_seconds(mine),
    )


def true_findings(rows: DayRows) -> int:
    """Findings on abusers."""
    return sum(finding.cause is Cause.ABUSE for finding in rows.findings)


def _precision(days: Sequence[tuple[str, DayRows]]) -> Interval | None:
    return ratio(
        [true_findings(rows) for _, rows in days],
        [len(rows.findings) for _, rows in days],
        [platform for platform, _ in days],
    )


def _page_days(mine: Mine) -> PageCounts:
    return added(counted(paging_days(platform, history)) for platform, history in mine)


def _seconds(mine: Mine) -> float | None:
    known = [h.seconds_per_day for _, h in mine if h.seconds_per_day is not None]
    return sum(known) / len(known) if known else None


def _stories(mine: Mine) -> tuple[str, ...]:
    """The abuse stories that explain its pages."""
    found: set[str] = set()
    for platform, history in mine:
        reasons = platform.reasons[history.watch.name]
        runs = {one for page in history.pages for one in why(page, reasons)}
        known = (platform.truth.scenarios[run] for run in runs)
        found |= {one.scenario for one in known if not one.benign}
    return tuple(sorted(found))


# --- recall ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Run:
    """An abuse scenario that has entities of a detection's types."""

    platform: str
    noted: int
    flagged: int
    own: bool
    """of the detection's team"""


def _recall(mine: Mine) -> tuple[Interval | None, float | None]:
    """(within the abuse scenarios that it flags at all, within all of its team)."""
    runs = [run for platform, history in mine for run in _runs(platform, history)]
    reached = [run for run in runs if run.flagged]
    own = [run for run in runs if run.own]
    within = ratio(
        [run.flagged for run in reached],
        [run.noted for run in reached],
        [run.platform for run in reached],
    )
    noted = sum(run.noted for run in own)
    return within, (sum(run.flagged for run in own) / noted if noted else None)


def _runs(platform: Platform, history: History) -> Iterator[_Run]:
    kinds = history.kinds()
    hits = (hit for rows in history.days for finding in rows.findings for hit in finding.hits)
    flagged = Counter(scenario for scenario, _ in set(hits))
    for run in platform.scenarios():
        noted = sum(kind in kinds for kind, _ in platform.noted.get(run.id, ()))
        if not run.benign and noted:
            own = run.team == history.watch.team
            yield _Run(platform.label, noted, flagged[run.id], own)


# --- overlap --------------------------------------------------------------------------------------


def overlaps(detections: Mapping[str, Mine]) -> list[Overlap]:
    """Pairs that flag a same entity on a same day, the likest first."""
    flaggers: dict[object, list[str]] = {}
    volume: Counter[str] = Counter()
    for name, mine in detections.items():
        for cell in _flagged(mine):
            flaggers.setdefault(cell, []).append(name)
            volume[name] += 1
    shared = Counter(pair for names in flaggers.values() for pair in combinations(names, 2))
    found = [
        Overlap(one, other, both, both / (volume[one] + volume[other] - both))
        for (one, other), both in shared.items()
    ]
    return sorted(found, key=lambda pair: (-pair.jaccard, pair.one, pair.other))


def _flagged(mine: Mine) -> set[tuple[object, ...]]:
    """(platform, day, entity) of every finding."""
    return {
        (platform.label, rows.day, entity)
        for platform, history in mine
        for rows in history.days
        for finding in rows.findings
        for entity in finding.entities
    }
