"""The lake: DuckDB in process over immutable Parquet files, published by pointer rows.

Readers look up a day's files in the pointer rows and then open them; writers add files and move
a pointer. So nobody ever waits for anybody, and a day is either the old one or the new one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from daywatch.catalog.model import Catalog, Detection, Scalar, Source
from daywatch.crash import point
from daywatch.errors import NotAllowed
from daywatch.settings import Settings
from daywatch.warehouse.base import (
    BuildJob,
    LoadResult,
    Partition,
    Pointers,
    Progress,
    Publication,
    Retired,
    Row,
    SourceDay,
    SourceInfo,
    Staging,
)
from daywatch.warehouse.columns import with_day
from daywatch.warehouse.faults import gone, is_gone, lake_faults
from daywatch.warehouse.lake_files import LakeFiles, link, settle
from daywatch.warehouse.lake_raw import RawFiles
from daywatch.warehouse.lake_session import View, locked_session, own_session, select, stream
from daywatch.warehouse.lake_staging import staging_engine, write_staging
from daywatch.warehouse.query import bind_values, values_for

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from sqlalchemy import Engine


class LakeWarehouse:
    """One lake folder and the pointer rows that say what is in it."""

    name = "lake"
    dialect = "duckdb"
    shared = False

    def __init__(self, settings: Settings, pointers: Pointers) -> None:
        self._settings = settings
        self._pointers = pointers
        path = settings.warehouse.removeprefix("lake:///")
        self._files = LakeFiles(Path("/") / path)
        self._raw = RawFiles(settings, pointers, self._files)

    def prepare(self, catalog: Catalog) -> None:
        """Close the folders of confidential teams; others come with their first file."""
        closed = {team.name for team in catalog.teams.values() if team.confidential}
        tables = [one.table for one in catalog.detections.values() if one.team in closed]
        with lake_faults():
            self._files.close_to_others([("risk", one) for one in sorted(closed)])
            self._files.close_to_others([("staging", one) for one in tables])

    def close(self) -> None:
        """Nothing stays open between calls."""

    # --- sources -----------------------------------------------------------------------------

    def list_sources(self, sources: Iterable[Source]) -> list[SourceInfo]:
        """Describe each declared source from its pointer rows."""
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
        """Bring rows in from memory; rows without a day are refused. Returns rows written."""
        return self._raw.load_arrow(source, table, append=append)

    def adopt(self, partitions: Sequence[Partition]) -> None:
        """Move Parquet files written elsewhere into the lake and point at them, all or none."""
        self._raw.adopt(partitions)

    # --- stage -------------------------------------------------------------------------------

    def stage(self, job: BuildJob) -> Staging:
        """Run the job's SELECT in a locked session; write its rows to a staging file."""
        detection = job.detection
        target = self._files.new_staged(detection.table, job.day, job.run_id)
        views = self._views(job)
        owner = _owner(detection.table, job.day)
        with lake_faults(detection), self._files.scratch(owner) as spill:
            rows, content = write_staging(self._settings, spill, views, job, target)
        point("stage.written")
        self._discard(
            detection.table,
            job.day,
            [
                path
                for path in self._files.of_run(detection.table, job.day, job.run_id)
                if path != target
            ],
        )
        return Staging(
            detection=detection.name,
            team=detection.team,
            table=detection.table,
            day=job.day.isoformat(),
            run_id=job.run_id,
            ref=self._files.relative(target),
            rows=rows,
            content_hash=content,
            cutoff=job.cutoff.isoformat(),
            sql_hash=detection.sql_hash,
        )

    def _views(self, job: BuildJob) -> list[View]:
        views = [self._raw.view(source, job) for source in job.sources]
        for upstream in job.upstreams:
            columns = with_day(upstream.header.columns)
            days = self._pointers.publications(upstream.table, job.first_day, job.day)
            files = self._files.resolve(file for day in days for file in day.files)
            views.append(View(upstream.table, columns, tuple(files), schema="risk"))
        return views

    def staging_exists(self, staging: Staging) -> bool:
        """Whether the staged copy is still there."""
        return (self._files.root / staging.ref).exists()

    @contextmanager
    def staging_relation(self, staging: Staging) -> Iterator[tuple[Engine, str]]:
        """An in-memory DuckDB whose one table `staging` holds the staged rows."""
        path = self._files.root / staging.ref
        if not path.exists():
            raise gone(staging.detection, staging.day)
        with lake_faults(), staging_engine(self._settings, path) as engine:
            yield engine, "staging"

    def drop_stale_staging(self, table: str, day: date, keep_run: str) -> int:
        """Drop what other runs staged for this day, and what killed ones left unfinished."""
        self._files.drop_scratch(_owner(table, day))
        kept = (
            {path.name for path in self._files.of_run(table, day, keep_run)} if keep_run else set()
        )
        stale = [path for path in self._files.others(table, day, "") if path.name not in kept]
        return self._discard(table, day, stale)

    def sweep_staging(self, older_than: timedelta) -> int:
        """Drop staging and scratch files older than that, whosever."""
        dropped = 0
        for folder in self._files.tables("staging"):
            for path in self._files.old(folder, older_than):
                day = date.fromisoformat(path.parent.name)
                dropped += self._discard(folder.name, day, [path])
        for folder in self._files.abandoned(older_than):
            shutil.rmtree(folder, ignore_errors=True)
        return dropped

    def _discard(self, table: str, day: date, staged: Sequence[Path]) -> int:
        """Delete staged files, and the second names that a killed publication gave them."""
        if not staged:
            return 0
        with lake_faults(), self._files.lock("risk", table):
            current = self._pointers.publication(table, day)
            named = {Path(file).name for file in current.files} if current else set()
            twins = self._twins(table, day, staged, named)
            self._files.remove(twins)
            return self._files.remove(staged)[0]

    def _twins(self, table: str, day: date, staged: Sequence[Path], named: set[str]) -> list[Path]:
        folders = list((self._files.root / "risk").glob(f"*/{table}/{day.isoformat()}"))
        names = [path.name for path in staged if path.name not in named]
        return [folder / name for folder in folders for name in names]

    # --- publish -----------------------------------------------------------------------------

    def publish(self, staging: Staging, missing: Sequence[str] = ()) -> Publication:
        """Make the staged file the day: a second name below risk/, then the pointer row.

        Killed in between, the staged file is still there and publishing again finishes the work.
        """
        staged = self._files.root / staging.ref
        with lake_faults(), self._files.lock("risk", staging.table):
            earlier = self._pointers.publication(staging.table, staging.date)
            if not staged.exists():
                if earlier and Path(staging.ref).name in {Path(f).name for f in earlier.files}:
                    return earlier
                raise gone(staging.detection, staging.day)
            target = (
                self._files.risk_folder(staging.team, staging.table, staging.date) / staged.name
            )
            settle(staged)
            link(staged, target)
            point("publish.linked")
            self._files.touch(earlier.files if earlier else ())
            publication = _record(staging, self._files.relative(target), missing)
            self._pointers.record_publication(publication)
            point("publish.recorded")
            self._files.remove([staged])
        return publication

    def publication(self, table: str, day: date) -> Publication | None:
        """The day's pointer row."""
        return self._pointers.publication(table, day)

    def publications(self, table: str, first: date, last: date) -> list[Publication]:
        """Pointer rows of the published days in [first, last], in day order."""
        return self._pointers.publications(table, first, last)

    # --- read --------------------------------------------------------------------------------

    def read(self, detection: Detection, first: date, last: date) -> pd.DataFrame:
        """Published rows of [first, last] with `day`, in day order."""
        frame: pd.DataFrame = self.read_arrow(detection, first, last).to_pandas()
        return frame

    def read_arrow(self, detection: Detection, first: date, last: date) -> pa.Table:
        """The same as Arrow, typed by the header's columns."""
        columns = with_day(detection.header.columns)
        for again in (True, True, False):
            days = self._pointers.publications(detection.table, first, last)
            files = self._files.resolve(file for day in days for file in day.files)
            sql = f"{select(View('day_rows', columns, tuple(files)))} ORDER BY day"
            try:
                with lake_faults(detection), own_session(self._settings) as session:
                    return session.sql(sql).to_arrow_table()
            except Exception as error:
                if self._files.closed_to_us("risk", detection.team):
                    raise NotAllowed(
                        f"the lake's files of {detection.team} belong to another account.",
                        remedy="Ask the account that runs Daywatch; several accounts share "
                        "PostgreSQL (DAYWATCH_WAREHOUSE_URL), not a lake.",
                    ) from error
                # Retention was faster than we: look the files up again.
                if not (again and error.__cause__ and is_gone(error.__cause__)):
                    raise
        raise AssertionError("unreachable")

    def aggregate(
        self, detection: Detection, day: date, sql: str, parameters: Mapping[str, Scalar]
    ) -> list[Row]:
        """Run an indicator's SELECT over one published day, visible as the table `day_rows`.

        The rows are handed over in memory: the session that runs the SELECT can open no file.
        """
        values = values_for(detection, day, parameters)
        bound = bind_values(detection, sql, self.dialect, values, _dollar)
        rows = {"day_rows": self.read_arrow(detection, day, day)}
        with lake_faults(detection), locked_session(self._settings, rows) as session:
            found: list[Row] = stream(session, bound.sql, bound.values).read_all().to_pylist()
        return found

    # --- retention ---------------------------------------------------------------------------

    def retire(self, keep: timedelta, today: date) -> Retired:
        """Forget published days older than `keep`; remove files that no pointer names.

        A file goes once it has been unnamed for the grace period, so that no reader loses it.
        """
        days = files = size = 0
        grace = timedelta(hours=self._settings.lake_grace_hours)
        rooms = [(room, folder) for room in ("risk", "raw") for folder in self._files.tables(room)]
        for room, folder in rooms:
            with lake_faults(), self._files.lock(room, folder.name):
                if room == "risk":
                    days += self._forget(folder.name, today - keep)
                in_use = self._pointers.files_in_use()
                old = self._files.old(folder, grace)
                unnamed = [path for path in old if self._files.relative(path) not in in_use]
                removed = self._files.remove(unnamed)
            files, size = files + removed[0], size + removed[1]
        return Retired(days=days, files=files, bytes=size)

    def _forget(self, table: str, before: date) -> int:
        old = self._pointers.publications(table, date.min, before - timedelta(days=1))
        for publication in old:
            self._files.touch(publication.files)
        return self._pointers.remove_publications(table, before) if old else 0


def _owner(table: str, day: date) -> str:
    """The name of a day's scratch folders, by which a newer build finds them."""
    return f"{table}.{day.isoformat()}"


def _dollar(_position: int, name: str, _value: Scalar) -> str:
    return f"${name}"


def _record(staging: Staging, file: str, missing: Sequence[str]) -> Publication:
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
        files=(file,),
        missing=tuple(missing),
    )
