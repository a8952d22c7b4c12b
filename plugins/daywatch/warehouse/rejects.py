"""Rows that could not be loaded, kept beside the reason: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import duckdb

from daywatch.warehouse.naming import ident

SHOWN = 10_000
"""Characters kept of a rejected cell or line: enough to find it, whatever its size."""


class Rejects:
    """The reject file of one load; it exists once there is a row to keep."""

    def __init__(self) -> None:
        self.count = 0
        self.file: Path | None = None
        self._path: Path | None = None
        self._handle: IO[str] | None = None

    @contextmanager
    def writing(self, folder: Path, source: str) -> Iterator[None]:
        """Rows go to `<folder>/<source>-<time>.jsonl`."""
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        self._path = folder / f"{source}-{stamp}.jsonl"
        try:
            yield
        finally:
            if self._handle:
                self._handle.close()
                self._handle = None

    def add(self, file: Path, reason: str, *, row: int | None, values: object) -> None:
        """Keep one row: `row` counts the file's data rows, or its lines where it is malformed."""
        if self._handle is None and self._path:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = self._path.open("w", encoding="utf-8", errors="replace")
            self.file = self._path
        if self._handle:
            entry = {"reason": reason, "file": str(file), "row": row, "values": values}
            self._handle.write(json.dumps(entry, ensure_ascii=False, default=str) + "\n")
        self.count += 1

    def take(
        self, database: duckdb.DuckDBPyConnection, file: Path, columns: Mapping[str, str]
    ) -> None:
        """Keep every row of the table `sorted` that has a fault; `columns` maps column -> name."""
        cells = "".join(f", left({ident(column)}, {SHOWN})" for column in columns)
        cursor = database.cursor()
        try:
            cursor.execute(f"SELECT row, fault{cells} FROM sorted WHERE fault IS NOT NULL")
            while rows := cursor.fetchmany(1000):
                for number, fault, *values in rows:
                    kept = dict(zip(columns.values(), values, strict=True))
                    self.add(file, fault, row=number, values=kept)
        finally:
            cursor.close()
