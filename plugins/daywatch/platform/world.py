"""The world before its first event: DuckDB with macros, markets, words, plan and typed tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from daywatch.platform.markets import MARKETS
from daywatch.platform.phrases import EMOJI, LINKS, PARTS, SHORT, SYLLABLES
from daywatch.platform.plan import SIZES, Size, cells
from daywatch.platform.tables import DIMENSIONS, EVENTS, TRUTH, Table, read_sql

_PARQUET = "format parquet, parquet_version v2, dictionary_size_limit 10000"
"""Delta encoding and no dictionaries of ids: a third faster to write, and a sixth smaller."""
_DRAWS = [market.market for market in MARKETS for _ in range(round(market.share * 100))]


class World:
    """One seed's platform over some days; the SQL files read the variables and tables made here."""

    def __init__(
        self, size: Size, days: int, end: date, seed: int, *, threads: int = 0, memory: str = "1GB"
    ) -> None:
        self.volumes = SIZES[size]
        self.days = [end - timedelta(days=back) for back in range(days - 1, -1, -1)]
        config: dict[str, Any] = {"memory_limit": memory} | (
            {"threads": threads} if threads else {}
        )
        self.db = duckdb.connect(":memory:", config=config)
        self.db.execute("set enable_progress_bar = false")  # the caller has one
        self.set(seed=seed, days=days, first_day=self.days[0], last_day=end, **asdict(self.volumes))
        self.set(syllables=SYLLABLES.split("|"), links=LINKS.split("|"), emoji=EMOJI.split("|"))
        self.set(market_names=[m.market for m in MARKETS], market_draw=_DRAWS)
        self.over(self.days[0], self.days[0])
        self._place()
        self._plan(seed)
        self.db.execute(read_sql("macros"))
        self.db.execute(f"create table advertisers_made as {read_sql('advertisers_made')}")
        self._shape()
        self.set(ad_weight=self._ad_weight())

    def set(self, **variables: Any) -> None:
        """Give the SQL's variables their values."""
        for name, value in variables.items():
            self.db.execute(f"set variable {name} = ?", [value])

    def over(self, first: date, last: date) -> None:
        """Make [first, last] the days that the SQL of event tables speaks of."""
        self.set(from_day=first, to_day=last)

    def make(self, table: Table) -> None:
        """Keep the table (of the day) in memory, for the tables that are made from it."""
        self.db.execute(f"create or replace table {table.name} as {self.select(table)}")

    def write(self, table: Table, file: Path) -> int:
        """Write the table (of the day) as Parquet; returns its rows."""
        source = self.select(table)
        if table.kept:
            self.make(table)
            source = f"from {table.name}"
        return self.copy(source, file)

    def drop(self, table: Table) -> None:
        """Forget a table that was kept."""
        self.db.execute(f"drop table {table.name}")

    def copy(self, source: str, file: Path) -> int:
        """Write a query's rows as one Parquet file; returns how many."""
        file.parent.mkdir(parents=True, exist_ok=True)
        target = str(file).replace("'", "''")
        written = self.db.execute(f"copy ({source}) to '{target}' ({_PARQUET})").fetchone()
        return int(written[0]) if written else 0

    def select(self, table: Table) -> str:
        """The table's rows with those that scenarios add, typed as the platform's schema says."""
        columns = self.columns(table.name)
        typed = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns)
        names = ", ".join(name for name, _ in columns)
        today = (
            " where ds between getvariable('from_day') and getvariable('to_day')"
            if table.dated
            else ""
        )
        return (
            f"select {typed} from ({table.sql}\n) "
            f"union all by name select {names} from extra_{table.name}{today}"
        )

    def columns(self, table: str) -> list[tuple[str, str]]:
        """(column, DuckDB type) of a table of the platform's schema."""
        return self.db.execute(
            "select column_name, data_type from information_schema.columns "
            "where table_schema = 'shape' and table_name = ? order by ordinal_position",
            [table],
        ).fetchall()

    def close(self) -> None:
        """Give the memory back."""
        self.db.close()

    def _store(self, name: str, rows: Sequence[dict[str, Any]]) -> None:
        made = pa.Table.from_pylist(rows)
        self.db.register("made", made)
        self.db.execute(f"create table {name} as from made")
        self.db.unregister("made")

    def _place(self) -> None:
        self._store("markets", [_market_row(m) for m in range(len(MARKETS))])
        self._teach()

    def _teach(self) -> None:
        """What people say, as one list of words and where each language's parts begin in it."""
        parts = [
            part.split("|") for language in PARTS for part in (*PARTS[language], SHORT[language])
        ]
        starts = accumulate((len(part) for part in parts[:-1]), initial=1)
        self.set(
            languages=list(PARTS),
            lexicon=[word for part in parts for word in part],
            word_start=list(starts),
            word_count=[len(part) for part in parts],
        )

    def _plan(self, seed: int) -> None:
        self._store(
            "counts", [asdict(c) for c in cells(self.volumes, self.days[0], self.days[-1], seed)]
        )
        self.db.execute(
            "create table plan as select counts.*, market, utc_offset, language, share "
            "from counts inner join markets using (m)"
        )
        self.db.execute("create table knobs (ds date, knob varchar, dim varchar, value double)")
        self.db.execute("create table staff_changes (staff_id bigint, hired date, notice date)")

    def _ad_weight(self) -> float:
        """What the ads' weights in ad_delivery_daily add up to on a usual day."""
        ads = next(table for table in DIMENSIONS if table.name == "ads")
        row = self.db.execute(
            f"select {read_sql('ad_weight')} from ({self.select(ads)}\n)"
        ).fetchone()
        return float(row[0]) if row and row[0] else 1.0

    def _shape(self) -> None:
        """Empty typed tables, and beside each the table of rows that scenarios add."""
        self.db.execute(f"create schema shape; use shape; {read_sql('schema')}; use main")
        for table in (*DIMENSIONS, *EVENTS):
            self.db.execute(
                f"create table extra_{table.name} as "
                f"select null::varchar as scenario_id, * from shape.{table.name} limit 0"
            )
        for truth in TRUTH:
            self.db.execute(f"create table {truth.name} as from shape.{truth.name} limit 0")


def _market_row(m: int) -> dict[str, Any]:
    market = MARKETS[m]
    return {
        "m": m,
        "market": market.market,
        "region": market.region,
        "tz": market.tz,
        "utc_offset": market.utc_offset,
        "language": market.language,
        "share": market.share,
        "weekend": ",".join(str(day + 1) for day in market.weekend),
    }
