"""Bring the state store's schema up to date, once, whoever comes first."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from daywatch.errors import ConfigurationError, Where
from daywatch.state.engine import WRITES, shown

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0003"
"""Newest revision in migrations/versions; a test compares it with the files."""
VERSION_TABLE = "daywatch_schema_version"
"""Not alembic's default name, so that a database shared with another tool (Airflow) stays sound."""
_LOCK = 7_316_402_511


def migrate(engine: Engine) -> None:
    """Upgrade to HEAD; a quick look when there is nothing to do. Refuses a newer schema."""
    with engine.connect() as connection:
        found = revision(connection)
    if found == HEAD:
        return
    with _alone(engine) as connection:
        found = revision(connection)
        if found != HEAD:
            _upgrade(connection, found)


def revision(connection: Connection) -> str | None:
    """The schema's revision, None for a database without one."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    return str(found) if found is not None else None


def alembic_config(connection: Connection) -> Config:
    """Alembic's settings for this connection; there is no alembic.ini."""
    from alembic.config import Config

    config = Config()
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, found: str | None) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    config = alembic_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise ConfigurationError(
            f"the state store has schema {found}, newer than this Daywatch's {HEAD}.",
            remedy="Upgrade Daywatch on this host, or point it at another state store.",
            where=Where(shown(connection.engine.url)),
        )
    command.upgrade(config, "head")


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A writing transaction that no other migrating process shares."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection
        return
    with _file_lock(Path(f"{engine.url.database}.lock")):
        _switch_to_wal(engine)
        with engine.connect().execution_options(**WRITES) as connection, connection.begin():
            yield connection


def _switch_to_wal(engine: Engine) -> None:
    """WAL is a property of the file; switching is not covered by the busy timeout."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        raw.close()


@contextmanager
def _file_lock(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
