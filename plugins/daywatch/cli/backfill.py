"""The command that fills history, and how it tells what each detection took."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from daywatch.cli.options import Json, Names, parse_day
from daywatch.cli.output import out, print_json, progress, table
from daywatch.errors import ConfigurationError
from daywatch.settings import get_settings

if TYPE_CHECKING:
    from daywatch.catalog.model import Detection
    from daywatch.house import House
    from daywatch.runner import DayRun


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
    from daywatch.runner import day_range, select

    started = time.monotonic()
    with open_house(get_settings()) as house:
        chosen = select(house.catalog, names or ())
        days = _days(house, days_of) if days_of else day_range(parse_day(first), parse_day(last))
        if not days:
            raise ConfigurationError("there is no day to run.", remedy="Is --from after --to?")
        runs = _fill(house, chosen, days, workers or os.cpu_count() or 1, again)
        breaches = house.state.breaches(first=days[0], last=days[-1], limit=1_000_000)
    mine = {d.name for d in chosen}
    breached = Counter(b.detection for b in breaches if b.detection in mine and not b.segment)
    summary = _summary(runs, breached)
    seconds = round(time.monotonic() - started, 1)
    if json:
        span = {"from": days[0], "to": days[-1], "seconds": seconds}
        print_json({"detections": summary, **span, "runs": runs})
    else:
        heads = [head.replace("_", " ") for head in summary[0]] if summary else []
        table("", heads, [tuple(row.values()) for row in summary])
        out.print(_pace(runs, seconds))
        _print_faults(runs)
        say_drafts(chosen)
    raise typer.Exit(0 if all(r.ok for r in runs) else 1)


def _fill(
    house: House, chosen: Sequence[Detection], days: Sequence[date], workers: int, again: bool
) -> list[DayRun]:
    """The backfill under two bars: days filled, then detections judged."""
    from daywatch.backfill import backfill as fill

    with progress("") as bar:
        task = bar.add_task("fill", total=len(chosen) * len(days))
        judging = bar.add_task("judge", total=len(chosen))
        return fill(
            house,
            chosen,
            days,
            workers=workers,
            again=again,
            progress=lambda run: bar.update(task, advance=1, description=run.detection),
            judged=lambda name: bar.update(judging, advance=1, description=f"judged {name}"),
        )


def _pace(runs: Sequence[DayRun], seconds: float) -> str:
    """The whole in one line: how many days in what time."""
    done = sum(run.state == "done" for run in runs)
    pace = f", {seconds / done * 1000:.0f} ms a day of a detection" if done else ""
    return f"{len(runs):,} days of detections in {seconds:,.1f} s, {done:,} of them run{pace}"


def say_drafts(chosen: Sequence[Detection]) -> None:
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


def _summary(runs: Sequence[DayRun], breached: Counter[str]) -> list[dict[str, Any]]:
    names = dict.fromkeys(run.detection for run in runs)
    return [_row(name, [r for r in runs if r.detection == name], breached[name]) for name in names]


def _row(name: str, runs: Sequence[DayRun], breached: int) -> dict[str, Any]:
    """How a detection fared, and the seconds of its steps; `ms_a_day` leaves out skipped days."""
    count = Counter(run.state for run in runs)
    ran = [run.seconds for run in runs if run.state != "skipped"]
    return {
        "detection": name,
        "days": len(runs),
        "done": count["done"],
        "skipped": count["skipped"],
        "held_back": count["held_back"],
        "failed": count["failed"],
        "breached": breached,
        "build_s": round(sum(run.spent.build for run in runs), 2),
        "validate_s": round(sum(run.spent.validate for run in runs), 2),
        "measure_s": round(sum(run.spent.measure for run in runs), 2),
        "seconds": round(sum(run.seconds for run in runs), 2),
        "ms_a_day": round(sum(ran) / len(ran) * 1000) if ran else 0,
    }


def _print_faults(runs: list[DayRun], most: int = 20) -> None:
    bad = [r for r in runs if not r.ok]
    for r in bad[:most]:
        out.print(f"{r.detection} {r.day} {r.state}: {r.message}", markup=False)
    if len(bad) > most:
        out.print(f"... and {len(bad) - most} more")
