"""From a detection's SELECT, run as its team's read role, to a staging table of the owner's."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
from psycopg import RawCursor

from daywatch.catalog.model import ColumnType
from daywatch.crash import point
from daywatch.errors import DaywatchError
from daywatch.warehouse.base import BuildJob, Staging
from daywatch.warehouse.columns import (
    POSTGRES,
    arrow_schema,
    check_columns,
    content_hash,
    row_hash,
    with_day,
)
from daywatch.warehouse.naming import digest, ident
from daywatch.warehouse.postgres_link import (
    CANCELED,
    Link,
    Links,
    marker,
    result_schema,
    run_one,
    to_arrow,
    translated,
    type_names,
)
from daywatch.warehouse.postgres_schema import role_of, settings_of
from daywatch.warehouse.query import (
    Bound,
    Deadline,
    bind_values,
    too_many,
    too_slow,
    values_for,
)

FETCH = 5_000
_DECLARE = "DECLARE daywatch_rows NO SCROLL CURSOR FOR "


class Stager:
    """Runs builds: one connection reads as the team's role, another writes as the owner."""

    def __init__(self, links: Links, read_role: str) -> None:
        self._links = links
        self._read_role = read_role

    def stage(self, job: BuildJob) -> Staging:
        """Stage one job; nothing is left of one that fails, since all is one transaction."""
        ref = _ref(job)
        with (
            self._links.transaction() as writer,
            self._links.transaction(job.detection, undone=True) as reader,
        ):
            seconds = job.timeout.total_seconds()
            with Deadline(seconds, reader.cancel_safe) as deadline:
                self._restrict(reader, job)
                batches = _Select(reader, job, deadline).batches()
                rows, content = _write(writer, job, ref, batches)
            earlier = writer.execute(
                "SELECT ref FROM daywatch.staging WHERE risk_table = %s AND day = %s "
                "AND run_id = %s FOR UPDATE",
                [job.detection.table, job.day, job.run_id],
            ).fetchall()
            drop(writer, [row[0] for row in earlier])
            writer.execute(
                "INSERT INTO daywatch.staging (ref, risk_table, day, run_id) "
                "VALUES (%s, %s, %s, %s)",
                [ref, job.detection.table, job.day, job.run_id],
            )
            role = ident(role_of(self._read_role, job.detection.team))
            writer.execute(f"GRANT SELECT ON staging.{ident(ref)} TO {role}")
            point("stage.part")
        point("stage.written")
        return Staging(
            detection=job.detection.name,
            team=job.detection.team,
            table=job.detection.table,
            day=job.day.isoformat(),
            run_id=job.run_id,
            ref=ref,
            rows=rows,
            content_hash=content,
            cutoff=job.cutoff.isoformat(),
            sql_hash=job.detection.sql_hash,
        )

    def _restrict(self, reader: Link, job: BuildJob) -> None:
        """Read only, within the time, the views' limits set, as the team's role."""
        limits = settings_of(
            {
                "first_day": job.first_day.isoformat(),
                "last_day": job.day.isoformat(),
                "cutoff": job.cutoff.isoformat(sep=" "),
            }
        )
        role = role_of(self._read_role, job.detection.team)
        milliseconds = max(1, int(job.timeout.total_seconds() * 1000))
        reader.execute(
            f"SET TRANSACTION READ ONLY; {limits}; SET LOCAL search_path = src; "
            f"SET LOCAL statement_timeout = {milliseconds}; SET LOCAL ROLE {ident(role)}"
        )


class _Select:
    """The running SELECT: counted, timed, checked against the header."""

    def __init__(self, reader: Link, job: BuildJob, deadline: Deadline) -> None:
        self._cursor = RawCursor(reader)
        self._job = job
        self._deadline = deadline
        self._bound = Bound()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows in the header's columns; through the score step where there is one."""
        job = self._job
        columns = job.detection.header.columns
        names = self._declare()
        if not job.score:
            for rows in self._fetched():
                yield to_arrow(rows, names, columns, job.detection)
            return
        found = result_schema(self._cursor)
        scored = job.score(self._whole(names, found))
        check_columns(job.detection, scored.schema)
        yield from scored.select(list(columns)).cast(arrow_schema(columns)).to_batches()

    def _declare(self) -> list[str]:
        job = self._job
        values = values_for(job.detection, job.day, job.parameters)
        self._bound = bind_values(job.detection, job.detection.sql, "postgres", values, marker)
        try:
            run_one(self._cursor, f"{_DECLARE}{self._bound.sql}", list(self._bound.values.values()))
            self._rows = self._fetch()
        except psycopg.Error as error:
            raise self._explained(error) from error
        found = result_schema(self._cursor)
        if not job.score:
            check_columns(job.detection, found, type_names(self._cursor))
        return list(found.names)

    def _fetch(self) -> list[tuple[Any, ...]]:
        self._cursor.execute(f"FETCH {FETCH} FROM daywatch_rows".encode())
        return self._cursor.fetchall()

    def _fetched(self) -> Iterator[list[tuple[Any, ...]]]:
        """Batches of rows, until there are too many or the time is over."""
        rows, total = self._rows, 0
        while rows:
            total += len(rows)
            if total > self._job.max_rows:
                raise too_many(self._job.detection, self._job.max_rows)
            if self._deadline.passed:
                raise too_slow(self._job.detection, self._deadline.seconds)
            yield rows
            try:
                rows = self._fetch()
            except psycopg.Error as error:
                raise self._explained(error) from error

    def _explained(self, error: psycopg.Error) -> DaywatchError:
        if error.sqlstate == CANCELED:
            return too_slow(self._job.detection, self._deadline.seconds)
        return translated(error, self._job.detection, f"{_DECLARE}{self._bound.sql}", _DECLARE)

    def _whole(self, names: Sequence[str], found: pa.Schema) -> pa.Table:
        """The whole result for the score step: numbers as they came, numerics as doubles."""
        kinds = [pa.float64() if pa.types.is_decimal(kind) else kind for kind in found.types]
        schema = pa.schema(list(zip(names, kinds, strict=True)))
        rows = [row for batch in self._fetched() for row in batch]
        arrays = []
        for position, kind in enumerate(kinds):
            cells = [row[position] for row in rows]
            if pa.types.is_float64(kind):
                cells = [None if cell is None else float(cell) for cell in cells]
            arrays.append(pa.array(cells, kind))
        return pa.Table.from_arrays(arrays, schema=schema)


def _write(
    writer: Link, job: BuildJob, ref: str, batches: Iterator[pa.RecordBatch]
) -> tuple[int, str]:
    """Create the staging table and copy the rows into it; returns (rows, content hash).

    Unlogged: it is read once, and `publish` compares its count with what was staged.
    """
    columns = with_day(job.detection.header.columns)
    cells = ", ".join(f"{ident(name)} {POSTGRES[kind]}" for name, kind in columns.items())
    writer.execute(f"CREATE UNLOGGED TABLE staging.{ident(ref)} ({cells})")
    first = next(batches, None)  # what the query has to say comes before COPY begins
    rows = total = 0
    copy = f"COPY staging.{ident(ref)} FROM STDIN (FORMAT binary)"
    with writer.cursor() as cursor, _Hash(columns) as hashes, cursor.copy(copy) as target:
        target.set_types([POSTGRES[kind].lower() for kind in columns.values()])
        while first is not None:
            whole = _dated(first, columns, job)
            total += hashes.of(whole)
            rows += whole.num_rows
            for row in zip(*(column.to_pylist() for column in whole.columns), strict=True):
                target.write_row(row)
            first = next(batches, None)
    return rows, content_hash(rows, total)


def _dated(batch: pa.RecordBatch, columns: dict[str, ColumnType], job: BuildJob) -> pa.RecordBatch:
    """The batch with the runner's day, columns in their order."""
    days = pa.array([job.day] * batch.num_rows, pa.date32())
    cells = {name: batch.column(name) for name in batch.schema.names}
    cells["day"] = days
    return pa.record_batch([cells[name] for name in columns], names=list(columns))


class _Hash:
    """The content hash of rows on their way: the lake's own expression, in an empty DuckDB."""

    def __init__(self, columns: dict[str, ColumnType]) -> None:
        self._sql = f"SELECT {row_hash(columns)} FROM batch"
        self._duckdb = duckdb.connect(":memory:", config={"threads": 1})

    def __enter__(self) -> _Hash:
        return self

    def __exit__(self, *_: object) -> None:
        self._duckdb.close()

    def of(self, batch: pa.RecordBatch) -> int:
        """The sum of the batch's row hashes."""
        self._duckdb.register("batch", pa.Table.from_batches([batch]))
        [row] = self._duckdb.execute(self._sql).fetchall()
        self._duckdb.unregister("batch")
        return int(row[0])


def drop(link: Link, refs: Sequence[str]) -> int:
    """Drop staging tables and their records; returns how many."""
    for ref in refs:
        link.execute(f"DROP TABLE IF EXISTS staging.{ident(ref)}")
        link.execute("DELETE FROM daywatch.staging WHERE ref = %s", [ref])
    return len(refs)


def _ref(job: BuildJob) -> str:
    """A staging table's name within PostgreSQL's 63 bytes; two tries of one run never share one."""
    day = job.day.strftime("%Y%m%d")
    return f"{job.detection.table[:30]}_{day}_{digest(job.run_id, uuid.uuid4().hex, length=16)}"
