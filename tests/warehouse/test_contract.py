"""What every engine promises, tried on each of them by the same tests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest
from sqlalchemy import inspect, text
from warehouse_house import (
    BURST,
    CATALOG,
    CUTOFF,
    DAY,
    LOGINS,
    MARKETS,
    PAGES,
    TREND,
    job,
    logins,
    query,
)

from daywatch.errors import QueryFailed, QueryTimeout, TooManyRows
from daywatch.warehouse.base import Warehouse
from daywatch.warehouse.faults import StagingGone


def published(warehouse: Warehouse, **change: object) -> None:
    """Build and publish one job, its detection prepared like those of the house."""
    build = job(**change)  # type: ignore[arg-type]
    one = build.detection
    detections = {**CATALOG.detections, one.name: one}
    warehouse.prepare(CATALOG.model_copy(update={"detections": detections}))
    warehouse.publish(warehouse.stage(build))


# --- stage ------------------------------------------------------------------------------------


def test_a_day_goes_from_source_to_published_table(warehouse: Warehouse) -> None:
    assert warehouse.load_arrow(LOGINS, logins(10)) == 10
    staging = warehouse.stage(job())
    assert staging.rows == 2
    assert staging.sql_hash == BURST.sql_hash
    assert warehouse.publication("burst", DAY) is None
    assert warehouse.read_arrow(BURST, DAY, DAY).num_rows == 0
    record = warehouse.publish(staging, ["pages"])
    assert warehouse.publication("burst", DAY) == record
    assert (record.rows, record.missing, record.cutoff) == (2, ("pages",), CUTOFF)
    rows = sorted(warehouse.read_arrow(BURST, DAY, DAY).to_pylist(), key=lambda row: row["ip24"])
    assert rows == [
        {"ip24": "10.0.0", "events": 5, "score": 5.0, "day": DAY},
        {"ip24": "10.0.1", "events": 5, "score": 6.25, "day": DAY},
    ]
    assert warehouse.read(BURST, DAY, DAY)["events"].sum() == 10
    assert not warehouse.staging_exists(staging)


def test_the_views_show_the_lookback_up_to_the_cutoff(warehouse: Warehouse) -> None:
    for back in range(6):
        day = DAY - timedelta(days=back)
        warehouse.load_arrow(LOGINS, logins(2, day, start=back * 10))
    warehouse.load_arrow(LOGINS, logins(3, DAY + timedelta(days=1), start=100))
    late = logins(4, DAY, start=200, ingest_ts=[CUTOFF, CUTOFF, datetime(2026, 3, 11), None])
    warehouse.load_arrow(LOGINS, late, append=True)
    probe = query(
        "select min(ds) as first, max(ds) as last, count(*) as n from logins",
        {"first": "date", "last": "date", "n": "bigint"},
    )
    published(warehouse, one=probe)
    [row] = warehouse.read_arrow(probe, DAY, DAY).to_pylist()
    assert row == {"first": DAY - timedelta(days=2), "last": DAY, "n": 6 + 3, "day": DAY}


def test_a_detection_reads_published_days_of_another(warehouse: Warehouse) -> None:
    for back in (0, 1, 9):
        day = DAY - timedelta(days=back)
        warehouse.load_arrow(LOGINS, logins(4 + back, day, start=back * 100))
        published(warehouse, day=day, run_id=f"r{back}")
    published(warehouse, one=TREND)
    rows = warehouse.read_arrow(TREND, DAY, DAY).to_pylist()
    assert {row["seen"]: row["events"] for row in rows} == {DAY: 4, DAY - timedelta(days=1): 5}


def test_sources_without_rows_are_empty_and_typed(warehouse: Warehouse) -> None:
    probe = query(
        "select ip24, count(*) as n, max(logins.score) as top, max(events) as most from logins "
        "left join risk.burst using (ip24) left join markets using (ip24) group by ip24",
        {"ip24": "text", "n": "bigint", "top": "double", "most": "bigint"},
    )
    assert warehouse.stage(job(probe)).rows == 0
    published(warehouse, one=probe)
    assert warehouse.publication("probe", DAY) is not None
    assert warehouse.read_arrow(probe, DAY, DAY).schema.names == ["ip24", "n", "top", "most", "day"]


@pytest.mark.parametrize(
    ("sql", "columns", "words"),
    [
        ("select '5' as n", {"n": "bigint"}, ["column n", "bigint"]),
        ("select 1.5 as n", {"n": "bigint"}, ["n"]),
        ("select 1 as n", {"n": "text"}, ["column n", "text"]),
        ("select 1 as n", {"n": "boolean"}, ["column n", "boolean"]),
        ("select cast('2026-01-01 10:00' as timestamp) as n", {"n": "date"}, ["column n", "date"]),
        ("select cast('2026-01-01' as date) as n", {"n": "timestamp"}, ["column n", "timestamp"]),
        ("select 1 as m", {"n": "bigint"}, ["does not return: n"]),
        ("select 1 as n, 2 as m", {"n": "bigint"}, ["undeclared: m"]),
        ("select 1 as n, 2 as n", {"n": "bigint"}, ["twice: n"]),
        ("select 3000000000 as n", {"n": "integer"}, ["n"]),
    ],
)
def test_columns_must_be_as_declared(
    warehouse: Warehouse, sql: str, columns: dict[str, str], words: list[str]
) -> None:
    with pytest.raises(QueryFailed) as caught:
        warehouse.stage(job(query(sql, columns)))
    assert all(word in str(caught.value) for word in words), str(caught.value)
    assert str(caught.value).startswith("sql/spam/probe.sql:")
    assert nothing_staged(warehouse)


def test_numbers_of_one_family_are_cast(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(3))
    probe = query(
        "select sum(event_id) as total, sum(port) as ports, count(*) as d, "
        "cast(1 as smallint) as i, null as nothing, sum(cast(score as decimal(10,2))) as s "
        "from logins",
        {
            "nothing": "text",
            "total": "bigint",
            "ports": "bigint",
            "d": "double",
            "i": "integer",
            "s": "double",
        },
    )
    published(warehouse, one=probe)
    table = warehouse.read_arrow(probe, DAY, DAY)
    assert [str(kind) for kind in table.schema.types] == [
        "string", "int64", "int64", "double", "int32", "double", "date32[day]",
    ]  # fmt: skip
    [row] = table.to_pylist()
    assert (row["total"], row["ports"], row["d"], row["s"]) == (3, 3, 3.0, 0.75)


def test_a_failing_query_names_file_and_line(warehouse: Warehouse) -> None:
    with pytest.raises(QueryFailed, match=r"sql/spam/probe\.sql:23: .*nowhere"):
        warehouse.stage(job(query("select\n  1 as n,\n  nowhere\nfrom logins", {"n": "bigint"})))
    with pytest.raises(QueryFailed, match=r"sql/spam/probe\.sql:2\d: "):
        broken = "select cast(ip24 as bigint) as n\nfrom logins\nwhere ds = :day"
        warehouse.load_arrow(LOGINS, logins(3))
        warehouse.stage(job(query(broken, {"n": "bigint"})))
    assert nothing_staged(warehouse)


def test_a_slow_query_is_stopped(warehouse: Warehouse) -> None:
    slow = query(
        "with recursive n(i) as (select cast(1 as bigint) union all "
        "select i + 1 from n where i < 1000000000) select count(*) as n from n",
        {"n": "bigint"},
    )
    with pytest.raises(QueryTimeout, match=r"timeout of 0\.5 s"):
        warehouse.stage(job(slow, timeout=timedelta(seconds=0.5)))
    assert nothing_staged(warehouse)


def test_a_cross_join_is_stopped_at_the_row_cap(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(400))
    huge = query(
        "select a.event_id as n from logins a cross join logins b cross join logins c",
        {"n": "bigint"},
    )
    with pytest.raises(TooManyRows, match="more than 1,000 rows"):
        warehouse.stage(job(huge))
    assert nothing_staged(warehouse)


def test_exactly_the_row_cap_is_fine(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(50))
    each = query("select event_id as n from logins", {"n": "bigint"})
    assert warehouse.stage(job(each, max_rows=50)).rows == 50
    with pytest.raises(TooManyRows):
        warehouse.stage(job(each, max_rows=49))


@pytest.mark.parametrize(
    "evil", ["'; drop table raw.logins; --", "$1", ":day", "\\'", "a\nb", "%s"]
)
def test_parameters_are_values_and_never_sql(warehouse: Warehouse, evil: str) -> None:
    warehouse.load_arrow(LOGINS, logins(2, ip24=[evil, "10.0.1"]))
    probe = query(
        "select ip24, ':day' as quoted -- :day and :nothing\nfrom logins where ip24 = :wanted",
        {"ip24": "text", "quoted": "text"},
        parameters={"wanted": evil},
    )
    published(warehouse, one=probe)
    assert warehouse.read_arrow(probe, DAY, DAY).to_pylist() == [
        {"ip24": evil, "quoted": ":day", "day": DAY}
    ]


def test_parameters_keep_their_types(warehouse: Warehouse) -> None:
    probe = query(
        "select cast(:whole as bigint) + 1 as w, :part * 2 as p, :flag as f, :since as s, "
        "case when :day - 1 < :day then 1 else 0 end as d, :whole / 2.0 as h",
        {"w": "bigint", "p": "double", "f": "boolean", "s": "date", "d": "bigint", "h": "double"},
        parameters={"whole": 7, "part": 0.25, "flag": True, "since": date(2026, 1, 1)},
    )
    published(warehouse, one=probe)
    [row] = warehouse.read_arrow(probe, DAY, DAY).to_pylist()
    assert row == {
        "w": 8, "p": 0.5, "f": True, "s": date(2026, 1, 1), "d": 1, "h": 3.5, "day": DAY,
    }  # fmt: skip


def test_an_unknown_placeholder_is_the_querys_fault(warehouse: Warehouse) -> None:
    with pytest.raises(QueryFailed, match=":nothing, which is no parameter"):
        warehouse.stage(job(query("select :nothing as n", {"n": "bigint"})))


CELLS = [
    "<!channel> & <b>",
    "😀 \u202e bidi",
    "x" * 1_000_000,
    "",
    " lead",
    "quote\"'\\ $1 :day",
    "a\nb\tc",
]


def test_odd_cells_survive(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(len(CELLS), ip24=CELLS))
    probe = query("select event_id as id, ip24 from logins", {"id": "bigint", "ip24": "text"})
    published(warehouse, one=probe)
    rows = warehouse.read_arrow(probe, DAY, DAY).to_pylist()
    assert [row["ip24"] for row in sorted(rows, key=lambda row: row["id"])] == CELLS


def test_the_score_step_runs_between_select_and_staging(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(4))
    probe = query("select event_id as id from logins", {"id": "bigint", "p": "double"})

    def score(table: pa.Table) -> pa.Table:
        return table.append_column("p", pa.array([0.5] * table.num_rows, pa.float64()))

    published(warehouse, one=probe, score=score)
    assert warehouse.read(probe, DAY, DAY)["p"].tolist() == [0.5] * 4


# --- content hash -----------------------------------------------------------------------------


def test_the_content_hash_ignores_order_and_sees_every_change(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(20))

    def hashed(sql: str) -> str:
        return warehouse.stage(job(query(sql, {"id": "bigint", "t": "text"}))).content_hash

    up = hashed("select event_id as id, ip24 as t from logins order by event_id")
    assert up == hashed("select event_id as id, ip24 as t from logins order by event_id desc")
    others = [
        hashed("select event_id as id, ip24 as t from logins where event_id > 0"),
        hashed("select event_id + 1 as id, ip24 as t from logins"),
        hashed("select event_id as id, cast(null as text) as t from logins"),
        hashed("select event_id as id, '' as t from logins"),
        hashed("select event_id as id, ip24 as t from logins union all select 1, '10.0.1'"),
    ]
    assert len({up, *others}) == 6


# --- staging ----------------------------------------------------------------------------------


def nothing_staged(warehouse: Warehouse) -> bool:
    return warehouse.drop_stale_staging("probe", DAY, keep_run="") == 0


def test_validation_sees_the_staged_rows_with_types(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(10))
    staging = warehouse.stage(job())
    with warehouse.staging_relation(staging) as (engine, table):
        columns = {c["name"]: str(c["type"]) for c in inspect(engine).get_columns(table)}
        with engine.connect() as connection:
            events = connection.execute(text(f"select sum(events) from {table}")).scalar_one()
    assert list(columns) == ["ip24", "events", "score", "day"]
    assert columns["events"] == "BIGINT"
    assert columns["day"] == "DATE"
    assert int(events) == 10


def test_a_newer_build_takes_the_place_of_an_older(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(10))
    old = warehouse.stage(job(run_id="scheduled__2026-03-05T04:00:00+00:00"))
    other_day = warehouse.stage(job(day=DAY - timedelta(days=1), run_id="old"))
    assert warehouse.drop_stale_staging("burst", DAY, keep_run="new") == 1
    new = warehouse.stage(job(run_id="new"))
    assert not warehouse.staging_exists(old)
    assert warehouse.staging_exists(new)
    assert warehouse.staging_exists(other_day)
    with pytest.raises(StagingGone):
        warehouse.publish(old)
    with pytest.raises(StagingGone), warehouse.staging_relation(old):
        pass
    assert warehouse.drop_stale_staging("burst", DAY, keep_run="new") == 0
    warehouse.publish(new)


def test_a_retry_of_one_run_leaves_one_copy(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(10))
    first = warehouse.stage(job(run_id="r"))
    second = warehouse.stage(job(run_id="r"))
    assert not warehouse.staging_exists(first)
    assert warehouse.publish(second).content_hash == first.content_hash
    assert warehouse.drop_stale_staging("burst", DAY, keep_run="") == 0


def test_publishing_twice_is_publishing_once(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(10))
    staging = warehouse.stage(job())
    assert warehouse.publish(staging) == warehouse.publish(staging)


def test_the_sweep_drops_all_old_staging(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(10))
    staging = warehouse.stage(job())
    assert warehouse.sweep_staging(timedelta(hours=1)) == 0
    assert warehouse.staging_exists(staging)
    assert warehouse.sweep_staging(timedelta(seconds=-1)) == 1
    assert not warehouse.staging_exists(staging)


# --- publish and read ---------------------------------------------------------------------------


def test_running_a_day_again_gives_the_same_table(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(10))
    published(warehouse, run_id="one")
    first = warehouse.publication("burst", DAY)
    published(warehouse, run_id="two")
    second = warehouse.publication("burst", DAY)
    assert first and second
    assert (first.content_hash, first.rows) == (second.content_hash, second.rows)
    assert second.run_id == "two"
    assert warehouse.read_arrow(BURST, DAY, DAY).num_rows == 2


def test_days_are_read_as_ranges_and_absent_days_are_not_there(warehouse: Warehouse) -> None:
    days = [DAY - timedelta(days=back) for back in (4, 2, 0)]
    for day in days:
        warehouse.load_arrow(LOGINS, logins(4, day, start=day.day * 100))
        published(warehouse, day=day)
    assert [p.day for p in warehouse.publications("burst", days[0], DAY)] == days
    assert [p.day for p in warehouse.publications("burst", days[1], days[1])] == [days[1]]
    frame = warehouse.read(BURST, days[0], days[1])
    assert sorted(set(frame["day"])) == days[:2]
    assert warehouse.read(BURST, date(2020, 1, 1), date(2020, 1, 2)).empty


def test_an_indicator_is_one_aggregate_over_the_day(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(10))
    warehouse.load_arrow(LOGINS, logins(6, DAY - timedelta(days=1), start=100))
    published(warehouse)
    published(warehouse, day=DAY - timedelta(days=1))
    sql = (
        "select ip24, sum(events) as value, :day as d from day_rows "
        "where events > :least group by ip24 order by ip24"
    )
    rows = warehouse.aggregate(BURST, DAY, sql, {"least": 1})
    assert [(r["ip24"], int(r["value"]), r["d"]) for r in rows] == [
        ("10.0.0", 5, DAY),
        ("10.0.1", 5, DAY),
    ]
    empty = warehouse.aggregate(
        BURST, date(2020, 1, 1), "select count(*) as value from day_rows", {}
    )
    assert [dict(row) for row in empty] == [{"value": 0}]
    with pytest.raises(QueryFailed, match=r"burst\.sql:21"):
        warehouse.aggregate(BURST, DAY, "select nowhere as value from day_rows", {})
    with pytest.raises(QueryFailed):
        warehouse.aggregate(BURST, DAY, "select count(*) as value from logins", {})


def test_older_days_are_read_after_the_columns_change(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(4, DAY - timedelta(days=1)))
    warehouse.load_arrow(LOGINS, logins(4))
    published(warehouse, day=DAY - timedelta(days=1))
    newer = BURST.model_copy(
        update={
            "sql": "select ip24, count(*) as events, 'x' as why from logins group by ip24",
            "header": query("", {"why": "text", "ip24": "text", "events": "bigint"}).header,
        }
    )
    published(warehouse, one=newer)
    rows = warehouse.read_arrow(newer, DAY - timedelta(days=1), DAY).to_pylist()
    assert {(row["day"], row["why"]) for row in rows} == {
        (DAY - timedelta(days=1), None),
        (DAY, "x"),
    }


def test_two_runs_of_one_day_at_once_end_as_one(
    warehouse: Warehouse, opener: Callable[[], Warehouse]
) -> None:
    warehouse.load_arrow(LOGINS, logins(40))
    stagings = [warehouse.stage(job(run_id=f"run-{n}")) for n in range(4)]
    houses = [opener() for _ in stagings]
    together = threading.Barrier(len(stagings))
    faults: list[BaseException] = []

    def publish(house: Warehouse, number: int) -> None:
        try:
            together.wait()
            house.publish(stagings[number])
        except BaseException as error:
            faults.append(error)

    threads = [
        threading.Thread(target=publish, args=(house, number))
        for number, house in enumerate(houses)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    record = warehouse.publication("burst", DAY)
    assert record and record.run_id in {staging.run_id for staging in stagings}
    assert warehouse.read_arrow(BURST, DAY, DAY).num_rows == 2
    assert warehouse.drop_stale_staging("burst", DAY, keep_run="") == 0


def test_retention_forgets_old_days(warehouse: Warehouse) -> None:
    for back in (0, 40):
        day = DAY - timedelta(days=back)
        warehouse.load_arrow(LOGINS, logins(4, day, start=back * 10))
        published(warehouse, day=day)
    retired = warehouse.retire(timedelta(days=30), DAY)
    assert retired.days == 1
    assert warehouse.publication("burst", DAY - timedelta(days=40)) is None
    assert warehouse.read(BURST, DAY - timedelta(days=60), DAY)["day"].unique().tolist() == [DAY]


# --- sources ----------------------------------------------------------------------------------


def test_sources_are_described(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(4, DAY - timedelta(days=1)))
    warehouse.load_arrow(LOGINS, logins(3, start=50))
    warehouse.load_arrow(MARKETS, pa.table({"ip24": ["10.0.0"], "market": ["DE"]}))
    there = {info.name: info for info in warehouse.list_sources([LOGINS, MARKETS, PAGES])}
    assert there["logins"].present
    assert there["logins"].rows == 7
    assert (there["logins"].first_day, there["logins"].last_day) == (DAY - timedelta(days=1), DAY)
    assert there["markets"].rows == 1
    assert (there["pages"].present, there["pages"].rows) == (False, 0)


def test_a_sources_day_counts_what_had_arrived(warehouse: Warehouse) -> None:
    late = [datetime(2026, 3, 6)] * 3 + [datetime(2026, 3, 20)] * 2
    warehouse.load_arrow(LOGINS, logins(5, ingest_ts=late))
    then = warehouse.source_day(LOGINS, DAY, datetime(2026, 3, 10))
    assert (then.present, then.rows, then.newest_arrival) == (True, 3, datetime(2026, 3, 6))
    later = warehouse.source_day(LOGINS, DAY, datetime(2026, 3, 21))
    assert (later.rows, later.newest_arrival) == (5, datetime(2026, 3, 20))
    absent = warehouse.source_day(LOGINS, DAY - timedelta(days=1), CUTOFF)
    assert (absent.present, absent.rows) == (False, 0)
    warehouse.load_arrow(MARKETS, pa.table({"ip24": ["10.0.0"], "market": ["DE"]}))
    assert warehouse.source_day(MARKETS, DAY, CUTOFF).rows == 1


def test_loading_replaces_days_and_append_adds_new_keys(warehouse: Warehouse) -> None:
    warehouse.load_arrow(LOGINS, logins(5))
    warehouse.load_arrow(LOGINS, logins(3))
    assert warehouse.source_day(LOGINS, DAY, CUTOFF).rows == 3
    assert warehouse.load_arrow(LOGINS, logins(5), append=True) == 2
    assert warehouse.load_arrow(LOGINS, logins(5), append=True) == 0
    assert warehouse.source_day(LOGINS, DAY, CUTOFF).rows == 5
    warehouse.load_arrow(MARKETS, pa.table({"ip24": ["a", "b"], "market": ["DE", "FR"]}))
    warehouse.load_arrow(MARKETS, pa.table({"ip24": ["c"], "market": ["IT"]}))
    assert warehouse.source_day(MARKETS, DAY, CUTOFF).rows == 1
