"""A small house of its own for tests: two sources, one team, one detection, and rows to run on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from daywatch.house import House
from daywatch.settings import Settings

DAY = date(2026, 3, 2)

SOURCES = """\
sources:
  signups:
    title: one row per new account
    columns: {account_id: bigint, ip24: text, market: text, ds: date, ingest_ts: timestamp}
    day: ds
    arrival: ingest_ts
    primary_key: [account_id]
    min_rows_per_day: 3
  appeals:
    title: sparse, may be empty
    columns: {appeal_id: bigint, ip24: text, ds: date}
    day: ds
    min_rows_per_day: 0
"""

TAXONOMY = """\
policies: {scams_and_fraud: Scams and fraud}
techniques: {"F3:T1585": Establish accounts}
"""

TEAM = """\
title: Spam
channels: {alerts: "#spam", data: "#spam-data", digest: "#spam"}
owners: {spam-oncall: {slack: S012}}
"""

HEADER = """\
-- ---
-- title: Sign-up burst
-- description: Many accounts created from one network in a day.
-- owner: spam-oncall
-- status: production
-- severity: high
-- policy: scams_and_fraud
-- grain: [ip24]
-- columns: {ip24: text, accounts: bigint, appeals: bigint}
-- lookback: 7d
-- parameters: {min_accounts: 3}
-- entities:
--   - {type: ip, column: ip24, score: 40}
-- indicators:
--   bursts: {value: count(*), filter: "accounts >= :min_accounts", breach: {above: 0}}
--   accounts: {value: sum(accounts), by: [ip24]}
-- alert: {evidence: [ip24, accounts], order_by: accounts desc}
-- runbook: |
--   1. Open the largest network below and compare its accounts' handles.
-- blind_spots: [networks that rotate]
-- ---
"""

QUERY = """\
with daily as (
    select ip24, count(*) as accounts
    from signups
    where ds = :day and ip24 is not null
    group by ip24
),
appealed as (
    select ip24, count(*) as appeals from appeals where ds = :day group by ip24
)
select daily.ip24, daily.accounts, coalesce(appealed.appeals, 0) as appeals
from daily
left join appealed on appealed.ip24 = daily.ip24
"""

SUITE = """\
expectations:
  - type: expect_table_row_count_to_be_between
    kwargs: {min_value: 0, max_value: 1000}
  - type: expect_column_values_to_be_between
    kwargs: {column: accounts, min_value: 1}
"""

CASES = """\
cases:
  - name: three sign-ups on one network fire
    day: 2026-03-02
    given:
      signups:
        - {account_id: 1, ip24: "10.0.0"}
        - {account_id: 2, ip24: "10.0.0"}
        - {account_id: 3, ip24: "10.0.0"}
    expect:
      rows: [{ip24: "10.0.0", accounts: 3, appeals: 0}]
      breaches: [bursts]
  - name: two stay silent
    day: 2026-03-02
    given:
      signups:
        - {account_id: 1, ip24: "10.0.0"}
        - {account_id: 2, ip24: "10.0.0"}
    expect:
      rows: [{ip24: "10.0.0", accounts: 2}]
      breaches: []
"""


def write_detection(
    home: Path,
    table: str = "burst",
    *,
    header: str = HEADER,
    query: str = QUERY,
    suite: str = SUITE,
    cases: str = CASES,
) -> Path:
    """Write a detection's three files; the path of the SQL file."""
    for folder in ("sql/spam", "expectations/spam", "tests/sql/spam"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    path = home / "sql/spam" / f"{table}.sql"
    path.write_text(header + query)
    (home / "expectations/spam" / f"{table}.yaml").write_text(suite)
    (home / "tests/sql/spam" / f"{table}.yaml").write_text(cases)
    return path


def write_house(home: Path) -> Path:
    """Write sources, taxonomy, the team and its detection `spam.burst`; the folder itself."""
    (home / "sql/spam").mkdir(parents=True, exist_ok=True)
    (home / "sql/sources.yaml").write_text(SOURCES)
    (home / "sql/taxonomy.yaml").write_text(TAXONOMY)
    (home / "sql/spam/team.yaml").write_text(TEAM)
    write_detection(home)
    return home


def settings_in(folder: Path, **changes: Any) -> Settings:
    """Settings over a fresh house in `folder`."""
    home = write_house(folder / "home")
    return Settings(home=home, data_dir=folder / "data", slack_token=None, **changes)


def signups(counts: dict[str, int], day: date = DAY, *, late: timedelta = timedelta()) -> pa.Table:
    """So many sign-ups by network on `day`, arrived at noon plus `late`."""
    names = [ip for ip, count in counts.items() for _ in range(count)]
    first = day.toordinal() * 10_000
    arrived = datetime(day.year, day.month, day.day, 12) + late
    return pa.table(
        {
            "account_id": pa.array(range(first, first + len(names)), pa.int64()),
            "ip24": pa.array(names, pa.string()),
            "market": pa.array(["US"] * len(names), pa.string()),
            "ds": pa.array([day] * len(names), pa.date32()),
            "ingest_ts": pa.array([arrived] * len(names), pa.timestamp("us")),
        }
    )


def load_three_days(house: House) -> None:
    """Four sign-ups from one network on DAY, which breaches; two on each of the days before."""
    source = house.catalog.sources["signups"]
    for ago in (2, 1):
        day = DAY - timedelta(days=ago)
        house.warehouse.load_arrow(source, signups({"10.0.0": 2, "10.0.1": 1}, day))
    house.warehouse.load_arrow(source, signups({"10.0.0": 4, "10.0.1": 1}))


def on_engine(engine: str, postgres: Callable[[], str]) -> dict[str, str]:
    """Settings for the lake, or for PostgreSQL at the URL that `postgres` gives."""
    if engine != "postgresql":
        return {}
    url = postgres()
    return {"warehouse_url": url, "state_url": url}
