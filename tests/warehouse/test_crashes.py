"""kill -9 between any two steps, then run again: the same table and nothing left over."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from warehouse_house import BURST, CUTOFF, DAY, LOGINS, job, logins

from daywatch.settings import Settings
from daywatch.warehouse.base import Staging, Warehouse

HERE = Path(__file__).parent
POINTS = ("stage.part", "stage.written", "publish.linked", "publish.recorded")


def run(settings: Settings, *words: str, crash_at: str = "") -> subprocess.Popen[bytes]:
    """Start crashing.py over the same stores."""
    environment = {**os.environ, "DAYWATCH_CRASH_AT": crash_at, "PYTHONPATH": str(HERE)}
    command = [sys.executable, str(HERE / "crashing.py"), settings.model_dump_json(), *words]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)


def leftovers(settings: Settings) -> list[str]:
    """Files of the lake that neither a pointer nor a running step needs."""
    lake = settings.data / "lake"
    rooms = ("staging", "risk", "tmp")
    return [str(path) for room in rooms for path in (lake / room).rglob("*") if path.is_file()]


@pytest.mark.parametrize("where", POINTS)
def test_a_killed_day_runs_again(
    warehouse: Warehouse, engine_settings: Settings, where: str
) -> None:
    warehouse.load_arrow(LOGINS, logins(10))
    warehouse.publish(warehouse.stage(job(run_id="before")))
    before = warehouse.publication("burst", DAY)
    warehouse.load_arrow(LOGINS, logins(20))
    assert run(engine_settings, "day", "killed", crash_at=where).wait() == -signal.SIGKILL

    record = warehouse.publication("burst", DAY)
    assert before and record
    assert record.run_id == ("killed" if where == "publish.recorded" else "before")
    assert warehouse.read(BURST, DAY, DAY)["events"].sum() == (
        20 if where == "publish.recorded" else 10
    )

    # Airflow tries again under the same run id; a person starts a run of their own.
    run_id = "killed" if where.startswith("stage") else "after"
    warehouse.drop_stale_staging("burst", DAY, keep_run=run_id)
    warehouse.publish(warehouse.stage(job(run_id=run_id)))
    again = warehouse.publication("burst", DAY)
    assert again and again.run_id == run_id
    assert warehouse.read(BURST, DAY, DAY)["events"].sum() == 20
    assert warehouse.drop_stale_staging("burst", DAY, keep_run="") == 0
    if warehouse.name == "lake":
        warehouse.retire(timedelta(days=9), DAY)
        grace = {path for path in leftovers(engine_settings) if "/risk/" in path}
        named = {str(engine_settings.data / "lake" / file) for file in again.files}
        assert named <= grace
        assert set(leftovers(engine_settings)) == grace
        # Replaced files wait for their grace period; a file that never was the day does not.
        published = 3 if where == "publish.recorded" else 2
        assert len(grace) == published


@pytest.mark.parametrize("where", ["stage.written", "publish.linked", "publish.recorded"])
def test_publishing_goes_on_where_it_was_killed(
    warehouse: Warehouse, engine_settings: Settings, where: str
) -> None:
    """Airflow retries only the task that died: the staged copy it was given must still do."""
    warehouse.load_arrow(LOGINS, logins(10))
    child = run(engine_settings, "day", "r", crash_at=where)
    told = child.communicate()[0]
    assert child.returncode == -signal.SIGKILL
    staging = Staging(**json.loads(told)) if told else warehouse.stage(job(run_id="r"))
    record = warehouse.publish(staging)
    assert warehouse.publication("burst", DAY) == record
    assert (record.run_id, record.rows) == ("r", 2)
    assert warehouse.read(BURST, DAY, DAY)["events"].sum() == 10
    assert warehouse.drop_stale_staging("burst", DAY, keep_run="") == 0


def test_a_killed_load_leaves_the_old_day(warehouse: Warehouse, engine_settings: Settings) -> None:
    warehouse.load_arrow(LOGINS, logins(10))
    killed = run(engine_settings, "load", "20", crash_at="load.written").wait()
    assert killed == -signal.SIGKILL
    assert warehouse.source_day(LOGINS, DAY, CUTOFF).rows == 10
    warehouse.load_arrow(LOGINS, logins(20))
    assert warehouse.source_day(LOGINS, DAY, CUTOFF).rows == 20


@pytest.mark.slow
def test_readers_see_whole_days_while_it_is_published_again(
    warehouse: Warehouse, engine_settings: Settings
) -> None:
    """Two writers publish 100 times in all, of rows that change in between."""
    warehouse.load_arrow(LOGINS, logins(10))
    warehouse.publish(warehouse.stage(job(run_id="first")))
    older = DAY - timedelta(days=1)
    warehouse.load_arrow(LOGINS, logins(6, older, start=100))
    warehouse.publish(warehouse.stage(job(day=older, run_id="older")))
    writers = [run(engine_settings, "rounds", "50", name) for name in ("a", "b")]
    reads, sizes = 0, set()
    while any(writer.poll() is None for writer in writers):
        if reads % 10 == 5:
            warehouse.load_arrow(LOGINS, logins(20 if reads % 20 == 5 else 10))
        frame = warehouse.read(BURST, older, DAY)
        sizes.add((len(frame), int(frame["events"].sum())))
        reads += 1
    assert [writer.returncode for writer in writers] == [0, 0]
    assert sizes <= {(4, 16), (4, 26)}
    assert reads > 5
    assert warehouse.drop_stale_staging("burst", DAY, keep_run="") == 0
