"""What each detection costs its engine, beside the least that anybody could do with its input.

Both sides run in bare DuckDB, in turn, over the same views of the same Parquet files: the days of
the detection's own lookback, as far as the platform has them.

    query      the detection's SELECT for one day, read to its last row
    reference  for each raw source and risk table that it reads, one scan and group-by:
               the key is those of the detection's grain that the table has, else the table's day
               column, else the first column used; of every column used, the largest value

A column is used when its name stands in the SELECT. The ratio of the two best times says how many
such passes the detection is worth; over 2 it is marked, and somebody should look at it.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from daywatch import pipeline
from daywatch.catalog.model import Detection
from daywatch.catalog.sql import bind
from daywatch.errors import DaywatchError, HeldBack
from daywatch.house import House
from daywatch.runner import day_range, levels
from daywatch.warehouse.columns import with_day
from daywatch.warehouse.ingest import columns_of_source
from daywatch.warehouse.lake_session import View, select
from daywatch.warehouse.naming import ident

TOO_MUCH = 2.0


@dataclass(frozen=True)
class Cost:
    """Best seconds of both sides; `fault` says why there are none."""

    detection: str
    rows: int = 0
    query: float = 0.0
    reference: float = 0.0
    fault: str = ""

    @property
    def ratio(self) -> float:
        """How many passes over its input the query is worth."""
        return self.query / self.reference if self.reference else 0.0


def costs(house: House, detections: Sequence[Detection], day: date, rounds: int) -> list[Cost]:
    """The costs of all, the dearest first. Risk tables that they read are built where they lack."""
    _publish_what_is_read(house, detections, day)
    found = [_cost(house, detection, day, rounds) for detection in detections]
    return sorted(found, key=lambda cost: (-cost.ratio, cost.detection))


def _publish_what_is_read(house: House, detections: Sequence[Detection], day: date) -> None:
    """Publish, unchecked, the missing days of upstream risk tables in their readers' lookback."""
    everyone = [one for level in levels(house.catalog.detections.values()) for one in level]
    reach: dict[str, timedelta] = {}
    for reader in reversed(everyone):  # readers come before what they read
        if reader in detections or reader.table in reach:
            span = reader.header.lookback + reach.get(reader.table, timedelta())
            for table in reader.upstreams:
                reach[table] = max(reach.get(table, timedelta()), span)
    for detection in (one for one in everyone if one.table in reach):
        for each in _days(day, reach[detection.table]):
            if house.warehouse.publication(detection.table, each) is None:
                _publish(house, detection, each)


def _publish(house: House, detection: Detection, day: date) -> None:
    try:
        staging = pipeline.build(house, detection, day, run_id="bench")
    except HeldBack:  # the platform has no such day
        return
    house.warehouse.publish(staging)


def _days(day: date, lookback: timedelta) -> list[date]:
    return day_range(day - lookback + timedelta(days=1), day)


def _cost(house: House, detection: Detection, day: date, rounds: int) -> Cost:
    try:
        with duckdb.connect() as connection:
            views = list(views_of(house, detection, day))
            for view in views:
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {ident(view.schema)}")
                name = f"{ident(view.schema)}.{ident(view.name)}"
                connection.execute(f"CREATE VIEW {name} AS {select(view)}")
            return _timed(connection, detection, views, day, rounds)
    except (duckdb.Error, DaywatchError) as error:
        return Cost(detection.name, fault=str(error).splitlines()[0])


def _timed(
    connection: duckdb.DuckDBPyConnection,
    detection: Detection,
    views: Sequence[View],
    day: date,
    rounds: int,
) -> Cost:
    sql = bind(detection.sql, "duckdb", lambda name: f"${name}")
    wanted = {"day": day, **detection.header.parameters}
    values = {name: value for name, value in wanted.items() if re.search(rf"\${name}\b", sql)}
    rows, query, reference = 0, [], []
    for turn in range(rounds + 1):  # the first fills the page cache
        started = time.perf_counter()
        rows = len(connection.execute(sql, values).fetchall())
        middle = time.perf_counter()
        for view in views:
            connection.execute(scan_of(detection, view)).fetchall()
        ended = time.perf_counter()
        if turn:
            query.append(middle - started)
            reference.append(ended - middle)
    return Cost(detection.name, rows, min(query), min(reference))


def views_of(house: House, detection: Detection, day: date) -> Iterator[View]:
    """What the query reads: its lookback's days of each source and risk table."""
    first = day - detection.header.lookback + timedelta(days=1)
    root = house.settings.data / "lake"
    for name in detection.sources:
        source = house.catalog.sources[name]
        days = (first, day) if source.day else (None, None)
        files = [root / file for part in house.state.partitions(name, *days) for file in part.files]
        yield View(name, columns_of_source(source), tuple(files))
    for table in detection.upstreams:
        upstream = house.catalog.by_table(table)
        if upstream is not None:
            published = house.warehouse.publications(table, first, day)
            files = [root / file for one in published for file in one.files]
            columns = with_day(upstream.header.columns)
            yield View(table, columns, tuple(files), schema="risk")


def scan_of(detection: Detection, view: View) -> str:
    """The reference for one table: a scan of the columns used, grouped by its key."""
    words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", detection.sql.lower()))
    used = [name for name in view.columns if name.lower() in words] or list(view.columns)[:1]
    dated = [name for name in used if name in ("day", "ds")]
    key = [name for name in used if name in detection.header.grain] or dated or used[:1]
    largest = [f"max({ident(name)})" for name in used if name not in key]
    keys = ", ".join(ident(name) for name in key)
    cells = ", ".join([keys, "count(*)", *largest])
    return f"SELECT {cells} FROM {ident(view.schema)}.{ident(view.name)} GROUP BY {keys}"


def tell(found: Sequence[Cost], day: date, file: Path | None = None) -> None:
    """Print the table, the dearest first, and write the same as JSON."""
    width = max((len(cost.detection) for cost in found), default=0)
    print(f"\n{len(found)} detections, {day}: SELECT against one pass over its input, best times")
    for cost in found:
        mark = " <- over 2 x" if cost.ratio > TOO_MUCH else ""
        times = f"{cost.query * 1000:8.1f} ms {cost.reference * 1000:8.1f} ms {cost.ratio:6.2f} x"
        said = f"not measured: {cost.fault}" if cost.fault else f"{times}{mark}"
        print(f"  {cost.detection:<{width}} {cost.rows:>7,} rows {said}")
    if file:
        rows = [{**asdict(cost), "ratio": round(cost.ratio, 3)} for cost in found]
        document = {"day": day.isoformat(), "over": TOO_MUCH, "detections": rows}
        file.write_text(json.dumps(document, indent=2) + "\n")
