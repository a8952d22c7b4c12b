"""Checks that every risk table gets from its header, without anybody writing them down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from daywatch.catalog.model import Detection
from daywatch.validation.allowed import UNEXPECTED_ROWS
from daywatch.validation.suite import Expectation

COLUMNS_AS_DECLARED = "columns_as_declared"
"""Not GX's: names, order and types are held against one reflection of the staged table."""
EXAMPLES = 20


def generated(detection: Detection, day: date) -> tuple[Expectation, ...]:
    """Columns as declared, grain not null and unique, and `day` the day it is meant to be."""
    return tuple(_checks(detection, day))


def _checks(detection: Detection, day: date) -> Iterator[Expectation]:
    header = detection.header
    declared = {name: str(kind) for name, kind in header.columns.items()} | {"day": "date"}
    yield _check(
        COLUMNS_AS_DECLARED, {"columns": declared}, "columns and their types are the header's"
    )
    for column in (*header.grain, "day"):
        yield _check(
            "expect_column_values_to_not_be_null",
            {"column": column},
            f"{column} is part of the key, so it is never empty",
        )
    yield _check(
        "expect_column_values_to_be_in_set",
        {"column": "day", "value_set": [day]},
        f"every row belongs to {day}",
    )
    yield _check(
        UNEXPECTED_ROWS,
        {"unexpected_rows_query": _duplicates(header.grain)},
        f"one row for each {', '.join(header.grain)} (the grain)",
    )


def _check(type_: str, kwargs: dict[str, object], meaning: str) -> Expectation:
    return Expectation(type_, kwargs, "critical", {"meaning": meaning}, generated=True)


def _duplicates(grain: tuple[str, ...]) -> str:
    """The commonest repeated keys; `repeated_keys` counts all of them, however many are shown."""
    key = ", ".join(f'"{column}"' for column in grain)
    return (
        f"select {key}, count(*) as row_count, count(*) over () as repeated_keys"
        f" from {{batch}} group by {key} having count(*) > 1"
        f" order by row_count desc, {key} limit {EXAMPLES}"
    )
