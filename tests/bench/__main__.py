"""`make bench`: what Daywatch adds to the engine, to parsing and to Airflow's tasks, and what each
shipped detection costs beside one pass over its input.

Figures are of this machine and this moment; quote the ratios, which are measured side by side.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from daywatch.catalog import load_catalog
from daywatch.house import House, open_house
from daywatch.runner import select
from daywatch.settings import Settings
from tests.bench.content import write_thirty
from tests.bench.detections import costs, tell
from tests.bench.side_by_side import side_by_side

CHECKOUT = Path(__file__).resolve().parents[2]
MANY = 300
PARTS = ("catalogue", "engine", "detections", "airflow")
END = date(2026, 3, 31)


def main() -> None:
    """Run the chosen parts, all by default."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; none: all")
    parser.add_argument("--size", default="M", choices=["S", "M"])
    parser.add_argument("--days", type=int, default=8, help="days of platform to generate")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--platform", type=Path, help="data folder of an earlier `daywatch demo generate`"
    )
    parser.add_argument("--json", type=Path, help="file for the detections' costs")
    chosen = parser.parse_args()
    parts = chosen.parts or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="daywatch-bench-") as folder:
        if "catalogue" in parts:
            catalogue(Path(folder) / "many")
        if "engine" in parts:
            engine(Path(folder) / "engine", chosen)
        if "detections" in parts:
            detections(Path(folder) / "detections", chosen)
        if "airflow" in parts:
            airflow(Path(folder) / "airflow")


def catalogue(folder: Path) -> None:
    """Time to load 300 detections, to parse them as DAGs, and to parse one task's own DAG."""
    from tests.catalog.many import write_catalog

    write_catalog(folder, MANY)
    started = time.perf_counter()
    loaded = load_catalog(Settings(home=folder, data_dir=folder / "data"))
    seconds = time.perf_counter() - started
    assert len(loaded.detections) == MANY, loaded.broken[:1]
    print(f"catalogue: {MANY} detections load in {seconds:.2f} s (aim: under 3)")
    whole = _parse(folder, None)
    one = _parse(folder, next(iter(loaded.detections)))
    print(
        f"DAG file: {MANY} DAGs parse in {whole:.2f} s (aim: under 5); a task's own in {one:.2f} s"
    )


PARSE = """
import sys, time
import airflow.sdk, airflow.dag_processing.dagbag  # what Airflow itself has loaded by then
started = time.perf_counter()
from daywatch.orchestration import detection_dags
dags = detection_dags(sys.argv[1] or None)
print(time.perf_counter() - started, len(dags))
"""


def _parse(folder: Path, only: str | None) -> float:
    """Seconds from an imported Airflow to built DAGs, in a process of its own."""
    with tempfile.TemporaryDirectory() as airflow_home:
        done = subprocess.run(
            [sys.executable, "-c", PARSE, only or ""],
            env={
                **os.environ,
                "DAYWATCH_HOME": str(folder),
                "DAYWATCH_DATA_DIR": str(folder / "data"),
                "AIRFLOW_HOME": airflow_home,
            },
            capture_output=True,
            text=True,
            check=True,
        )
    seconds, count = done.stdout.split()[-2:]
    assert int(count) == (1 if only else MANY), done.stdout
    return float(seconds)


def engine(folder: Path, chosen: argparse.Namespace) -> None:
    """Thirty detections of one day, Daywatch and the bare engine in turn."""
    write_thirty(Settings(home=CHECKOUT, data_dir=folder / "data"), folder / "home")
    with platform(folder, chosen, folder / "home") as (house, end):
        assert not house.catalog.broken, house.catalog.broken[0]
        side_by_side(house, list(house.catalog.detections.values()), end, chosen.rounds)


def detections(folder: Path, chosen: argparse.Namespace) -> None:
    """Each shipped detection's SELECT against one pass over what it reads."""
    with platform(folder, chosen, CHECKOUT) as (house, end):
        found = costs(house, select(house.catalog), end, chosen.rounds)
        tell(found, end, chosen.json)


@contextmanager
def platform(folder: Path, chosen: argparse.Namespace, home: Path) -> Iterator[tuple[House, date]]:
    """A house over a platform of the chosen size, or over a copy of one made before."""
    from daywatch.demo import installed
    from daywatch.platform import generate, install

    settings = Settings(home=home, data_dir=folder / "data")
    if chosen.platform:
        shutil.copytree(chosen.platform, settings.data, copy_function=_linked)
        made_before = installed(settings)
        assert made_before, f"{chosen.platform} holds no platform.json"
        with open_house(settings) as house:
            yield house, made_before.last_day
        return
    started = time.perf_counter()
    made = generate(folder / "platform", size=chosen.size, days=chosen.days, end=END, seed=1)
    seconds = time.perf_counter() - started
    print(f"platform {chosen.size}: {made.rows:,} rows of {chosen.days} days in {seconds:.1f} s")
    with open_house(settings) as house:
        install(made, house.warehouse, house.catalog)
        yield house, END


def _linked(source: str, target: str) -> None:
    """A second name for Parquet files, which never change; a copy of everything else."""
    if source.endswith(".parquet"):
        with suppress(OSError):
            os.link(source, target)
            return
    shutil.copy2(source, target)


def airflow(folder: Path) -> None:
    """What a task costs beyond its own work: the same day by hand and by Airflow's scheduler."""
    from daywatch.airflow_home import LocalAirflow
    from daywatch.platform import generate, install
    from daywatch.runner import run_day

    end = END
    settings = Settings(home=CHECKOUT, data_dir=folder / "data")
    with open_house(settings) as house:
        made = generate(folder / "platform", size="S", days=3, end=end, seed=1)
        install(made, house.warehouse, house.catalog)
        chosen = select(house.catalog)
        run_day(house, chosen, end)  # warm
        started = time.perf_counter()
        run_day(house, chosen, end)
        by_hand = time.perf_counter() - started
    names = [d.name for d in chosen]
    with LocalAirflow(settings) as local:
        local.wait_for_dags(names)
        local.unpause(names)
        started = time.perf_counter()
        runs = local.wait(local.run_day(end, names), names)
        by_airflow = time.perf_counter() - started
    tasks = sum(len(run.tasks) for run in runs)
    print(
        f"Airflow: {tasks} tasks of {len(names)} detections in {by_airflow:.1f} s, "
        f"{by_hand:.1f} s in one process: {(by_airflow - by_hand) / tasks:.2f} s a task added"
    )


if __name__ == "__main__":
    main()
