"""What the scorecard says: figures with their intervals, and nothing that names an entity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Interval:
    """A figure with its bootstrap 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class PageCounts:
    """Episodes by cause: abuse, a benign twin, or nothing that was injected."""

    true: int = 0
    twin: int = 0
    ordinary: int = 0

    @property
    def false(self) -> int:
        """Those for which nobody should have been woken."""
        return self.twin + self.ordinary


@dataclass(frozen=True)
class ScenarioResult:
    """One run of a scenario: found, how soon, by whom, and how much of it."""

    platform: str
    id: str
    scenario: str
    team: str
    strength: str
    benign: bool
    first_day: date
    last_day: date
    found: bool
    """paged for by a production detection; of a benign twin: wrongly"""
    delay_days: int | None
    own_delay_days: int | None
    """until an episode opened about it; None where it only stood in one that was open before"""
    paged_by: tuple[str, ...]
    flagged_by: tuple[str, ...]
    """have findings on its entities, whether or not they paged; experimental ones too"""
    pages: int
    entities: int
    """of the types that its finders flag; of the types that anybody flags where it has none"""
    entities_found: int
    recall: float | None
    precision: float | None
    """of its finders' findings on its days: the share that is on any abuser"""


@dataclass(frozen=True)
class DetectionResult:
    """How good one detection is, what it costs, and what it found."""

    detection: str
    team: str
    production: bool
    days: int
    rows: int
    findings: int
    findings_per_day: float
    precision: Interval | None
    recall: Interval | None
    """of the entities of its types in the abuse scenarios that it flags at all"""
    team_recall: float | None
    """of the entities of its types in all abuse scenarios of its team"""
    pr_auc: Interval | None
    base_rate: float | None
    """share of its rows on abusers: the PR-AUC of guessing"""
    pages: PageCounts
    page_days: PageCounts
    scenarios: tuple[str, ...]
    """the abuse stories that it pages for"""
    seconds_per_day: float | None


@dataclass(frozen=True)
class Week:
    """Pages of a team in seven scored days (the last week may be shorter)."""

    platform: str
    number: int
    first_day: date
    days: int
    pages: PageCounts


@dataclass(frozen=True)
class TeamResult:
    """What a team's day looks like: its findings within the budget, its pages by week."""

    team: str
    title: str
    review_per_day: int
    findings_per_day: float
    reviewed: int
    precision: Interval | None
    """at the daily review budget"""
    pr_auc: Interval | None
    curve: tuple[tuple[float, float], ...]
    """(recall, precision) from the strictest threshold to none"""
    pages: PageCounts
    pages_per_week: Interval | None
    false_per_week: Interval | None
    twin_per_week: Interval | None
    ordinary_per_week: Interval | None
    weeks: tuple[Week, ...]


@dataclass(frozen=True)
class Overlap:
    """How much two detections flag the same entities on the same days (Jaccard)."""

    one: str
    other: str
    shared: int
    jaccard: float


@dataclass(frozen=True)
class Aim:
    """One of the aims, what was reached, and whether that is enough (None: nothing to judge)."""

    aim: str
    reached: str
    met: bool | None


@dataclass(frozen=True)
class PlatformDays:
    """Which days of which platform were scored, and what was not there to be scored."""

    platform: str
    first_day: date | None
    last_day: date | None
    days: int
    unpublished: tuple[str, ...]
    """detections without any of these days: what only they could find counts as missed"""
    missing_days: int
    """days, summed over the other detections, that were held back or never built"""
    stale_days: int
    """days, summed over detections, that another version of their query published"""


@dataclass(frozen=True)
class Scorecard:
    """Everything; `summary` says it in a sentence."""

    summary: str
    platforms: tuple[PlatformDays, ...]
    aims: tuple[Aim, ...]
    scenarios: tuple[ScenarioResult, ...]
    teams: tuple[TeamResult, ...]
    detections: tuple[DetectionResult, ...]
    overlaps: tuple[Overlap, ...]
