"""I2: what was published and never judged is judged; a lost record is repaired."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import text

from daywatch import catchup
from daywatch.catalog import load_catalog
from daywatch.house import utc_now
from daywatch.standing import day_standing
from daywatch.state.watch import Unjudged
from tests.content import write_detection
from tests.tending.scene import TODAY, YESTERDAY, Scene, at

RUN = f"""
from datetime import date
from daywatch.house import open_house
from daywatch.runner import run_day, select
with open_house() as house:
    run_day(house, select(house.catalog, ["burst"]), date.fromisoformat("{YESTERDAY}"))
"""


def soon(scene: Scene) -> None:
    """Real publications carry real times: go on from now, past the time that their run has."""
    scene.clock.now = max(utc_now(), scene.clock.now) + catchup.GRACE + timedelta(minutes=1)


@pytest.mark.parametrize("point", ["validate.published", "alert.measured", "judge.uncommitted"])
def test_a_run_killed_after_publishing_is_judged_and_told(lite: Scene, point: str) -> None:
    lite.load()
    environment = {
        **os.environ,
        "DAYWATCH_HOME": str(lite.settings.home),
        "DAYWATCH_DATA_DIR": str(lite.settings.data),
        "DAYWATCH_CRASH_AT": point,
    }
    killed = subprocess.run([sys.executable, "-c", RUN], env=environment, check=False)
    assert killed.returncode == -9
    soon(lite)
    tended = lite.tend()
    assert tended.judged == 1 and not tended.faults
    assert any("Sign-up burst" in line for line in lite.heard("spam"))
    row = next(r for r in day_standing(lite.house, YESTERDAY).rows if r.detection == "spam.burst")
    assert row.alert == "done" and row.breaches == ("bursts",)
    assert lite.tend().judged == 0


def test_published_and_never_judged_on_both_stores(scene: Scene) -> None:
    scene.load()
    scene.run(judged=False)
    scene.clock.now = max(utc_now(), scene.clock.now)
    assert scene.tend().judged == 0, "its own alert task is about to"
    soon(scene)
    assert scene.tend().judged == 1
    assert len([line for line in scene.heard("spam") if "Sign-up burst" in line]) == 1


def test_a_backfill_at_work_is_left_alone(lite: Scene) -> None:
    now, horizon = at(12), 3
    old = Unjudged("burst", TODAY - timedelta(days=9), now - timedelta(minutes=40))
    new = Unjudged("burst", YESTERDAY, now - timedelta(minutes=11))
    cases = [
        ([new], True, "a page waits ten minutes"),
        ([old, new], False, "half a history would be judged"),
        ([old], False, "its backfill may still be at it"),
    ]
    for days, wanted, why in cases:
        assert catchup._left_alone(days, now, horizon) is wanted, why
    later = now + timedelta(hours=1)
    assert catchup._left_alone([old, new], later, horizon)


def test_one_detection_that_cannot_be_judged_stops_no_other(lite: Scene) -> None:
    write_detection(lite.settings.home, "second")
    lite.house.warehouse.prepare(load_catalog(lite.settings))
    object.__setattr__(lite.house, "catalog", load_catalog(lite.settings))
    lite.load()
    lite.run("burst", judged=False)
    lite.run("second", judged=False)
    [publication] = lite.house.state.publications("burst", YESTERDAY, YESTERDAY)
    for file in (lite.settings.data / "lake").rglob("*.parquet"):
        if any(file.name in name for name in publication.files):
            file.unlink()
    soon(lite)
    tended = lite.tend()
    assert tended.judged == 1
    (fault,) = [f for f in tended.faults if "burst" in f]
    assert fault.startswith("judge spam.burst: ")
    assert not tended.fine
    assert any("Sign-up burst" in line for line in lite.heard("spam")), "delivered all the same"


@pytest.mark.postgres
def test_the_mirror_is_repaired_from_the_warehouses_own_record(
    scene: Scene, request: pytest.FixtureRequest
) -> None:
    if scene.settings.warehouse.startswith("lake:"):
        assert catchup.repair_mirror(scene.house) == 0, "the lake's record is the state store"
        return
    scene.load()
    scene.run()
    with scene.house.state.transaction() as session:
        session.execute(text("DELETE FROM published_days"))
    assert scene.house.state.publication("burst", YESTERDAY) is None
    assert scene.tend().repaired == 0, "hourly"
    assert scene.tend(thorough=True).repaired == 1
    found = scene.house.state.publication("burst", YESTERDAY)
    assert found == scene.house.warehouse.publication("burst", YESTERDAY)
    assert scene.tend(thorough=True).repaired == 0
