"""How unusual a value is, in numbers and in words."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from daywatch.catalog.model import Kind
from daywatch.indicators import Point, baseline
from tests.indicators.builders import DAY, series


def weeks(today: float, monday: float, other: float, days: int = 60) -> tuple[Point, ...]:
    """Mondays of one height, other days of another, and today (a Monday)."""
    values = [
        monday if (DAY - timedelta(days=n)).weekday() == 0 else other for n in range(days, 0, -1)
    ]
    return series(*values, today)


def test_the_same_weekday_is_usual() -> None:
    found = baseline(weeks(300.0, monday=100.0, other=10.0))
    assert (found.weekday_median, found.weekday_n, found.median) == (100.0, 8, 10.0)
    assert (found.times, found.usual, found.n) == (3.0, 100.0, 60)
    assert found.sentence == (
        "3.0 times a usual Monday (100, median of 8); the highest of 61 days."
    )


def test_the_days_extremes_are_told() -> None:
    assert "the lowest of 61 days" in baseline(weeks(1.0, 100.0, 10.0)).sentence
    middling = baseline(weeks(50.0, 100.0, 10.0))
    assert "the highest of 60 earlier days was 100" in middling.sentence
    assert (middling.low, middling.high) == (10.0, 100.0)


def test_few_days_are_no_usual() -> None:
    found = baseline(series(1.0, 2.0, 3.0))
    assert (found.median, found.times, found.usual) == (None, None, None)
    assert found.sentence == "Too new to say what is usual: 2 earlier days."


def test_recent_days_stand_in_for_a_young_weekday() -> None:
    found = baseline(series(10.0, 10.0, 12.0, 14.0, 24.0))
    assert (found.median, found.mad, found.times) == (11.0, 1.0, 24 / 11)
    assert found.sentence.startswith("2.2 times the usual (11, median of 28 days)")


def test_nothing_is_usual_and_something_came() -> None:
    found = baseline(series(*[0.0] * 30, 7.0))
    assert found.times is None
    assert found.sentence == "7 against a usual Monday (0, median of 4); the highest of 31 days."


def test_rates_are_told_in_percent() -> None:
    assert "(10 %, median" in baseline(series(*[0.1] * 30, 0.2), Kind.RATE).sentence


def test_no_data_has_no_words() -> None:
    assert baseline(()).sentence == ""
    assert baseline(series(1.0, 2.0, 3.0, None)).sentence == ""


@given(st.lists(st.none() | st.floats(), max_size=90))
def test_no_numbers_break_it(values: list[float | None]) -> None:
    found = baseline(series(*values))
    assert found.n <= 60
    if found.low is not None and found.high is not None and found.median is not None:
        assert found.low <= found.median <= found.high
