"""Commands that say how good the detections are and what they cover: scorecard, coverage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from daywatch.cli.options import Json
from daywatch.cli.output import err, print_json
from daywatch.errors import ConfigurationError
from daywatch.settings import get_settings

if TYPE_CHECKING:
    from daywatch.catalog.model import Catalog, Detection
    from daywatch.scorecard.results import Scorecard
    from daywatch.settings import Settings

TeamOption = Annotated[
    str, typer.Option("--team", help="Only this team's scenarios, held against its own detections.")
]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (scorecard, coverage):
        app.command()(command)


def scorecard(
    days: Annotated[
        int, typer.Option("--days", min=0, help="Only the newest so many scored days; 0: all.")
    ] = 0,
    team: TeamOption = "",
    data: Annotated[
        list[Path] | None,
        typer.Option(
            "--data",
            help="Another data folder with a platform of its own; repeat it to pool seeds.",
        ),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Also write the page with its charts: one file.")
    ] = None,
    json: Json = False,
) -> None:
    """Hold published days against the platform's ground truth: found, missed, paged for nothing.

    Works on what `daywatch demo generate` injected and `daywatch backfill` published. The first
    third of the days is not scored: it is the history that detections compare with. A scenario is
    found when a production detection pages for one of its entities (or for a metric that it
    moves) until three days after its end. Days beyond the paging horizon count as if they had
    paged. One run per seed, pooled: `daywatch scorecard --data .seed6 --data .seed7`.
    """
    settings = get_settings()
    card = _score([_at(settings, one) for one in data or []] or [settings], team, days or None)
    if html:
        from daywatch.scorecard.page import page

        html.write_text(page(card), encoding="utf-8")
        err.print(f"wrote {html}", markup=False)
    if json:
        return print_json(card)
    from daywatch.cli.scored import print_scorecard

    return print_scorecard(card)


def coverage(
    team: Annotated[
        str, typer.Option("--team", help="Only what this team's detections touch.")
    ] = "",
    json: Json = False,
) -> None:
    """Tell what the detections cover, and what nobody watches.

    Policies and techniques of sql/taxonomy.yaml and teams, by the status of the detections that
    name them; scenarios of the platform that no detection finds (as `daywatch scorecard` says,
    where there is a truth and history); sources that nobody reads; headers that lack something.
    """
    from daywatch.catalog import load_catalog
    from daywatch.scorecard.coverage import cover

    settings = get_settings()
    catalog = load_catalog(settings)
    _known_team(catalog, team)
    card, unknown = _scored_or_why(settings, team)
    found = cover(catalog, card, unknown, team)
    if json:
        return print_json(found)
    from daywatch.cli.covered import print_coverage

    return print_coverage(found)


def _scored_or_why(settings: Settings, team: str) -> tuple[Scorecard | None, str]:
    """The current data folder's scorecard, or why there is none and how to get one."""
    try:
        return _score([settings], team, None), ""
    except ConfigurationError as error:
        return None, str(error)


def _at(settings: Settings, folder: Path) -> Settings:
    """The same house over another data folder, with the stores that lie in it."""
    if not folder.is_dir():
        raise ConfigurationError(
            f"there is no data folder {folder}.",
            remedy="Make one: `DAYWATCH_DATA_DIR=FOLDER daywatch demo generate --seed 6`.",
        )
    own = {"data_dir": folder, "warehouse_url": "", "state_url": ""}
    return settings.model_copy(update=own)


def _score(places: list[Settings], team: str, newest: int | None) -> Scorecard:
    from daywatch.house import open_house
    from daywatch.scorecard import score
    from daywatch.scorecard.reading import budgets_of, named_apart, read_platform
    from daywatch.scorecard.truth import read_truth

    for place in places:  # before any store is made where there is none
        read_truth(place.data / "platform")
    platforms, budgets = [], []
    for place in places:
        with open_house(place) as house:
            judged = _judged(house.catalog, team)
            budgets = budgets_of(house.catalog, judged)
            platforms.append(read_platform(house, judged, newest))
    return score(named_apart(platforms), budgets)


def _judged(catalog: Catalog, team: str) -> list[Detection]:
    """The detections that are judged, of one team or all."""
    _known_team(catalog, team)
    return [
        one
        for one in catalog.detections.values()
        if one.header.status.judged and team in ("", one.team) and not one.canary
    ]


def _known_team(catalog: Catalog, team: str) -> None:
    if team and team not in catalog.teams:
        raise ConfigurationError(
            f"there is no team {team!r}.", remedy=f"There are {', '.join(sorted(catalog.teams))}."
        )
