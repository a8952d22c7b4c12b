"""What a team's days look like: the findings it has time for, the pages it gets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby

from daywatch.scorecard.bootstrap import ratio
from daywatch.scorecard.curves import pr_auc, thinned
from daywatch.scorecard.matching import production
from daywatch.scorecard.model import Budget, Cause, DayRows, Finding, History, Platform
from daywatch.scorecard.paging import WEEK, added, weeks
from daywatch.scorecard.results import Interval, TeamResult, Week


def team_result(budget: Budget, platforms: Sequence[Platform]) -> TeamResult:
    """One team's production detections over all platforms."""
    mine = [(platform, _of_team(platform, budget.team)) for platform in platforms]
    days = [
        (platform.label, rows) for platform, own in mine for one in own for rows in _ranked(one)
    ]
    found = [week for platform, own in mine if _seen(own) for week in weeks(platform, own)]
    reviews = [one for platform, own in mine for one in _reviews(platform, own, budget)]
    findings = sum(len(rows.findings) for _, rows in days)
    scored = sum(len(platform.days) for platform in platforms)
    return TeamResult(
        team=budget.team,
        title=budget.title,
        review_per_day=budget.review_per_day,
        findings_per_day=findings / scored if scored else 0.0,
        reviewed=sum(looked for *_, looked in reviews),
        precision=ratio(
            [true for _, true, _ in reviews],
            [looked for *_, looked in reviews],
            [platform for platform, *_ in reviews],
        ),
        pr_auc=pr_auc(days),
        curve=thinned(days),
        pages=added(week.pages for week in found),
        pages_per_week=_per_week(found, [week.pages.true + week.pages.false for week in found]),
        false_per_week=_per_week(found, [week.pages.false for week in found]),
        twin_per_week=_per_week(found, [week.pages.twin for week in found]),
        ordinary_per_week=_per_week(found, [week.pages.ordinary for week in found]),
        weeks=tuple(found),
    )


def _of_team(platform: Platform, team: str) -> list[History]:
    return [history for history in production(platform) if history.watch.team == team]


def _seen(histories: Sequence[History]) -> bool:
    """Whether anything of the team was published: no pages of nothing are no calm."""
    return any(history.days for history in histories)


def _ranked(history: History) -> Iterable[DayRows]:
    """Days of a detection whose rows name entities; others rank nothing."""
    return history.days if history.watch.entities else ()


def _per_week(found: Sequence[Week], pages: Sequence[int]) -> Interval | None:
    """Pages in seven days, its interval by drawing weeks."""
    return ratio(
        [WEEK * count for count in pages],
        [week.days for week in found],
        [week.platform for week in found],
    )


# --- the review budget ----------------------------------------------------------------------------


def _reviews(
    platform: Platform, histories: Sequence[History], budget: Budget
) -> Iterator[tuple[str, float, int]]:
    """(platform, true ones, findings looked at) of each scored day."""
    by_day: dict[date, list[Finding]] = {day: [] for day in platform.days}
    for history in histories:
        for rows in history.days:
            by_day[rows.day] += rows.findings
    for findings in by_day.values():
        true, looked = reviewed(findings, budget.review_per_day)
        yield platform.label, true, looked


def reviewed(findings: Iterable[Finding], most: int) -> tuple[float, int]:
    """(true ones, looked at) of a day's findings, highest score first, at most `most`.

    Where the budget ends amid equal scores, their order is nobody's: it takes their mean.
    """
    ranked = sorted(findings, key=lambda one: -one.score)
    true, looked = 0.0, 0
    for _, tied in groupby(ranked, key=lambda one: one.score):
        alike = list(tied)
        taken = min(len(alike), most - looked)
        true += taken * sum(one.cause is Cause.ABUSE for one in alike) / len(alike)
        looked += taken
    return true, looked
