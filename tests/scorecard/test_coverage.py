"""What nobody watches is named: policies, techniques, scenarios and sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from daywatch.catalog import load_catalog
from daywatch.catalog.model import Catalog
from daywatch.scorecard import score
from daywatch.scorecard.coverage import Story, cover
from tests.content import HEADER, settings_in, write_detection
from tests.scorecard.builders import BUDGET, history, platform, rows, run, truth


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """A production detection and an experimental one that names a technique nobody else does."""
    settings = settings_in(tmp_path)
    taxonomy = settings.sql_dir / "taxonomy.yaml"
    taxonomy.write_text(
        "policies: {scams_and_fraud: Scams, violence: Violence}\n"
        "techniques: {T1: One, T2: Two, T3: Three}\n"
    )
    write_detection(settings.home, header=HEADER.replace("grain:", "techniques: [T1]\n-- grain:"))
    trial = HEADER.replace("production", "experimental")
    write_detection(
        settings.home, "trial", header=trial.replace("grain:", "techniques: [T2]\n-- grain:")
    )
    return load_catalog(settings)


def test_by_status_and_what_has_no_production_detection(catalog: Catalog) -> None:
    assert not catalog.broken
    found = cover(catalog, None, "No truth.")
    [spam] = found.teams
    assert (spam.detections.production, spam.detections.experimental) == (
        ("spam.burst",),
        ("spam.trial",),
    )
    assert found.unwatched_policies == ("violence",)
    assert found.unwatched_techniques == ("T2", "T3")
    assert found.unread_sources == ()
    assert {gap.detection for gap in found.gaps} == {"spam.burst", "spam.trial"}
    assert "false_positives" in found.gaps[0].lacks and "row tests" not in found.gaps[0].lacks
    assert found.stories is None and found.unfound == () and found.stories_unknown == "No truth."


def test_a_source_that_nobody_reads(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    sources = settings.sql_dir / "sources.yaml"
    sources.write_text(sources.read_text() + "  unread:\n    columns: {a: text}\n")
    assert cover(load_catalog(settings), None).unread_sources == ("unread",)


def test_one_team_shows_what_its_detections_touch(catalog: Catalog) -> None:
    found = cover(catalog, None, team="spam")
    assert [one.id for one in found.policies] == ["scams_and_fraud"]
    assert [one.id for one in found.techniques] == ["T1", "T2"]
    assert found.unwatched_policies == () and found.unwatched_techniques == ("T2",)


def test_scenarios_that_nobody_finds_come_first(catalog: Catalog) -> None:
    known = truth(
        [run("easy", 0, 1), run("easy", 0, 1, "ring"), run("benign", 0, 1)],
        {"farm.easy": ["a"], "ring.easy": ["r"]},
    )
    found = rows(known, {0: {"a": 9}, 1: {"r": 9}})
    card = score([platform(known, history(found, [[0]]))], [BUDGET])
    coverage = cover(catalog, card)
    assert coverage.stories == (
        Story("ring", "spam", 1, 0, ("spam.farm",)),
        Story("farm", "spam", 1, 1, ("spam.farm",)),
    )
    assert [one.scenario for one in coverage.unfound] == ["ring"]
