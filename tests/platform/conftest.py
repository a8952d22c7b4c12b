"""Three weeks of a small platform, made once, and a DuckDB that sees its tables by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from daywatch.platform import Generated, generate
from daywatch.platform.tables import DIMENSIONS, EVENTS, TRUTH

END = date(2026, 11, 21)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """Size S over 21 days up to END."""
    return generate(tmp_path_factory.mktemp("platform") / "s", "S", 21, END, seed=7)


@pytest.fixture(scope="session")
def tables(made: Generated) -> Iterator[duckdb.DuckDBPyConnection]:
    """A view for each table of the platform and of its truth."""
    db = duckdb.connect(config={"threads": 2})
    for table in (*DIMENSIONS, *EVENTS):
        show(db, table.name, [f for p in made.partitions_of(table.name) for f in p.files])
    for table in TRUTH:
        show(db, table.name, [str(made.truth / f"{table.name}.parquet")])
    yield db
    db.close()


def show(db: duckdb.DuckDBPyConnection, name: str, files: list[str]) -> None:
    """Make `files` a view."""
    listed = ", ".join(f"'{Path(file)}'" for file in files)
    db.execute(f"create view {name} as from read_parquet([{listed}], hive_partitioning = false)")
