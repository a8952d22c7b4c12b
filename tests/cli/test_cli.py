"""The command line as people and machines use it: words, JSON, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.csv
import pytest
from tests.content import DAY, HEADER, signups, write_detection, write_house

OK, FAILED, USAGE = 0, 1, 2


class Shell:
    """Runs `daywatch` in a house of its own, as a process."""

    def __init__(self, folder: Path) -> None:
        self.home = write_house(folder / "home")
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("DAYWATCH_")},
            "DAYWATCH_HOME": str(self.home),
            "DAYWATCH_DATA_DIR": str(folder / "data"),
            "COLUMNS": "160",
        }

    def __call__(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "daywatch.cli.app", *words],
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def json(self, *words: str, code: int = OK) -> Any:
        """Run with --json: stdout must be one document, whatever the outcome."""
        done = self(*words, "--json")
        assert done.returncode == code, done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def loaded(shell: Shell, tmp_path: Path) -> Shell:
    file = tmp_path / "signups.csv"
    pyarrow.csv.write_csv(signups({"10.0.0": 4, "10.0.1": 1}), file)
    done = shell("load", "signups", str(file))
    assert done.returncode == OK, done.stderr
    assert "5 rows in 1 days" in done.stdout
    return shell


def test_a_day_by_hand(loaded: Shell) -> None:
    day = str(DAY)
    ran = loaded("run", "burst", "--day", day)
    assert ran.returncode == OK, ran.stdout + ran.stderr
    assert "bursts" in ran.stdout and "nothing was sent" in ran.stdout
    shown = loaded("show", "burst", "--day", day)
    assert "Sign-up burst" in shown.stdout and "10.0.0" in shown.stdout
    assert "expect" in shown.stdout or "ok" in shown.stdout
    status = loaded.json("status", "--day", day)
    assert status["rows"][0]["detection"] == "spam.burst" and status["rows"][0]["alert"] == "done"
    again = loaded.json("run", "burst", "--day", day)
    assert again["runs"][0]["messages"] == 0 and again["slack"] is False


def test_machines_get_one_document_from_every_command(loaded: Shell) -> None:
    day = str(DAY)
    assert loaded.json("list")["detections"][0]["name"] == "spam.burst"
    assert loaded.json("lint")["errors"] == 0
    assert loaded.json("test")["failed"] == 0
    assert loaded.json("run", "--day", day)["runs"][0]["state"] == "done"
    assert loaded.json("backfill", "--from", day, "--to", day)["detections"][0]["days"] == 1
    assert loaded.json("show", "burst")["day"] == day
    assert loaded.json("deliver")["delivery"]["sends"] is False
    assert loaded.json("version")["version"]
    assert len(loaded.json("new", "spam.login_storm")["written"]) == 3


def test_tidying_removes_old_days_and_says_so(loaded: Shell) -> None:
    assert loaded("run", "burst", "--day", str(DAY)).returncode == OK
    assert loaded.json("tidy", "--keep", "5")["retired"]["days"] == 1
    assert loaded.json("show", "burst", "--day", str(DAY))["publication"] is None


def test_a_held_back_day_ends_with_1(loaded: Shell) -> None:
    done = loaded("run", "burst", "--day", "2026-03-09")
    assert done.returncode == FAILED
    assert "held_back" in done.stdout and "its minimum is 3" in done.stdout


def test_one_bad_file_is_told_and_hides_no_other(loaded: Shell) -> None:
    write_detection(loaded.home, "bad", header=HEADER.replace("-- title:", "-- titel:"))
    listed = loaded("list")
    assert listed.returncode == FAILED
    assert "spam.burst" in listed.stdout
    assert "bad.sql:2" in listed.stderr and "title" in listed.stderr
    linted = loaded("lint")
    assert linted.returncode == FAILED and "bad.sql:2" in linted.stdout.replace("\n", "")
    assert loaded("run", "burst", "--day", str(DAY)).returncode == OK


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run", "brust"), "Did you mean burst?"),
        (("show", "nothing_like_it"), "no detection"),
        (("run", "--day", "tomorrowish"), "is not a day"),
        (("load", "nope", "x.csv"), "not a declared source"),
        (("frobnicate",), "No such command"),
    ],
)
def test_bad_usage_ends_with_2_and_the_remedy(
    shell: Shell, words: tuple[str, ...], says: str
) -> None:
    done = shell(*words)
    assert done.returncode == USAGE
    assert says in done.stderr and "Traceback" not in done.stderr


def test_a_setting_that_cannot_be_used_ends_with_2(shell: Shell) -> None:
    done = shell("list", DAYWATCH_MAX_ROWS="many")
    assert done.returncode == USAGE and "max_rows" in done.stderr.lower()


def test_a_state_store_that_is_down_says_where_and_hides_the_password(shell: Shell) -> None:
    url = "postgresql://daywatch:hunter2@127.0.0.1:1/state"
    done = shell("status", DAYWATCH_STATE_URL=url)
    assert done.returncode == FAILED
    assert "127.0.0.1" in done.stderr and "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_help_teaches(shell: Shell) -> None:
    text = shell("--help").stdout
    for word in (
        "load",
        "list",
        "show",
        "lint",
        "test",
        "run",
        "backfill",
        "status",
        "new",
        "demo",
    ):
        assert word in text
    assert "Exit code" in text
