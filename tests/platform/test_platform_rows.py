"""What the platform's rows are like: as many, as regular, as uneven and as late as real ones."""

from __future__ import annotations

import duckdb
import pytest

from daywatch.platform import Generated
from daywatch.platform.tables import EVENTS
from daywatch.settings import Settings

DAILY = {
    "video_views_daily": 15_000,
    "logins": 6_000,
    "engagements": 50_000,
    "comments": 4_000,
    "automod_decisions": 4_000,
    "review_tasks": 1_500,
    "qa_reviews": 99,
    "staff_access_log": 2_000,
    "view_sample": 500,
    "ad_clicks": 2_000,
    "payments": 60,
}
"""Rows a day at size S, from the design."""

REFERENCES = [
    ("engagements", "actor_id", "accounts", "account_id", "true"),
    ("engagements", "target_owner_id", "accounts", "account_id", "true"),
    ("engagements", "target_id", "videos", "video_id", "target_type = 'video'"),
    ("engagements", "target_id", "accounts", "account_id", "target_type = 'account'"),
    ("comments", "account_id", "accounts", "account_id", "true"),
    ("comments", "video_id", "videos", "video_id", "true"),
    ("logins", "account_id", "accounts", "account_id", "true"),
    ("videos", "account_id", "accounts", "account_id", "true"),
    ("accounts", "market", "dim_market", "market", "true"),
    ("video_views_daily", "video_id", "videos", "video_id", "true"),
    ("video_views_daily", "viewer_market", "dim_market", "market", "true"),
    ("view_sample", "video_id", "video_views_daily", "video_id", "true"),
    ("view_sample", "labeler_id", "staff", "staff_id", "true"),
    ("reports", "reporter_id", "accounts", "account_id", "true"),
    ("reports", "target_id", "videos", "video_id", "target_type = 'video'"),
    ("automod_decisions", "target_id", "comments", "comment_id", "target_type = 'comment'"),
    ("automod_decisions", "target_id", "videos", "video_id", "target_type = 'video'"),
    ("staff_shifts", "staff_id", "staff", "staff_id", "true"),
    ("staff_access_log", "staff_id", "staff", "staff_id", "true"),
    ("staff", "manager_id", "staff", "staff_id", "manager_id is not null"),
    ("staff", "linked_account_id", "accounts", "account_id", "linked_account_id is not null"),
    ("review_tasks", "staff_id", "staff_shifts", "staff_id", "true"),
    ("review_tasks", "target_id", "videos", "video_id", "target_type = 'video'"),
    ("review_tasks", "owner_account_id", "accounts", "account_id", "true"),
    ("qa_reviews", "review_id", "review_tasks", "review_id", "true"),
    ("qa_reviews", "qa_staff_id", "staff", "staff_id", "true"),
    ("enforcement_actions", "review_id", "review_tasks", "review_id", "review_id is not null"),
    ("enforcement_actions", "target_id", "videos", "video_id", "target_type = 'video'"),
    ("enforcement_actions", "target_id", "comments", "comment_id", "target_type = 'comment'"),
    ("enforcement_actions", "target_id", "accounts", "account_id", "target_type = 'account'"),
    ("appeals", "action_id", "enforcement_actions", "action_id", "true"),
    ("ads", "advertiser_id", "advertisers", "advertiser_id", "true"),
    ("ad_clicks", "ad_id", "ads", "ad_id", "true"),
    ("ad_clicks", "account_id", "accounts", "account_id", "true"),
    ("ad_delivery_daily", "ad_id", "ads", "ad_id", "true"),
    ("landing_page_scans", "ad_id", "ads", "ad_id", "true"),
    ("payments", "advertiser_id", "advertisers", "advertiser_id", "true"),
]

EVENT_TIMES = {"appeals": "filed_ts", "review_tasks": "decided_ts", "qa_reviews": "qa_ts"}


def one(tables: duckdb.DuckDBPyConnection, sql: str) -> tuple[float, ...]:
    row = tables.execute(sql).fetchone()
    assert row is not None
    return row


def test_days_are_as_full_as_the_design_says(tables: duckdb.DuckDBPyConnection) -> None:
    days = {t: one(tables, f"select count(*) / 21.0 from {t}")[0] for t in DAILY}
    off = {t: n for t, n in days.items() if not 0.75 * DAILY[t] <= n <= 1.25 * DAILY[t]}
    assert not off
    signups = (
        "select count(*) / 21.0 from accounts where created_ts >= (select min(ds) from logins) and "
        "account_id::varchar not in (select entity_id from truth_entities)"  # of scenarios
    )
    assert 75 * 0.75 <= one(tables, signups)[0] <= 75 * 1.25


@pytest.mark.parametrize("table", ["logins", "engagements", "comments", "automod_decisions"])
def test_a_day_is_like_the_same_weekday_before(
    tables: duckdb.DuckDBPyConnection, table: str
) -> None:
    lag7, lag3 = one(
        tables,
        f"with days as (select ds, count(*) as n from {table} group by ds), pairs as ("
        "select n, lag(n, 7) over (order by ds) as week, lag(n, 3) over (order by ds) as three "
        "from days) select corr(n, week), corr(n, three) from pairs",
    )
    assert lag7 > 0.5
    assert lag3 < lag7 - 0.3


def test_weekends_follow_the_market(tables: duckdb.DuckDBPyConnection) -> None:
    """Friday is a day off in Saudi Arabia and a working day in the United States."""
    lift = dict(
        tables.execute(
            "select market, avg(n) filter (where isodow(ds) = 5) / avg(n) filter (where "
            "isodow(ds) in (1, 2, 3)) from (select market, ds, count(*) as n from engagements "
            "group by all) group by market"
        ).fetchall()
    )
    assert lift["SA"] > 1.15
    assert lift["US"] < 1.1


def test_evenings_are_busier_than_nights_in_each_market(
    tables: duckdb.DuckDBPyConnection,
) -> None:
    quiet = tables.execute(
        "select market from (select market, extract(hour from timezone(tz, timezone('UTC', "
        "event_ts))) as h from engagements inner join dim_market using (market)) group by market "
        "having count(*) filter (where h between 18 and 21) < 3 * count(*) filter (where h "
        "between 2 and 5)"
    ).fetchall()
    assert quiet == []


@pytest.mark.parametrize(
    ("table", "who"), [("engagements", "actor_id"), ("comments", "account_id")]
)
def test_few_accounts_do_much(tables: duckdb.DuckDBPyConnection, table: str, who: str) -> None:
    (share,) = one(
        tables,
        f"with acts as (select {who}, count(*) as n from {table} group by 1), places as (select n, "
        "row_number() over (order by n desc) as place, count(*) over () as people from acts) "
        "select sum(n) filter (where place <= people * 0.01) / sum(n) from places",
    )
    assert 0.2 <= share <= 0.6


def test_two_to_four_per_cent_arrive_late_and_none_early(
    tables: duckdb.DuckDBPyConnection, settings: Settings
) -> None:
    wrong = {}
    for table in (
        "logins",
        "engagements",
        "comments",
        "automod_decisions",
        "ad_clicks",
        "review_tasks",
    ):
        ts = EVENT_TIMES.get(table, "event_ts")
        late, first, last = one(
            tables,
            f"select avg((ingest_ts - {ts} > interval 2 hours)::int), min(ingest_ts - {ts}) >= "
            f"interval 0 seconds, max(ingest_ts - {ts}) <= interval 3 days from {table}",
        )
        if not (0.02 <= late <= 0.04 and first and last):
            wrong[table] = (late, first, last)
    assert not wrong


def test_events_happen_on_their_day(tables: duckdb.DuckDBPyConnection) -> None:
    timed = [
        t.name
        for t in EVENTS
        if t.name in DAILY and t.name not in ("view_sample", "video_views_daily")
    ]
    off = {
        table: one(
            tables,
            f"select count(*) from {table} "
            f"where cast({EVENT_TIMES.get(table, 'event_ts')} as date) <> ds",
        )[0]
        for table in timed
    }
    assert not {table: n for table, n in off.items() if n}


OURS = {"target_id": "target_id % 1000000000 < 900000000"}
"""Scenarios of rules and models decide about comments that are not written out."""


def test_every_id_leads_somewhere(tables: duckdb.DuckDBPyConnection) -> None:
    lost = {}
    for table, column, other, key, where in REFERENCES:
        (n,) = one(
            tables,
            f"select count(*) from {table} where {where} and {OURS.get(column, 'true')} "
            f"and {column} not in (select {key} from {other})",
        )
        if n:
            lost[f"{table}.{column} -> {other}"] = n
    assert not lost


TWICE = "select ds_start from truth_scenarios where scenario = 'duplicate_load'"


def test_keys_are_unique(tables: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    from daywatch.catalog import load_catalog

    repeated = {}
    for source in load_catalog(settings).sources.values():
        if source.name == "entity_verdicts":  # people fill it
            continue
        key = ", ".join(source.primary_key)
        # the scenario that delivers rows twice has one day a run for it
        ordinary = f"where {source.day} not in ({TWICE})" if source.day else ""
        (n,) = one(
            tables,
            f"select count(*) from (select 1 from {source.name} {ordinary} "
            f"group by {key} having count(*) > 1)",
        )
        if n:
            repeated[source.name] = n
    assert not repeated


def test_nobody_acts_before_joining(tables: duckdb.DuckDBPyConnection) -> None:
    (early,) = one(
        tables,
        "select count(*) from engagements inner join accounts on account_id = actor_id "
        "where cast(created_ts as date) > ds",
    )
    assert early == 0


def test_the_sample_weighs_back_to_all_views(tables: duckdb.DuckDBPyConnection) -> None:
    (ratio,) = one(
        tables,
        "select (select sum(1 / inclusion_prob) from view_sample) / (select sum(views) from "
        "video_views_daily)",
    )
    assert ratio == pytest.approx(1, abs=0.03)


def test_honest_comments_seldom_copy_each_other(tables: duckdb.DuckDBPyConnection) -> None:
    """Long comments of ten accounts or more that begin alike are injected, never by chance."""
    (honest,) = one(
        tables,
        "with written as (select account_id, comment_id, left(regexp_replace(lower(text), "
        "'[^\\p{L}]', '', 'g'), 30) as opening from comments), crowds as (select opening from "
        "written where length(opening) >= 25 group by opening having count(distinct account_id) "
        ">= 10) select count(*) from written inner join crowds using (opening) where comment_id "
        "not in (select event_id from truth_events where table_name = 'comments')",
    )
    assert honest == 0
    (short,) = one(tables, "select count(*) from comments where text in ('first', 'primero', '❤️')")
    assert short > 100


def test_some_cells_are_empty_as_in_real_data(
    made: Generated, tables: duckdb.DuckDBPyConnection
) -> None:
    shares = one(
        tables,
        "select avg((device_id is null)::int), avg((ip24 is null)::int) from engagements",
    )
    assert all(0.001 < share < 0.03 for share in shares)
    assert made.rows > 0
