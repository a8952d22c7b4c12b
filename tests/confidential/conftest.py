"""The confidential team's house on the lake and on PostgreSQL, and people of this host."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daywatch.house import House, open_house
from daywatch.settings import Settings
from tests.confidential.content import conduct_settings, load_looks

PEOPLE = [one.pw_name for one in pwd.getpwall() if one.pw_uid][:3]
"""Logins that exist on this host: two readers and a stranger."""


@pytest.fixture(params=["lake", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings over the confidential team's house, on each engine and state store."""
    changes = {}
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        changes = {"warehouse_url": url, "state_url": url}
    return conduct_settings(tmp_path, readers=", ".join(PEOPLE[:2]), **changes)


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    """The house opened, with a day of looks."""
    with open_house(settings) as house:
        load_looks(house)
        yield house


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make this process another login's, as far as Daywatch can see."""

    def change(login: str) -> None:
        uid = pwd.getpwnam(login).pw_uid
        monkeypatch.setattr(os, "geteuid", lambda: uid)

    return change
