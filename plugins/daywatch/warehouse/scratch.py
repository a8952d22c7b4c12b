"""A PostgreSQL database to try things in: made for the occasion, never one that holds data."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from daywatch.errors import Unavailable, Where


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """Make an empty database on the URL's server, yield its URL, drop it at the end.

    Errors: Unavailable when the server does not answer or does not let this role make one.
    """
    name = f"daywatch_scratch_{uuid.uuid4().hex[:12]}"
    _administer(url, "CREATE DATABASE {}", name)
    try:
        # What a crash would lose here is thrown away anyway, and a flush a commit is slow.
        _administer(url, "ALTER DATABASE {} SET synchronous_commit = off", name)
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def emptied(url: str) -> None:
    """Remove every row of every table, whatever the schema; the tables stay."""
    tables = (
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        names = [row[0] for row in connection.execute(tables)]
        # Not TRUNCATE: that makes new files, which takes longer than the few rows of a case.
        connection.execute(";".join(f"DELETE FROM {name}" for name in names).encode())


def _administer(url: str, statement: str, name: str) -> None:
    try:
        with psycopg.connect(_plain(url), autocommit=True, connect_timeout=10) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise Unavailable(
            f"no scratch database can be made or dropped here: {str(error).splitlines()[0]}.",
            remedy="Check that the server runs and that this role may create databases.",
            where=Where(make_url(url).render_as_string(hide_password=True)),
        ) from error


def _plain(url: str) -> str:
    """The URL as libpq reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
