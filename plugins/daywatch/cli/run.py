"""Commands that run detections and tell how they fared: run, backfill, status."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from daywatch.cli.backfill import backfill, say_drafts
from daywatch.cli.options import Json, Names, parse_day
from daywatch.cli.output import err, out, print_json, progress, table
from daywatch.settings import get_settings

if TYPE_CHECKING:
    from daywatch.runner import DayRun


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (run, backfill, status):
        app.command()(command)


def run(
    names: Names = None,
    day: Annotated[str, typer.Option("--day", help="UTC day.")] = "yesterday",
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Take a new cutoff, and with it late rows.")
    ] = False,
    json: Json = False,
) -> None:
    """Build, validate and alert for one day, in this process."""
    from daywatch.house import open_house
    from daywatch.runner import run_day, select

    with open_house(get_settings()) as house:
        chosen = select(house.catalog, names or ())
        with progress("steps") as bar:
            task = bar.add_task("", total=len(chosen) * 3)

            def step(name: str, what: str) -> None:
                bar.update(task, advance=1, description=f"{name} {what}")

            runs = run_day(house, chosen, parse_day(day), refresh=refresh, on_step=step)
            bar.update(task, completed=len(chosen) * 3, description=f"{len(chosen)} detections")
        broken = house.catalog.broken if not names else ()
        token = house.settings.slack_token is not None
        previews = house.settings.previews_dir
    if json:
        print_json({"runs": runs, "broken": broken, "slack": token})
    else:
        print_runs(runs)
        _say_delivery(runs, token, str(previews))
        say_drafts(chosen)
        for file in broken:
            err.print(f"[red]broken[/red] {file.path}:{file.line or 1}: {file.fault}")
    raise typer.Exit(0 if all(r.ok for r in runs) and not broken else 1)


def print_runs(runs: list[DayRun]) -> None:
    """One line for each run, then what went wrong in full."""
    table(
        "",
        ("detection", "day", "state", "rows", "breaches", "messages", "seconds"),
        [
            (r.detection, r.day, r.state, r.rows, ", ".join(r.breaches), r.messages, r.seconds)
            for r in runs
        ],
    )
    for r in runs:
        if not r.ok:
            out.print(f"{r.detection} {r.day} {r.state}: {r.message}", markup=False)


def _say_delivery(runs: list[DayRun], token: bool, previews: str) -> None:
    rendered = sum(r.previews for r in runs)
    if token:
        out.print(f"{sum(r.sent for r in runs)} messages sent to Slack")
    elif rendered:
        out.print(f"no Slack token: nothing was sent; {rendered} messages rendered in {previews}")
    else:
        out.print("no Slack token: nothing was sent; no new messages")


def status(
    day: Annotated[str | None, typer.Option("--day", help="UTC day; default: the newest.")] = None,
    json: Json = False,
) -> None:
    """Tell how a day stands, and whether silence means safety: exit code 0 only if it does.

    Not safe is: a detection that did not run, failed or was held back, a day of the paging horizon
    that never ran, a broken file, a message that is overdue or undeliverable, an escalation that
    is late, a canary that was not seen in its channel.
    """
    from daywatch.house import open_house
    from daywatch.standing import day_standing

    with open_house(get_settings()) as house:
        standing = day_standing(house, _day_or_newest(house, day))
    if json:
        print_json(standing)
    else:
        table(
            f"day {standing.day}",
            ("detection", "build", "validate", "alert", "rows", "breaches"),
            [
                (r.detection, r.build, r.validate, r.alert, r.rows, ", ".join(r.breaches))
                for r in standing.rows
            ],
        )
        for note in standing.notes():
            out.print(note, markup=False)
        out.print(standing.sentence(), markup=False)
    raise typer.Exit(0 if standing.fine else 1)


def _day_or_newest(house: Any, day: str | None) -> date:
    return parse_day(day) if day else house.state.newest_day() or parse_day("yesterday")
