"""PostgreSQL: a schema per team, one transaction per published day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psycopg import RawCursor

from daywatch.catalog.model import Catalog, Detection, Scalar, Source
from daywatch.crash import point
from daywatch.settings import Settings
from daywatch.warehouse import postgres_schema
from daywatch.warehouse.base import (
    BuildJob,
    LoadResult,
    Progress,
    Publication,
    Retired,
    Row,
    SourceDay,
    SourceInfo,
    Staging,
)
from daywatch.warehouse.columns import with_day
from daywatch.warehouse.faults import gone
from daywatch.warehouse.naming import ident, literal, schema_of
from daywatch.warehouse.postgres_link import Link, Links, marker, run_one, to_arrow, told_plainly
from daywatch.warehouse.postgres_raw import RawTables
from daywatch.warehouse.postgres_schema import role_of
from daywatch.warehouse.postgres_staging import Stager, drop
from daywatch.warehouse.query import bind_values, values_for

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from sqlalchemy import Engine

_RECORD = (
    "team, risk_table, day, run_id, rows, content_hash, sql_hash, cutoff, published_at, missing"
)


class PostgresWarehouse:
    """One database. Its own records say what is published; the state store only mirrors them."""

    name = "postgresql"
    dialect = "postgres"
    shared = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._links = Links(settings.warehouse)
        self._raw = RawTables(settings, self._links)
        self._stager = Stager(self._links, settings.read_role)

    def prepare(self, catalog: Catalog) -> None:
        """Create or alter schemas, tables, read views and rights; safe to repeat and at once."""
        with self._links.transaction() as link:
            postgres_schema.prepare(link, catalog, self._settings.read_role)

    def close(self) -> None:
        """Let go of connections."""
        self._links.close()

    # --- sources -----------------------------------------------------------------------------

    def list_sources(self, sources: Iterable[Source]) -> list[SourceInfo]:
        """Describe each declared source: whether it is there, its rows, days and columns."""
        return [self._raw.describe(source) for source in sources]

    def source_days(self, source: Source) -> list[date]:
        """The days on which `source` has rows, in order."""
        return self._raw.days(source)

    def source_day(self, source: Source, day: date, cutoff: datetime) -> SourceDay:
        """Rows of `source` for `day` that had arrived by `cutoff`."""
        return self._raw.source_day(source, day, cutoff)

    def recent_rows(
        self, source: Source, by: str, first: date, last: date, cutoff: datetime, limit: int
    ) -> list[Row]:
        """Rows whose time `by` lies in the days [first, last], as of the cutoff, newest first."""
        return self._raw.recent_rows(source, by, first, last, cutoff, limit)

    def load(
        self,
        source: Source,
        files: Sequence[Path],
        *,
        append: bool = False,
        reject_dir: Path,
        rename: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> LoadResult:
        """Bring files in as source rows: replace the days present, or append by primary key."""
        return self._raw.load(
            source, files, append=append, reject_dir=reject_dir, rename=rename, progress=progress
        )

    def load_arrow(self, source: Source, table: pa.Table, *, append: bool = False) -> int:
        """Bring rows in from memory; every row must be usable. Returns the rows brought."""
        return self._raw.load_arrow(source, table, append=append)

    # --- stage -------------------------------------------------------------------------------

    def stage(self, job: BuildJob) -> Staging:
        """Run the job's SELECT as the team's read role; copy its rows into a table of their own."""
        return self._stager.stage(job)

    def staging_exists(self, staging: Staging) -> bool:
        """Whether the staged copy is still there."""
        with self._links.transaction() as link:
            return _staged(link, staging.ref)

    @contextmanager
    def staging_relation(self, staging: Staging) -> Iterator[tuple[Engine, str]]:
        """An engine that connects as the team's read role and finds the staged table by name."""
        from sqlalchemy import create_engine

        if not self.staging_exists(staging):
            raise gone(staging.detection, staging.day)
        role = role_of(self._settings.read_role, staging.team)

        def connect() -> Link:
            with told_plainly():
                link = self._links.connect()
                link.execute(f"SET ROLE {ident(role)}; SET search_path = staging")
                link.commit()
                return link

        engine = create_engine("postgresql+psycopg://", creator=connect)
        try:
            with told_plainly():
                yield engine, staging.ref
        finally:
            engine.dispose()

    def drop_stale_staging(self, table: str, day: date, keep_run: str) -> int:
        """Drop what other runs staged for this day."""
        with self._links.transaction() as link:
            found = link.execute(
                "SELECT ref FROM daywatch.staging "
                "WHERE risk_table = %s AND day = %s AND run_id <> %s FOR UPDATE",
                [table, day, keep_run],
            ).fetchall()
            return drop(link, [row[0] for row in found])

    def sweep_staging(self, older_than: timedelta) -> int:
        """Drop all staging older than that, whosever."""
        with self._links.transaction() as link:
            found = link.execute(
                "SELECT ref FROM daywatch.staging "
                "WHERE created_at <= (now() AT TIME ZONE 'UTC') - %s::interval FOR UPDATE",
                [older_than],
            ).fetchall()
            return drop(link, [row[0] for row in found])

    # --- publish -----------------------------------------------------------------------------

    def publish(self, staging: Staging, missing: Sequence[str] = ()) -> Publication:
        """Replace the day by the staged rows and record it, in one transaction.

        A lock per table lets two runs of one day publish one after the other: without it, both
        would delete the old rows and both insert theirs.
        """
        with self._links.transaction() as link:
            link.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [staging.table])
            if not _staged(link, staging.ref):
                return self._earlier(link, staging)
            record = _record(staging, missing)
            _replace_day(link, staging)
            _write_record(link, record, staging.ref)
            drop(link, [staging.ref])
            point("publish.linked")
        point("publish.recorded")
        return record

    def _earlier(self, link: Link, staging: Staging) -> Publication:
        """The publication that an earlier try of the same call made; otherwise the copy is gone."""
        row = link.execute(
            f"SELECT {_RECORD} FROM daywatch.publications "
            "WHERE risk_table = %s AND day = %s AND ref = %s",
            [staging.table, staging.date, staging.ref],
        ).fetchone()
        if row is None:
            raise gone(staging.detection, staging.day)
        return _publication(row)

    def publication(self, table: str, day: date) -> Publication | None:
        """The day's record, or None where it was never published."""
        return next(iter(self.publications(table, day, day)), None)

    def publications(self, table: str, first: date, last: date) -> list[Publication]:
        """Records of the published days in [first, last], in day order."""
        with self._links.transaction() as link:
            rows = link.execute(
                f"SELECT {_RECORD} FROM daywatch.publications "
                "WHERE risk_table = %s AND day BETWEEN %s AND %s ORDER BY day",
                [table, first, last],
            ).fetchall()
        return [_publication(row) for row in rows]

    # --- read --------------------------------------------------------------------------------

    def read(self, detection: Detection, first: date, last: date) -> pd.DataFrame:
        """Published rows of [first, last] with `day`, in day order."""
        frame: pd.DataFrame = self.read_arrow(detection, first, last).to_pandas()
        return frame

    def read_arrow(self, detection: Detection, first: date, last: date) -> pa.Table:
        """The same as Arrow, typed by the header's columns."""
        import pyarrow as pa

        columns = with_day(detection.header.columns)
        names = ", ".join(ident(name) for name in columns)
        table = f"{ident(schema_of(detection.team))}.{ident(detection.table)}"
        with self._links.transaction(detection) as link:
            rows = link.execute(
                f"SELECT {names} FROM {table} WHERE day BETWEEN %s AND %s ORDER BY day",
                [first, last],
            ).fetchall()
        return pa.Table.from_batches([to_arrow(rows, list(columns), columns, detection)])

    def aggregate(
        self, detection: Detection, day: date, sql: str, parameters: Mapping[str, Scalar]
    ) -> list[Row]:
        """Run an indicator's SELECT over one published day, visible as the table `day_rows`.

        `day_rows` is a temporary view that the team's read role may read, and all that it may.
        """
        values = values_for(detection, day, parameters)
        bound = bind_values(detection, sql, self.dialect, values, marker)
        names = ", ".join(ident(name) for name in with_day(detection.header.columns))
        table = f"{ident(schema_of(detection.team))}.{ident(detection.table)}"
        role = ident(role_of(self._settings.read_role, detection.team))
        with self._links.transaction(detection, undone=True) as link:
            link.execute(
                f"CREATE TEMPORARY VIEW day_rows AS SELECT {names} FROM {table} "
                f"WHERE day = {literal(day)}; GRANT SELECT ON day_rows TO {role}; "
                "SET TRANSACTION READ ONLY; SET LOCAL search_path = pg_temp; "
                f"SET LOCAL statement_timeout = '{self._settings.statement_timeout_s}s'; "
                f"SET LOCAL ROLE {role}"
            )
            with told_plainly(detection, bound.sql):
                cursor = RawCursor(link)
                run_one(cursor, bound.sql, list(bound.values.values()))
                found = [column.name for column in cursor.description or ()]
                rows = cursor.fetchall()
        return [dict(zip(found, row, strict=True)) for row in rows]

    # --- retention ---------------------------------------------------------------------------

    def retire(self, keep: timedelta, today: date) -> Retired:
        """Forget published days older than `keep`, rows and records, table by table."""
        days = 0
        before = today - keep
        with self._links.transaction() as link:
            tables = link.execute(
                "SELECT DISTINCT team, risk_table FROM daywatch.publications WHERE day < %s",
                [before],
            ).fetchall()
        for team, table in tables:
            with self._links.transaction() as link:
                link.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [table])
                link.execute(
                    f"DELETE FROM {ident(schema_of(team))}.{ident(table)} WHERE day < %s", [before]
                )
                days += link.execute(
                    "DELETE FROM daywatch.publications WHERE risk_table = %s AND day < %s",
                    [table, before],
                ).rowcount
        return Retired(days=days, files=0, bytes=0)


def _staged(link: Link, ref: str) -> bool:
    row = link.execute("SELECT 1 FROM daywatch.staging WHERE ref = %s FOR UPDATE", [ref]).fetchone()
    return row is not None


def _replace_day(link: Link, staging: Staging) -> None:
    table = f"{ident(schema_of(staging.team))}.{ident(staging.table)}"
    staged = f"staging.{ident(staging.ref)}"
    columns = link.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
        "ORDER BY attnum",
        [staged],
    ).fetchall()
    names = ", ".join(ident(row[0]) for row in columns)
    link.execute(f"DELETE FROM {table} WHERE day = %s", [staging.date])
    rows = link.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {staged}").rowcount
    if rows != staging.rows:  # an unlogged table is empty after a crash of the server
        raise gone(staging.detection, staging.day)


def _record(staging: Staging, missing: Sequence[str]) -> Publication:
    return Publication(
        team=staging.team,
        table=staging.table,
        day=staging.date,
        run_id=staging.run_id,
        rows=staging.rows,
        content_hash=staging.content_hash,
        sql_hash=staging.sql_hash,
        cutoff=datetime.fromisoformat(staging.cutoff),
        published_at=datetime.now(UTC).replace(tzinfo=None),
        missing=tuple(missing),
    )


def _write_record(link: Link, record: Publication, ref: str) -> None:
    link.execute(
        f"""
        INSERT INTO daywatch.publications ({_RECORD}, ref)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (risk_table, day) DO UPDATE SET
            team = excluded.team, run_id = excluded.run_id, ref = excluded.ref,
            rows = excluded.rows, content_hash = excluded.content_hash,
            sql_hash = excluded.sql_hash, cutoff = excluded.cutoff,
            published_at = excluded.published_at, missing = excluded.missing
        """,
        [
            record.team,
            record.table,
            record.day,
            record.run_id,
            record.rows,
            record.content_hash,
            record.sql_hash,
            record.cutoff,
            record.published_at,
            list(record.missing),
            ref,
        ],
    )


def _publication(row: tuple[Any, ...]) -> Publication:
    team, table, day, run_id, rows, content, sql_hash, cutoff, at, missing = row
    return Publication(
        team, table, day, run_id, rows, content, sql_hash, cutoff, at, (), tuple(missing)
    )
