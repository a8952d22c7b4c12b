"""Detections over a generated platform on one bare DuckDB: what tuning needs, without the pipeline.

No staging, suite, publication or state: the SELECT, its score steps, its indicators and their
verdicts, day by day. About ten times as fast as `daywatch backfill`, and the same rows; figures
that anybody quotes come from `daywatch scorecard` over published tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from daywatch.alerts.spells import Mark, Spell, spells
from daywatch.catalog.model import Catalog, Detection
from daywatch.catalog.sql import bind
from daywatch.indicators import (
    WHOLE,
    Point,
    State,
    Verdict,
    all_points,
    judge,
    measure_all,
    persistence_of,
    persistent,
)
from daywatch.indicators.score import score_steps
from daywatch.warehouse.columns import arrow_schema


@dataclass
class Evaluated:
    """One detection's days: rows as published (with `day`), verdicts and episodes by indicator."""

    detection: Detection
    rows: list[dict[str, Any]] = field(default_factory=list)
    verdicts: dict[str, dict[date, Verdict]] = field(default_factory=lambda: defaultdict(dict))
    pages: dict[str, list[Spell]] = field(default_factory=dict)
    seconds: float = 0.0
    days: int = 0


class Lab:
    """A platform's Parquet folder, its tables limited to a detection's lookback day by day."""

    def __init__(self, platform: Path, catalog: Catalog) -> None:
        self._platform = platform
        self._catalog = catalog
        self._db = duckdb.connect()
        self._db.execute("create schema risk")
        self._tables: set[str] = set()

    def evaluate(self, detection: Detection, days: Sequence[date]) -> Evaluated:
        """Run the detection on each of `days`, in order."""
        import time

        started = time.perf_counter()
        found = Evaluated(detection)
        series: dict[str, list[Point]] = defaultdict(list)
        states: dict[str, list[State]] = defaultdict(list)
        marks: dict[str, dict[date, Mark]] = defaultdict(dict)
        for day in days:
            rows = self._rows(detection, day)
            self._keep(detection, day, rows)
            found.rows += [{**row, "day": day} for row in rows.to_pylist()]
            for name, point in self._points(detection, day, rows).items():
                series[name].append(point)
                indicator = detection.header.indicators[name]
                severity = detection.severity_of(name)
                verdict = judge(indicator, severity, series[name], detection.header.parameters)
                found.verdicts[name][day] = verdict
                states[name].append(verdict.state)
                counts = persistent(states[name], persistence_of(indicator, severity))
                mark = _mark(verdict.state, counts)
                if mark:
                    marks[name][day] = mark
        found.pages = {name: spells(of_day) for name, of_day in marks.items()}
        found.seconds = time.perf_counter() - started
        found.days = len(days)
        return found

    def _rows(self, detection: Detection, day: date) -> pa.Table:
        self._views(detection, day)
        sql = bind(detection.sql, "duckdb", lambda name: f"${name}")
        wanted = {"day": day, **detection.header.parameters}
        values = {name: value for name, value in wanted.items() if f"${name}" in sql}
        table = self._db.execute(sql, values).to_arrow_table()
        table = score_steps(detection.header)(table)
        columns = detection.header.columns
        return table.select(list(columns)).cast(arrow_schema(columns))

    def _views(self, detection: Detection, day: date) -> None:
        first = day - detection.header.lookback + timedelta(days=1)
        for name in detection.sources:
            source = self._catalog.sources[name]
            folder = self._platform / name
            files = [folder / "all.parquet"] if not source.day else list(_days(folder, first, day))
            listed = ", ".join(f"'{file}'" for file in files if file.is_file())
            self._db.execute(
                f'create or replace view "{name}" as '
                f"select * from read_parquet([{listed}], hive_partitioning = false)"
                if listed
                else f'create or replace view "{name}" as {_empty(source.columns)}'
            )
        for table in detection.upstreams:
            upstream = self._catalog.by_table(table)
            assert upstream
            kept = f"select * from kept_{table} where day between date '{first}' and date '{day}'"
            none = _empty(upstream.header.columns, "null::date as day, ")
            source_sql = kept if table in self._tables else none
            self._db.execute(f'create or replace view risk."{table}" as {source_sql}')

    def _keep(self, detection: Detection, day: date, rows: pa.Table) -> None:
        name = f"kept_{detection.table}"
        self._db.register("made", rows)
        select = f"select *, date '{day}' as day from made"
        if detection.table in self._tables:
            self._db.execute(f"insert into {name} {select}")
        else:
            self._db.execute(f"create table {name} as {select}")
            self._tables.add(detection.table)
        self._db.unregister("made")

    def _points(self, detection: Detection, day: date, rows: pa.Table) -> dict[str, Point]:
        judged = {n: i for n, i in detection.header.indicators.items() if i.breach}
        if not judged:
            return {}
        sql = bind(measure_all(detection, day), "duckdb", lambda name: f"${name}")
        wanted = {"day": day, **detection.header.parameters}
        values = {name: value for name, value in wanted.items() if f"${name}" in sql}
        self._db.register("day_rows", rows)
        measured = self._db.execute(sql, values).to_arrow_table().to_pylist()
        self._db.unregister("day_rows")
        points = all_points(detection, measured, day)
        return {name: points[name][WHOLE] for name in judged}


def _days(folder: Path, first: date, last: date) -> Iterator[Path]:
    for back in range((last - first).days + 1):
        yield folder / f"ds={first + timedelta(days=back)}" / "part-0.parquet"


_DUCK = {"text": "varchar", "double": "double", "bigint": "bigint", "integer": "integer"}


def _empty(columns: Mapping[str, Any], before: str = "") -> str:
    def kind(column: Any) -> str:
        name = str(getattr(column, "type", column))
        return _DUCK.get(name, name)

    cells = ", ".join(f'null::{kind(one)} as "{name}"' for name, one in columns.items())
    return f"select {before}{cells} where false"


def _mark(state: State, counts: bool) -> Mark | None:
    if state is State.OK:
        return Mark.QUIET
    if state is State.BREACH:
        return Mark.PAGING if counts else Mark.FAINT
    return None
