"""A staged day against header and suite, on real DuckDB and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine, event

from daywatch.catalog.model import Detection
from daywatch.validation import Expectation, Suite, load_suite, validate_staging
from daywatch.validation.result import Check, ValidationResult
from tests.validation.cases import DAY, ROWS
from tests.validation.conftest import fill

LEAST = "expect_table_row_count_to_be_between"
BETWEEN = "expect_column_values_to_be_between"
Make = Callable[..., Detection]


def suite_of(detection: Detection, *expectations: Expectation) -> Suite:
    some = Expectation(LEAST, {"min_value": 0})
    return Suite(detection.name, detection.suite_path, (some, *expectations))


def held(
    detection: Detection, engine: Engine, *expectations: Expectation, **more: Any
) -> ValidationResult:
    suite = suite_of(detection, *expectations)
    return validate_staging(detection, DAY, engine, "staged", suite=suite, **more)


def changed(rows: list[tuple[Any, ...]], index: int, **cells: Any) -> list[tuple[Any, ...]]:
    """ROWS with some cells of one row replaced, by position name."""
    names = ["id", "name", "market", "n", "twin", "share", "flag", "born", "hole", "day"]
    row = tuple(cells.get(name, value) for name, value in zip(names, rows[index], strict=True))
    return [*rows[:index], row, *rows[index + 1 :]]


def only(checks: tuple[Check, ...]) -> Check:
    [check] = checks
    return check


def test_good_rows_are_publishable(detection: Make, staged: Engine) -> None:
    result = held(detection(), staged)
    assert result.publishable and not result.failures and result.seconds > 0
    assert [c.generated for c in result.checks] == [True] * 5 + [False]
    assert all(c.meaning for c in result.checks if c.generated)


def test_critical_blocks_and_warning_tells(detection: Make, staged: Engine) -> None:
    bad = {"column": "n", "max_value": 19}
    critical = held(detection(), staged, Expectation(BETWEEN, bad))
    warning = held(detection(), staged, Expectation(BETWEEN, bad, "warning"))
    assert not critical.publishable and warning.publishable
    for check in (only(critical.failures), only(warning.warnings)):
        assert check.examples == ({"id": 20, "name": "user_20", "n": 20},)
        assert (check.evaluated, check.unexpected) == (20, 1)
        assert "1 of 20" in check.observed and check.column == "n"


def test_an_expectation_that_raises_is_an_error_even_as_a_warning(
    detection: Make, staged: Engine
) -> None:
    raising = Expectation(
        "expect_column_values_to_match_regex", {"column": "name", "regex": "("}, "warning"
    )
    result = held(detection(), staged, raising)
    assert not result.publishable and not result.failures
    assert only(result.warnings).error
    assert sum(c.success for c in result.checks) == 6  # the others were still judged


def test_duplicates_in_the_grain(detection: Make, empty: Engine) -> None:
    doubled = [row for row in ROWS for _ in range(2)] + [ROWS[3]]
    more = [(row[0] + 100, *row[1:]) for row in doubled]
    check = only(held(detection(), fill(empty, doubled + more)).failures)
    assert "id" in check.sentence() and check.unexpected == 40
    assert len(check.examples) == 20
    assert check.examples[0]["id"] == 4 and check.examples[0]["row_count"] == 3


def test_null_in_the_grain(detection: Make, empty: Engine) -> None:
    result = held(detection(), fill(empty, changed(ROWS, 2, id=None)))
    assert only(result.failures).column == "id"


@pytest.mark.parametrize("day", [None, date(2026, 2, 28)])
def test_a_row_of_another_day(detection: Make, empty: Engine, day: date | None) -> None:
    result = held(detection(), fill(empty, changed(ROWS, 0, day=day)))
    assert only(result.failures).column == "day"


def test_columns_of_another_type_missing_or_extra(detection: Make, staged: Engine) -> None:
    columns = dict(detection().header.columns)
    columns |= {"n": "bigint", "lost": "text"}
    del columns["hole"]
    check = only(held(detection(columns=columns), staged).failures)
    assert check.observed == (
        "lost is missing; hole is not declared; n is integer, declared bigint"
    )


def test_an_empty_table_is_fine_only_where_the_suite_says_so(
    detection: Make, empty: Engine
) -> None:
    fill(empty, [])
    assert held(detection(), empty).publishable
    result = held(detection(), empty, Expectation(LEAST, {"min_value": 1}))
    assert only(result.failures).observed == "found 0"


def test_an_all_null_column(detection: Make, staged: Engine) -> None:
    rule = Expectation("expect_column_values_to_not_be_null", {"column": "hole"})
    check = only(held(detection(), staged, rule).failures)
    assert check.unexpected == 20 and len(check.examples) == 20


@pytest.mark.parametrize("cell", ["<!channel>", "😀 ':x' %s {batch}", "x" * 1_000_000])
def test_hostile_cells_come_back_short_and_plain(detection: Make, empty: Engine, cell: str) -> None:
    rule = Expectation("expect_column_values_to_be_in_set", {"column": "name", "value_set": ["a"]})
    check = only(held(detection(), fill(empty, changed(ROWS, 0, name=cell)), rule).failures)
    shown = next(e["name"] for e in check.examples if e["id"] == 1)
    assert shown == (cell if len(cell) <= 200 else "x" * 199 + "…")
    assert len(json.dumps(check.examples)) < 10_000


def test_a_nul_is_shown_and_not_kept(detection: Make, duck: Engine) -> None:
    rule = Expectation("expect_column_values_to_be_in_set", {"column": "name", "value_set": ["a"]})
    fill(duck, changed(ROWS, 0, name="a\x00b"))
    check = only(held(detection(), duck, rule).failures)
    assert check.examples[0]["name"] == "a\\0b"


def statements(engine: Engine) -> list[str]:
    """What the engine is asked from now on, without its own catalogue."""
    seen: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "staged" in statement and not statement.startswith("DESCRIBE"):
            seen.append(statement)

    return seen


def test_good_rows_cost_three_queries_and_details_only_what_failed(
    detection: Make, duck: Engine
) -> None:
    fill(duck, ROWS)
    seen = statements(duck)
    good = [Expectation(BETWEEN, {"column": "n", "min_value": k}) for k in (-1, 0, 1)]
    held(detection(), duck, *good)
    assert len(seen) == 3, seen  # the rows, all counts of values at once, and the grain
    seen.clear()
    held(detection(), duck, *good, Expectation(BETWEEN, {"column": "n", "max_value": 19}))
    assert len(seen) > 3
    assert not any("LIMIT" in statement for statement in seen[1:3])


def test_two_quantile_checks_of_one_column_are_judged_apart(
    detection: Make, staged: Engine
) -> None:
    kind = "expect_column_quantile_values_to_be_between"
    pairs = (([0.1], [[1, 4]]), ([0.9], [[1, 4]]))
    rules = [
        Expectation(
            kind, {"column": "n", "quantile_ranges": {"quantiles": q, "value_ranges": ranges}}
        )
        for q, ranges in pairs
    ]
    result = held(detection(), staged, *rules)
    assert [c.success for c in result.checks[-2:]] == [True, False]


def test_a_suite_that_hangs_is_stopped(detection: Make, staged: Engine) -> None:
    endless = Expectation(
        "unexpected_rows_expectation",
        {
            "unexpected_rows_query": "select count(*) as k from {batch} as a"
            + "".join(f" cross join {{batch}} as t{k}" for k in range(12))
            + " having count(*) < 0"
        },
    )
    result = held(detection(), staged, endless, timeout=timedelta(seconds=1))
    assert not result.publishable
    assert "1 s" in result.checks[-1].error
    with staged.connect() as connection:  # and the connection is as good as before
        assert connection.execute(sa.text("select count(*) from staged")).scalar() == 20
        if connection.dialect.name == "postgresql":
            assert connection.exec_driver_sql("show statement_timeout").scalar() == "0"


def test_a_written_suite_runs_as_written(detection: Make, staged: Engine) -> None:
    text = (
        "expectations:\n"
        f"  - type: {LEAST}\n    kwargs: {{min_value: 1}}\n"
        f"  - type: {BETWEEN}\n    kwargs: {{column: born, max_value: 2026-01-10}}\n"
        "    severity: warning\n    meta: {meaning: young}\n"
    )
    one = detection(text)
    result = validate_staging(one, DAY, staged, "staged", suite=load_suite(one))
    check = only(result.warnings)
    assert check.meaning == "young" and check.kwargs["max_value"] == "2026-01-10"
    json.dumps(check.kwargs)


def test_a_table_in_a_schema_with_a_quoted_name(detection: Make, empty: Engine) -> None:
    with empty.begin() as connection:
        connection.execute(sa.text("create schema lab"))
    fill(empty, ROWS)
    with empty.begin() as connection:
        connection.execute(sa.text('create table lab."Order" as select * from staged'))
    one = detection()
    result = validate_staging(one, DAY, empty, "lab.Order", suite=suite_of(one))
    assert result.publishable, [c.sentence() for c in result.failures]


def test_what_is_remembered_of_a_check_is_not_its_verdict(detection: Make, empty: Engine) -> None:
    rule = Expectation(BETWEEN, {"column": "n", "max_value": 20})
    for rows, most in ((ROWS, 20), (changed(ROWS, 3, n=21), 21), (ROWS, 20)):
        result = held(detection(), fill(empty, rows), rule)
        assert result.publishable == (most == 20)
        assert [check.success for check in result.checks[:5]] == [True] * 5
