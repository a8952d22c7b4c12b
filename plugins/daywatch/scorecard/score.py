"""The whole scorecard, and how it stands against the aims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from daywatch.scorecard.detections import by_detection, detection_result, overlaps
from daywatch.scorecard.model import Budget, Platform
from daywatch.scorecard.results import (
    Aim,
    PlatformDays,
    ScenarioResult,
    Scorecard,
    TeamResult,
)
from daywatch.scorecard.scenarios import scenario_results
from daywatch.scorecard.teams import team_result

STRENGTHS = ("easy", "medium", "stealth")
WITHIN_DAYS = 1
MIN_PRECISION = 0.9
MOST_FALSE_PAGES = 1.0
MIN_STEALTH = 0.5


def score(platforms: Sequence[Platform], budgets: Sequence[Budget]) -> Scorecard:
    """Hold every platform's histories against its truth; `budgets` are the teams to report."""
    wanted = {budget.team for budget in budgets}
    found = [one for platform in platforms for one in scenario_results(platform)]
    scenarios = tuple(one for one in found if one.team in wanted)
    teams = tuple(team_result(budget, platforms) for budget in budgets)
    detections = by_detection(platforms)
    return Scorecard(
        summary=summary(scenarios, teams),
        platforms=tuple(_days(platform) for platform in platforms),
        aims=aims(scenarios, teams),
        scenarios=scenarios,
        teams=teams,
        detections=tuple(detection_result(mine) for mine in detections.values()),
        overlaps=tuple(overlaps(detections)),
    )


def scored_days(first: date, last: date, newest: int | None = None) -> list[date]:
    """The days that count: without the first third, which is history to compare with.

    `newest` leaves only so many of the last ones.
    """
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    days = days[len(days) // 3 :]
    return days[-newest:] if newest else days


def _days(platform: Platform) -> PlatformDays:
    first, last = (platform.days[0], platform.days[-1]) if platform.days else (None, None)
    silent = tuple(one.watch.name for one in platform.histories if not one.days)
    there = [len(one.days) for one in platform.histories if one.days]
    missing = len(there) * len(platform.days) - sum(there)
    stale = sum(one.stale_days for one in platform.histories)
    return PlatformDays(platform.label, first, last, len(platform.days), silent, missing, stale)


# --- in words -------------------------------------------------------------------------------------


def summary(scenarios: Sequence[ScenarioResult], teams: Sequence[TeamResult]) -> str:
    """One sentence: what was found at each strength, and the false pages."""
    tally = [(one, _of_strength(scenarios, one)) for one in STRENGTHS]
    parts = [f"{strength} {_share(runs)}" for strength, runs in tally if runs]
    said = f"{', '.join(parts)} found" if parts else "no scenario in the scored days"
    twins = [one for one in scenarios if one.benign]
    if twins:
        said += f"; {sum(one.found for one in twins)} of {len(twins)} benign twins paged"
    rates = [one.false_per_week.value for one in teams if one.false_per_week]
    if rates:
        said += f"; {sum(rates) / len(rates):.2f} false pages a week and team"
    return said


def _of_strength(scenarios: Sequence[ScenarioResult], strength: str) -> list[ScenarioResult]:
    return [one for one in scenarios if not one.benign and one.strength == strength]


def _share(runs: Sequence[ScenarioResult]) -> str:
    own = sum(one.own_delay_days is not None for one in runs)
    return f"{sum(one.found for one in runs)}/{len(runs)} ({own} by a page of their own)"


# --- the aims -------------------------------------------------------------------------------------


def aims(scenarios: Sequence[ScenarioResult], teams: Sequence[TeamResult]) -> tuple[Aim, ...]:
    """The five aims: two on found scenarios, stealth, precision, pages."""
    return (
        *(_prompt(scenarios, strength) for strength in ("easy", "medium")),
        _stealth(scenarios),
        *(_precise(team) for team in teams),
        *(_calm(team) for team in teams),
    )


def _prompt(scenarios: Sequence[ScenarioResult], strength: str) -> Aim:
    runs = _of_strength(scenarios, strength)
    prompt = [one for one in runs if one.delay_days is not None and one.delay_days <= WITHIN_DAYS]
    return Aim(
        f"every {strength} scenario found within a day",
        f"{len(prompt)} of {len(runs)}",
        len(prompt) == len(runs) if runs else None,
    )


def _stealth(scenarios: Sequence[ScenarioResult]) -> Aim:
    runs = _of_strength(scenarios, "stealth")
    found = sum(one.found for one in runs)
    met = found >= MIN_STEALTH * len(runs) if runs else None
    return Aim("at least half of the stealth scenarios found", f"{found} of {len(runs)}", met)


def _precise(team: TeamResult) -> Aim:
    reached = team.precision
    return Aim(
        f"{team.team}: precision at {team.review_per_day} findings a day at least {MIN_PRECISION}",
        f"{reached.value:.2f} ({reached.low:.2f} to {reached.high:.2f})" if reached else "none",
        reached.value >= MIN_PRECISION if reached else None,
    )


def _calm(team: TeamResult) -> Aim:
    reached = team.false_per_week
    return Aim(
        f"{team.team}: at most one false page a week",
        f"{reached.value:.2f} ({reached.low:.2f} to {reached.high:.2f})" if reached else "none",
        reached.value <= MOST_FALSE_PAGES if reached else None,
    )
