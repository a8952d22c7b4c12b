"""The contract of a result: the header's columns against what the engine returned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import pyarrow as pa
import pyarrow.types as pt

from daywatch.catalog.model import ColumnMap, ColumnType, Detection
from daywatch.errors import QueryFailed, Where
from daywatch.warehouse.naming import ident

DUCKDB = {
    ColumnType.TEXT: "VARCHAR",
    ColumnType.BIGINT: "BIGINT",
    ColumnType.INTEGER: "INTEGER",
    ColumnType.DOUBLE: "DOUBLE",
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.DATE: "DATE",
    ColumnType.TIMESTAMP: "TIMESTAMP",
}
POSTGRES = {
    **DUCKDB,
    ColumnType.TEXT: "text",
    ColumnType.DOUBLE: "double precision",
    ColumnType.TIMESTAMP: "timestamp",
}
ARROW: dict[ColumnType, pa.DataType] = {
    ColumnType.TEXT: pa.string(),
    ColumnType.BIGINT: pa.int64(),
    ColumnType.INTEGER: pa.int32(),
    ColumnType.DOUBLE: pa.float64(),
    ColumnType.BOOLEAN: pa.bool_(),
    ColumnType.DATE: pa.date32(),
    ColumnType.TIMESTAMP: pa.timestamp("us"),
}


def _text(kind: pa.DataType) -> bool:
    if pt.is_dictionary(kind):
        return _text(kind.value_type)
    return bool(pt.is_string(kind) or pt.is_large_string(kind) or pt.is_string_view(kind))


def _whole(kind: pa.DataType) -> bool:
    return bool(pt.is_integer(kind) or (pt.is_decimal(kind) and kind.scale == 0))


def _number(kind: pa.DataType) -> bool:
    return bool(pt.is_integer(kind) or pt.is_floating(kind) or pt.is_decimal(kind))


def _naive_time(kind: pa.DataType) -> bool:
    return bool(pt.is_timestamp(kind) and kind.tz is None)


_FAMILY: dict[ColumnType, Callable[[pa.DataType], bool]] = {
    ColumnType.TEXT: _text,
    ColumnType.BIGINT: _whole,
    ColumnType.INTEGER: _whole,
    ColumnType.DOUBLE: _number,
    ColumnType.BOOLEAN: pt.is_boolean,
    ColumnType.DATE: pt.is_date,
    ColumnType.TIMESTAMP: _naive_time,
}


def with_day(columns: ColumnMap) -> dict[str, ColumnType]:
    """The risk table's columns: the header's, in its order, and the runner's `day` at the end."""
    return {**columns, "day": ColumnType.DATE}


def arrow_schema(columns: Mapping[str, ColumnType]) -> pa.Schema:
    """The Arrow schema of declared columns."""
    return pa.schema([(name, ARROW[kind]) for name, kind in columns.items()])


def check_columns(
    detection: Detection, found: pa.Schema, shown: Mapping[str, str] | None = None
) -> None:
    """Refuse a result whose columns or type families are not the header's.

    An integer sum may arrive as HUGEINT or DECIMAL(., 0) and any number may become a double, but
    text never becomes a number and a timestamp never a date: that would hide a wrong query.
    `shown` gives the engine's own names of the types found.
    """
    wanted = detection.header.columns
    names = [name for name in found.names if name != "day" or "day" in wanted]
    _same_names(detection, list(wanted), names)
    for name, kind in wanted.items():
        got = found.field(name).type
        if not pt.is_null(got) and not _FAMILY[kind](got):
            seen = (shown or {}).get(name, str(got))
            raise _refused(
                detection,
                f"column {name} is declared {kind} and the query returns {seen}.",
                f"Cast it in the SELECT, or declare {name} as it is.",
            )


def _same_names(detection: Detection, wanted: list[str], found: list[str]) -> None:
    doubled = sorted({name for name in found if found.count(name) > 1})
    absent = [name for name in wanted if name not in found]
    extra = [name for name in found if name not in wanted]
    faults = (
        ("returns twice", doubled, "Give each column one name."),
        ("does not return", absent, "Select it, or take it out of the header's columns."),
        ("returns undeclared", extra, "Add it to the header's columns, or do not select it."),
    )
    for fault, names, remedy in faults:
        if names:
            raise _refused(detection, f"the query {fault}: {', '.join(names)}.", remedy)


def _refused(detection: Detection, fault: str, remedy: str) -> QueryFailed:
    return QueryFailed(fault, remedy=remedy, where=Where(detection.path, detection.sql_line))


def row_hash(columns: Iterable[str]) -> str:
    """DuckDB expression: an order-independent hash over all rows, as a number.

    The sum of per-row MD5s over length-prefixed texts. DuckDB's own hash() is faster but may
    change with its version, and a hash kept for months must not.
    """
    cells = (
        f"coalesce(strlen({ident(name)}::VARCHAR) || ':' || {ident(name)}::VARCHAR, '-')"
        for name in columns
    )
    return f"coalesce(sum(md5_number_lower({' || '.join(cells)})), 0)::HUGEINT"


def content_hash(rows: int, total: int) -> str:
    """Row count and sum of row hashes, as the hexadecimal text that is kept."""
    return f"{rows:x}-{total:032x}"
