"""A small platform for real: backfilled, scored on the command line, and the lab says the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from daywatch.house import open_house
from daywatch.platform import generate, install
from daywatch.platform.generate import Generated
from daywatch.scorecard import score
from daywatch.scorecard.reading import budgets_of, read_platform
from daywatch.scorecard.results import Scorecard
from daywatch.settings import Settings
from tests.conftest import CHECKOUT
from tests.tuning.card import pooled

END = date(2026, 11, 21)
DETECTIONS = (
    "platform_abuse.signup_burst",
    "monetization.card_testing",
    "integrity.off_scope_access",
    "risk.violative_view_rate",
)
SCENARIOS = ["signup_farm", "school_signups", "card_testing", "vip_snooping", "violative_step"]
pytestmark = pytest.mark.slow


class Shell:
    """`daywatch` over the fixture's data."""

    def __init__(self, data: Path) -> None:
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("DAYWATCH_")},
            "DAYWATCH_HOME": str(CHECKOUT),
            "DAYWATCH_DATA_DIR": str(data),
            "COLUMNS": "200",
        }

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "daywatch.cli.app", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """Thirty days of size S with a few scenarios; a second copy stays where the lab finds it."""
    folder = tmp_path_factory.mktemp("scorecard")
    found = generate(folder / "data" / "platform", "S", 30, END, 3, SCENARIOS)
    shutil.copytree(found.folder, folder / "lab")
    return found


@pytest.fixture(scope="module")
def settings(made: Generated) -> Settings:
    """The platform in a warehouse, four detections of four teams published over all its days."""
    settings = Settings(home=CHECKOUT, data_dir=made.folder.parent, slack_token=None)
    with open_house(settings) as house:
        install(made, house.warehouse, house.catalog)
    span = ("--from", str(made.first_day), "--to", str(made.last_day), "-j", "1")
    done = Shell(settings.data)("backfill", *DETECTIONS, *span)
    assert done.returncode == 0, done.stdout + done.stderr
    return settings


def published(settings: Settings) -> Scorecard:
    with open_house(settings) as house:
        chosen = [house.catalog.detections[name] for name in DETECTIONS]
        return score([read_platform(house, chosen)], budgets_of(house.catalog, chosen))


def untimed(card: Scorecard) -> Scorecard:
    detections = tuple(replace(one, seconds_per_day=None) for one in card.detections)
    return replace(card, detections=detections)


def test_the_lab_and_the_published_tables_give_the_same_scorecard(
    settings: Settings, made: Generated
) -> None:
    with open_house(settings) as house:
        chosen = [house.catalog.detections[name] for name in DETECTIONS]
        lab = pooled([made.folder.parent.parent / "lab"], house.catalog, chosen)
    card = published(settings)
    assert card.scenarios and any(one.found for one in card.scenarios)
    assert all(one.findings or not one.base_rate for one in card.detections)
    assert untimed(card) == untimed(lab)
    assert all(one.seconds_per_day and one.seconds_per_day > 0 for one in card.detections)


@pytest.fixture(scope="module")
def shell(settings: Settings) -> Shell:
    return Shell(settings.data)


def test_the_command_says_it_in_tables_in_json_and_on_a_page(shell: Shell, tmp_path: Path) -> None:
    said = shell("scorecard")
    assert said.returncode == 0, said.stderr
    first = said.stdout.splitlines()[0]
    assert first.startswith("easy ") and "false pages a week and team" in first
    assert "20 days scored" in said.stdout and "first third" in said.stdout
    page = tmp_path / "card.html"
    done = shell("scorecard", "--json", "--html", str(page))
    assert done.returncode == 0, done.stderr
    card: dict[str, Any] = json.loads(done.stdout)
    assert card["summary"] == first
    assert {one["detection"] for one in card["detections"]} >= set(DETECTIONS)
    assert "<svg" in page.read_text()


def test_days_and_team_narrow_it(shell: Shell) -> None:
    card = json.loads(shell("scorecard", "--days", "5", "--team", "risk", "--json").stdout)
    assert [one["team"] for one in card["teams"]] == ["risk"]
    assert {one["team"] for one in card["scenarios"]} <= {"risk"}
    assert card["platforms"][0]["days"] == 5
    wrong = shell("scorecard", "--team", "rsik")
    assert wrong.returncode == 2 and "integrity" in wrong.stderr


def test_no_entity_of_any_team_is_in_any_of_it(
    shell: Shell, settings: Settings, tmp_path: Path
) -> None:
    import pyarrow.parquet as pq

    file = tmp_path / "card.html"
    said = shell("scorecard", "--html", str(file)).stdout + shell("scorecard", "--json").stdout
    entities = pq.read_table(settings.data / "platform" / "truth" / "truth_entities.parquet")
    ids = {one for one in entities["entity_id"].to_pylist() if len(one) > 5}
    assert ids
    text = said + file.read_text()
    assert not [one for one in ids if one in text]


def test_two_data_folders_are_pooled(shell: Shell, settings: Settings) -> None:
    twice = ("--data", str(settings.data))
    card = json.loads(shell("scorecard", *twice, *twice, "--json").stdout)
    alone = json.loads(shell("scorecard", "--json").stdout)
    assert [one["platform"] for one in card["platforms"]] == ["seed 3", "seed 3 #2"]
    assert len(card["scenarios"]) == 2 * len(alone["scenarios"])


def test_without_truth_or_history_it_says_what_to_do(tmp_path: Path, made: Generated) -> None:
    bare = Shell(tmp_path / "none")("scorecard")
    assert bare.returncode == 2 and "daywatch demo generate" in bare.stderr
    assert not (tmp_path / "none" / "state.db").exists()
    shutil.copytree(made.truth, tmp_path / "some" / "platform" / "truth")
    shutil.copy(made.folder / "generated.json", tmp_path / "some" / "platform")
    unfilled = Shell(tmp_path / "some")("scorecard")
    assert unfilled.returncode == 2 and "daywatch backfill" in unfilled.stderr
    absent = Shell(tmp_path / "some")("scorecard", "--data", str(tmp_path / "nowhere"))
    assert absent.returncode == 2 and "nowhere" in absent.stderr


def test_coverage_knows_the_scenarios_that_nobody_finds(shell: Shell, tmp_path: Path) -> None:
    said = shell("coverage")
    assert said.returncode == 0, said.stderr
    assert "policies without a production detection" in said.stdout
    found = json.loads(shell("coverage", "--json").stdout)
    assert {one["scenario"] for one in found["stories"]} >= {"signup_farm", "card_testing"}
    bare = Shell(tmp_path / "none")("coverage")
    assert bare.returncode == 0 and "not known" in bare.stdout
    assert "daywatch demo generate" in bare.stdout
