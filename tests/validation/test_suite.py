"""What Great Expectations would drop or pass in silence is refused, with its line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date

import pytest

from daywatch.catalog.model import Detection
from daywatch.errors import SuiteError
from daywatch.validation import load_suite

ROWS = "  - type: expect_table_row_count_to_be_between\n    kwargs: {min_value: 0}\n"


def suite(item: str) -> str:
    """A suite whose second expectation starts on line 4."""
    return f"expectations:\n{ROWS}{item}"


def on(type_: str, kwargs: str) -> str:
    return suite(f"  - type: {type_}\n    kwargs: {kwargs}\n")


BETWEEN = "expect_column_values_to_be_between"
SQL = "unexpected_rows_expectation"
FAULTS = [
    ("", None, "'expectations' is missing"),
    ("expectations: []\n", 1, "no expectation"),
    ("expectations:\n  - type: x\n    type: y\n", 3, "given twice"),
    (suite("  - kwargs: {}\n"), 4, "'expectations.1.type' is missing"),
    (suite("  - type: expect_column_to_exist\n    kwarg: {}\n"), 5, "Did you mean 'kwargs'"),
    (
        suite("  - type: expect_column_to_exist\n    kwargs: {column: n}\n    severity: info\n"),
        6,
        "severity",
    ),
    (on("expect_column_value_to_be_between", "{column: n}"), 4, f"Did you mean '{BETWEEN}'"),
    (on("expect_column_values_to_be_increasing", "{column: n}"), 4, "no order"),
    (on(BETWEEN, "{column: n, minvalue: 1}"), 5, "Did you mean 'min_value'"),
    (on(BETWEEN, "{min_value: 1}"), 5, "'column' is missing"),
    (on(BETWEEN, "{column: nn, min_value: 1}"), 5, "Did you mean 'n'"),
    (on(BETWEEN, "{column: n}"), 5, "nothing can fail"),
    (on(BETWEEN, "{column: n, min_value: 3, max_value: 1}"), 5, "above max_value"),
    (on(BETWEEN, "{column: n, min_value: '1'}"), 5, "must be a number"),
    (on(BETWEEN, "{column: born, min_value: soon}"), 5, "must be a date"),
    (on(BETWEEN, "{column: n, min_value: 1, mostly: 95}"), 5, "must be a share"),
    (on("expect_column_values_to_be_in_set", "{column: n, value_set: []}"), 5, "at least 1"),
    (on("expect_column_values_to_be_in_set", "{column: n, value_set: [a]}"), 5, "a number"),
    (on("expect_column_values_to_match_regex", "{column: n, regex: x}"), 5, "not text"),
    (on("expect_column_mean_to_be_between", "{column: name, min_value: 1}"), 5, "not a number"),
    (on(SQL, '{unexpected_rows_query: "select 1"}'), 5, "does not read {batch}"),
    (on(SQL, "{unexpected_rows_query: \"select * from {batch} where x ~ 'a{2}'\"}"), 5, "brace"),
    (on(SQL, '{unexpected_rows_query: "select n from {batch}, accounts"}'), 5, "accounts"),
    (on(SQL, '{unexpected_rows_query: "delete from {batch}"}'), 5, "DELETE"),
    (on(SQL, '{unexpected_rows_query: "select n from {batch}; drop table x"}'), 5, "statement"),
    (on(SQL, "{unexpected_rows_query: \"select read_text('x') from {batch}\"}"), 5, "read_text"),
    (on(SQL, '{unexpected_rows_query: "select n from {batch} where day = :day"}'), 5, "parameter"),
    ("expectations:\n  - type: expect_column_to_exist\n    kwargs: {column: n}\n", 1, "how many"),
]


@pytest.mark.parametrize(("text", "line", "fault"), FAULTS)
def test_a_fault_names_its_line(
    detection: Callable[..., Detection], text: str, line: int | None, fault: str
) -> None:
    with pytest.raises(SuiteError) as caught:
        load_suite(detection(text))
    assert fault in str(caught.value)
    assert caught.value.where is not None
    assert str(caught.value.where.path).endswith("everything.yaml")
    if line:
        assert caught.value.where.line == line


def test_a_missing_suite_is_an_error_with_a_remedy(detection: Callable[..., Detection]) -> None:
    with pytest.raises(SuiteError, match="missing") as caught:
        load_suite(detection())
    assert "expect_table_row_count_to_be_between" in caught.value.remedy


def test_a_good_suite_keeps_order_severity_meaning_and_dates(
    detection: Callable[..., Detection],
) -> None:
    text = suite(
        f"  - type: {BETWEEN}\n"
        "    kwargs: {column: born, min_value: 2026-01-01}\n"
        "    severity: warning\n"
        "    meta: {meaning: nobody is born earlier}\n"
    )
    first, second = load_suite(detection(text)).expectations
    assert (first.type, first.severity, first.line) == (
        "expect_table_row_count_to_be_between",
        "critical",
        2,
    )
    assert second.kwargs == {"column": "born", "min_value": date(2026, 1, 1)}
    assert (second.severity, second.meaning) == ("warning", "nobody is born earlier")


def test_loading_suites_does_not_import_great_expectations() -> None:
    code = "import sys, daywatch.validation; sys.exit('great_expectations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
