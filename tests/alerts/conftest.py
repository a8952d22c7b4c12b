"""A real state store on SQLite and on PostgreSQL, and a fake Slack over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_slack import FakeSlack

from daywatch.settings import Settings
from daywatch.state import StateStore, open_state


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings whose state store is SQLite, then PostgreSQL."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    return Settings(data_dir=tmp_path / "data", state_url=url, slack_token=None)


@pytest.fixture
def store(any_settings: Settings) -> Iterator[StateStore]:
    """The migrated state store."""
    found = open_state(any_settings)
    yield found
    found.close()


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[StateStore]:
    """A state store on SQLite only, for what does not depend on the database."""
    found = open_state(Settings(data_dir=tmp_path / "lite", state_url="", slack_token=None))
    yield found
    found.close()


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """A fake Slack listening on loopback."""
    with FakeSlack() as server:
        yield server
