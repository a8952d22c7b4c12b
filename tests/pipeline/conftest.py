"""A house with three days of sign-ups, on the lake and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.content import load_three_days, on_engine, settings_in

from daywatch.house import House, open_house
from daywatch.settings import Settings


@pytest.fixture(params=["lake", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings over a small content folder of the test's own, on each engine."""
    changes = on_engine(request.param, lambda: str(request.getfixturevalue("postgres_url")))
    return settings_in(tmp_path, paging_horizon_days=3650, **changes)


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    """The house opened, its sources loaded: 3 sign-ups on one network on DAY, quiet before."""
    with open_house(settings) as house:
        load_three_days(house)
        yield house
