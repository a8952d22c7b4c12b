"""A confidential team beside the small house: its looks at people, with ids worth grepping."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import MetaData, select

from daywatch.house import House
from daywatch.settings import Settings
from tests.content import DAY, SOURCES, settings_in

STAFF, QA, HANDLES = (771204961, 771204962), (883317450, 883317451), ("zquux.kade", "zquux.lune")
NUMBERS = (*STAFF, *QA)
CLEAR = (*map(str, NUMBERS), *(f"{one:,}" for one in NUMBERS), *HANDLES)
"""Every id, as stored and as a table prints it; nothing else in the house looks like one."""

LOOKS = """\
  looks:
    title: what staff looked at
    columns: {staff_id: bigint, qa_staff_id: bigint, handle: text, ds: date, ingest_ts: timestamp}
    day: ds
    arrival: ingest_ts
    min_rows_per_day: 1
"""

TEAM = """\
title: Conduct
channels: {alerts: "#conduct", data: "#conduct-data", digest: "#conduct"}
owners: {conduct-oncall: {slack: S099}}
confidential: true
"""

HEADER = """\
-- ---
-- title: Looked at people
-- description: Staff who looked at somebody that day.
-- owner: conduct-oncall
-- status: production
-- severity: critical
-- policy: scams_and_fraud
-- grain: [staff_id]
-- columns: {staff_id: bigint, qa_staff_id: bigint, handle: text, seen: bigint}
-- entities:
--   - {type: staff, column: staff_id, score: 40}
-- confidential_columns: [handle]
-- indicators:
--   lookers: {value: count(*), by: [qa_staff_id, handle], breach: {above: 0}}
-- alert: {evidence: [staff_id, qa_staff_id, handle, seen], order_by: seen desc}
-- exceptions:
--   - {match: {staff_id: 12}, reason: a drill, owner: conduct-oncall, expires: 2026-01-01}
-- runbook: |
--   1. Ask what the look was for before you think the worst.
-- ---
"""

QUERY = """\
select staff_id, min(qa_staff_id) as qa_staff_id, min(handle) as handle, count(*) as seen
from looks
where ds = :day
group by staff_id
"""

SUITE = """\
expectations:
  - type: expect_table_row_count_to_be_between
    kwargs: {min_value: 0, max_value: 1000}
"""

QUOTING = f"""\
{SUITE}  - type: expect_column_values_to_be_between
    kwargs: {{column: staff_id, min_value: 0, max_value: 5}}
  - type: expect_column_max_to_be_between
    kwargs: {{column: staff_id, min_value: 0, max_value: 5}}
  - type: expect_column_values_to_be_in_set
    kwargs: {{column: qa_staff_id, value_set: [{QA[1]}]}}
  - type: expect_column_values_to_match_regex
    kwargs: {{column: handle, regex: "^a"}}
  - type: expect_column_pair_values_a_to_be_greater_than_b
    kwargs: {{column_A: staff_id, column_B: qa_staff_id}}
  - type: unexpected_rows_expectation
    kwargs:
      unexpected_rows_query: "select staff_id as who, handle, seen from {{batch}}"
  - type: unexpected_rows_expectation
    kwargs:
      unexpected_rows_query: "select seen from {{batch}} where cast(handle as bigint) > 0"
"""
"""Every check fails or raises over the rows of the day, and would quote them."""


def write_conduct(
    home: Path,
    *,
    header: str = HEADER,
    query: str = QUERY,
    suite: str = SUITE,
    readers: str = "",
) -> None:
    """Write (or rewrite) the confidential team, its source and its one detection."""
    for folder in ("sql/conduct", "expectations/conduct", "tests/sql/conduct"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / "sql/sources.yaml").write_text(SOURCES + LOOKS)
    (home / "sql/conduct/team.yaml").write_text(TEAM + f"readers: [{readers}]\n")
    (home / "sql/conduct/peeks.sql").write_text(header + query)
    (home / "expectations/conduct/peeks.yaml").write_text(suite)


def conduct_settings(folder: Path, *, readers: str = "", **changes: Any) -> Settings:
    """Settings over a fresh house with the confidential team in it."""
    settings = settings_in(folder, paging_horizon_days=3650, **changes)
    write_conduct(settings.home, readers=readers)
    return settings


def looks(day: date = DAY) -> pa.Table:
    """Two looks by the first of the staff and one by the second."""
    staff, qa, handles = ([ids[0], ids[0], ids[1]] for ids in (STAFF, QA, HANDLES))
    noon = datetime(day.year, day.month, day.day, 12) + timedelta()
    return pa.table(
        {
            "staff_id": pa.array(staff, pa.int64()),
            "qa_staff_id": pa.array(qa, pa.int64()),
            "handle": pa.array(handles, pa.string()),
            "ds": pa.array([day] * 3, pa.date32()),
            "ingest_ts": pa.array([noon] * 3, pa.timestamp("us")),
        }
    )


def load_looks(house: House, day: date = DAY) -> None:
    """Bring a day's looks into the warehouse."""
    house.warehouse.load_arrow(house.catalog.sources["looks"], looks(day))


def state_text(house: House) -> str:
    """Every cell of every table of the state store, as text."""
    metadata = MetaData()
    with house.state.engine.connect() as connection:
        metadata.reflect(connection)
        rows = [
            (table.name, *row)
            for table in metadata.tables.values()
            for row in connection.execute(select(table))
        ]
    return json.dumps(rows, default=str, ensure_ascii=False)


def preview_text(house: House) -> str:
    """Every rendered message."""
    files = house.settings.previews_dir.rglob("*")
    return "\n".join(file.read_text() for file in files if file.is_file())


def clear_in(text: str) -> list[str]:
    """The clear ids that a text holds."""
    return [one for one in CLEAR if one in text]
