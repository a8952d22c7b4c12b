"""Engines for the state store: SQLite in WAL mode for one host, PostgreSQL when shared."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, OperationalError

from daywatch.errors import ConfigurationError, Unavailable, Where

BUSY_TIMEOUT_MS = 60_000
WRITES = {"daywatch_writes": True}
"""Execution options of a connection that will write: SQLite takes its write lock at BEGIN.

A deferred transaction that reads first and writes later fails at once with 'database is locked'
when another process wrote in between; no timeout helps. BEGIN IMMEDIATE waits its turn instead.
"""


def state_url(text: str) -> URL:
    """The URL as SQLAlchemy wants it; `postgresql://` means psycopg 3."""
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ConfigurationError(
            "the state store's URL cannot be read.", remedy=_SPELLING, where=Where("state_url")
        ) from error
    backend = url.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and url.database and url.database != ":memory:":
        return url.set(drivername="sqlite+pysqlite")
    raise ConfigurationError(
        "the state store must be a SQLite file or PostgreSQL.",
        remedy=_SPELLING,
        where=Where(shown(url)),
    )


_SPELLING = "Set DAYWATCH_STATE_URL to sqlite:////absolute/path.db or postgresql://user@host/name."


def shown(url: URL) -> str:
    """The URL for human eyes, without its password."""
    return url.render_as_string(hide_password=True)


def open_engine(url: URL) -> Engine:
    """An engine whose writers wait for each other; nothing is connected yet."""
    if url.get_backend_name() == "postgresql":
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_size=5,
            connect_args={"connect_timeout": 10, "application_name": "daywatch-state"},
            json_serializer=to_json,
        )
    _make_folder(url)
    engine = create_engine(
        url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, json_serializer=to_json
    )
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(url: URL) -> None:
    folder = Path(str(url.database)).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            f"the state store's folder cannot be made: {error.strerror}.",
            remedy="Make it writable, or set DAYWATCH_DATA_DIR or DAYWATCH_STATE_URL.",
            where=Where(folder),
        ) from error


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see WRITES
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("daywatch_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def told_plainly(url: URL) -> Iterator[None]:
    """Turn a database that does not answer into `Unavailable`, place and remedy included."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise Unavailable(
            f"the state store does not answer: {_reason(error, url)}.",
            remedy="Check that it runs, is reachable and has room, then run again.",
            where=Where(shown(url)),
        ) from error
    except DatabaseError as error:
        if getattr(error.orig, "sqlstate", None) == _NO_RIGHT:
            raise ConfigurationError(
                f"the state store refuses us: {_reason(error, url)}.",
                remedy="Give this role CREATE on the default schema, or a database of its own.",
                where=Where(shown(url)),
            ) from error
        if "not a database" not in str(error.orig):
            raise
        raise ConfigurationError(
            "this file is not a SQLite database.",
            remedy="Set DAYWATCH_STATE_URL to another path, or move the file away.",
            where=Where(shown(url)),
        ) from error


_NO_RIGHT = "42501"
"""PostgreSQL's SQLSTATE insufficient_privilege."""


def _reason(error: DatabaseError | InterfaceError, url: URL) -> str:
    lines = str(error.orig).strip().splitlines()
    reason = lines[0].rstrip(". ") if lines else type(error.orig).__name__
    return reason.replace(str(url.password), "***") if url.password else reason


def to_json(value: Any) -> str:
    """JSON that every database takes: NaN and infinities are null, times are ISO text."""
    return json.dumps(plain(value), allow_nan=False)


def plain(value: Any) -> Any:
    """`value` made of what JSON has, whatever scalars of numpy or pandas it came with."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if hasattr(value, "item"):  # numpy scalars
        return plain(value.item())
    if isinstance(value, float):
        return number(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def number(value: Any) -> float | None:
    """A finite float, else None: NaN and infinities are no data."""
    if value is None:
        return None
    result = float(value)
    return result if math.isfinite(result) else None
