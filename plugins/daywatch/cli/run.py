"""Commands that run detections and tell how they fared: run, backfill, status, deliver."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from daywatch.cli.options import Json, Names, parse_day
from daywatch.cli.output import err, out, print_json, progress, table
from daywatch.errors import ConfigurationError
from daywatch.settings import get_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daywatch.catalog.model import Detection
    from daywatch.house import House
    from daywatch.runner import DayRun


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (run, backfill, status, deliver):
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
        _say_drafts(chosen)
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


def backfill(
    names: Names = None,
    first: Annotated[str, typer.Option("--from", help="First UTC day.")] = "-30",
    last: Annotated[str, typer.Option("--to", help="Last UTC day, included.")] = "yesterday",
    days_of: Annotated[
        str, typer.Option("--days-of", help="All days that this source has, not --from to --to.")
    ] = "",
    workers: Annotated[int, typer.Option("--workers", "-j", help="Processes; 0: one a core.")] = 0,
    again: Annotated[
        bool, typer.Option("--again", help="Also days already published; takes new cutoffs.")
    ] = False,
    json: Json = False,
) -> None:
    """Fill history without Airflow: in parallel, following dependencies, judging in day order.

    Stop it and start it again: published days are skipped. Days older than the paging horizon are
    judged and recorded, never paged.
    """
    from daywatch.house import open_house
    from daywatch.runner import backfill as fill
    from daywatch.runner import day_range, select

    with open_house(get_settings()) as house:
        chosen = select(house.catalog, names or ())
        days = _days(house, days_of) if days_of else day_range(parse_day(first), parse_day(last))
        if not days:
            raise ConfigurationError("there is no day to run.", remedy="Is --from after --to?")
        with progress("days") as bar:
            task = bar.add_task("backfill", total=len(chosen) * len(days))
            runs = fill(
                house,
                chosen,
                days,
                workers=workers or os.cpu_count() or 1,
                again=again,
                progress=lambda r: bar.update(task, advance=1, description=r.detection),
            )
        breaches = house.state.breaches(first=days[0], last=days[-1], limit=1_000_000)
    mine = {d.name for d in chosen}
    breached = Counter(b.detection for b in breaches if b.detection in mine and not b.segment)
    summary = _summary(runs, breached)
    if json:
        print_json({"detections": summary, "from": days[0], "to": days[-1], "runs": runs})
    else:
        heads = (
            "detection",
            "days",
            "done",
            "skipped",
            "held back",
            "failed",
            "breached days",
            "s",
        )
        table("", heads, [tuple(row.values()) for row in summary])
        _print_faults(runs)
    _say_drafts(chosen)
    raise typer.Exit(0 if all(r.ok for r in runs) else 1)


def _say_drafts(chosen: Sequence[Detection]) -> None:
    """A draft's silence proves nothing: say why there are no breaches."""
    drafts = [d.name for d in chosen if not d.header.status.judged]
    if drafts:
        out.print(
            f"not judged, because its status is draft or deprecated: {', '.join(drafts)}. "
            "Set status: experimental to see what it would alert.",
            markup=False,
        )


def _days(house: House, name: str) -> list[date]:
    """The days that a source has rows for."""
    source = house.catalog.sources.get(name)
    days = house.warehouse.source_days(source) if source else []
    if not days:
        raise ConfigurationError(
            f"the source {name} has no days.", remedy=f"Load some: `daywatch load {name} FILE...`."
        )
    return days


def _summary(runs: list[DayRun], breached: Counter[str]) -> list[dict[str, Any]]:
    rows = []
    for name in dict.fromkeys(r.detection for r in runs):
        mine = [r for r in runs if r.detection == name]
        count = Counter(r.state for r in mine)
        rows.append(
            {
                "detection": name,
                "days": len(mine),
                "done": count["done"],
                "skipped": count["skipped"],
                "held_back": count["held_back"],
                "failed": count["failed"],
                "breached": breached[name],
                "seconds": round(sum(r.seconds for r in mine), 1),
            }
        )
    return rows


def _print_faults(runs: list[DayRun], most: int = 20) -> None:
    bad = [r for r in runs if not r.ok]
    for r in bad[:most]:
        out.print(f"{r.detection} {r.day} {r.state}: {r.message}", markup=False)
    if len(bad) > most:
        out.print(f"... and {len(bad) - most} more")


def status(
    day: Annotated[str | None, typer.Option("--day", help="UTC day; default: the newest.")] = None,
    json: Json = False,
) -> None:
    """Tell how a day stands: what ran, was held back, never ran, breached, awaits delivery."""
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
        out.print(standing.sentence(), markup=False)
    raise typer.Exit(0 if standing.fine else 1)


def _day_or_newest(house: Any, day: str | None) -> date:
    return parse_day(day) if day else house.state.newest_day() or parse_day("yesterday")


def deliver(json: Json = False) -> None:
    """Send what waits in the outbox: messages that Slack did not take, or that nobody sent yet."""
    from daywatch.alerts.sender import deliver as send
    from daywatch.alerts.transport import open_transport
    from daywatch.house import open_house

    with open_house(get_settings()) as house:
        delivery = send(house.state, open_transport(house.settings), house.now)
    if json:
        print_json(delivery)
    else:
        out.print(delivery.sentence(), markup=False)
    raise typer.Exit(1 if delivery.dead else 0)
