"""Staged tables on real engines, and detections with a suite of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.pool import StaticPool

from daywatch.catalog.model import Detection, Header
from tests.validation.cases import COLUMNS, CREATE, ROWS

HEADER: dict[str, Any] = {
    "title": "A table of everything",
    "description": "One column of each type there is.",
    "owner": "someone",
    "status": "experimental",
    "severity": "low",
    "policy": "spam",
    "grain": ["id"],
    "columns": {
        "id": "bigint", "name": "text", "market": "text", "n": "integer", "twin": "integer",
        "share": "double", "flag": "boolean", "born": "date", "hole": "text",
    },
    "entities": [{"type": "account", "column": "name", "score": 10}],
    "runbook": "Look at it closely.",
}  # fmt: skip


def fill(engine: Engine, rows: list[tuple[Any, ...]], table: str = "staged") -> Engine:
    """`engine` with a fresh `table` of these rows."""
    marks = ", ".join(f":{name}" for name in COLUMNS)
    with engine.begin() as connection:
        connection.execute(sa.text(f"drop table if exists {table}"))
        connection.execute(sa.text(CREATE.format(table=table)))
        if rows:
            values = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
            connection.execute(sa.text(f"insert into {table} values ({marks})"), values)
    return engine


@pytest.fixture
def duck() -> Iterator[Engine]:
    engine = sa.create_engine("duckdb:///:memory:", poolclass=StaticPool)
    yield engine
    engine.dispose()


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Engine]:
    url = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    engine = sa.create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture(params=["duck", "postgres"])
def empty(request: pytest.FixtureRequest) -> Engine:
    """Each engine in turn, without a table."""
    engine: Engine = request.getfixturevalue(request.param)
    return engine


@pytest.fixture
def staged(empty: Engine) -> Engine:
    """Each engine in turn with the table `staged` of twenty good rows."""
    return fill(empty, ROWS)


@pytest.fixture
def detection(tmp_path: Path) -> Callable[..., Detection]:
    """A detection over those columns whose suite is the given text."""

    def make(suite: str | None = None, **header: Any) -> Detection:
        path = tmp_path / "everything.yaml"
        if suite is not None:
            path.write_text(suite)
        return Detection(
            team="lab",
            table="everything",
            path=tmp_path / "everything.sql",
            header=Header.model_validate(HEADER | header),
            sql="select 1",
            sql_line=1,
            sources=(),
            upstreams=(),
            suite_path=path,
            cases_path=tmp_path / "cases.yaml",
        )

    return make
