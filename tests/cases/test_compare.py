"""Expected rows against found ones."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daywatch.cases.compare import rows_diff

ROWS = st.lists(
    st.fixed_dictionaries({"a": st.integers(0, 2), "b": st.sampled_from([None, "x"])}), max_size=6
)


@given(rows=ROWS, data=st.data())
def test_the_order_of_rows_does_not_matter(
    rows: list[dict[str, object]], data: st.DataObject
) -> None:
    assert rows_diff(data.draw(st.permutations(rows)), rows, exact=True) == ""


@given(rows=ROWS.filter(bool))
def test_a_row_too_many_or_too_few_is_seen(rows: list[dict[str, object]]) -> None:
    assert "missing" in rows_diff(rows, rows[1:], exact=True)
    assert "unexpected" in rows_diff(rows[1:], rows, exact=True)
    assert rows_diff(rows[1:], rows, exact=False) == ""
    assert "missing" in rows_diff(rows, rows[1:], exact=False)


def test_a_loose_row_does_not_take_the_place_of_a_strict_one() -> None:
    found = [{"a": 1, "b": 2}, {"a": 1, "b": 3}]
    assert rows_diff([{"a": 1}, {"a": 1, "b": 2}], found, exact=True) == ""
    assert rows_diff([{"a": 1}, {"a": 1}, {"b": 2}], found, exact=True) != ""


@pytest.mark.parametrize(
    ("expected", "found", "equal"),
    [
        (0.3, 0.1 + 0.2, True),
        (0.0, 0.0, True),
        (1.0, 1.0 + 1e-8, False),
        (1e12, 1e12 + 1, True),
        (math.nan, math.nan, True),
        (1.0, None, False),
        (None, 0.0, False),
        (1, 2, False),
        ("a", "A", False),
    ],
)
def test_floats_are_nearly_equal_and_nothing_else_is(
    expected: object, found: object, equal: bool
) -> None:
    assert (rows_diff([{"a": expected}], [{"a": found}], exact=True) == "") is equal


def test_a_diff_says_what_is_missing_what_is_too_much_and_where_it_differs() -> None:
    said = rows_diff([{"ip": "x", "n": 2}], [{"ip": "x", "n": 3}], exact=True)
    assert said.splitlines() == [
        "1 rows expected, 1 found",
        "  missing    {ip: 'x', n: 2}",
        "             found there: {n: 3}",
        "  unexpected {ip: 'x', n: 3}",
    ]


def test_a_long_diff_is_cut_with_a_note() -> None:
    said = rows_diff([{"n": n} for n in range(500)], [], exact=True)
    assert "and 490 more" in said
    assert len(said) < 2_000
