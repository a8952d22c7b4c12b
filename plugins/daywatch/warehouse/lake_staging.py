"""From a locked session's SELECT to a staging file, and from that to a table for validation."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from daywatch.crash import point
from daywatch.errors import DaywatchError
from daywatch.settings import Settings
from daywatch.warehouse.base import BuildJob
from daywatch.warehouse.columns import DUCKDB, check_columns, content_hash, row_hash, with_day
from daywatch.warehouse.faults import gone, translated
from daywatch.warehouse.lake_files import place
from daywatch.warehouse.lake_session import (
    BATCH,
    View,
    limits,
    own_session,
    read_session,
    stream,
)
from daywatch.warehouse.naming import ident, literal
from daywatch.warehouse.query import Deadline, bind_values, too_many, too_slow, values_for

if TYPE_CHECKING:
    from sqlalchemy import Engine


def write_staging(
    settings: Settings, spill: Path, views: Iterable[View], job: BuildJob, target: Path
) -> tuple[int, str]:
    """Stream the job's SELECT into `target`; returns (rows, content hash).

    Another connection writes, since the session that runs the SELECT must not. The copy gets its
    name when it is whole; one that fails is gone with the scratch folder `spill`.
    """
    part = spill / target.name
    seconds = job.timeout.total_seconds()
    try:
        with (
            read_session(settings, spill, views) as session,
            Deadline(seconds, session.interrupt) as deadline,
        ):
            rows = _Rows(session, job, deadline)
            written = rows.write(settings, part)
        point("stage.part")
        place(part, target)
    except (DaywatchError, FileNotFoundError) as error:
        if spill.exists():
            raise
        # A newer build of the day dropped our scratch folder.
        raise gone(job.detection.name, job.day) from error
    return written


class _Rows:
    """The SELECT's rows on their way: counted, timed, checked against the header."""

    def __init__(
        self, session: duckdb.DuckDBPyConnection, job: BuildJob, deadline: Deadline
    ) -> None:
        self._session = session
        self._job = job
        self._deadline = deadline
        self._fault: BaseException | None = None

    def write(self, settings: Settings, part: Path) -> tuple[int, str]:
        """Copy the rows, cast to the header's types, into the unfinished file."""
        try:
            reader = self._reader()
            return _copy(settings, reader, self._job, part)
        except (duckdb.Error, OSError, MemoryError) as error:
            raise self._explained(error) from error

    def _explained(self, error: BaseException) -> DaywatchError:
        """What stopped us, which DuckDB's writer wraps beyond recognition."""
        if isinstance(self._fault, DaywatchError):
            return self._fault
        if self._deadline.passed:
            return too_slow(self._job.detection, self._deadline.seconds)
        return translated(self._fault or error, self._job.detection)

    def _reader(self) -> pa.RecordBatchReader:
        job = self._job
        values = values_for(job.detection, job.day, job.parameters)
        bound = bind_values(job.detection, job.detection.sql, "duckdb", values, _dollar)
        reader = stream(self._session, bound.sql, bound.values)
        counted = pa.RecordBatchReader.from_batches(reader.schema, self._counted(reader))
        if job.score:
            scored = job.score(counted.read_all())
            counted = scored.to_reader()
        check_columns(job.detection, counted.schema)
        return counted

    def _counted(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches, until there are too many rows or the time is over."""
        rows = 0
        try:
            for batch in batches:
                rows += batch.num_rows
                if rows > self._job.max_rows:
                    raise too_many(self._job.detection, self._job.max_rows)
                if self._deadline.passed:
                    raise too_slow(self._job.detection, self._deadline.seconds)
                yield batch
        except BaseException as error:
            self._fault = error
            raise


def _copy(
    settings: Settings, reader: pa.RecordBatchReader, job: BuildJob, part: Path
) -> tuple[int, str]:
    columns = with_day(job.detection.header.columns)
    cells = [
        f"CAST({ident(name)} AS {DUCKDB[kind]}) AS {ident(name)}"
        for name, kind in job.detection.header.columns.items()
        if name != "day"
    ]
    cells.append(f"DATE {literal(job.day.isoformat())} AS day")
    with own_session(settings) as writer:
        writer.register("incoming", reader)
        copy = f"COPY (SELECT {', '.join(cells)} FROM incoming) TO {literal(part)}"
        writer.execute(f"{copy} (FORMAT parquet, COMPRESSION zstd)")
        found = writer.execute(
            f"SELECT count(*), {row_hash(columns)} FROM read_parquet({literal(part)})"
        ).fetchone()
        rows, total = found or (0, 0)
        return int(rows), content_hash(int(rows), int(total))


def _dollar(_position: int, name: str, _value: object) -> str:
    return f"${name}"


@contextmanager
def staging_engine(settings: Settings, path: Path) -> Iterator[Engine]:
    """A SQLAlchemy engine over an in-memory DuckDB whose table `staging` holds the file's rows.

    A table and not a view: every expectation reads it again. Opening a database and an engine
    costs as much as a small suite, so an idle one of this process is taken; its configuration is
    locked and it can open no file, so nothing of one suite is left for the next but its table.
    """
    idle = _idle(settings, os.getpid())
    engine = idle.pop() if idle else _closed_engine(settings)
    try:
        _fill(settings, engine, path)
        yield engine
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE staging")
    except BaseException:
        engine.dispose()
        raise
    idle.append(engine)


@lru_cache(maxsize=4)
def _idle(settings: Settings, pid: int) -> list[Engine]:
    """Engines of this process that nobody uses; a forked child starts with none."""
    return []


def _closed_engine(settings: Settings) -> Engine:
    """An engine over a database of its own that reads memory only."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import StaticPool

    spill = settings.data / "spill" / f"{os.getpid()}-staging"
    config = {**limits(settings), "temp_directory": str(spill)}
    engine = create_engine(
        "duckdb:///:memory:", poolclass=StaticPool, connect_args={"config": config}
    )
    with engine.begin() as connection:
        connection.exec_driver_sql("SET enable_external_access = false")
        connection.exec_driver_sql("SET lock_configuration = true")
    return engine


def _fill(settings: Settings, engine: Engine, path: Path) -> None:
    """The file's rows as the engine's table."""
    with own_session(settings) as reader, engine.begin() as connection:
        try:
            rows = reader.sql(f"SELECT * FROM read_parquet({literal(path)})")
        except duckdb.Error as error:
            if path.exists():
                raise
            raise gone(path.parent.parent.name, path.parent.name) from error
        held: Any = connection.connection.driver_connection
        held.register("incoming", rows.to_arrow_reader(BATCH))
        connection.exec_driver_sql("CREATE TABLE staging AS SELECT * FROM incoming")
        held.unregister("incoming")
