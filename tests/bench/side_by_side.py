"""The pipeline against the bare engine: the same SELECTs and checks, in turn, in one process.

Both sides read the same Parquet files of one synthetic day (with the history that the
lookbacks want). The bare side does the least anybody could: one DuckDB connection per detection,
CREATE TABLE AS the SELECT, one aggregate query for its eight checks. Ours builds into staging,
validates, publishes, measures and judges.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from daywatch.catalog.model import Detection
from daywatch.catalog.sql import bind
from daywatch.house import House
from daywatch.pipeline import alert, build, validate

EIGHT = 8


@dataclass(frozen=True)
class Round:
    """Seconds that one side took for all detections, and its peak of rows staged."""

    ours: float
    bare: float


def checks_of(detection: Detection) -> list[tuple[str, dict[str, object], str]]:
    """Eight expectations of a detection as (type, kwargs, the bare engine's boolean)."""
    columns = list(detection.header.columns)
    first = columns[0]
    found: list[tuple[str, dict[str, object], str]] = [
        (
            "expect_table_row_count_to_be_between",
            {"min_value": 0, "max_value": 10_000_000},
            "count(*) between 0 and 10000000",
        )
    ]
    for n in range(EIGHT - 1):
        column = columns[n % len(columns)]
        if n < len(columns):
            # Tolerant of real NULLs: the bench measures checks, it does not judge data.
            found.append(
                (
                    "expect_column_values_to_not_be_null",
                    {"column": column, "mostly": 1e-9},
                    f'count(*) filter ("{column}" is null) >= 0',
                )
            )
        else:
            found.append(
                (
                    "expect_column_unique_value_count_to_be_between",
                    {"column": first, "min_value": 0, "max_value": 10_000_000 + n},
                    f'count(distinct "{first}") between 0 and {10_000_000 + n}',
                )
            )
    return found


def bare(house: House, detections: list[Detection], day: date) -> float:
    """Seconds of the bare engine for all detections."""
    started = time.perf_counter()
    for detection in detections:
        connection = duckdb.connect()
        _views(connection, house, detection, day)
        sql = bind(detection.sql, "duckdb", lambda name: f"${name}")
        wanted = {"day": day, **detection.header.parameters}
        values = {k: v for k, v in wanted.items() if f"${k}" in sql}
        connection.execute(f"CREATE TABLE result AS {sql}", values)
        checks = ", ".join(check for _, _, check in checks_of(detection))
        connection.execute(f"SELECT {checks} FROM result").fetchall()
        connection.close()
    return time.perf_counter() - started


def _views(
    connection: duckdb.DuckDBPyConnection, house: House, detection: Detection, day: date
) -> None:
    first = day - detection.header.lookback + timedelta(days=1)
    for name in detection.sources:
        source = house.catalog.sources[name]
        dated = (first, day) if source.day else (None, None)
        files = [f for p in house.state.partitions(name, *dated) for f in p.files]
        paths = ", ".join(f"'{_path(house, file)}'" for file in files)
        connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{paths}])')
    connection.execute("CREATE SCHEMA risk")
    for table in detection.upstreams:
        days = house.warehouse.publications(table, first, day)
        paths = ", ".join(f"'{_path(house, f)}'" for p in days for f in p.files)
        connection.execute(f'CREATE VIEW risk."{table}" AS SELECT * FROM read_parquet([{paths}])')


def _path(house: House, file: str) -> str:
    path = Path(file)
    return str(path if path.is_absolute() else Path(house.settings.data / "lake" / file))


def ours(house: House, detections: list[Detection], day: date, turn: int) -> dict[str, float]:
    """Seconds of each of our steps for all detections."""
    from daywatch.alerts.transport import open_transport

    transport = open_transport(house.settings)
    spent = {"build": 0.0, "validate and publish": 0.0, "judge and alert": 0.0}
    for detection in detections:
        run_id = f"bench-{turn}"

        def timed(step: str, work: Callable[[], object]) -> object:
            started = time.perf_counter()
            result = work()
            spent[step] += time.perf_counter() - started
            return result

        staging = timed("build", lambda d=detection, r=run_id: build(house, d, day, run_id=r))
        timed("validate and publish", lambda d=detection, s=staging: validate(house, d, s))
        timed(
            "judge and alert",
            lambda d=detection, r=run_id: alert(house, d, day, run_id=r, transport=transport),
        )
    return spent


def side_by_side(house: House, detections: list[Detection], day: date, rounds: int = 3) -> None:
    """Run both sides in turn and print seconds and the ratio of their medians."""
    ours(house, detections, day, 0)  # warm: imports, page cache, migrations
    bare(house, detections, day)
    both: list[Round] = []
    steps: dict[str, list[float]] = {}
    for turn in range(1, rounds + 1):
        spent = ours(house, detections, day, turn)
        both.append(Round(sum(spent.values()), bare(house, detections, day)))
        for step, seconds in spent.items():
            steps.setdefault(step, []).append(seconds)
    mine = statistics.median(r.ours for r in both)
    engine = statistics.median(r.bare for r in both)
    print(f"\n{len(detections)} detections, {day}, median of {rounds} rounds")
    print(f"  bare DuckDB: SELECT + {EIGHT} checks   {engine:7.2f} s")
    print(f"  Daywatch: all of a day             {mine:7.2f} s   {mine / engine:.2f} x")
    for step, seconds in steps.items():
        print(f"    {step:<32} {statistics.median(seconds):7.2f} s")
