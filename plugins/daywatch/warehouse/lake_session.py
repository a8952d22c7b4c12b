"""A DuckDB session that can read a few views and nothing else.

The catalogue already refuses SQL that does more than select; this session does not rely on it. It
is a fresh in-memory database whose views name exact files; then external access goes off and the
configuration is locked. What it may still write is its own memory and a private spill folder that
is deleted with it, and `stream` runs nothing but one SELECT.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from daywatch.catalog.model import ColumnType, Scalar
from daywatch.errors import QueryFailed
from daywatch.settings import Settings
from daywatch.warehouse.columns import DUCKDB
from daywatch.warehouse.naming import ident, path_list

BATCH = 10_000
"""Rows per Arrow batch: the row cap is noticed at most so many rows late."""


@dataclass(frozen=True)
class View:
    """A typed view over Parquet files; without files it is empty and still typed."""

    name: str
    columns: Mapping[str, ColumnType]
    files: tuple[Path, ...]
    where: str = ""
    schema: str = "main"


def connect(settings: Settings, spill: Path) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB within the settings' limits, blind to Python's variables."""
    config: dict[str, Any] = {
        **limits(settings),
        "temp_directory": str(spill),
        "python_enable_replacements": "false",
        "autoload_known_extensions": "false",
        "autoinstall_known_extensions": "false",
    }
    return duckdb.connect(":memory:", config=config)


def limits(settings: Settings) -> dict[str, Any]:
    """What of the machine a DuckDB may use, where the settings say it."""
    given = {"threads": settings.duckdb_threads, "memory_limit": settings.duckdb_memory}
    return {name: value for name, value in given.items() if value}


@contextmanager
def read_session(
    settings: Settings, spill: Path, views: Iterable[View]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked session over these views."""
    views = tuple(views)
    connection = connect(settings, spill)
    try:
        for view in views:
            if view.schema != "main":
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {ident(view.schema)}")
            connection.execute(
                f"CREATE VIEW {ident(view.schema)}.{ident(view.name)} AS {select(view)}"
            )
        files = {file for view in views for file in view.files}
        connection.execute(f"SET allowed_paths = {path_list(sorted(files))}")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection
    finally:
        connection.close()


@contextmanager
def own_session(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for our own SQL, to one database that the process keeps.

    Opening a database costs some 20 ms, a connection to an open one nothing; what a connection
    registers only it can see.
    """
    session = _kept(settings, os.getpid(), locked=False).cursor()
    try:
        yield session
    finally:
        session.close()


@contextmanager
def locked_session(
    settings: Settings, rows: Mapping[str, pa.Table]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for analysts' SQL that sees these tables, in memory, and nothing else."""
    session = _kept(settings, os.getpid(), locked=True).cursor()
    try:
        for name, table in rows.items():
            session.register(name, table)
        yield session
    finally:
        session.close()


@lru_cache(maxsize=4)
def _kept(settings: Settings, pid: int, *, locked: bool) -> duckdb.DuckDBPyConnection:
    """One database per process and purpose; a forked child opens its own."""
    spill = settings.data / "spill" / f"{pid}-{'locked' if locked else 'own'}"
    database = connect(settings, spill)
    if locked:
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")
    return database


def select(view: View) -> str:
    """The SELECT behind a view. Columns that older files lack are NULL."""
    if not view.files:
        cells = (f"NULL::{DUCKDB[kind]} AS {ident(name)}" for name, kind in view.columns.items())
        return f"SELECT {', '.join(cells)} WHERE false"
    held = [columns_of(file) for file in view.files]
    alike = all(names == held[0] for names in held)
    known = frozenset[str]().union(*held)
    cells = (
        f"{f'CAST({ident(name)} AS {DUCKDB[kind]})' if name in known else f'NULL::{DUCKDB[kind]}'}"
        f" AS {ident(name)}"
        for name, kind in view.columns.items()
    )
    # Without union_by_name DuckDB reads one footer instead of all of them.
    option = "" if alike else ", union_by_name = true"
    source = f"read_parquet({path_list(view.files)}{option})"
    return f"SELECT {', '.join(cells)} FROM {source}{f' WHERE {view.where}' if view.where else ''}"


@lru_cache(maxsize=8192)
def columns_of(file: Path) -> frozenset[str]:
    """The column names of a Parquet file; files never change, so they are remembered."""
    return frozenset(pq.read_schema(file).names)


def stream(
    connection: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, Scalar]
) -> pa.RecordBatchReader:
    """Run one SELECT and stream its rows as Arrow.

    `sql()` streams where `execute()` would hold the whole result; it would also run anything
    else at once, so the statement's kind is looked at first.
    """
    _only_a_select(connection, sql)
    try:
        relation = connection.sql(sql, params=dict(values))
    except duckdb.BinderException:
        # Asked this way the binder adds the line that the message above lacks.
        connection.execute(f"EXPLAIN {sql}", dict(values))
        raise
    return relation.to_arrow_reader(BATCH)


def _only_a_select(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    statements = connection.extract_statements(sql)
    kinds = [statement.type for statement in statements]
    if kinds != [duckdb.StatementType.SELECT]:
        found = ", ".join(str(kind.name) for kind in kinds) or "nothing"
        raise QueryFailed(
            f"a detection is exactly one SELECT; found {found}.", remedy="Keep the SELECT only."
        )
