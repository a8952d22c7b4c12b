"""Every engine in turn, empty and prepared for the small house of warehouse_house.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from warehouse_house import CATALOG

from daywatch.settings import Settings
from daywatch.state import open_state
from daywatch.warehouse import open_warehouse
from daywatch.warehouse.base import Warehouse

Opener = Callable[[], Warehouse]


@pytest.fixture(params=["lake", "postgres"])
def engine_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings for each engine in turn."""
    url = ""
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    return Settings(home=tmp_path, data_dir=tmp_path / "data", warehouse_url=url, duckdb_threads=2)


@pytest.fixture
def opener(engine_settings: Settings) -> Iterator[Opener]:
    """Opens further warehouses over the same store, as other processes would."""
    opened: list[object] = []

    def open_one() -> Warehouse:
        state = open_state(engine_settings)
        warehouse = open_warehouse(engine_settings, state)
        opened.extend([warehouse, state])
        return warehouse

    yield open_one
    for one in opened:
        one.close()  # type: ignore[attr-defined]


@pytest.fixture
def warehouse(opener: Opener) -> Warehouse:
    """An empty warehouse, prepared for the small house."""
    one = opener()
    one.prepare(CATALOG)
    return one
