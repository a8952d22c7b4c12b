"""A house of four detections, with days of sign-ups, for a real Airflow to run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta

from tests.content import DAY, HEADER, SUITE, signups, write_detection
from tests.tending.scene import fill_home

from daywatch.settings import Settings

DAYS = tuple(DAY - timedelta(days=ago) for ago in (3, 2, 1, 0))

READER = """\
with bursts as (
    select ip24, accounts from risk.burst where day = :day
)
select ip24, accounts, cast(0 as bigint) as appeals from bursts
"""

IMPOSSIBLE = SUITE.replace("min_value: 1}", "min_value: 1000}")
"""No network has a thousand sign-ups: every day is held back."""


def fill_house(settings: Settings) -> None:
    """Write `burst`, its reader `echo`, `strict`, whose suite fails, and `torn`, a broken file,
    beside the canary."""
    home = settings.home
    fill_home(home)
    write_detection(home, "echo", query=READER)
    write_detection(home, "strict", suite=IMPOSSIBLE)
    write_detection(
        home, "torn", header=HEADER.replace("-- lookback:", "-- lokback: 7d\n-- lookback:")
    )
    for path in home.rglob("*"):
        if path.is_file():
            path.write_text(path.read_text().replace("spam-oncall", "spam_oncall"))


def load_days(settings: Settings) -> None:
    """Five sign-ups a day, four of them from one network."""
    from daywatch.house import open_house

    with open_house(settings) as house:
        for day in DAYS:
            rows = signups({"10.0.0": 4, "10.0.1": 1}, day)
            house.warehouse.load_arrow(house.catalog.sources["signups"], rows)


def run_python(code: str, environment: Mapping[str, str]) -> str:
    """Run code in a process of its own; its output."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
