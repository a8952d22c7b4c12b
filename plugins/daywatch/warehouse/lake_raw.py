"""The lake's raw tables: Parquet per day, put there by `load`, by memory or by the generator."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from daywatch.catalog.model import Source
from daywatch.crash import point
from daywatch.errors import LoadError
from daywatch.settings import Settings
from daywatch.warehouse.base import (
    BuildJob,
    LoadResult,
    Partition,
    Pointers,
    Progress,
    Row,
    SourceDay,
    SourceInfo,
)
from daywatch.warehouse.faults import lake_faults
from daywatch.warehouse.ingest import Ingest, columns_of_source
from daywatch.warehouse.lake_files import PART, LakeFiles, move, place, settle
from daywatch.warehouse.lake_session import View, own_session, select, stream
from daywatch.warehouse.naming import ident, literal

if TYPE_CHECKING:
    import pyarrow as pa


class RawFiles:
    """Raw tables in a lake. Loaders of one source wait for each other; readers never wait."""

    def __init__(self, settings: Settings, pointers: Pointers, files: LakeFiles) -> None:
        self._settings = settings
        self._pointers = pointers
        self._files = files

    # --- read --------------------------------------------------------------------------------

    def view(self, source: Source, job: BuildJob) -> View:
        """What a build may see of a source: its lookback's days, as of the cutoff."""
        first, last = (job.first_day, job.day) if source.day else (None, None)
        parts = self._pointers.partitions(source.name, first, last)
        limits = [_arrived(source, job.cutoff)] if source.arrival else []
        if source.day:
            days = f"{literal(job.first_day.isoformat())} AND DATE {literal(job.day.isoformat())}"
            limits.append(f"{ident(source.day)} BETWEEN DATE {days}")
        return self._view(source, parts, " AND ".join(limits))

    def _view(self, source: Source, parts: Iterable[Partition], where: str = "") -> View:
        files = self._files.resolve(file for part in parts for file in part.files)
        return View(source.name, columns_of_source(source), tuple(files), where)

    def describe(self, source: Source) -> SourceInfo:
        """Rows and days of a source, from its pointer rows alone."""
        parts = self._pointers.partitions(source.name, None, None)
        days = [part.day for part in parts if part.day]
        return SourceInfo(
            name=source.name,
            present=bool(parts),
            rows=sum(part.rows for part in parts),
            first_day=min(days, default=None),
            last_day=max(days, default=None),
            columns={name: str(column.type) for name, column in source.columns.items()},
        )

    def days(self, source: Source) -> list[date]:
        """Days with rows, from the pointer rows alone."""
        parts = self._pointers.partitions(source.name, None, None)
        return sorted(part.day for part in parts if part.day and part.rows)

    def source_day(self, source: Source, day: date, cutoff: datetime) -> SourceDay:
        """Rows that had arrived by the cutoff; the files are only opened to look at arrivals."""
        first, last = (day, day) if source.day else (None, None)
        parts = self._pointers.partitions(source.name, first, last)
        rows = sum(part.rows for part in parts)
        if not source.arrival or not parts:
            return SourceDay(source.name, bool(parts), rows)
        rows, newest = self._arrivals(source, parts)
        if newest and newest > cutoff:
            rows, newest = self._arrivals(source, parts, _arrived(source, cutoff))
        return SourceDay(source.name, True, rows, newest)

    def _arrivals(
        self, source: Source, parts: Iterable[Partition], where: str = ""
    ) -> tuple[int, datetime | None]:
        """Rows and their newest arrival."""
        view = self._view(source, parts, where)
        sql = f"SELECT count(*), max({ident(source.arrival or '')}) FROM ({select(view)})"
        with lake_faults():
            return _counted(self._settings, sql)

    def recent_rows(
        self, source: Source, by: str, first: date, last: date, cutoff: datetime, limit: int
    ) -> list[Row]:
        """Rows of the days [first, last] by their time `by`, newest first."""
        span = (first, last) if source.day else (None, None)
        parts = self._pointers.partitions(source.name, *span)
        days = f"DATE {literal(first.isoformat())} AND DATE {literal(last.isoformat())}"
        limits = [f"CAST({ident(by)} AS DATE) BETWEEN {days}"]
        limits += [_arrived(source, cutoff)] if source.arrival else []
        view = self._view(source, parts, " AND ".join(limits))
        sql = f"SELECT * FROM ({select(view)}) ORDER BY {ident(by)} DESC LIMIT {limit:d}"
        with lake_faults(), own_session(self._settings) as session:
            found: list[Row] = stream(session, sql, {}).read_all().to_pylist()
        return found

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
        with lake_faults(), self._files.scratch() as scratch:
            ingest = Ingest(self._settings, scratch, source, append=append)
            with ingest.opened() as database:
                ingest.read(files, rename or {}, reject_dir, progress)
                return ingest.result(self._write(source, ingest, database, append))

    def load_arrow(self, source: Source, table: pa.Table, *, append: bool) -> int:
        """Bring rows in from memory; unlike files they must all be usable."""
        with lake_faults(), self._files.scratch() as scratch:
            ingest = Ingest(self._settings, scratch, source, append=append)
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
        """Write each day's file, then point at all of them at once; returns rows replaced."""
        with self._files.lock("raw", source.name):
            days = ingest.days()
            earlier = {
                part.day: part
                for part in self._pointers.partitions(source.name, None, None)
                if part.day in days
            }
            if append:
                ingest.keep(select(self._view(source, earlier.values())))
            partitions = [self._write_day(source, ingest, database, day) for day in days]
            point("load.written")
            self._files.touch(file for part in earlier.values() for file in part.files)
            self._pointers.replace_partitions(partitions)
            point("load.recorded")
        return 0 if append else sum(part.rows for part in earlier.values())

    def _write_day(
        self,
        source: Source,
        ingest: Ingest,
        database: duckdb.DuckDBPyConnection,
        day: date | None,
    ) -> Partition:
        target = self._files.raw_folder(source.name, day) / f"{uuid.uuid4().hex}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}{PART}")
        try:
            database.execute(
                f"COPY ({ingest.select(day)}) TO {literal(part)} (FORMAT parquet, COMPRESSION zstd)"
            )
            settle(part)
            place(part, target)
        finally:
            part.unlink(missing_ok=True)
        counted = database.execute(f"SELECT count(*) FROM ({ingest.select(day)})").fetchone()
        return Partition(
            source=source.name,
            day=day,
            files=(self._files.relative(target),),
            rows=int(counted[0]) if counted else 0,
            bytes=target.stat().st_size,
        )

    def adopt(self, partitions: Sequence[Partition]) -> None:
        """Move finished files into the lake by rename and point at them in one transaction."""
        adopted = []
        with lake_faults():
            for source in sorted({part.source for part in partitions}):
                days = {part.day for part in partitions if part.source == source}
                for old in self._pointers.partitions(source, None, None):
                    self._files.touch(old.files if old.day in days else ())
            for part in partitions:
                moved = [self._adopt_file(part, Path(file)) for file in part.files]
                size = part.bytes or sum((self._files.root / file).stat().st_size for file in moved)
                adopted.append(Partition(part.source, part.day, tuple(moved), part.rows, size))
            self._pointers.replace_partitions(adopted)

    def _adopt_file(self, part: Partition, file: Path) -> str:
        if not file.is_file():
            raise LoadError(
                "this file is missing, so it cannot be adopted.",
                remedy="Generate it again.",
            )
        target = self._files.raw_folder(part.source, part.day) / f"{uuid.uuid4().hex}.parquet"
        move(file, target)
        return self._files.relative(target)


@lru_cache(maxsize=4096)
def _counted(settings: Settings, sql: str) -> tuple[int, datetime | None]:
    """A count over files named in `sql`; files never change, so it is made once a process."""
    with own_session(settings) as session:
        rows, newest = session.execute(sql).fetchone() or (0, None)
    return int(rows), newest


def _arrived(source: Source, cutoff: datetime) -> str:
    """Rows that were there at the cutoff; an arrival that nobody noted holds nothing back."""
    column = ident(source.arrival or "")
    moment = f"TIMESTAMP {literal(cutoff.isoformat(sep=' '))}"
    return f"({column} IS NULL OR {column} <= {moment})"
