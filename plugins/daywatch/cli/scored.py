"""The scorecard on a terminal: the sentence first, then the aims, then what they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from daywatch.cli.output import out, table

if TYPE_CHECKING:
    from daywatch.scorecard.results import Interval, PageCounts, ScenarioResult, Scorecard

OVERLAPS = 10
STRENGTHS = ("easy", "medium", "stealth", "benign")


def print_scorecard(card: Scorecard) -> None:
    """Print all but the curves and the weeks, which the page draws."""
    out.print(card.summary, style="bold", markup=False)
    _print_days(card)
    _print_aims(card)
    _print_teams(card)
    _print_scenarios(card.scenarios)
    _print_missed(card.scenarios)
    _print_detections(card)
    _print_overlaps(card)


def _print_days(card: Scorecard) -> None:
    for one in card.platforms:
        span = f"{one.first_day} to {one.last_day}" if one.days else "no day"
        out.print(f"{one.platform}: {one.days} days scored, {span}", markup=False)
        if one.missing_days:
            out.print(f"  {one.missing_days} detection-days are not published", markup=False)
        if one.stale_days:
            out.print(
                f"  {one.stale_days} detection-days were published by another version of their "
                "query; `daywatch backfill` brings them up to date"
            )
        if one.unpublished:
            out.print(f"  never published: {', '.join(one.unpublished)}", markup=False)
    out.print("not scored: the first third of each platform, the history to compare with")


def _print_aims(card: Scorecard) -> None:
    said = {True: "ok", False: "missed", None: "nothing to judge"}
    rows = [(aim.aim, aim.reached, said[aim.met]) for aim in card.aims]
    table("\naims", ("aim", "reached", ""), rows)


def _print_teams(card: Scorecard) -> None:
    heads = (
        "team",
        "budget",
        "findings a day",
        "precision at budget",
        "PR-AUC",
        "pages a week",
        "false a week",
        "twins",
        "ordinary",
    )
    rows = [
        (
            team.team,
            team.review_per_day,
            team.findings_per_day,
            interval(team.precision),
            interval(team.pr_auc),
            interval(team.pages_per_week),
            interval(team.false_per_week),
            interval(team.twin_per_week),
            interval(team.ordinary_per_week),
        )
        for team in card.teams
    ]
    table("\nteams (production detections; bootstrap 95 % intervals)", heads, rows)


def interval(figure: Interval | None) -> str | None:
    """`.87 (.71-.95)`."""
    if figure is None:
        return None
    return f"{figure.value:.2f} ({figure.low:.2f}-{figure.high:.2f})"


def _print_scenarios(scenarios: Sequence[ScenarioResult]) -> None:
    stories = dict.fromkeys((one.team, one.scenario) for one in scenarios)
    rows = []
    for team, story in stories:
        runs = [one for one in scenarios if one.scenario == story]
        found = dict.fromkeys(name for one in runs for name in one.paged_by)
        cells = (_runs([one for one in runs if one.strength == kind]) for kind in STRENGTHS)
        rows.append((team, story, *cells, ", ".join(found)))
    heads = ("team", "scenario", *STRENGTHS[:3], "twin paged", "paged by")
    table("\nscenarios (found of runs, delay in days)", heads, rows)


def _runs(runs: Sequence[ScenarioResult]) -> str:
    """`2/3 +0 +4`."""
    if not runs:
        return ""
    delays = [f"+{one.delay_days}" for one in runs if one.delay_days is not None]
    found = f"{sum(one.found for one in runs)}/{len(runs)}"
    own = sum(one.own_delay_days is not None for one in runs)
    return " ".join([found if own == len(delays) else f"{found} (own {own})", *delays])


def _print_missed(scenarios: Sequence[ScenarioResult]) -> None:
    missed = [one for one in scenarios if not one.benign and not one.found]
    rows = [
        (
            one.platform,
            one.id,
            f"{one.first_day} to {one.last_day}",
            f"{one.entities_found} of {one.entities}",
            ", ".join(one.flagged_by),
        )
        for one in missed
    ]
    heads = ("platform", "scenario", "days", "entities flagged", "by")
    if rows:
        table("\nmissed (flagged without a page, where something is named)", heads, rows)


def _print_detections(card: Scorecard) -> None:
    heads = (
        "detection",
        "status",
        "findings a day",
        "precision",
        "recall",
        "PR-AUC",
        "guessing",
        "pages",
        "page days",
        "s a day",
    )
    rows = [
        (
            one.detection,
            "production" if one.production else "experimental",
            one.findings_per_day,
            interval(one.precision),
            interval(one.recall),
            interval(one.pr_auc),
            one.base_rate,
            _pages(one.pages),
            _pages(one.page_days),
            one.seconds_per_day,
        )
        for one in card.detections
    ]
    table(
        "\ndetections (recall: of the entities of its types in the scenarios that it flags at all;"
        " pages: true + twin + ordinary)",
        heads,
        rows,
    )


def _pages(counts: PageCounts) -> str:
    return f"{counts.true} + {counts.twin} + {counts.ordinary}"


def _print_overlaps(card: Scorecard) -> None:
    rows = [(o.one, o.other, o.shared, round(o.jaccard, 3)) for o in card.overlaps[:OVERLAPS]]
    if rows:
        table("\noverlap (same entity, same day)", ("one", "other", "entity-days", "Jaccard"), rows)
