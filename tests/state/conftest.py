"""A state store on each database it supports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daywatch.settings import Settings
from daywatch.state import StateStore, open_state


@pytest.fixture(params=["sqlite", "postgresql"])
def state_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings whose state store is new and empty, on either database."""
    if request.param == "sqlite":
        return Settings(data_dir=tmp_path, state_url=f"sqlite:///{tmp_path / 'state.db'}")
    return Settings(data_dir=tmp_path, state_url=request.getfixturevalue("postgres_url"))


@pytest.fixture
def state(state_settings: Settings) -> Iterator[StateStore]:
    """An open state store on either database."""
    store = open_state(state_settings)
    yield store
    store.close()
