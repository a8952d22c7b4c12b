"""A backfill that is killed and started again ends as one that ran through."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
from tests.content import DAY, HEADER, settings_in, signups, write_detection

from daywatch.backfill import backfill
from daywatch.house import House, open_house
from daywatch.runner import day_range, select
from daywatch.settings import Settings

DAYS = day_range(DAY - timedelta(days=24), DAY)
ENDS = (DAYS[0], DAYS[-1])
ECHO = """\
select ip24, sum(accounts) as accounts, count(*) as appeals
from risk.burst
where day > :day - interval '7' day
group by ip24
"""
COMMAND = [sys.executable, "-m", "daywatch.cli.app", "backfill", "-j", "2", "--json"]


def settled_house(folder: Path) -> Settings:
    """Two detections, one reading the other, and 25 days of sign-ups that grow."""
    settings = settings_in(folder)
    write_detection(settings.home, "echo", header=HEADER, query=ECHO)
    with open_house(settings) as house:
        assert not house.catalog.broken, house.catalog.broken
        source = house.catalog.sources["signups"]
        for number, day in enumerate(DAYS):
            house.warehouse.load_arrow(source, signups({"10.0.0": number + 3, "10.0.1": 1}, day))
    return settings


def published(house: House) -> dict[str, Any]:
    """Everything that a backfill leaves: rows, content hashes, series, breaches."""
    tables: dict[str, Any] = {}
    for detection in select(house.catalog):
        days = house.warehouse.publications(detection.table, *ENDS)
        series = house.state.series(detection.name, "bursts", *ENDS)
        tables[detection.name] = {
            "days": [(p.day, p.rows, p.content_hash) for p in days],
            "rows": sorted(map(str, house.warehouse.read_arrow(detection, *ENDS).to_pylist())),
            "points": {k: [(v.day, v.value, v.state) for v in s] for k, s in series.items()},
            "unjudged": house.state.unjudged_days(detection.name),
        }
    breaches = house.state.breaches(first=DAYS[0], last=DAYS[-1])
    return {**tables, "breaches": sorted((b.detection, b.segment, b.day) for b in breaches)}


def until(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not ready():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def alive(session: int) -> list[psutil.Process]:
    """Processes of a session that still run."""
    found = []
    for process in psutil.process_iter(["pid", "status"]):
        try:
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


def test_killed_midway_and_run_again_it_is_as_if_it_ran_through(tmp_path: Path) -> None:
    whole, killed = settled_house(tmp_path / "whole"), settled_house(tmp_path / "killed")
    with open_house(whole) as house:
        runs = backfill(house, select(house.catalog), DAYS, workers=2)
        assert {run.state for run in runs} == {"done"}
        assert all(run.spent.build > 0 and run.spent.measure > 0 for run in runs)
        expected = published(house)
    span = ["--from", DAYS[0].isoformat(), "--to", DAYS[-1].isoformat()]
    child = subprocess.Popen(
        [*COMMAND, *span],
        env={
            **os.environ,
            "DAYWATCH_HOME": str(killed.home),
            "DAYWATCH_DATA_DIR": str(killed.data),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with open_house(killed) as house:
        until(lambda: len(house.warehouse.publications("burst", *ENDS)) >= 7)
        os.kill(child.pid, signal.SIGKILL)  # the command only: its workers must not live on
        child.wait()
        until(lambda: not alive(child.pid))
        early = house.warehouse.publications("burst", *ENDS)
        assert 7 <= len(early) < len(DAYS)
        runs = backfill(house, select(house.catalog), DAYS, workers=2)
        states = [run.state for run in runs]
        assert states.count("skipped") == len(early) and set(states) == {"done", "skipped"}
        assert published(house) == expected
        now = house.warehouse.publications("burst", *ENDS)
        assert set(early) <= set(now)  # what was published before the kill is not published again
    files = list((killed.data / "lake" / "risk").rglob("*.parquet"))
    assert len(files) == 2 * len(DAYS)
    assert not [p for p in (killed.data / "lake" / "staging").rglob("*") if p.is_file()]


def test_a_backfill_tells_each_day_and_each_judgement(tmp_path: Path) -> None:
    settings = settled_house(tmp_path)
    with open_house(settings) as house:
        told: list[str] = []
        judged: list[str] = []
        backfill(
            house,
            select(house.catalog),
            DAYS[:3],
            workers=1,
            progress=lambda run: told.append(run.detection),
            judged=judged.append,
        )
        assert sorted(told) == ["spam.burst"] * 3 + ["spam.echo"] * 3
        assert told[:3] == ["spam.burst"] * 3  # what it reads comes first
        assert sorted(judged) == ["spam.burst", "spam.echo"]
