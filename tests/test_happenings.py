"""Policy changes and incidents beside a series, from raw rows of both warehouses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from daywatch.happenings import happenings
from daywatch.house import House, open_house
from daywatch.settings import Settings
from daywatch.warehouse.columns import arrow_schema
from tests.conftest import CHECKOUT

DAY = date(2026, 3, 2)


@pytest.fixture(params=["lake", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """The shipped catalogue over an empty warehouse."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    settings = Settings(
        home=CHECKOUT, data_dir=tmp_path, warehouse_url=url, state_url=url, slack_token=None
    )
    with open_house(settings) as found:
        yield found


def fill(house: House, name: str, rows: list[dict[str, object]]) -> None:
    source = house.catalog.sources[name]
    schema = arrow_schema({column: one.type for column, one in source.columns.items()})
    house.warehouse.load_arrow(source, pa.Table.from_pylist(rows, schema=schema))


def change(number: int, at: datetime, arrived: datetime | None = None) -> dict[str, object]:
    return {
        "change_id": number, "ds": at.date(), "event_ts": at, "kind": "threshold",
        "description": f"threshold {number}", "market": "BR", "ingest_ts": arrived or at,
    }  # fmt: skip


def test_what_happened_is_told_in_order_and_no_more_than_fits(house: House) -> None:
    noon = datetime(2026, 3, 2, 12)
    fill(house, "policy_changes", [change(n, noon - timedelta(days=n)) for n in range(9)])
    fill(
        house,
        "incidents",
        [
            {"incident_id": "INC-7", "opened_ts": noon, "severity": "sev2", "team": "quality",
             "market": "BR", "root_cause": "known only later"},
            {"incident_id": "INC-1", "opened_ts": noon - timedelta(days=90), "severity": "sev1"},
        ],
    )  # fmt: skip
    detection = house.catalog.by_table("signup_burst")
    assert detection is not None
    marks = happenings(house, detection, DAY - timedelta(days=59), DAY)
    assert [m.day for m in marks] == sorted(m.day for m in marks) and len(marks) == 6
    assert ("incident", "INC-7 sev2 quality BR") in {(m.what, m.label) for m in marks}
    assert {"threshold 0 BR", "threshold 4 BR"} <= {m.label for m in marks}
    assert not [m for m in marks if "later" in m.label or "INC-1" in m.label]


def test_what_had_not_arrived_by_the_cutoff_is_not_there(house: House) -> None:
    noon = datetime(2026, 3, 2, 12)
    late = change(2, noon, arrived=house.now() + timedelta(days=1))
    fill(house, "policy_changes", [change(1, noon), late])
    detection = house.catalog.by_table("signup_burst")
    assert detection is not None
    assert [m.label for m in happenings(house, detection, DAY, DAY)] == ["threshold 1 BR"]


def test_no_rows_no_marks(house: House) -> None:
    detection = house.catalog.by_table("signup_burst")
    assert detection is not None
    assert happenings(house, detection, DAY, DAY) == ()
