"""From files people have to rows as declared: shared by every engine's `load`.

A throw-away DuckDB file takes the input as text, row by row numbered; casting sorts it into rows
that fit and rows to reject. Memory stays bounded whatever the size of the input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from daywatch.catalog.model import ColumnType, Source
from daywatch.errors import ConfigurationError, LoadError, Where
from daywatch.settings import Settings
from daywatch.warehouse.base import LoadResult, Progress
from daywatch.warehouse.casting import cast_text, fault_of
from daywatch.warehouse.columns import DUCKDB
from daywatch.warehouse.naming import ident, literal
from daywatch.warehouse.readers import Found, read_file
from daywatch.warehouse.rejects import Rejects

if TYPE_CHECKING:
    import pyarrow as pa

MEMORY = "1GB"
"""For the database that loads, when the settings say nothing."""


def columns_of_source(source: Source) -> dict[str, ColumnType]:
    """A source's columns and their types."""
    return {name: column.type for name, column in source.columns.items()}


class Ingest:
    """One load: its throw-away database, its rows and what became of them."""

    def __init__(
        self,
        settings: Settings,
        scratch: Path,
        source: Source,
        *,
        append: bool = False,
        nul_fits: bool = True,
    ) -> None:
        if append and not source.primary_key:
            raise ConfigurationError(
                f"{source.name} has no primary key, so appending twice would double its rows.",
                remedy=f"Declare primary_key of {source.name} in sql/sources.yaml, "
                "or load without --append to replace the days.",
            )
        self._settings = settings
        self._scratch = scratch
        self.source = source
        self._nul_fits = nul_fits
        self._append = append
        self._columns = columns_of_source(source)
        self._database: duckdb.DuckDBPyConnection | None = None
        self._rejects = Rejects()
        self._ignored: set[str] = set()
        self._absent: set[str] = set()
        self._nulled: dict[str, int] = {}
        self._duplicates = 0
        self._kept = 0

    @contextmanager
    def opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The throw-away database, with an empty table `good` of the declared columns."""
        database = duckdb.connect(
            str(self._scratch / "load.db"),
            config={
                "memory_limit": self._settings.duckdb_memory or MEMORY,
                "temp_directory": str(self._scratch / "spill"),
                "autoinstall_known_extensions": "false",
                **(
                    {"threads": self._settings.duckdb_threads}
                    if self._settings.duckdb_threads
                    else {}
                ),
            },
        )
        cells = ", ".join(f"{ident(name)} {DUCKDB[kind]}" for name, kind in self._columns.items())
        try:
            database.execute(f"CREATE TABLE good ({cells})")
            self._database = database
            yield database
        finally:
            self._database = None
            database.close()

    @property
    def database(self) -> duckdb.DuckDBPyConnection:
        """The open database."""
        if self._database is None:
            raise RuntimeError("an Ingest is used inside opened()")
        return self._database

    # --- in ----------------------------------------------------------------------------------

    def read(
        self,
        files: Sequence[Path],
        rename: Mapping[str, str],
        reject_dir: Path,
        progress: Progress | None,
    ) -> None:
        """Read files into `good`; what does not fit goes to the reject file."""
        sizes = [_size(file) for file in files]
        with self._rejects.writing(reject_dir, self.source.name):
            for number, file in enumerate(files):
                found = read_file(self.database, file, self.source, rename, self._rejects)
                self._sort(file, found)
                if progress:
                    progress(sum(sizes[: number + 1]), sum(sizes))
        self._drop_duplicates()

    def read_arrow(self, table: pa.Table) -> None:
        """Rows from memory into `good`: declared columns only, and every row must be usable."""
        unknown = sorted(set(table.column_names) - set(self._columns))
        if unknown:
            raise LoadError(
                f"{self.source.name} has no column {', '.join(unknown)}.",
                remedy="Declare it in sql/sources.yaml, or leave it out.",
            )
        self.database.register("incoming", table)
        day, origin = self.source.day, self.source.day_from
        cells = [
            f"CAST({ident(name)} AS {DUCKDB[kind]})"
            if name in table.column_names
            else f"CAST({ident(origin)} AS DATE)"
            if name == day and origin in table.column_names and origin
            else f"NULL::{DUCKDB[kind]}"
            for name, kind in self._columns.items()
        ]
        self.database.execute(f"INSERT INTO good SELECT {', '.join(cells)} FROM incoming")
        self.database.unregister("incoming")
        if day and self._count(f"SELECT count(*) FROM good WHERE {ident(day)} IS NULL"):
            raise LoadError(
                f"{self.source.name}: rows without {day} belong to no day.",
                remedy=f"Give {day} in every row.",
            )
        self._drop_duplicates()

    def _sort(self, file: Path, found: Found) -> None:
        """Move what is in `incoming` to `good` or to the rejects."""
        self._ignored.update(found.ignored)
        self._absent.update(set(self._columns) - set(found.columns) - {self._derived(found) or ""})
        texts = self._texts(found)
        casts = {name: cast_text(texts[name], kind) for name, kind in self._columns.items()}
        fault = fault_of(self.source, texts, casts, nul_fits=self._nul_fits, keyed=self._append)
        cells = ", ".join(f"{expression} AS {ident(name)}" for name, expression in casts.items())
        self.database.execute("DROP TABLE IF EXISTS sorted")
        self.database.execute(f"CREATE TABLE sorted AS SELECT *, {fault} AS fault FROM incoming")
        self.database.execute(f"INSERT INTO good SELECT {cells} FROM sorted WHERE fault IS NULL")
        self._count_nulled(texts, casts)
        shown = {name: column for column, name in found.columns.items()}
        self._rejects.take(self.database, file, shown)
        self.database.execute("DROP TABLE sorted; DROP TABLE incoming")

    def _derived(self, found: Found) -> str | None:
        """The day column, where it comes from another column of the input."""
        source = self.source
        if source.day and source.day not in found.columns and source.day_from in found.columns:
            return source.day
        return None

    def _texts(self, found: Found) -> dict[str, str]:
        """For each declared column the expression of its text in `incoming`."""
        texts = {
            name: ident(found.columns[name]) if name in found.columns else "NULL::VARCHAR"
            for name in self._columns
        }
        if self._derived(found) and self.source.day:
            texts[self.source.day] = texts[self.source.day_from or ""]
        return texts

    def _count_nulled(self, texts: Mapping[str, str], casts: Mapping[str, str]) -> None:
        """How many cells of each column were no value of their type and became NULL."""
        wanted = [name for name, kind in self._columns.items() if kind is not ColumnType.TEXT]
        if not wanted:
            return
        cells = ", ".join(
            f"count(*) FILTER (WHERE {casts[n]} IS NULL AND nullif(trim({texts[n]}), '') <> '')"
            for n in wanted
        )
        row = self.database.execute(f"SELECT {cells} FROM sorted WHERE fault IS NULL").fetchone()
        for name, count in zip(wanted, row or (), strict=True):
            if count:
                self._nulled[name] = self._nulled.get(name, 0) + int(count)

    def _drop_duplicates(self) -> None:
        """Of rows with one primary key keep the first; rows without a key are all kept."""
        if self.source.primary_key:
            key = ", ".join(ident(name) for name in self.source.primary_key)
            known = " AND ".join(f"{ident(name)} IS NOT NULL" for name in self.source.primary_key)
            numbered = (
                f"SELECT rowid AS r, row_number() OVER (PARTITION BY {key} ORDER BY rowid) AS n"
            )
            self._duplicates += self._count(
                "DELETE FROM good WHERE rowid IN "
                f"(SELECT r FROM ({numbered} FROM good WHERE {known}) WHERE n > 1)"
            )

    def keep(self, existing: str) -> None:
        """Append: rows that are there already stay; new ones with the same key are duplicates.

        `existing` selects the present rows of all days of the input.
        """
        names = ", ".join(ident(name) for name in self._columns)
        keys = " AND ".join(f"good.{ident(k)} = kept.{ident(k)}" for k in self.source.primary_key)
        self.database.execute(f"CREATE TABLE kept AS SELECT {names} FROM ({existing})")
        self._duplicates += self._count(f"DELETE FROM good USING kept WHERE {keys}")
        self._kept = self._count("INSERT INTO good SELECT * FROM kept")
        self.database.execute("DROP TABLE kept")

    def skip(self, duplicates: int) -> None:
        """Append: an engine that compared keys itself says how many were there already."""
        self._duplicates += duplicates
        self._kept += duplicates

    # --- out ---------------------------------------------------------------------------------

    def days(self) -> list[date | None]:
        """The days present in the input; [None] for a dimension."""
        day = self.source.day
        if day is None:
            return [None]
        rows = self.database.execute(
            f"SELECT DISTINCT {ident(day)} FROM good ORDER BY 1"
        ).fetchall()
        return [row[0] for row in rows]

    def select(self, day: date | None) -> str:
        """The SELECT of a day's rows in the declared order."""
        names = ", ".join(ident(name) for name in self._columns)
        only = f" WHERE {ident(self.source.day or '')} = DATE {literal(day)}" if day else ""
        return f"SELECT {names} FROM good{only}"

    @property
    def rows(self) -> int:
        """Rows that the input brought."""
        return self._count("SELECT count(*) FROM good") - self._kept

    def result(self, replaced: int) -> LoadResult:
        """What the load came to; asked while the database is open."""
        return LoadResult(
            source=self.source.name,
            rows=self.rows,
            days=tuple(day for day in self.days() if day),
            rejected=self._rejects.count,
            reject_file=self._rejects.file,
            replaced_rows=replaced,
            duplicates=self._duplicates,
            ignored=tuple(sorted(self._ignored)),
            absent=tuple(sorted(self._absent)),
            nulled=dict(self._nulled),
        )

    def _count(self, sql: str) -> int:
        row = self.database.execute(sql).fetchone()
        return int(row[0]) if row else 0


def _size(file: Path) -> int:
    if not file.is_file():
        raise LoadError("this file is missing.", remedy="Check its path.", where=Where(file))
    return file.stat().st_size
