"""What was injected is in the rows, as large as its story says, and noted in the truth."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daywatch.platform import Generated, scenarios
from daywatch.platform.scenarios import STRENGTHS, runs_of
from daywatch.platform.tables import EVENTS

KEYS = {table.name: table.key for table in EVENTS}


def one(tables: duckdb.DuckDBPyConnection, sql: str) -> tuple[float, ...]:
    row = tables.execute(sql).fetchone()
    assert row is not None
    return row


def test_every_noted_event_is_there(tables: duckdb.DuckDBPyConnection) -> None:
    noted = tables.execute("select distinct table_name from truth_events").fetchall()
    lost = {}
    for (table,) in noted:
        (n,) = one(
            tables,
            f"select count(*) from truth_events as t where table_name = '{table}' and not exists "
            f"(select 1 from {table} as e where e.{KEYS[table]} = t.event_id and e.ds = t.ds)",
        )
        if n:
            lost[table] = n
    assert noted
    assert not lost


def test_every_added_row_is_noted(tables: duckdb.DuckDBPyConnection) -> None:
    """Ids above 900,000,000 of a day belong to scenarios."""
    for table in ("comments", "logins", "payments", "ad_clicks", "staff_access_log"):
        (n,) = one(
            tables,
            f"select count(*) from {table} where {KEYS[table]} % 1000000000 >= 900000000 and "
            f"{KEYS[table]} not in "
            f"(select event_id from truth_events where table_name = '{table}')",
        )
        assert n == 0, table


def test_each_team_has_abuse_and_a_benign_twin_on_the_newest_day(made: Generated) -> None:
    fresh = {(run.team, run.benign) for run in made.injected if run.last_day == made.last_day}
    teams = {"integrity", "platform_abuse", "risk", "monetization", "quality"}
    assert {(team, benign) for team in teams for benign in (True, False)} <= fresh


def test_every_scenario_tells_its_story_its_size_and_its_twins() -> None:
    known = scenarios()
    untold = [s.id for s in known.values() if "Size:" not in s.story]
    unnamed = [s.id for s in known.values() if s.benign != ("Benign." in s.story)]
    alone = [
        s.id
        for s in known.values()
        if not s.benign and not any(known[twin].benign for twin in s.header.twins if twin in known)
    ]
    assert not untold
    assert not unnamed
    assert not alone, "abuse without a benign twin"


@given(st.integers(0, 10_000), st.integers(12, 120))
def test_runs_of_a_scenario_never_overlap_and_leave_a_quiet_third(seed: int, length: int) -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(length)]
    for scenario in scenarios().values():
        if scenario.header.always:
            continue
        runs = sorted(runs_of(scenario, days, seed), key=lambda run: run.first_day)
        assert runs[0].first_day >= days[length // 3]
        assert runs[-1].last_day <= days[-1]
        assert all(a.last_day < b.first_day for a, b in pairwise(runs))
        assert len({run.id for run in runs}) == len({run.turn for run in runs}) == 3
        if not scenario.benign:
            assert {run.strength for run in runs} == set(STRENGTHS)
        if scenario.header.newest:
            assert runs[-1].last_day == days[-1]
            assert runs[-1].strength in ("easy", "benign")


def test_every_run_is_in_the_truth(made: Generated, tables: duckdb.DuckDBPyConnection) -> None:
    told = tables.execute("select scenario_id from truth_scenarios").fetchall()
    noted = tables.execute(
        "select scenario_id from truth_entities union select scenario_id from truth_metric_shifts"
    ).fetchall()
    assert {run.id for run in made.injected} == {name for (name,) in told}
    assert {run.id for run in made.injected} == {name for (name,) in noted}


def test_the_farm_is_forty_accounts_on_one_network(tables: duckdb.DuckDBPyConnection) -> None:
    accounts, share = one(
        tables,
        "select count(*), avg((handle_pattern = 'word_dddd')::int) from accounts "
        "where signup_ip24 = '45.155.200'",
    )
    assert accounts == 40
    assert share >= 0.8
    school = one(
        tables,
        "select max(n) / sum(n) from (select count(*) as n from accounts where signup_ip24 = "
        "'150.99.20' group by handle_pattern)",
    )
    assert school[0] < 0.5


def test_the_violative_step_moves_brazil_only(tables: duckdb.DuckDBPyConnection) -> None:
    rates = dict(
        tables.execute(
            "select viewer_market = 'BR' and ds between ds_start and ds_end, "
            "sum((label = 'violative')::int / inclusion_prob) / sum(1 / inclusion_prob) "
            "from view_sample, truth_scenarios where scenario_id = 'violative_step.easy' group by 1"
        ).fetchall()
    )
    assert rates[True] > 2 * rates[False]


def test_the_drifting_vendor_gets_worse_and_the_others_do_not(
    tables: duckdb.DuckDBPyConnection,
) -> None:
    rates = dict(
        tables.execute(
            "select vendor = 'vendor_b', avg(is_correct::int) from qa_reviews "
            "inner join review_tasks using (review_id) inner join staff using (staff_id) "
            "where sample_type = 'random' and qa_reviews.ds >= (select min(ds_start) from "
            "truth_metric_shifts where scenario_id = 'vendor_drift.easy') group by 1"
        ).fetchall()
    )
    assert rates[True] < 0.88 < 0.91 < rates[False]


def test_snooping_is_out_of_shift_and_without_a_reason(tables: duckdb.DuckDBPyConnection) -> None:
    looks, excused = one(
        tables,
        "select count(*), count(*) filter (where ticket_id is not null or exists (select 1 from "
        "staff_shifts as s where s.staff_id = a.staff_id and a.event_ts between s.shift_start and "
        "s.shift_end)) from staff_access_log as a where event_id in (select event_id from "
        "truth_events where scenario_id = 'vip_snooping.easy')",
    )
    assert looks == 24
    assert excused == 0


@pytest.mark.parametrize(
    ("scenario", "declined"), [("card_testing.easy", 12), ("card_renewal.benign_3", 3)]
)
def test_cards_are_declined_as_told(
    tables: duckdb.DuckDBPyConnection, scenario: str, declined: int
) -> None:
    (n,) = one(
        tables,
        "select count(*) from payments where auth_result = 'declined' and ds = (select max(ds) "
        "from payments) and payment_id in "
        f"(select event_id from truth_events where scenario_id = '{scenario}')",
    )
    assert n == declined
