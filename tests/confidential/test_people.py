"""Who the caller is, and which readers a team may name."""

from __future__ import annotations

import grp
import os
from pathlib import Path

import pytest

from daywatch.catalog import load_catalog
from daywatch.catalog.model import Team
from daywatch.confidential import caller, groups_of, may_read
from daywatch.errors import NotAllowed, Unavailable
from daywatch.house import House
from daywatch.runner import run_day, select
from tests.confidential.conftest import PEOPLE
from tests.confidential.content import conduct_settings, write_conduct
from tests.content import DAY

ANA, BO, STRANGER = PEOPLE


def team(*readers: str, confidential: bool = True) -> Team:
    return Team.model_validate(
        {
            "name": "conduct",
            "title": "Conduct",
            "channels": {"alerts": "#a", "data": "#d", "digest": "#g"},
            "owners": {"oncall": {}},
            "confidential": confidential,
            "readers": readers,
        }
    )


def test_readers_are_logins_or_members_of_groups() -> None:
    [own, *_] = sorted(groups_of(ANA))
    others = {one.gr_name for one in grp.getgrall()} - groups_of(ANA)
    assert may_read(team(ANA), ANA) and not may_read(team(ANA), BO)
    assert may_read(team(f"group:{own}"), ANA)
    assert others and not may_read(team(*(f"group:{one}" for one in sorted(others))), ANA)
    assert not may_read(team(own if own != ANA else "nobody_else"), ANA)  # a group is no login


def test_without_readers_nobody_reads_and_open_teams_are_everybodys() -> None:
    assert not may_read(team(), ANA) and not may_read(team(), "root")
    assert may_read(team(confidential=False), STRANGER)


def test_an_account_that_the_host_does_not_know_reads_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 3_999_999)
    assert caller() == "uid-3999999"
    assert groups_of(caller()) == frozenset() and not may_read(team("group:root"), caller())


def test_no_variable_changes_who_somebody_is(monkeypatch: pytest.MonkeyPatch) -> None:
    before = caller()
    for name in ("USER", "LOGNAME", "SUDO_USER", "USERNAME", "DAYWATCH_ACTOR"):
        monkeypatch.setenv(name, ANA)
    assert caller() == before


@pytest.mark.parametrize("wrong", ['"group:"', '"Ana Lopez"', '"@integrity"', '"group:a b"'])
def test_a_reader_that_is_neither_login_nor_group_is_refused(tmp_path: Path, wrong: str) -> None:
    settings = conduct_settings(tmp_path)
    write_conduct(settings.home, readers=wrong)
    [broken] = load_catalog(settings).broken
    assert broken.path.name == "team.yaml" and broken.line == 5 and "readers" in broken.fault


@pytest.mark.parametrize("settings", ["lake"], indirect=True)
def test_only_our_account_looks_into_a_confidential_teams_folders(house: House) -> None:
    lake = house.settings.data / "lake"
    modes = {one: (lake / one).stat().st_mode & 0o777 for one in ("risk/conduct", "staging/peeks")}
    assert set(modes.values()) == {0o700}, modes
    assert not (lake / "risk/spam").exists() or (lake / "risk/spam").stat().st_mode & 0o055


@pytest.mark.parametrize("settings", ["lake"], indirect=True)
def test_another_account_is_told_that_the_files_are_not_its_own(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    [outcome] = run_day(house, select(house.catalog, ["peeks"]), DAY)
    assert outcome.state == "done", outcome.message
    peeks = house.catalog.detections["conduct.peeks"]
    for file in (house.settings.data / "lake/risk/conduct").rglob("*.parquet"):
        file.unlink()  # to DuckDB, a file in a closed folder is a file that is not there
    with pytest.raises(Unavailable, match="went away"):
        house.warehouse.read(peeks, DAY, DAY)
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    with pytest.raises(NotAllowed, match=r"belong to another account.*PostgreSQL"):
        house.warehouse.read(peeks, DAY, DAY)
