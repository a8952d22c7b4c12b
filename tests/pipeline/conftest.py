"""A house with three days of sign-ups, on the lake and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.content import DAY, settings_in, signups

from daywatch.house import House, open_house
from daywatch.settings import Settings


@pytest.fixture(params=["lake", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings over a small content folder of the test's own, on each engine."""
    changes = {}
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        changes = {"warehouse_url": url, "state_url": url}
    return settings_in(tmp_path, paging_horizon_days=3650, **changes)


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    """The house opened, its sources loaded: 3 sign-ups on one network on DAY, quiet before."""
    with open_house(settings) as house:
        source = house.catalog.sources["signups"]
        for ago in (2, 1):
            day = DAY - timedelta(days=ago)
            house.warehouse.load_arrow(source, signups({"10.0.0": 2, "10.0.1": 1}, day))
        house.warehouse.load_arrow(source, signups({"10.0.0": 4, "10.0.1": 1}))
        yield house
