"""Reading and writing the state store: every mixin of the store stands on these two doors."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from daywatch.state.engine import WRITES, told_plainly

TEXT_LIMIT = 20_000
"""Longest message kept: a failed query may quote a cell of a megabyte."""


def utc_now() -> datetime:
    """The naive UTC time of this moment, to the microsecond that both databases keep."""
    return datetime.now(UTC).replace(tzinfo=None)


class Sessions:
    """One state database. Sessions of `reading` never write; those of `transaction` may."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A writing transaction: committed at the end, undone by any exception.

        On SQLite it holds the one write lock, so keep network calls out of it.
        """
        with told_plainly(self.engine.url):
            bind = self.engine.execution_options(**WRITES)
            with Session(bind, expire_on_commit=False) as session, session.begin():
                yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A read-only snapshot that never waits for writers."""
        with told_plainly(self.engine.url), Session(self.engine, autoflush=False) as session:
            yield session

    def close(self) -> None:
        """Let go of connections."""
        self.engine.dispose()


def lock(session: Session, name: str) -> None:
    """Let only one transaction at a time past this point for `name`, until it ends.

    SQLite needs nothing more: its writing transactions exclude each other already.
    """
    if session.get_bind().dialect.name == "postgresql":
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def upsert(
    session: Session,
    model: type[DeclarativeBase],
    rows: Iterable[Mapping[str, Any]],
    update: Mapping[str, Any] | None = None,
) -> None:
    """Insert rows (by column name), or update those whose primary key is there already.

    `update` replaces the default, which takes every given column from the new row; its values
    may be functions of the new row (`excluded`).
    """
    given = list(rows)
    if not given:
        return
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    table: Any = model.__table__
    keys = [column.name for column in table.primary_key]
    insert = dialect.insert(table)
    changes = {name: insert.excluded[name] for name in given[0] if name not in keys}
    for name, value in (update or {}).items():
        changes[name] = value(insert.excluded) if callable(value) else value
    statement = insert.on_conflict_do_update(index_elements=keys, set_=changes)
    session.execute(statement, given)


def clean(words: str, limit: int = TEXT_LIMIT) -> str:
    """Text that every database stores: no NUL, no lone surrogates, cut with a note when long."""
    sound = words.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if len(sound) <= limit:
        return sound
    note = f" ... (cut, {len(sound)} characters)"
    return sound[: limit - len(note)] + note


def fitted(key: str, width: int = 255) -> str:
    """A key that fits its column: a long one ends in its hash, so that no two become one."""
    sound = clean(key)
    if len(key) <= width and sound == key:
        return key
    mark = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{sound[: width - len(mark) - 1]}#{mark}"
