"""The warehouse's protocol: where raw and risk tables live, and how a day gets published.

Three engines share it (lake, PostgreSQL, later Spark), so it assumes neither one process nor one
file. A day moves in three steps: `stage` writes a copy that nobody reads, `staging_relation`
shows that copy to validation, `publish` makes exactly those bytes the day. All days are UTC
dates; all times are naive UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from daywatch.catalog.model import Catalog, ColumnMap, Detection, Scalar, Source

if TYPE_CHECKING:  # the state store builds these values too and must stay light to import
    import pandas as pd
    import pyarrow as pa
    from sqlalchemy import Engine

Row = dict[str, Any]
Progress = Callable[[int, int], None]
"""Called with (done, total) as long work proceeds; the unit is the operation's own."""
Score = Callable[["pa.Table"], "pa.Table"]
"""A row test from the registry, applied to the SELECT's whole result before it is staged."""


@dataclass(frozen=True)
class SourceInfo:
    """What is there of a declared source."""

    name: str
    present: bool
    rows: int = 0
    first_day: date | None = None
    last_day: date | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SourceDay:
    """What a source holds for one day at a cutoff; dimensions count their whole table."""

    name: str
    present: bool
    rows: int
    newest_arrival: datetime | None = None


@dataclass(frozen=True)
class BuildJob:
    """One SELECT for one day: what `stage` needs and nothing it must look up."""

    detection: Detection
    day: date
    cutoff: datetime
    run_id: str
    sources: tuple[Source, ...]
    upstreams: tuple[Detection, ...]
    timeout: timedelta
    max_rows: int
    score: Score | None = None

    @property
    def first_day(self) -> date:
        """The oldest day that the query's views show: lookback counts `day` itself."""
        return self.day - self.detection.header.lookback + timedelta(days=1)

    @property
    def parameters(self) -> dict[str, Scalar]:
        """The header's parameters, without `day`, which the engine binds as a DATE."""
        return dict(self.detection.header.parameters)


@dataclass(frozen=True)
class Staging:
    """A staged day. `ref` is the engine's own address (a file, a table); JSON-safe throughout."""

    detection: str
    team: str
    table: str
    day: str
    run_id: str
    ref: str
    rows: int
    content_hash: str
    cutoff: str
    sql_hash: str

    @property
    def date(self) -> date:
        """The staged day."""
        return date.fromisoformat(self.day)


@dataclass(frozen=True)
class Publication:
    """The record written in the transaction that publishes a day."""

    team: str
    table: str
    day: date
    run_id: str
    rows: int
    content_hash: str
    sql_hash: str
    cutoff: datetime
    published_at: datetime
    files: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Partition:
    """One day (or the whole, day None) of a raw table in the lake: immutable Parquet files."""

    source: str
    day: date | None
    files: tuple[str, ...]
    rows: int
    bytes: int = 0


class Pointers(Protocol):
    """The lake's pointer rows, kept by the state store. Writers replace whole days atomically."""

    def publication(self, table: str, day: date) -> Publication | None: ...

    def publications(self, table: str, first: date, last: date) -> list[Publication]: ...

    def record_publication(self, publication: Publication) -> None: ...

    def partitions(self, source: str, first: date | None, last: date | None) -> list[Partition]: ...

    def replace_partitions(self, partitions: Sequence[Partition]) -> None: ...

    def remove_publications(self, table: str, before: date) -> int: ...

    def files_in_use(self) -> set[str]: ...


@dataclass(frozen=True)
class LoadResult:
    """What `load` brought in; `rejected` rows lie in `reject_file` with the reason beside each."""

    source: str
    rows: int
    days: tuple[date, ...]
    rejected: int
    reject_file: Path | None
    replaced_rows: int = 0
    duplicates: int = 0
    ignored: tuple[str, ...] = ()
    """Columns of the input that the source does not declare."""
    absent: tuple[str, ...] = ()
    """Declared columns that the input lacks; they are NULL."""
    nulled: Mapping[str, int] = field(default_factory=dict)
    """Cells, by column, that were no value of the declared type and became NULL."""


@dataclass(frozen=True)
class Retired:
    """What retention removed."""

    days: int
    files: int
    bytes: int


class Warehouse(Protocol):
    """One engine. `QueryFailed` and kin are the query's fault, `Unavailable` is ours."""

    name: str
    dialect: str
    """sqlglot's name of the engine's SQL."""
    shared: bool
    """Whether workers on several hosts can use it."""

    def prepare(self, catalog: Catalog) -> None:
        """Create what is missing (schemas, source tables, read views, rights); safe to repeat."""
        ...

    def list_sources(self, sources: Iterable[Source]) -> list[SourceInfo]:
        """Describe each declared source: whether it is there, its rows, days and columns."""
        ...

    def source_days(self, source: Source) -> list[date]:
        """The days on which `source` has rows, in order; none for a dimension."""
        ...

    def source_day(self, source: Source, day: date, cutoff: datetime) -> SourceDay:
        """Rows of `source` for `day` that had arrived by `cutoff`."""
        ...

    def recent_rows(
        self, source: Source, by: str, first: date, last: date, cutoff: datetime, limit: int
    ) -> list[Row]:
        """Rows whose time `by` lies in the days [first, last], as of the cutoff, newest first."""
        ...

    def stage(self, job: BuildJob) -> Staging:
        """Run the job's SELECT with read rights only and write its rows, plus `day`, aside.

        Columns are cast to the header's types in the header's order; a column that is absent,
        extra or of another type family fails. Raises QueryFailed, QueryTimeout, TooManyRows.
        """
        ...

    def staging_relation(self, staging: Staging) -> AbstractContextManager[tuple[Engine, str]]:
        """(SQLAlchemy engine, table name) over the staged rows, for SQL push-down validation."""
        ...

    def staging_exists(self, staging: Staging) -> bool:
        """Whether the staged copy is still there; a newer build of the day supersedes it."""
        ...

    def publish(self, staging: Staging, missing: Sequence[str] = ()) -> Publication:
        """Make the staged rows the day and record it in one transaction: old or new, never half."""
        ...

    def publication(self, table: str, day: date) -> Publication | None:
        """The day's record, or None where it was never published."""
        ...

    def publications(self, table: str, first: date, last: date) -> list[Publication]:
        """Records of the published days in [first, last], in day order."""
        ...

    def read(self, detection: Detection, first: date, last: date) -> pd.DataFrame:
        """Published rows of [first, last] with `day`; absent days are simply not there."""
        ...

    def read_arrow(self, detection: Detection, first: date, last: date) -> pa.Table:
        """The same as Arrow, typed by the header's columns."""
        ...

    def aggregate(
        self, detection: Detection, day: date, sql: str, parameters: Mapping[str, Scalar]
    ) -> list[Row]:
        """Run an indicator's SELECT over one published day, visible as the table `day_rows`."""
        ...

    def drop_stale_staging(self, table: str, day: date, keep_run: str) -> int:
        """Drop staging of this day that other runs left behind; returns how many."""
        ...

    def sweep_staging(self, older_than: timedelta) -> int:
        """Drop all staging older than that, whosever; returns how many."""
        ...

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
        """Bring files in as source rows: replace the days present, or append by primary key.

        `rename` maps columns of the files to declared ones: {"CONTENT": "text"}.
        """
        ...

    def load_arrow(self, source: Source, table: pa.Table, *, append: bool = False) -> int:
        """Bring rows in from memory; every row must be usable. Returns the rows brought."""
        ...

    def retire(self, keep: timedelta, today: date) -> Retired:
        """Forget published days older than `keep` and remove files nobody can be reading."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


def types_of(columns: ColumnMap) -> tuple[tuple[str, str], ...]:
    """(column, type) pairs with the runner's `day` at the end."""
    return (*((name, str(kind)) for name, kind in columns.items()), ("day", "date"))
