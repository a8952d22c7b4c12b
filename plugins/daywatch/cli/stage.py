"""Commands that show the whole at work: demo (and demo generate), up."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from daywatch.cli.options import Json, parse_day
from daywatch.cli.output import cell, err, out, print_json, progress, table
from daywatch.errors import ConfigurationError
from daywatch.settings import get_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from daywatch.airflow_home import LocalAirflow
    from daywatch.airflow_home.local import DayRun
    from daywatch.demo import Platform
    from daywatch.house import House
    from daywatch.standing import Standing

SizeOption = Annotated[
    str, typer.Option("--size", help="S (5 k daily users), M (250 k) or L (20 M).")
]
DaysOption = Annotated[int, typer.Option("--days", min=2, help="How many days of data.")]
Seed = Annotated[int, typer.Option("--seed", help="Another seed, another platform.")]
End = Annotated[str | None, typer.Option("--end", help="Newest day; default: the last complete.")]
Workers = Annotated[int, typer.Option("--workers", "-j", help="Processes; 0: one a core.")]
UI_PORT = 8080
DELIVERY = "daywatch.delivery"


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(
        help="A synthetic platform, every detection's history, and one day through real Airflow.",
        invoke_without_command=True,
    )
    group.callback()(demo)
    group.command()(generate)
    app.add_typer(group, name="demo")
    app.command()(up)


def demo(
    context: typer.Context,
    size: SizeOption = "S",
    days: DaysOption = 60,
    seed: Seed = 1,
    end: End = None,
    workers: Workers = 0,
    json: Json = False,
) -> None:
    """Generate a platform, fill history, have Airflow run the newest day, and report."""
    if context.invoked_subcommand is not None:
        return
    from daywatch.airflow_home import LocalAirflow, free_port
    from daywatch.demo import fill_history
    from daywatch.house import open_house
    from daywatch.standing import day_standing

    started = time.monotonic()
    settings = get_settings()
    with open_house(settings) as house:
        platform = _platform(house, size, days, seed, end)
        _install(house, platform, workers)
        with _bar("days") as report:
            history = fill_history(house, platform, workers or os.cpu_count() or 1, report)
        names = _dag_ids(house)
        digests = [f"daywatch.digest_{team}" for team in sorted(house.catalog.teams)]
        day = platform.last_day
    # The messages link to the port that `make up` will serve.
    with LocalAirflow(settings, port=free_port(UI_PORT)) as airflow:
        runs = _run_day(airflow, day, names)
        rounds = _run_rounds(airflow, day, digests)
    with open_house(settings) as house:
        standing = day_standing(house, day)
        messages = sum(1 for _ in settings.previews_dir.rglob("*.json"))
    failed = [run for run in history if not run.ok]
    fine = standing.fine and not failed
    fine = fine and all(run.state == "success" for run in [*runs, *rounds])
    if json:
        print_json(
            {
                "day": day,
                "airflow": runs,
                "rounds": rounds,
                "standing": standing,
                "history": {"days": len(history), "failed": failed},
                "previews": settings.previews_dir,
                "fine": fine,
                "seconds": round(time.monotonic() - started, 1),
            }
        )
    else:
        _print_demo(standing, runs, rounds, messages, time.monotonic() - started)
        for run in failed[:10]:
            out.print(f"{run.detection} {run.day} {run.state}: {run.message}", markup=False)
    raise typer.Exit(0 if fine else 1)


def generate(
    size: SizeOption = "S",
    days: DaysOption = 60,
    seed: Seed = 1,
    end: End = None,
    scenarios: Annotated[
        str, typer.Option("--scenarios", help="Only these, by comma; 'none' for a quiet platform.")
    ] = "",
    workers: Workers = 0,
    list_: Annotated[
        bool, typer.Option("--list", help="Only say which scenarios there are, and what happens.")
    ] = False,
    json: Json = False,
) -> None:
    """Only generate the platform and bring it into the warehouse.

    A million rows a second and core; one day of size M is 4.8 M rows, one of L about 300 M and
    wants 10 GB of memory for each of its processes. The truth about what was injected stays in
    files beside the warehouse, where no detection can read it.
    """
    from daywatch.house import open_house

    if list_:
        return _list_scenarios(json)
    chosen = None if not scenarios else tuple(n for n in scenarios.split(",") if n != "none")
    with open_house(get_settings()) as house:
        platform = replace(_platform(house, size, days, seed, end), scenarios=chosen)
        _install(house, platform, workers)
    if json:
        print_json(platform)
    else:
        out.print(f"platform {platform.size}, {platform.days} days to {platform.end}")
    return None


def _list_scenarios(json: bool) -> None:
    from daywatch.platform import scenarios

    rows = [
        {"scenario": s.id, "team": s.team, "benign": s.benign, "days": s.header.days,
         "twins": list(s.header.twins), "story": s.story}
        for s in sorted(scenarios().values(), key=lambda s: (s.team, s.benign, s.id))
    ]  # fmt: skip
    if json:
        return print_json({"scenarios": rows})
    heads = ("team", "scenario", "benign", "days", "what happens")
    cells = [(r["team"], r["scenario"], "benign" if r["benign"] else "", r["days"], r["story"])
             for r in rows]  # fmt: skip
    return table(f"{len(rows)} scenarios", heads, cells)


def up(
    port: Annotated[int, typer.Option("--port", help="Of Airflow's UI; 0: a free one.")] = UI_PORT,
    schedule: Annotated[
        bool, typer.Option("--schedule/--no-schedule", help="Run each day by its cron.")
    ] = True,
) -> None:
    """Keep a local Airflow and its UI running until Ctrl-C, which stops all its processes."""
    from daywatch.airflow_home import LocalAirflow
    from daywatch.catalog import load_catalog

    settings = get_settings()
    names = [d.name for d in load_catalog(settings).detections.values()]
    with LocalAirflow(settings, port=port, scheduled=schedule) as airflow:
        _say_where(airflow)
        out.print(f"{len(names)} detections; Ctrl-C stops everything")
        airflow.stay()


def _platform(house: House, size: str, days: int, seed: int, end: str | None) -> Platform:
    from daywatch.demo import Platform, Size, day_is_over, newest_complete_day

    if size not in get_args(Size):
        raise ConfigurationError(f"there is no size {size!r}.", remedy="Sizes are S, M and L.")
    last: date = parse_day(end) if end else newest_complete_day(house.catalog, house.now())
    if not day_is_over(last, house.now()):
        raise ConfigurationError(f"{last} is not over (UTC).", remedy="Choose an earlier --end.")
    return Platform(cast("Size", size), days, last.isoformat(), seed)


def _install(house: House, platform: Platform, workers: int) -> None:
    from daywatch.demo import install_platform

    with _bar("parts") as report:
        install_platform(house, platform, report, workers)


@contextmanager
def _bar(unit: str) -> Iterator[Any]:
    """A progress bar as the demo's parts call it: (what, done, total)."""
    with progress(unit) as bar:
        task = bar.add_task("", total=None)

        def report(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total)

        yield report


def _dag_ids(house: House) -> list[str]:
    scheduled = [d.name for d in house.catalog.detections.values() if d.header.status.scheduled]
    return sorted([*scheduled, *(b.name for b in house.catalog.broken)])


def _run_day(airflow: LocalAirflow, day: date, names: Sequence[str]) -> list[DayRun]:
    """Have Airflow's scheduler run `day` of every DAG, and watch it."""
    err.print(f"Airflow is up at {airflow.url}; its scheduler runs {len(names)} DAGs for {day}")
    airflow.wait_for_dags(names)
    airflow.unpause(names)
    with progress("DAGs") as bar:
        task = bar.add_task("Airflow", total=len(names))

        def watch(runs: Sequence[DayRun]) -> None:
            busy = [
                f"{run.dag} {name}"
                for run in runs
                for name, one in run.tasks.items()
                if one.state == "running"
            ]
            ended = sum(run.ended for run in runs)
            bar.update(task, completed=ended, description=", ".join(busy[:2]) or "Airflow")

        return airflow.wait(airflow.run_day(day, names), names, watch)


def _run_rounds(airflow: LocalAirflow, day: date, digests: Sequence[str]) -> list[DayRun]:
    """Have it run each team's digest of the day, then one round of the delivery DAG."""
    found = []
    for daily, plain in ((digests, ()), ((), (DELIVERY,))):
        names = [*daily, *plain]
        err.print(f"Airflow runs {', '.join(names)}")
        airflow.wait_for_dags(names)
        airflow.unpause(names)
        found += airflow.wait(airflow.run_day(day, daily, plain), names, lambda runs: None)
    return found


def _print_demo(
    standing: Standing,
    runs: Sequence[DayRun],
    rounds: Sequence[DayRun],
    messages: int,
    seconds: float,
) -> None:
    of = {row.detection: row for row in standing.rows}
    rows = []
    for run in runs:
        mine = of.get(run.dag)
        rows.append(
            (
                run.dag,
                *(run.state_of(step) for step in ("build", "validate", "alert")),
                mine.rows if mine else None,
                ", ".join(mine.breaches) if mine else "",
                mine.messages if mine else 0,
            )
        )
    heads = ("detection", "build", "validate", "alert", "rows", "breaches", "messages")
    table(f"\n{standing.day}, run by Airflow's scheduler", heads, rows)
    table("digests and delivery", ("DAG", "run"), [(run.dag, run.state) for run in rounds])
    for row in standing.rows:
        if row.message and not row.done:
            out.print(f"{row.detection}: {row.message}", markup=False)
    out.print(standing.sentence(), markup=False)
    previews = get_settings().previews_dir
    if not standing.slack:
        out.print(f"{messages} rendered messages: {previews / 'index.html'}", markup=False)
    out.print(f"took {cell(seconds)} s; `make up` opens Airflow's UI on this data")


def _say_where(airflow: LocalAirflow) -> None:
    out.print(f"Airflow: {airflow.url}  user {airflow.user}  password {airflow.password}")
