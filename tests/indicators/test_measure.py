"""The SELECT of an indicator, run on both engines, and what its rows become."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.rows import dict_row

from daywatch.catalog.model import Detection
from daywatch.indicators import (
    Point,
    all_points,
    evidence_query,
    filled,
    measure_all,
    measurement,
    points,
    segment_key,
)
from tests.indicators.builders import DAY, detection, indicator

ROWS = """(VALUES
    ('10.0.0', 'US', CAST(5 AS BIGINT), TRUE, CAST(0.5 AS DOUBLE PRECISION), DATE '2026-03-02'),
    ('10.0.1', 'US', 7, FALSE, 1.5, DATE '2026-03-02'),
    ('10.0.2', 'DE', 1, NULL, NULL, DATE '2026-03-02'),
    ('10.0.3', NULL, 2, TRUE, 2.0, DATE '2026-03-02')
) AS given_rows (ip24, market, accounts, bad, score, day)"""


class Duck:
    def run(self, sql: str, where: str) -> list[dict[str, Any]]:
        with duckdb.connect() as connection:
            connection.execute(f"CREATE TABLE day_rows AS SELECT * FROM {ROWS} WHERE {where}")
            cursor = connection.execute(sql)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class Postgres:
    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, sql: str, where: str) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            connection.execute(f"CREATE TEMP TABLE day_rows AS SELECT * FROM {ROWS} WHERE {where}")
            return connection.execute(sql).fetchall()


@pytest.fixture(params=["duckdb", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Duck | Postgres:
    if request.param == "duckdb":
        return Duck()
    return Postgres(request.getfixturevalue("postgres_url"))


def measured(
    engine: Duck | Postgres, one: Detection, name: str = "x", where: str = "TRUE"
) -> dict[str, Point]:
    rows = engine.run(measurement(one, name, DAY).sql, where)
    return points(one.header.indicators[name], rows, DAY)


def values(found: dict[str, Point]) -> dict[str, float | None]:
    return {segment: point.value for segment, point in found.items()}


US, DE, NULL = '{"market": "US"}', '{"market": "DE"}', '{"market": null}'


def test_whole_and_segments_come_in_one_go(engine: Duck | Postgres) -> None:
    one = detection({"x": {"value": "sum(accounts)", "by": ["market"]}})
    assert values(measured(engine, one)) == {"": 15.0, US: 12.0, DE: 1.0, NULL: 2.0}


def test_an_aggregate_may_read_the_segments_own_column(engine: Duck | Postgres) -> None:
    one = detection({"x": {"value": "count(distinct market)", "by": ["market"]}})
    assert values(measured(engine, one)) == {"": 2.0, US: 1.0, DE: 1.0, NULL: 0.0}


def test_all_indicators_in_one_select_say_what_each_says_alone(engine: Duck | Postgres) -> None:
    given_indicators = {
        "order": {"value": "sum(accounts)", "by": ["market", "ip24"]},
        "bad": {"value": "count(*) -- note", "filter": "bad -- note", "by": ["bad"]},
        "mean": {"value": "avg(score)", "kind": "value"},
        "share": {"kind": "rate", "numerator": "sum(accounts)", "denominator": "count(*)"},
    }
    one = detection(given_indicators)
    for where in ("TRUE", "FALSE"):
        rows = engine.run(measure_all(one, DAY), where)
        together = all_points(one, rows, DAY)
        alone = {name: measured(engine, one, name, where) for name in given_indicators}
        assert together == alone


def test_a_filter_with_a_comment_keeps_the_rest(engine: Duck | Postgres) -> None:
    one = detection(
        {"x": {"value": "count(*) -- all", "filter": "accounts > 1 or bad -- note", "by": ["ip24"]}}
    )
    found = values(measured(engine, one))
    assert found[""] == 3.0
    assert len(found) == 4


def test_a_rate_has_both_numbers(engine: Duck | Postgres) -> None:
    one = detection(
        {
            "x": {
                "kind": "rate",
                "numerator": "sum(case when bad then accounts else 0 end)",
                "denominator": "sum(accounts)",
            }
        }
    )
    assert measured(engine, one)[""] == Point(DAY, 7 / 15, 7.0, 15.0)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"value": "count(*)"}, Point(DAY, 0.0)),
        ({"value": "sum(accounts)"}, Point(DAY, 0.0)),
        ({"value": "avg(score)", "kind": "value"}, Point(DAY, None)),
        ({"value": "max(score)", "kind": "duration"}, Point(DAY, None)),
        (
            {"numerator": "sum(accounts)", "denominator": "count(*)", "kind": "rate"},
            Point(DAY, None, None, 0.0),
        ),
    ],
)
@pytest.mark.parametrize("by", [[], ["market"]])
def test_no_rows_mean_what_the_kind_says(
    engine: Duck | Postgres, settings: dict[str, Any], expected: Point, by: list[str]
) -> None:
    one = detection({"x": {**settings, "by": by}})
    assert measured(engine, one, where="FALSE") == {"": expected}


VOUCHED = {"reason": "carrier", "owner": "someone", "expires": "2026-03-02"}


def test_vouched_rows_are_left_out_until_the_day_it_expires(engine: Duck | Postgres) -> None:
    one = detection(
        {"x": {"value": "sum(accounts)"}},
        exceptions=[{"match": {"market": "US", "bad": True}, **VOUCHED}],
    )
    assert values(measured(engine, one)) == {"": 10.0}
    later = measurement(one, "x", DAY + timedelta(days=1)).sql
    assert points(one.header.indicators["x"], engine.run(later, "TRUE"), DAY)[""].value == 15.0


def test_an_exception_never_drops_rows_it_cannot_compare(engine: Duck | Postgres) -> None:
    one = detection(
        {"x": {"value": "count(*)"}}, exceptions=[{"match": {"market": "O'Hare"}, **VOUCHED}]
    )
    assert values(measured(engine, one)) == {"": 4.0}


def test_an_exception_is_written_as_the_columns_type(engine: Duck | Postgres) -> None:
    matches = [{"market": 500}, {"accounts": 5}, {"score": 0.5}, {"bad": False}]
    one = detection(
        {"x": {"value": "count(*)"}}, exceptions=[{"match": m, **VOUCHED} for m in matches]
    )
    assert values(measured(engine, one)) == {"": 2.0}


def test_evidence_is_what_the_indicator_counts_in_the_headers_order(
    engine: Duck | Postgres,
) -> None:
    one = detection(
        {"x": {"value": "count(*)", "filter": "accounts > 1"}},
        alert={"evidence": ["ip24", "score"], "order_by": "score desc"},
    )
    rows = engine.run(evidence_query(one, "x", DAY), "TRUE")
    assert [row["ip24"] for row in rows] == ["10.0.3", "10.0.1", "10.0.0"]
    assert list(rows[0]) == ["ip24", "score"]
    plain = detection({"x": {"value": "count(*)"}}, alert={"order_by": "accounts asc"})
    rows = engine.run(evidence_query(plain, "x", DAY), "TRUE")
    assert [row["accounts"] for row in rows] == [1, 2, 5, 7]


def test_placeholders_are_left_for_the_warehouse() -> None:
    one = detection(
        {"x": {"value": "sum(accounts)", "filter": "accounts > :least"}}, parameters={"least": 3}
    )
    assert ":least" in measurement(one, "x", DAY).sql


# --- rows to points -------------------------------------------------------------------------------


def test_numbers_of_every_engine_become_floats() -> None:
    one = indicator()
    for value in (3, 3.0, Decimal(3), timedelta(seconds=3)):
        assert points(one, [{"is_whole": 1, "value": value}], DAY)[""] == Point(DAY, 3.0)
    not_a_number = {"is_whole": 1, "value": float("nan")}
    assert points(indicator(kind="value"), [not_a_number], DAY)[""] == Point(DAY, None)


def test_values_written_differently_are_one_segment() -> None:
    rows = [
        {"is_whole": 0, "segment_1": code, "value": 1.0} for code in ("500", 500, 500.0, "500.0")
    ]
    found = points(indicator(by=["code"]), rows, DAY)
    assert values(found) == {"": 0.0, '{"code": "500"}': 4.0}
    shown = points(indicator(by=["code"], kind="value"), rows, DAY)
    assert shown['{"code": "500"}'].value is None
    rates = [
        {"is_whole": 0, "segment_1": code, "numerator": 1, "denominator": 2} for code in ("5", 5.0)
    ]
    found = points(indicator(by=["code"], kind="rate"), rates, DAY)
    assert found['{"code": "5"}'] == Point(DAY, 0.5, 2.0, 4.0)


@pytest.mark.parametrize("text", ["007", "1.10", "10.0.0", "1e3", " 5", "5 ", "nan", "", "-"])
def test_text_that_only_looks_like_a_number_stays(text: str) -> None:
    assert json.loads(segment_key({"a": text})) == {"a": text}


def test_the_order_of_columns_does_not_make_another_segment() -> None:
    assert segment_key({"b": 1, "a": None}) == segment_key({"a": None, "b": 1})


@given(st.dictionaries(st.text(max_size=63), st.none() | st.booleans() | st.text(), max_size=4))
def test_segment_keys_fit_and_are_json(given_values: dict[str, Any]) -> None:
    key = segment_key(given_values)
    assert len(key) <= 255
    assert isinstance(json.loads(key), dict)
    assert "\x00" not in key


def test_long_segments_stay_apart() -> None:
    one, other = ({"text": "é<!channel>\n" * 90 + end, "b": "x" * 500} for end in "ab")
    assert segment_key(one) != segment_key(other)
    assert len(segment_key(one)) <= 255


def test_segments_seen_lately_are_filled_with_what_no_rows_mean() -> None:
    today = {"": Point(DAY, 1.0), "a": Point(DAY, 1.0)}
    found = filled(indicator(), today, ["a", "b"], DAY)
    assert found == {**today, "b": Point(DAY, 0.0)}
    assert filled(indicator(kind="value"), {}, ["b"], DAY) == {"b": Point(DAY, None)}
    assert filled(indicator(kind="rate"), {}, ["b"], date(2026, 3, 3))["b"].value is None
