"""A generated platform becomes the sources of a real lake and of a real PostgreSQL."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from tests.conftest import CHECKOUT

from daywatch.catalog import load_catalog
from daywatch.platform import generate, install
from daywatch.settings import Settings
from daywatch.state import open_state
from daywatch.warehouse import open_warehouse

END = date(2026, 11, 21)


@pytest.mark.parametrize("engine", ["lake", "postgres"])
def test_installed_rows_are_the_generated_ones(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("postgres_url") if engine == "postgres" else ""
    settings = Settings(home=CHECKOUT, data_dir=tmp_path / "data", warehouse_url=url)
    # only the sources matter here
    catalog = load_catalog(settings).model_copy(update={"teams": {}, "detections": {}})
    state = open_state(settings)
    warehouse = open_warehouse(settings, state)
    # no rows that arrive twice: loading by key drops them, a lake adopts files as they are
    scenarios = ["signup_farm", "vip_snooping", "click_farm"]
    made = generate(settings.data / "platform", "S", 1, END, seed=5, scenarios=scenarios)
    seen: list[tuple[int, int]] = []
    install(made, warehouse, catalog, progress=lambda done, total: seen.append((done, total)))

    later = datetime(2026, 12, 30)
    found = {
        name: warehouse.source_day(source, END, later).rows
        for name, source in catalog.sources.items()
        if name != "entity_verdicts"  # people fill it
    }
    assert found == {part.source: part.rows for part in made.partitions}
    assert seen[-1] == (len(made.partitions), len(made.partitions))
    warehouse.close()
    state.close()
