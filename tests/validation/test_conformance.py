"""Every allowed expectation type says yes and no rightly on real DuckDB and real PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine

from daywatch.catalog.model import ColumnType
from daywatch.validation import Expectation, gx
from daywatch.validation.allowed import ALLOWED, REFUSED
from daywatch.validation.kwargs import read_kwargs
from tests.validation.cases import CASES
from tests.validation.conftest import HEADER

DECLARED = {name: ColumnType(kind) for name, kind in HEADER["columns"].items()} | {
    "day": ColumnType.DATE
}
COMMON = {
    "id", "meta", "notes", "result_format", "description", "catch_exceptions", "severity",
    "rendered_content", "windows", "batch_id", "row_condition", "condition_parser",
    "library_metadata",
}  # fmt: skip


def expectation(tmp_path: Any, type_: str, kwargs: dict[str, Any], dialect: str) -> Expectation:
    read = read_kwargs(type_, kwargs, (), {}, DECLARED, tmp_path, dialect)
    return Expectation(type_, read)


def test_every_allowed_type_has_its_case() -> None:
    assert {case[0] for case in CASES} == set(ALLOWED)


def test_every_type_passes_and_fails_where_it_must(staged: Engine, tmp_path: Any) -> None:
    dialect = "postgres" if staged.dialect.name == "postgresql" else "duckdb"
    good = [expectation(tmp_path, t, kwargs, dialect) for t, kwargs, _ in CASES]
    bad = [expectation(tmp_path, t, kwargs, dialect) for t, _, kwargs in CASES]
    checks = gx.evaluate(staged, "staged", good + bad, ("id",), None)
    wrong = [
        f"{c.type}: {c.error or c.observed or 'passed'}"
        for n, c in enumerate(checks)
        if c.error or c.success != (n < len(good))
    ]
    assert not wrong, "\n".join(wrong)
    assert [c.type for c in checks] == [e.type for e in good + bad]
    for check in checks[len(good) :]:
        assert check.observed
        assert len(check.examples) <= 20
    json.dumps([c.kwargs for c in checks] + [c.examples for c in checks], allow_nan=False)


@pytest.mark.parametrize("type_", sorted(ALLOWED))
def test_the_table_of_kwargs_is_gx_own(type_: str) -> None:
    from great_expectations.expectations.registry import get_expectation_impl

    fields = get_expectation_impl(type_).__fields__
    theirs = set(fields) - COMMON
    required = {name for name, field in fields.items() if field.required} - COMMON
    assert set(ALLOWED[type_].kwargs) == theirs
    assert required <= set(ALLOWED[type_].required)


def test_no_type_of_gx_is_forgotten() -> None:
    from great_expectations.expectations.registry import list_registered_expectation_implementations

    ours = {*ALLOWED, *REFUSED, "unexpected_row_count"}
    assert set(list_registered_expectation_implementations()) == ours
