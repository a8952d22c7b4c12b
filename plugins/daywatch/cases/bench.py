"""A workbench for cases: a real warehouse of its own that holds what one case gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from daywatch.cases.model import DAY, RISK, Case, Row
from daywatch.cases.pointers import MemoryPointers
from daywatch.catalog.model import Catalog, ColumnType, Detection, Source, SourceColumn
from daywatch.indicators import WHOLE, Point, Verdict, all_points, judge, measure_all
from daywatch.indicators.score import score_steps
from daywatch.settings import Settings
from daywatch.warehouse import open_warehouse
from daywatch.warehouse.base import BuildJob, Partition, Warehouse
from daywatch.warehouse.columns import arrow_schema
from daywatch.warehouse.lake import LakeWarehouse
from daywatch.warehouse.scratch import emptied, scratch_database

GIVEN = "given_"
"""Prefix of the source that stands behind an upstream table's given rows."""
TIMEOUT = timedelta(seconds=60)
Load = Callable[[Source, pa.Table], object]
"""Makes rows a source's rows, as they are: doubled keys are what some cases are about."""


class Bench:
    """Lays a case's rows out in the warehouse and runs the detection on them."""

    def __init__(
        self, warehouse: Warehouse, load: Load, detection: Detection, catalog: Catalog
    ) -> None:
        self._warehouse = warehouse
        self._load = load
        self._detection = detection
        self._sources = tuple(catalog.sources[name] for name in detection.sources)
        found = (catalog.by_table(table) for table in detection.upstreams)
        self._upstreams = tuple(upstream for upstream in found if upstream)

    def lay_out(self, case: Case) -> None:
        """Load the given sources and publish the given days of upstream tables."""
        for source in self._sources:
            rows = case.given.get(source.name, ())
            if rows:
                filled = [_filled(row, source, case.day) for row in rows]
                self._load(source, _arrow(source, filled))
        for upstream in self._upstreams:
            by_day: dict[date, list[Row]] = defaultdict(list)
            for row in case.given.get(f"{RISK}{upstream.table}", ()):
                by_day[row.get(DAY) or case.day].append(row)
            for day, of_day in sorted(by_day.items()):
                self._publish(upstream, day, of_day)

    def _publish(self, upstream: Detection, day: date, rows: list[Row]) -> None:
        """An upstream's given rows, staged and published as its own run would have."""
        source = _behind(upstream)
        plain = [{name: value for name, value in row.items() if name != DAY} for row in rows]
        self._load(source, _arrow(source, plain))
        columns = ", ".join(f'"{name}"' for name in source.columns)
        stand_in = upstream.model_copy(
            update={
                "sql": f"SELECT {columns} FROM {source.name}",
                "sources": (source.name,),
                "upstreams": (),
                "header": upstream.header.model_copy(update={"score": ()}),
            }
        )
        job = _job(stand_in, day, (source,), ())
        self._warehouse.publish(self._warehouse.stage(job))

    def run(self, case: Case, sql: str | None = None) -> tuple[list[Row], dict[str, Verdict]]:
        """The day's rows, and the verdict on each indicator that has a rule, if the case asks.

        `sql` runs in place of the detection's own.
        """
        header = self._detection.header.model_copy(
            update={"parameters": {**self._detection.header.parameters, **case.parameters}}
        )
        detection = self._detection.model_copy(
            update={"header": header, "sql": sql or self._detection.sql}
        )
        job = _job(detection, case.day, self._sources, self._upstreams)
        self._warehouse.publish(self._warehouse.stage(job))
        found = self._warehouse.read_arrow(detection, case.day, case.day).to_pylist()
        verdicts = self._verdicts(detection, case) if case.breaches is not None else {}
        return found, verdicts

    def _verdicts(self, detection: Detection, case: Case) -> dict[str, Verdict]:
        parameters = detection.header.parameters
        if not detection.header.indicators:
            return {}
        sql = measure_all(detection, case.day)
        rows = self._warehouse.aggregate(detection, case.day, sql, dict(parameters))
        measured = all_points(detection, rows, case.day)
        return {
            name: judge(
                indicator,
                detection.severity_of(name),
                (*_history(case, name), measured[name][WHOLE]),
                parameters,
            )
            for name, indicator in detection.header.indicators.items()
            if indicator.breach
        }


def _history(case: Case, indicator: str) -> Iterator[Point]:
    """The values that the case gives for the days before, the last one yesterday's."""
    values = case.history.get(indicator, ())
    for back, value in zip(range(len(values), 0, -1), values, strict=True):
        day = case.day - timedelta(days=back)
        if isinstance(value, tuple):
            numerator, denominator = value
            yield Point(
                day, numerator / denominator if denominator else None, numerator, denominator
            )
        else:
            yield Point(day, value)


def _job(
    detection: Detection,
    day: date,
    sources: tuple[Source, ...],
    upstreams: tuple[Detection, ...],
) -> BuildJob:
    header = detection.header
    return BuildJob(
        detection=detection,
        day=day,
        cutoff=_end(day) + timedelta(days=1),
        run_id="case",
        sources=sources,
        upstreams=upstreams,
        timeout=TIMEOUT,
        max_rows=header.max_rows or 200_000,
        score=score_steps(header) if header.score else None,
    )


def _filled(row: Row, source: Source, day: date) -> Row:
    """The row with what a case need not write: its day, and its arrival at that day's end."""
    filled = dict(row)
    if source.day and filled.get(source.day) is None and source.day not in row:
        origin = filled.get(source.day_from or "")
        filled[source.day] = origin.date() if isinstance(origin, datetime) else origin or day
    if source.arrival and source.arrival not in row:
        filled[source.arrival] = _end(filled.get(source.day or "") or day)
    return filled


def _end(day: date) -> datetime:
    return datetime.combine(day, time()) + timedelta(days=1)


def _arrow(source: Source, rows: Sequence[Row]) -> pa.Table:
    kinds: Mapping[str, ColumnType] = {name: one.type for name, one in source.columns.items()}
    return pa.Table.from_pylist([dict(row) for row in rows], schema=arrow_schema(kinds))


def _adopting(lake: LakeWarehouse) -> Load:
    """Rows straight to Parquet: a lake's `load_arrow` opens a database, which costs 20 ms."""

    def load(source: Source, table: pa.Table) -> None:
        with TemporaryDirectory(prefix="daywatch-rows-") as folder:
            parts = []
            for n, (day, rows) in enumerate(_by_day(source, table)):
                file = Path(folder) / f"{n}.parquet"
                pq.write_table(rows, file)
                parts.append(Partition(source.name, day, (str(file),), rows.num_rows))
            lake.adopt(parts)

    return load


def _by_day(source: Source, table: pa.Table) -> Iterator[tuple[date | None, pa.Table]]:
    if source.day is None:
        yield None, table
        return
    days = table.column(source.day).to_pylist()
    for day in sorted(set(days)):
        yield day, table.take([n for n, one in enumerate(days) if one == day])


def _behind(upstream: Detection) -> Source:
    columns = {name: SourceColumn(type=kind) for name, kind in upstream.header.columns.items()}
    return Source(name=f"{GIVEN}{upstream.table}"[:63], columns=columns)


def _narrowed(detection: Detection, catalog: Catalog) -> Catalog:
    """The catalogue of one detection and what it reads: all that its scratch warehouse needs."""
    found = [catalog.by_table(table) for table in detection.upstreams]
    upstreams = [upstream for upstream in found if upstream]
    # Without keys, since loading by key would drop the doubled rows that a case is about.
    sources: dict[str, Any] = {
        name: catalog.sources[name].model_copy(update={"primary_key": ()})
        for name in detection.sources
    }
    sources.update({source.name: source for source in map(_behind, upstreams)})
    detections = {one.name: one for one in (detection, *upstreams)}
    teams = {one.team: catalog.teams[one.team] for one in detections.values()}
    return catalog.model_copy(update={"teams": teams, "sources": sources, "detections": detections})


class Benches:
    """Benches for one detection's cases, one after the other, on one engine."""

    def __init__(self, detection: Detection, catalog: Catalog, settings: Settings) -> None:
        self._detection = detection
        self._catalog = _narrowed(detection, catalog)
        self._settings = settings

    @contextmanager
    def lakes(self) -> Iterator[Iterator[Bench]]:
        """A fresh lake for every case, in one temporary folder."""
        with TemporaryDirectory(prefix="daywatch-cases-") as folder:
            yield self._lakes(Path(folder))

    def _lakes(self, folder: Path) -> Iterator[Bench]:
        number = 0
        while True:
            number += 1
            url = f"lake:///{folder / str(number)}"
            settings = self._settings.model_copy(
                update={"warehouse_url": url, "data_dir": folder, "duckdb_threads": 1}
            )
            warehouse = LakeWarehouse(settings, MemoryPointers())
            yield Bench(warehouse, _adopting(warehouse), self._detection, self._catalog)

    @contextmanager
    def postgres(self, url: str) -> Iterator[Iterator[Bench]]:
        """A scratch database beside the URL's own, emptied between cases and dropped at the end."""
        with scratch_database(url) as scratch:
            settings = self._settings.model_copy(update={"warehouse_url": scratch})
            warehouse = open_warehouse(settings, MemoryPointers())
            try:
                warehouse.prepare(self._catalog)
                yield self._emptied(warehouse, scratch)
            finally:
                warehouse.close()

    def _emptied(self, warehouse: Warehouse, url: str) -> Iterator[Bench]:
        while True:
            emptied(url)
            yield Bench(warehouse, warehouse.load_arrow, self._detection, self._catalog)
