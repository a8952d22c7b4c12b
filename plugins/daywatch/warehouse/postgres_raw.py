"""PostgreSQL's raw tables: described, counted and loaded."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from daywatch.catalog.model import Source
from daywatch.crash import point
from daywatch.settings import Settings
from daywatch.warehouse.base import LoadResult, Progress, Row, SourceDay, SourceInfo
from daywatch.warehouse.columns import POSTGRES
from daywatch.warehouse.faults import lake_faults
from daywatch.warehouse.ingest import Ingest, columns_of_source
from daywatch.warehouse.naming import ident
from daywatch.warehouse.postgres_link import Link, Links

if TYPE_CHECKING:
    import pyarrow as pa

FETCH = 5_000


class RawTables:
    """Raw tables in one database. A load is one transaction under a lock per source."""

    def __init__(self, settings: Settings, links: Links) -> None:
        self._settings = settings
        self._links = links

    def describe(self, source: Source) -> SourceInfo:
        """Rows and days of a source."""
        day = ident(source.day) if source.day else "NULL::date"
        with self._links.transaction() as link:
            if not _exists(link, source):
                return SourceInfo(name=source.name, present=False)
            row = link.execute(
                f"SELECT count(*), min({day}), max({day}) FROM raw.{ident(source.name)}"
            ).fetchone()
        rows, first, last = row or (0, None, None)
        return SourceInfo(
            name=source.name,
            present=rows > 0,
            rows=rows,
            first_day=first,
            last_day=last,
            columns={name: str(column.type) for name, column in source.columns.items()},
        )

    def days(self, source: Source) -> list[date]:
        """Days with rows."""
        with self._links.transaction() as link:
            if source.day is None or not _exists(link, source):
                return []
            day = ident(source.day)
            query = f"SELECT DISTINCT {day} FROM raw.{ident(source.name)} ORDER BY {day}"
            return [row[0] for row in link.execute(query).fetchall()]

    def source_day(self, source: Source, day: date, cutoff: datetime) -> SourceDay:
        """Rows of a day, or of a dimension, that had arrived by the cutoff."""
        arrival = ident(source.arrival) if source.arrival else "NULL::timestamp"
        then = f"({arrival} IS NULL OR {arrival} <= %s)"
        only = f"WHERE {ident(source.day)} = %s" if source.day else ""
        with self._links.transaction() as link:
            if not _exists(link, source):
                return SourceDay(source.name, False, 0)
            row = link.execute(
                f"SELECT count(*), count(*) FILTER (WHERE {then}), "
                f"max({arrival}) FILTER (WHERE {then}) FROM raw.{ident(source.name)} {only}",
                [cutoff, cutoff, *([day] if source.day else [])],
            ).fetchone()
        there, rows, newest = row or (0, 0, None)
        return SourceDay(source.name, there > 0, rows, newest)

    def recent_rows(
        self, source: Source, by: str, first: date, last: date, cutoff: datetime, limit: int
    ) -> list[Row]:
        """Rows of the days [first, last] by their time `by`, newest first."""
        column, arrival = ident(by), ident(source.arrival) if source.arrival else None
        known = f"AND ({arrival} IS NULL OR {arrival} <= %s)" if arrival else ""
        names = list(source.columns)
        with self._links.transaction() as link:
            if not _exists(link, source):
                return []
            rows = link.execute(
                f"SELECT {', '.join(ident(name) for name in names)} FROM raw.{ident(source.name)} "
                f"WHERE {column}::date BETWEEN %s AND %s {known} "
                f"ORDER BY {column} DESC LIMIT {limit:d}",
                [first, last, *([cutoff] if arrival else [])],
            ).fetchall()
        return [dict(zip(names, row, strict=True)) for row in rows]

    # --- write -------------------------------------------------------------------------------

    def load(
        self,
        source: Source,
        files: Sequence[Path],
        *,
        append: bool,
        reject_dir: Path,
        rename: Mapping[str, str] | None,
        progress: Progress | None,
    ) -> LoadResult:
        """Bring files in: replace the days present, or append by primary key."""
        with lake_faults(), tempfile.TemporaryDirectory(prefix="daywatch-load-") as scratch:
            ingest = Ingest(self._settings, Path(scratch), source, append=append, nul_fits=False)
            with ingest.opened() as database:
                ingest.read(files, rename or {}, reject_dir, progress)
                return ingest.result(self._write(source, ingest, database, append))

    def load_arrow(self, source: Source, table: pa.Table, *, append: bool) -> int:
        """Bring rows in from memory; unlike files they must all be usable."""
        with lake_faults(), tempfile.TemporaryDirectory(prefix="daywatch-load-") as scratch:
            ingest = Ingest(self._settings, Path(scratch), source, append=append, nul_fits=False)
            with ingest.opened() as database:
                ingest.read_arrow(table)
                self._write(source, ingest, database, append)
                return ingest.rows

    def _write(
        self,
        source: Source,
        ingest: Ingest,
        database: duckdb.DuckDBPyConnection,
        append: bool,
    ) -> int:
        """Copy the rows in, in one transaction; returns rows replaced."""
        table = f"raw.{ident(source.name)}"
        with self._links.transaction() as link:
            link.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [source.name])
            if append:
                replaced = 0
                ingest.skip(_append(link, source, ingest, database))
            else:
                replaced = _clear(link, source, ingest.days())
                _copy(link, table, source, ingest.select(None), database)
            link.execute(f"ANALYZE {table}")
            point("load.written")
        point("load.recorded")
        return replaced


def _exists(link: Link, source: Source) -> bool:
    row = link.execute(
        "SELECT to_regclass(%s) IS NOT NULL", [f"raw.{ident(source.name)}"]
    ).fetchone()
    return bool(row and row[0])


def _clear(link: Link, source: Source, days: Sequence[date | None]) -> int:
    table = f"raw.{ident(source.name)}"
    if source.day is None:
        return link.execute(f"DELETE FROM {table}").rowcount
    return link.execute(f"DELETE FROM {table} WHERE {ident(source.day)} = ANY(%s)", [days]).rowcount


def _append(link: Link, source: Source, ingest: Ingest, database: duckdb.DuckDBPyConnection) -> int:
    """Insert rows whose key is not there yet; returns how many were."""
    table = f"raw.{ident(source.name)}"
    names = ", ".join(ident(name) for name in source.columns)
    link.execute(f"CREATE TEMPORARY TABLE arriving (LIKE {table}) ON COMMIT DROP")
    arrived = _copy(link, "arriving", source, ingest.select(None), database)
    same = " AND ".join(f"old.{ident(key)} = arriving.{ident(key)}" for key in source.primary_key)
    written = link.execute(
        f"INSERT INTO {table} ({names}) SELECT {names} FROM arriving "
        f"WHERE NOT EXISTS (SELECT 1 FROM {table} AS old WHERE {same})"
    ).rowcount
    return arrived - written


def _copy(
    link: Link, table: str, source: Source, select: str, database: duckdb.DuckDBPyConnection
) -> int:
    """Stream rows from the load's own database into a table; returns how many."""
    columns = columns_of_source(source)
    names = ", ".join(ident(name) for name in columns)
    rows = 0
    cursor = database.cursor()
    try:
        cursor.execute(select)
        with (
            link.cursor() as target,
            target.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT binary)") as copy,
        ):
            copy.set_types([POSTGRES[kind].lower() for kind in columns.values()])
            while batch := cursor.fetchmany(FETCH):
                for row in batch:
                    copy.write_row(row)
                rows += len(batch)
    finally:
        cursor.close()
    return rows
