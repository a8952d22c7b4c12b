"""The staged table as the engine describes it, held against the header's columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql import quoted_name

from daywatch.validation.result import Check
from daywatch.validation.suite import Expectation

# The engine's own spellings, without length or precision, of each type the header may declare.
_FAMILIES: Mapping[str, frozenset[str]] = {
    "text": frozenset({"TEXT", "VARCHAR", "CHARACTER VARYING", "STRING"}),
    "bigint": frozenset({"BIGINT"}),
    "integer": frozenset({"INTEGER", "INT"}),
    "double": frozenset({"DOUBLE", "DOUBLE PRECISION", "DOUBLE_PRECISION", "FLOAT"}),
    "boolean": frozenset({"BOOLEAN", "BOOL"}),
    "date": frozenset({"DATE"}),
    "timestamp": frozenset({"TIMESTAMP", "TIMESTAMP WITHOUT TIME ZONE", "DATETIME"}),
}
_DUCKDB: Mapping[str, Any] = {
    "VARCHAR": sa.String(),
    "BIGINT": sa.BIGINT(),
    "INTEGER": sa.INTEGER(),
    "DOUBLE": sa.DOUBLE(),
    "BOOLEAN": sa.BOOLEAN(),
    "DATE": sa.DATE(),
    "TIMESTAMP": sa.TIMESTAMP(),
}


class StagedTable(sa.Table):
    """The staged table; GX formats it into queries, where its name must stand quoted."""

    inherit_cache = True

    def __format__(self, _: str) -> str:
        # Both engines quote with double quotes, which is what the default dialect does.
        return str(DefaultDialect().identifier_preparer.format_table(self))


def reflect(connection: Connection, table: str) -> tuple[sa.Table, list[Mapping[str, Any]]]:
    """`table` (name or schema.name) with its columns, from one look at the engine's catalogue."""
    schema, _, name = table.rpartition(".")
    columns = _described(connection, table) or [
        dict(column) for column in sa.inspect(connection).get_columns(name, schema=schema or None)
    ]
    described = tuple((column["name"], column["type"]) for column in columns)
    return _table(schema, name, described), columns


def _described(connection: Connection, table: str) -> list[Mapping[str, Any]] | None:
    """What DuckDB says of a table, or None where it has a type that no header declares.

    Its catalogue functions, which SQLAlchemy asks, take 10 ms in a database of one table.
    """
    if connection.dialect.name != "duckdb":
        return None
    quoted = ".".join(f'"{part}"' for part in table.split("."))
    said = connection.exec_driver_sql(f"DESCRIBE {quoted}").fetchall()
    if any(kind not in _DUCKDB for _, kind, *_ in said):
        return None
    return [{"name": name, "type": _DUCKDB[kind]} for name, kind, *_ in said]


@lru_cache(maxsize=256)
def _table(schema: str, name: str, columns: tuple[tuple[str, Any], ...]) -> sa.Table:
    """One object for tables that look alike, so that SQLAlchemy knows its queries again."""
    return StagedTable(
        quoted_name(name, quote=True),
        sa.MetaData(),
        *(sa.Column(column, kind) for column, kind in columns),
        schema=quoted_name(schema, quote=True) if schema else None,
    )


def columns_check(
    expectation: Expectation, columns: Sequence[Mapping[str, Any]], dialect: str
) -> Check:
    """Names, order and types of the staged table against the declared ones."""
    declared: dict[str, str] = expectation.kwargs["columns"]
    found = {column["name"]: spelt(column["type"]) for column in columns}
    faults = [*_missing_and_extra(declared, found), *_of_other_type(declared, found)]
    if not faults and list(declared) != list(found):
        faults = [f"the order is {', '.join(found)}"]
    return Check(
        type=expectation.type,
        column=None,
        severity="critical",
        success=not faults,
        generated=True,
        kwargs={"columns": dict(declared)},
        observed="; ".join(faults),
        meaning=expectation.meaning,
    )


def spelt(kind: Any) -> str:
    """The type's name in capitals, without length, precision or collation."""
    return str(kind).upper().split("(")[0].split(" COLLATE")[0].strip()


def _missing_and_extra(declared: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    missing = [f"{name} is missing" for name in declared if name not in found]
    return missing + [f"{name} is not declared" for name in found if name not in declared]


def _of_other_type(declared: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    return [
        f"{name} is {found[name].lower()}, declared {kind}"
        for name, kind in declared.items()
        if name in found and found[name] not in _FAMILIES[kind]
    ]
