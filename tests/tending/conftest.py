"""Scenes over both kinds of stores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daywatch.settings import Settings
from tests.content import settings_in
from tests.tending.scene import Scene, fill_home, scene_in


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Both stores on files, then both on PostgreSQL."""
    urls = {}
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        urls = {"warehouse_url": url, "state_url": url}
    found = settings_in(tmp_path, **urls)
    fill_home(found.home)
    return found


@pytest.fixture
def scene(settings: Settings) -> Iterator[Scene]:
    """The house known since midnight, at three in the morning, before yesterday's day has run."""
    yield from scene_in(settings)


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Scene]:
    """The same on files only, for what does not depend on the database."""
    settings = settings_in(tmp_path)
    fill_home(settings.home)
    yield from scene_in(settings)
