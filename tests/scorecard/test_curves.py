"""The ranking's area and the intervals, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from daywatch.scorecard.bootstrap import ratio, weights
from daywatch.scorecard.curves import average_precision, curve, pr_auc, rank, thinned
from daywatch.scorecard.model import Cause, DayRows, Finding
from tests.scorecard.builders import day


def ranked(*scored: tuple[float, bool], quiet: int = 0, quiet_true: int = 0) -> DayRows:
    findings = tuple(
        Finding(day(0), points, (), (), Cause.ABUSE if true else Cause.ORDINARY)
        for points, true in scored
    )
    return DayRows(day(0), findings, quiet, quiet_true)


def test_average_precision_by_hand() -> None:
    # true, false, true, and one true row of three without points:
    # recall 1/3 at precision 1, 2/3 at 2/3, 1 at 3/6.
    rows = ranked((9, True), (7, False), (5, True), quiet=3, quiet_true=1)
    found = rank([("p", rows)])
    assert found
    assert average_precision(found) == pytest.approx((1 + 2 / 3 + 3 / 6) / 3)


def test_equal_scores_are_one_threshold_whatever_their_order() -> None:
    one = rank([("p", ranked((5, True), (5, False), (5, False)))])
    other = rank([("p", ranked((5, False), (5, False), (5, True)))])
    assert one and other
    assert average_precision(one) == average_precision(other) == pytest.approx(1 / 3)


def test_without_an_abuser_there_is_no_area() -> None:
    assert pr_auc([("p", ranked((5, False), quiet=4))]) is None
    assert pr_auc([]) is None and thinned([]) == ()


def test_intervals_bracket_the_figure_and_shrink_with_more_days() -> None:
    few = [("p", ranked((9, n % 2 == 0), (5, n % 3 == 0), quiet=2)) for n in range(6)]
    found, more = pr_auc(few), pr_auc(few * 20)
    assert found and more
    assert found.low < found.value < found.high
    assert more.value == pytest.approx(found.value)
    assert more.high - more.low < found.high - found.low
    assert pr_auc(few) == found  # the dice are seeded


def test_a_ratio_by_hand_and_its_interval() -> None:
    found = ratio([1, 0, 3], [2, 2, 4], ["p"] * 3)
    assert found and found.value == 0.5
    assert 0 <= found.low < 0.5 < found.high <= 0.75
    assert ratio([], [], []) is None and ratio([0], [0], ["p"]) is None


def test_pooled_units_are_drawn_by_platform_first() -> None:
    drawn = weights(["p", "p", "q", "q", "q"])
    for_p = drawn[:, :2].sum(axis=1)
    assert set(for_p) == {0, 2, 4}  # platform p drawn never, once or twice: all its units each time
    np.testing.assert_allclose(drawn.sum(axis=1), for_p / 2 * 2 + (2 - for_p / 2) * 3)


scores = st.lists(st.tuples(st.floats(0.01, 100), st.booleans()), max_size=30)


@given(st.lists(st.tuples(scores, st.integers(0, 9), st.integers(0, 9)), max_size=4))
def test_any_ranking_has_an_area_between_none_and_all(
    days: list[tuple[list[tuple[float, bool]], int, int]],
) -> None:
    rows = [
        ("p", ranked(*scored, quiet=quiet + true, quiet_true=true)) for scored, quiet, true in days
    ]
    found = pr_auc(rows)
    anybody = any(true for scored, _, quiet in days for true in [*(t for _, t in scored), quiet])
    assert (found is not None) == anybody
    if found:
        assert 0 < found.value <= 1 + 1e-9
        assert found.low <= found.value <= found.high
        ranking = rank(rows)
        assert ranking
        recall, precision = curve(ranking)
        assert recall[-1] == pytest.approx(1) and np.all(np.diff(recall) >= 0)
        assert np.all((precision >= 0) & (precision <= 1))
