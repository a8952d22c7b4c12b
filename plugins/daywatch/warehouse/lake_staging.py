"""From a locked session's SELECT to a staging file, and from that to a table for validation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from daywatch.crash import point
from daywatch.errors import DaywatchError
from daywatch.settings import Settings
from daywatch.warehouse.base import BuildJob
from daywatch.warehouse.columns import DUCKDB, check_columns, content_hash, row_hash, with_day
from daywatch.warehouse.faults import gone, translated
from daywatch.warehouse.lake_files import place
from daywatch.warehouse.lake_session import View, own_session, read_session, stream
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
def staging_engine(settings: Settings, spill: Path, path: Path) -> Iterator[Engine]:
    """A SQLAlchemy engine over an in-memory DuckDB whose table `staging` holds the file's rows.

    A table and not a view: every expectation reads it again.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import StaticPool

    config: dict[str, object] = {"temp_directory": str(spill)}
    if settings.duckdb_threads:
        config["threads"] = settings.duckdb_threads
    if settings.duckdb_memory:
        config["memory_limit"] = settings.duckdb_memory
    engine = create_engine(
        "duckdb:///:memory:", poolclass=StaticPool, connect_args={"config": config}
    )
    try:
        with engine.begin() as connection:
            try:
                connection.exec_driver_sql(
                    f"CREATE TABLE staging AS SELECT * FROM read_parquet({literal(path)})"
                )
            except DBAPIError as error:
                if path.exists():
                    raise
                raise gone(path.parent.parent.name, path.parent.name) from error
        yield engine
    finally:
        engine.dispose()
