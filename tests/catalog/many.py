"""A catalogue of any size in a folder of its own, for benches and for tests of scale."""

from __future__ import annotations

import shutil
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
TEAMS = 5

TEAM = """\
title: Team {n}
channels: {{alerts: "#team-{n}", data: "#team-{n}-data", digest: "#team-{n}-digest"}}
owners:
  oncall_{n}: {{slack: S0TEAM{n}}}
"""

SQL = """\
-- ---
-- title: Sign-up burst {n}
-- description: |
--   Many accounts created from one /24 in a day, far above what that network usually sends and
--   mostly with one handle pattern. Copy {n} of a detection of everyday size.
-- owner: oncall_{team}
-- status: production
-- severity: high
-- policy: scams_and_fraud
-- grain: [ip24, market]
-- columns: {{ip24: text, market: text, accounts: bigint, usual: double,
--   pattern_share: double, score: double}}
-- lookback: 29d
-- parameters: {{min_accounts: {least}, min_ratio: 3.0, max_networks: 50}}
-- entities:
--   - {{type: ip, column: ip24, score: score}}
-- indicators:
--   signups:
--     value: sum(accounts)
--     kind: count
--     by: [market]
--     breach: {{above: 100000}}
--     severity: medium
--   burst_networks:
--     value: count(*)
--     filter: accounts >= :min_accounts and accounts > :min_ratio * usual
--     kind: count
--     breach: {{above: max_networks}}
-- alert:
--   repeat_after: 7d
--   evidence: [ip24, market, accounts]
--   order_by: accounts desc
-- runbook: |
--   1. Open the three largest networks below and compare handle patterns and device models.
--   2. A datacentre is a farm until shown otherwise; a mobile network is carrier NAT.
--   3. Farm: suspend the accounts and put the network behind a challenge for seven days.
-- blind_spots: [residential proxies spread over many /24s]
-- false_positives: [carrier NAT, schools, events]
-- ---
with signups as (
    select signup_ip24 as ip24, market, handle_pattern, cast(created_ts as date) as signup_day
    from accounts
    where created_ts >= :day - interval '28' day and created_ts < :day + interval '1' day
        and signup_ip24 is not null and market is not null
),

daily as (
    select ip24, market, signup_day, count(*) as accounts
    from signups
    group by ip24, market, signup_day
),

usual as (
    select ip24, market, avg(accounts) as usual
    from daily
    where signup_day < :day
    group by ip24, market
),

patterns as (
    select ip24, market, handle_pattern, count(*) as accounts
    from signups
    where signup_day = :day
    group by ip24, market, handle_pattern
),

top_patterns as (
    select ip24, market, max(accounts) as accounts
    from patterns
    group by ip24, market
)

select
    daily.ip24,
    daily.market,
    daily.accounts,
    coalesce(usual.usual, 0) as usual,
    1e0 * top_patterns.accounts / daily.accounts as pattern_share,
    case when daily.accounts >= :min_accounts then 40e0 else 0e0 end as score
from daily
inner join top_patterns on top_patterns.ip24 = daily.ip24 and top_patterns.market = daily.market
left join usual on usual.ip24 = daily.ip24 and usual.market = daily.market
where daily.signup_day = :day
"""

SUITE = """\
expectations:
  - type: expect_table_row_count_to_be_between
    kwargs: {min_value: 0, max_value: 200000}
  - type: expect_column_values_to_be_between
    kwargs: {column: accounts, min_value: 1}
  - type: expect_column_values_to_be_between
    kwargs: {column: pattern_share, min_value: 0, max_value: 1}
"""

CASES = """\
cases:
  - name: nothing given, nothing found
    day: 2026-03-02
    expect: {rows: [], breaches: []}
  - name: sign-ups on one network above the limit are told
    day: 2026-03-02
    given:
      accounts:
        - {account_id: 1, signup_ip24: 10.0.0, market: DE, created_ts: "2026-03-02 10:00"}
    parameters: {min_accounts: 1, max_networks: 0}
    expect:
      rows: [{ip24: 10.0.0, market: DE, accounts: 1}]
      breaches: [burst_networks]
"""


def write_catalog(folder: Path, n: int) -> Path:
    """Write `n` valid detections over five teams, with suites and tests; returns the home."""
    sql = folder / "sql"
    sql.mkdir(parents=True, exist_ok=True)
    for name in ("sources.yaml", "taxonomy.yaml"):
        shutil.copy(CHECKOUT / "sql" / name, sql / name)
    for team in range(min(TEAMS, n)):
        _write(sql / f"team_{team}" / "team.yaml", TEAM.format(n=team))
    for number in range(n):
        team = number % TEAMS
        place = Path(f"team_{team}") / f"burst_{number:03d}"
        text = SQL.format(n=number, team=team, least=8 + number % 5)
        _write(sql / place.with_suffix(".sql"), text)
        _write(folder / "expectations" / place.with_suffix(".yaml"), SUITE)
        _write(folder / "tests" / "sql" / place.with_suffix(".yaml"), CASES)
    return folder


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
