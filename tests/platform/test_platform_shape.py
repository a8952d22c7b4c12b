"""The platform has exactly the declared tables, columns and types, and is the same for one seed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from daywatch.catalog import load_catalog
from daywatch.errors import ConfigurationError
from daywatch.platform import Generated, generate
from daywatch.platform.plan import SIZES, cells
from daywatch.platform.tables import DIMENSIONS, EVENTS, TRUTH
from daywatch.settings import Settings

PEOPLES = {"entity_verdicts"}
"""Sources that people fill, not the platform."""
ARROW = {
    "text": pa.string(),
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


def test_tables_columns_and_types_are_the_declared_ones(
    made: Generated, settings: Settings
) -> None:
    sources = load_catalog(settings).sources
    assert {table.name for table in (*DIMENSIONS, *EVENTS)} == set(sources) - PEOPLES
    wrong = {}
    for source in (one for name, one in sources.items() if name not in PEOPLES):
        file = made.partitions_of(source.name)[-1].files[0]
        schema = pq.read_schema(file)
        found = list(zip(schema.names, schema.types, strict=True))
        if found != [(name, ARROW[column.type]) for name, column in source.columns.items()]:
            wrong[source.name] = found
    assert not wrong


def test_truth_is_no_source(made: Generated, settings: Settings) -> None:
    assert not set(load_catalog(settings).sources) & {table.name for table in TRUTH}
    assert {file.stem for file in made.truth.iterdir()} == {table.name for table in TRUTH}


def test_every_day_of_a_dated_table_has_its_partition(made: Generated, settings: Settings) -> None:
    short = {}
    for source in load_catalog(settings).sources.values():
        if source.name in PEOPLES:
            continue
        parts = made.partitions_of(source.name)
        wanted = 21 if source.day else 1
        if len(parts) != wanted or any(p.rows < source.min_rows_per_day for p in parts):
            short[source.name] = [part.rows for part in parts]
    assert not short


def fingerprint(made: Generated) -> dict[str, tuple[int, int]]:
    """Rows and a hash without order, for each table."""
    with duckdb.connect() as db:
        prints = {}
        for table in (*DIMENSIONS, *EVENTS):
            files = [file for part in made.partitions_of(table.name) for file in part.files]
            row = db.execute(
                "select count(*), sum(hash(rows)) "
                "from read_parquet(?, hive_partitioning = false) as rows",
                [files],
            ).fetchone()
            prints[table.name] = row or (0, 0)
    return prints


def test_a_seed_gives_one_platform_on_any_number_of_threads(tmp_path: Path) -> None:
    end = date(2026, 11, 21)
    first = fingerprint(generate(tmp_path / "a", "S", 2, end, seed=3, threads=1))
    again = fingerprint(generate(tmp_path / "b", "S", 2, end, seed=3, threads=3))
    other = fingerprint(generate(tmp_path / "c", "S", 2, end, seed=4))
    assert first == again
    seeded = {table.name for table in (*DIMENSIONS, *EVENTS)}
    same = {name for name in seeded if first[name] == other[name]}
    assert same <= {"dim_market", "calibration_labels", "policy_changes", "incidents"}


@pytest.mark.parametrize("size", ["S", "M"])
def test_sizes_hold_their_volumes(size: str) -> None:
    volumes = SIZES[size]  # type: ignore[index]
    plan = list(cells(volumes, date(2026, 11, 1), date(2026, 11, 21), 7))
    off = {}
    for name in ("signups", "logins", "videos", "engagements", "comments", "reviews", "payments"):
        wanted = getattr(volumes, name)
        daily = sum(cell.n for cell in plan if cell.name == name and cell.day.month == 11) / 21
        if not 0.9 * wanted <= daily <= 1.1 * wanted:
            off[name] = daily
    assert not off


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("do not delete")
    with pytest.raises(ConfigurationError, match="not a generated platform"):
        generate(tmp_path, "S", 1, date(2026, 11, 21))
    assert (tmp_path / "thesis.txt").is_file()


def test_an_unknown_scenario_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such scenario: sharks"):
        generate(tmp_path / "p", "S", 1, date(2026, 11, 21), scenarios=["sharks"])
