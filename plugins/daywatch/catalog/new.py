"""`daywatch new`: the three files of a detection, small, working and commented, to start from."""

from __future__ import annotations

import re
from pathlib import Path

from daywatch.catalog.columns import nearest
from daywatch.catalog.examine import cases_path, suite_path
from daywatch.catalog.files import read_sources, read_taxonomy, read_team
from daywatch.catalog.model import NAME, ColumnType, Source, Team
from daywatch.errors import ConfigurationError, Where
from daywatch.settings import Settings

SQL = """\
-- ---
-- # What the on-call reads first. Every key is explained in CONTRIBUTING.md.
-- title: {title}
-- description: Say in a sentence what abuse or fault these rows show, and why it matters.
-- owner: {owner}
-- # draft: lint and tests only. Then experimental (judged, never pages), then production.
-- status: draft
-- severity: low
-- policy: {policy}
-- # One row per grain and day; the runner adds the column day itself.
-- grain: [{key}]
-- columns: {{{key}: text, events: bigint, score: double}}
-- lookback: 1d
-- # Bound as :name, here and in the SELECT. Thresholds belong here, not into WHERE.
-- parameters: {{min_events: 3}}
-- # Who is at risk: points from 0 (no finding) to 100, which rank the rows that people review.
-- entities:
--   - {{type: {key}, column: {key}, score: score}}
-- indicators:
--   busy:
--     value: count(*)
--     filter: score > 0
--     kind: count
--     breach: {{above: 0}}
-- alert: {{evidence: [{key}, events, score], order_by: score desc}}
-- runbook: |
--   1. Open the worst rows in {source} for the day and compare them with the week before.
--   2. Say here how to tell abuse from a benign cause (a holiday, a campaign, a broken source).
--   3. Say here what to do in each case, and whom to tell.
-- blind_spots:
--   - what stays below min_events a day
-- ---
-- One SELECT. It sees :day (a DATE, UTC), the parameters, the tables of sql/sources.yaml and other
-- detections' tables as risk.<table>. It never says today.
with {source}_of_the_day as (
    select coalesce({key}, 'unknown') as {key}
    from {source}
    where {day} = :day
),

events_counted as (
    select {key}, count(*) as events
    from {source}_of_the_day
    group by {key}
)

-- Rows under the threshold stay, with 0 points: they are what the others are compared with.
select
    {key},
    events,
    case when events >= :min_events then least(100e0, 20e0 + events) else 0e0 end as score
from events_counted
"""

SUITE = """\
# The contract of risk.{table}, checked on every day before it is published.
# Columns, types, grain and day are checked without being written down.
expectations:
  - type: expect_table_row_count_to_be_between
    kwargs: {{min_value: 0, max_value: 100000}}
    meta: {{meaning: a quiet day has no row}}
  - type: expect_column_values_to_be_between
    kwargs: {{column: events, min_value: 1}}
    meta: {{meaning: who did nothing has no row}}
  - type: expect_column_values_to_be_between
    kwargs: {{column: score, min_value: 0, max_value: 100}}
    meta: {{meaning: points}}
"""

CASES = """\
# Rows in, rows and breaches out. Omitted tables are empty, omitted columns NULL.
cases:
  - name: three events of one {key} fire
    day: 2026-03-02
    given:
      {source}:
        - {{{day}: 2026-03-02, {key}: A}}
        - {{{day}: 2026-03-02, {key}: A}}
        - {{{day}: 2026-03-02, {key}: A}}
        - {{{day}: 2026-03-01, {key}: A}}
    expect:
      rows: [{{{key}: A, events: 3, score: 23}}]
      breaches: [busy]
  - name: two stay silent
    day: 2026-03-02
    given:
      {source}:
        - {{{day}: 2026-03-02, {key}: A}}
        - {{{day}: 2026-03-02, {key}: A}}
    expect:
      rows: [{{{key}: A, events: 2, score: 0}}]
      breaches: []
"""


def new_detection(settings: Settings, name: str) -> list[Path]:
    """Write SQL, suite and row tests of `team.table`; refuses to overwrite or to guess a team."""
    team_name, _, table = name.partition(".")
    if not re.fullmatch(NAME, team_name) or not re.fullmatch(NAME, table):
        fault = f"{name!r} is not team.table in lower case."
        raise ConfigurationError(fault, remedy="E.g. platform_abuse.login_storm.")
    team = _team(settings, team_name)
    values = _values(settings, team, table)
    files = {
        settings.sql_dir / team_name / f"{table}.sql": SQL,
        suite_path(team_name, table, settings): SUITE,
        cases_path(team_name, table, settings): CASES,
    }
    taken = [path for path in (*files, *settings.sql_dir.glob(f"*/{table}.sql")) if path.exists()]
    if taken:
        fault = "this file is there already."
        raise ConfigurationError(fault, remedy="Choose another name.", where=Where(taken[0]))
    for path, template in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template.format(**values), encoding="utf-8")
    return list(files)


def _team(settings: Settings, name: str) -> Team:
    path = settings.sql_dir / name / "team.yaml"
    if not path.is_file():
        known = [p.parent.name for p in settings.sql_dir.glob("*/team.yaml")]
        fault = f"there is no team {name!r}."
        hint = f"{nearest(name, known, 'Teams')} A new one needs sql/{name}/team.yaml first."
        raise ConfigurationError(fault, remedy=hint)
    return read_team(path)


def _values(settings: Settings, team: Team, table: str) -> dict[str, str]:
    """What the templates name: ids that exist, and a source that the query can read at once."""
    source, key = _example(read_sources(settings.sql_dir / "sources.yaml"))
    taxonomy = read_taxonomy(settings.sql_dir / "taxonomy.yaml")
    return {
        "title": table.replace("_", " ").capitalize(),
        "table": table,
        "owner": next(iter(team.owners)),
        "policy": next(iter(taxonomy.policies)),
        "source": source.name,
        "day": str(source.day),
        "key": key,
    }


def _example(sources: dict[str, Source]) -> tuple[Source, str]:
    """The first source with days and a text column that never changes later."""
    for source in sources.values():
        for name, column in source.columns.items():
            stable = column.type is ColumnType.TEXT and column.known_since is None
            if source.day and stable and name != "events":
                return source, name
    fault = "no source in sql/sources.yaml has a day and a text column."
    raise ConfigurationError(fault, remedy="Declare one.")
