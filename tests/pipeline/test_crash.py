"""Killed anywhere and run again: the same table, the same single message, nothing left over."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.content import DAY, settings_in, signups

from daywatch.house import open_house
from daywatch.runner import run_day, select
from daywatch.settings import Settings

POINTS = (
    "stage.part",
    "stage.written",
    "build.staged",
    "build.recorded",
    "validate.passed",
    "publish.linked",
    "publish.recorded",
    "validate.published",
    "alert.measured",
    "judge.uncommitted",
    "alert.judged",
    "alert.recorded",
)

RUN = f"""
from daywatch.house import open_house
from daywatch.runner import run_day, select
from datetime import date
with open_house() as house:
    run_day(house, select(house.catalog, ["burst"]), date.fromisoformat("{DAY}"))
"""


def _environment(settings: Settings, crash_at: str) -> dict[str, str]:
    return {
        **os.environ,
        "DAYWATCH_HOME": str(settings.home),
        "DAYWATCH_DATA_DIR": str(settings.data),
        "DAYWATCH_PAGING_HORIZON_DAYS": "3650",
        "DAYWATCH_CRASH_AT": crash_at,
    }


@pytest.mark.parametrize("point", POINTS)
def test_killed_and_run_again(point: str, tmp_path: Path) -> None:
    settings = settings_in(tmp_path, paging_horizon_days=3650)
    with open_house(settings) as house:
        house.warehouse.load_arrow(house.catalog.sources["signups"], signups({"10.0.0": 4}))
    killed = subprocess.run(
        [sys.executable, "-c", RUN],
        env=_environment(settings, point),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert killed.returncode == -9, f"{point} was never reached: {killed.stderr}"
    with open_house(settings) as house:
        [outcome] = run_day(house, select(house.catalog, ["burst"]), DAY)
        assert outcome.state == "done", outcome.message
        frame = house.warehouse.read(house.catalog.detections["spam.burst"], DAY, DAY)
        assert frame[["ip24", "accounts"]].to_dict("records") == [{"ip24": "10.0.0", "accounts": 4}]
        assert len(list(settings.previews_dir.rglob("*.json"))) == 1
        assert house.state.outbox_counts() == {"sent": 2}, (
            "the alert, and its details in the thread"
        )
        assert len(house.state.breaches(first=DAY, last=DAY)) == 1
    left = [p for p in (settings.data / "lake" / "staging").rglob("*") if p.is_file()]
    assert not left, f"left behind: {left}"
