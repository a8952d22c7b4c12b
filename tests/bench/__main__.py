"""`make bench`: what Daywatch adds to the engine, to parsing, and to Airflow's tasks.

Figures are of this machine and this moment; quote the ratios, which are measured side by side.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from daywatch.catalog import load_catalog
from daywatch.house import open_house
from daywatch.settings import Settings
from tests.bench.content import write_thirty
from tests.bench.side_by_side import side_by_side

CHECKOUT = Path(__file__).resolve().parents[2]
MANY = 300


def main() -> None:
    """Run the chosen parts, all by default."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help="engine, catalogue, airflow; none: all")
    parser.add_argument("--size", default="M", choices=["S", "M"])
    parser.add_argument("--days", type=int, default=8, help="days of platform to generate")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    parts = chosen.parts or ["catalogue", "engine", "airflow"]
    with tempfile.TemporaryDirectory(prefix="daywatch-bench-") as folder:
        if "catalogue" in parts:
            catalogue(Path(folder) / "many")
        if "engine" in parts:
            engine(Path(folder) / "engine", chosen.size, chosen.days, chosen.rounds)
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


def engine(folder: Path, size: str, days: int, rounds: int) -> None:
    """Thirty detections of one day, Daywatch and the bare engine in turn."""
    from daywatch.platform import generate, install

    end = date(2026, 3, 31)
    shipped = Settings(home=CHECKOUT, data_dir=folder / "data")
    home = folder / "home"
    write_thirty(shipped, home)
    started = time.perf_counter()
    made = generate(folder / "platform", size=size, days=days, end=end, seed=1)
    seconds = time.perf_counter() - started
    print(f"platform {size}: {made.rows:,} rows of {days} days in {seconds:.1f} s")
    settings = Settings(home=home, data_dir=folder / "data")
    with open_house(settings) as house:
        assert not house.catalog.broken, house.catalog.broken[0]
        install(made, house.warehouse, house.catalog)
        side_by_side(house, list(house.catalog.detections.values()), end, rounds)


def airflow(folder: Path) -> None:
    """What a task costs beyond its own work: the same day by hand and by Airflow's scheduler."""
    from daywatch.airflow_home import LocalAirflow
    from daywatch.platform import generate, install
    from daywatch.runner import run_day, select

    end = date(2026, 3, 31)
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
