"""Connections to PostgreSQL, their errors in the house's words, and rows by declared types."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import RawCursor

from daywatch.catalog.model import ColumnType, Detection, Scalar
from daywatch.errors import DaywatchError, QueryFailed, Unavailable
from daywatch.warehouse.columns import ARROW
from daywatch.warehouse.query import place

Link = psycopg.Connection[tuple[Any, ...]]

_OURS = ("08", "53", "57P", "58", "40001", "40P01", "55P03", "XX001")
"""SQLSTATEs of lost connections, full disks, shutdowns, deadlocks: try again later."""

CANCELED = "57014"


class Links:
    """Idle connections, kept for the next call. Safe to share among threads."""

    def __init__(self, url: str) -> None:
        head, _, rest = url.partition("://")
        self._url = f"{head.partition('+')[0]}://{rest}"
        self._idle: list[Link] = []
        self._lock = threading.Lock()

    def connect(self, **options: Any) -> Link:
        """A connection of its own; nothing of a user's SQL is ever prepared on the server."""
        link = psycopg.connect(self._url, prepare_threshold=None, connect_timeout=15, **options)
        link.execute("SET timezone = 'UTC'")
        link.commit()
        return link

    @contextmanager
    def transaction(
        self, detection: Detection | None = None, *, undone: bool = False
    ) -> Iterator[Link]:
        """A transaction: committed at the end, rolled back if `undone` and by any exception.

        psycopg's errors become the house's.
        """
        with told_plainly(detection):
            link = self._take()
            try:
                with link.transaction(force_rollback=undone):
                    yield link
            except BaseException:
                link.close()  # whatever state it is in, nobody else shall meet it
                raise
            with self._lock:
                self._idle.append(link)

    def _take(self) -> Link:
        with self._lock:
            while self._idle:
                link = self._idle.pop()
                if not link.closed and not link.broken:
                    return link
        return self.connect()

    def close(self) -> None:
        """Let go of all idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for link in idle:
            link.close()


@contextmanager
def told_plainly(
    detection: Detection | None = None, sent: str = "", prefix: str = ""
) -> Iterator[None]:
    """Raise psycopg's errors as ours (`Unavailable`) or the query's (`QueryFailed`).

    `sent` is the text that the server got and `prefix` what we put before the detection's SQL.
    """
    try:
        yield
    except psycopg.Error as error:
        raise translated(error, detection, sent, prefix) from error


def translated(
    error: psycopg.Error, detection: Detection | None, sent: str = "", prefix: str = ""
) -> DaywatchError:
    """The house's error for a server's."""
    state = error.sqlstate or ""
    words = (error.diag.message_primary or str(error)).strip()
    lost = not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    if lost or state.startswith(_OURS):
        return Unavailable(
            f"PostgreSQL does not take the work right now: {words}.", remedy="Try again."
        )
    line = None
    position = int(error.diag.statement_position or 0)
    if sent and position:
        line = sent[len(prefix) : max(position - 1, len(prefix))].count("\n") + 1
    hint = error.diag.message_hint or ""
    where = place(detection, line) if detection else None
    return QueryFailed(f"{words[:600]}.", remedy=hint, where=where)


def marker(position: int, _name: str, value: Scalar) -> str:
    """`$n` with the type that the value has, so that the server never guesses one."""
    return f"CAST(${position} AS {_type_of(value)})"


def _type_of(value: Scalar) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer" if -(2**31) <= value < 2**31 else "bigint"
    if isinstance(value, float):
        return "double precision"
    if isinstance(value, datetime):
        return "timestamp"
    return "date" if isinstance(value, date) else "text"


def run_one(cursor: RawCursor[Any], sql: str, values: Sequence[Scalar]) -> None:
    """Send text that somebody wrote as exactly one statement.

    Without values psycopg would use the simple protocol, which runs everything after a semicolon
    too; a binary result makes it use the extended one, which refuses a second statement.
    """
    cursor.execute(sql.encode(), list(values), binary=True)


# --- rows -----------------------------------------------------------------------------------------

_ARROW_OF_OID: Mapping[int, pa.DataType] = {
    16: pa.bool_(),
    20: pa.int64(),
    21: pa.int16(),
    23: pa.int32(),
    18: pa.string(),
    19: pa.string(),
    25: pa.string(),
    1042: pa.string(),
    1043: pa.string(),
    700: pa.float32(),
    701: pa.float64(),
    1082: pa.date32(),
    1114: pa.timestamp("us"),
    1184: pa.timestamp("us", tz="UTC"),
    # A sum of bigints is a numeric of no declared scale; its values are looked at one by one.
    1700: pa.decimal128(38, 0),
}


def result_schema(cursor: RawCursor[Any]) -> pa.Schema:
    """A result's columns as Arrow types; binary stands for every type that no header declares."""
    return pa.schema(
        [
            (column.name, _ARROW_OF_OID.get(column.type_code, pa.binary()))
            for column in cursor.description or ()
        ]
    )


def type_names(cursor: RawCursor[Any]) -> dict[str, str]:
    """PostgreSQL's own names of a result's types, for messages."""
    return {column.name: column.type_display for column in cursor.description or ()}


def whole(value: Any) -> Any:
    """A numeric as an integer; a fraction is refused."""
    if isinstance(value, Decimal):
        if value != value.to_integral_value():
            raise ValueError(f"{value} is no whole number")
        return int(value)
    return value


_CONVERT: Mapping[ColumnType, Callable[[Any], Any]] = {
    ColumnType.BIGINT: whole,
    ColumnType.INTEGER: whole,
    ColumnType.DOUBLE: lambda value: None if value is None else float(value),
}


def to_arrow(
    rows: Sequence[tuple[Any, ...]],
    names: Sequence[str],
    columns: Mapping[str, ColumnType],
    detection: Detection,
) -> pa.RecordBatch:
    """Rows of a cursor as declared columns, in declared order."""
    cells = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    arrays = []
    for name, kind in columns.items():
        values: Sequence[Any] = cells.get(name, ())
        try:
            if convert := _CONVERT.get(kind):
                values = [convert(value) for value in values]
            arrays.append(pa.array(values, ARROW[kind]))
        except (ValueError, OverflowError, pa.ArrowException) as error:
            raise QueryFailed(
                f"column {name} is declared {kind} and holds what is none: {str(error)[:200]}.",
                remedy=f"Cast it in the SELECT, or declare {name} as it is.",
                where=place(detection, None),
            ) from error
    return pa.record_batch(arrays, names=list(columns))
