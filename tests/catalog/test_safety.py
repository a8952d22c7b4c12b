"""What a detection may not say: each escape is refused with its line, and plain analytics pass."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daywatch.catalog.safety import safety_faults
from daywatch.catalog.sql import Place, bind, parse_query, placeholder_faults, placeholders
from daywatch.catalog.tables import reads
from daywatch.errors import DaywatchError, SqlRefused

PLACE = Place(Path("storm.sql"), 10)


def refusals(sql: str, dialect: str = "duckdb") -> list[SqlRefused]:
    """Everything that is refused in the SQL; it may read logins, truth_events and risk.calm."""
    try:
        query = parse_query(sql, dialect, PLACE)
    except SqlRefused as error:
        return [error]
    tables = reads(query, {"logins", "truth_events"}, {"calm"})
    marks = placeholder_faults(query, {"day", "n"}, lambda name: "")
    return [*safety_faults(query), *tables.faults, *marks]


ESCAPES = [
    "insert into logins values (1)",
    "update logins set a = 1",
    "delete from logins",
    "drop table logins",
    "create table x as select 1 as a",
    "truncate logins",
    "alter table logins add b int",
    "copy logins to 'x.csv'",
    "attach 'x.db' as y",
    "set enable_external_access = true",
    "pragma database_list",
    "install httpfs",
    "load httpfs",
    "call pg_sleep(1)",
    "explain select 1",
    "export database 'x'",
    "values (1)",
    "select 1 as a; drop table logins",
    "select 1 as a into x",
    "select a from logins for update",
    "with x as (delete from logins returning a) select a from x",
    "with x as (insert into logins values (1) returning a) select a from x",
    "select a from read_csv('x.csv')",
    "select a from read_parquet('x')",
    "select a from read_text('/etc/passwd')",
    "select a from glob('*')",
    "select a from 'file.csv'",
    'select a from "file.parquet"',
    "select a from query('select 1')",
    "select a from query_table('truth_events')",
    "select a from duckdb_settings()",
    "select pg_sleep(1) as a",
    "select pg_catalog.pg_sleep(1) as a",
    "select set_config('a', 'b', false) as a",
    "select current_setting('a') as a",
    "select pg_read_file('/etc/passwd') as a",
    "select getenv('HOME') as a",
    "select 'HOME'.getenv() as a",
    "select lo_import('/etc/passwd') as a",
    "select query_to_xml('select 1', true, true, '') as a",
    "select nextval('s') as a",
    "select a from pg_catalog.pg_shadow",
    "select a from information_schema.tables",
    "select a from truth_events",
    "select a from main.logins",
    "select a from abuse.storm",
    "select a from risk.secret",
    "select a from undeclared",
    "select a from (with truth_events as (select 1 as a) select a from truth_events), truth_events",
    'with "Truth_events" as (select 1 as a) select a from truth_events',
    "with x as (select a from y), y as (select 1 as a) select a from x",
    "select a from logins where exists (select 1 from truth_events)",
    "select cast('truth_events' as regclass) as a",
    "select columns('.*') from logins",
    "select /* /* */ getenv('HOME') -- */ */\n as a",
    "{# x #} select 1 as a",
    "select ? as a",
    "select $1 as a",
    "select $day as a",
    "select :other as a",
    "select a\u202e from logins",
    "select a\x00 from logins",
    "select current_user as a",
    "select a from logins at (version => 3)",
    "(" * 200 + "select 1" + ")" * 200,
]


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
@pytest.mark.parametrize("sql", ESCAPES)
def test_escapes_are_refused(sql: str, dialect: str) -> None:
    found = refusals(sql, dialect)
    assert found
    assert str(found[0]).startswith("storm.sql:1")
    assert found[0].fault


CLOCK = [
    "now()", "current_date", "current_timestamp", "today()", "localtimestamp", "clock_timestamp()",
    "'now'::timestamp", "date 'today'", "cast('yesterday' as date)", "timeofday()",
]  # fmt: skip


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
@pytest.mark.parametrize("expression", CLOCK)
def test_the_wall_clock_has_its_own_message(expression: str, dialect: str) -> None:
    found = refusals(f"select\n    {expression} as a\nfrom logins", dialect)
    assert any("wall clock" in f.fault and "use :day" in f.remedy for f in found)
    assert str(found[0]).startswith("storm.sql:11")


@pytest.mark.parametrize(
    "expression", ["random()", "gen_random_uuid()", "(select a from logins using sample 3)"]
)
def test_chance_has_its_own_message(expression: str) -> None:
    assert any("chance" in f.fault for f in refusals(f"select {expression} as a"))


PLAIN = [
    "select a from risk.calm",
    "select :day as a, cast(:day as date) - interval '7' day as b, :n + 1 as c",
    "with logins as (select * from logins where ds = :day) select a from logins",
    "with x as (select 1 as a), y as (select a from x) select a from y union all select a from x",
    "with recursive r as (select 1 as n union all select n + 1 from r where n < 5) select n from r",
    "select count(*) filter (where a) as b, sum(c)\nover (partition by d) as f from logins",
    "select percentile_cont(0.5) within group (order by a) as b from logins",
    "select n from generate_series(1, 5) as g(n)",
    "select a from logins where a like 'x%' and b in (select a from risk.calm)",
    "select extract(dow from a) as b, date_trunc('day', a) as c, coalesce(a, b) as d from logins",
    "select regexp_replace(a, '(?:foo|:bar)', '') as b, a::text as c from logins -- :nothing",
    "select case when a then 'now and then' else lower(b) end as c, md5(d) as e from logins",
    "select a from logins l join risk.calm c on c.a = l.a left join logins m using (a)",
    "select rank() over w as a, lag(b, 7) over w as c from logins window w as (order by d)",
]


@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
@pytest.mark.parametrize("sql", PLAIN)
def test_plain_analytics_pass(sql: str, dialect: str) -> None:
    assert [str(f) for f in refusals(sql, dialect)] == []


def test_the_line_is_the_construct_s_own() -> None:
    found = refusals("select\n  a,\n  -- why\n  getenv('HOME') as b\nfrom\n  logins,\n  nowhere")
    assert [f.where and f.where.line for f in found] == [13, 16]


def test_placeholders_by_offset() -> None:
    sql = "select ':day', a::int, /* :b */ :day -- :c\n, x[1:2], ':é' || :n as d"
    found = placeholders(sql, "duckdb")
    assert [(name, sql[start:end]) for name, start, end in found] == [("day", ":day"), ("n", ":n")]


def test_bind_replaces_only_placeholders() -> None:
    sql = "select '50% :day' as a, b::text from t where c = :day and d > :n"
    bound = bind(sql, "postgres", lambda name: f"%({name})s", lambda text: text.replace("%", "%%"))
    assert bound == "select '50%% :day' as a, b::text from t where c = %(day)s and d > %(n)s"


VOCABULARY = """\
    select from where with as ( ) , ; * logins truth_events risk . calm :day :n ' " -- /* */
    a b 1 1.5 'x' :: $1 ? getenv('HOME') now() union all group by order desc limit into copy
    read_csv('x') 'f.csv' "f.csv" = < || [ ] { } : -> lambda case when then end cast(a as int)
    \n \\ \u00e9 x: delete insert returning values lateral unnest pivot"""
WORDS = st.sampled_from(VOCABULARY.split(" "))


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.lists(WORDS, max_size=14).map(" ".join), st.text(max_size=60)))
def test_anything_is_either_refused_or_one_select_to_duckdb(sql: str) -> None:
    try:
        found = refusals(sql)
    except DaywatchError as error:  # pragma: no cover - refusals() returns them
        raise AssertionError(error) from error
    if found:
        assert all(f.fault and f.where and f.where.line for f in found)
        return
    text = bind(sql, "duckdb", lambda name: "NULL")
    try:
        statements = duckdb.extract_statements(text)
    except duckdb.Error:
        return  # DuckDB itself will not read it
    assert [s.type for s in statements] == [duckdb.StatementType.SELECT]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([escape for escape in ESCAPES if escape != "values (1)"]),
    st.sampled_from(
        [
            "select a from ({}) as q",
            "with q as ({}) select a from q",
            "{} union all select 1 as a",
            "select a from logins where a in ({})",
            "select a from logins where exists (select 1 from ({}) as q)",
        ]
    ),
)
def test_wrapping_an_escape_does_not_hide_it(escape: str, frame: str) -> None:
    assert refusals(frame.format(escape))
