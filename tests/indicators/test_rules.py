"""Each rule at, over and under its bound, and the laws that hold for all of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

from daywatch.catalog.model import Severity
from daywatch.errors import ConfigurationError
from daywatch.indicators import RULES, Point, State, Verdict, judge
from daywatch.indicators.rules import wilson
from tests.indicators.builders import DAY, indicator, rate, series

HIGH = Severity.HIGH
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)
ANYTHING = st.none() | st.floats()


def verdict(
    breach: Mapping[str, Any], *values: float | None, parameters: Mapping[str, Any] | None = None
) -> Verdict:
    return judge(indicator(breach), HIGH, series(*values), parameters or {})


@pytest.mark.parametrize(
    ("breach", "value", "expected"),
    [
        ({"above": 50}, 50.0, State.OK),
        ({"above": 50}, 50.5, State.BREACH),
        ({"below": 5}, 5.0, State.OK),
        ({"below": 5}, 4.0, State.BREACH),
        ({"outside": [5, 50]}, 5.0, State.OK),
        ({"outside": [5, 50]}, 50.0, State.OK),
        ({"outside": [5, 50]}, 4.9, State.BREACH),
        ({"outside": [5, 50]}, 50.1, State.BREACH),
        ({"above": 10, "below": 20}, 15.0, State.BREACH),
        ({"above": 10, "below": 20}, 25.0, State.OK),
        ({"all": [{"above": 10}, {"below": 20}]}, 15.0, State.BREACH),
        ({"above": 0}, None, State.NO_DATA),
        ({"above": 0}, math.nan, State.NO_DATA),
        ({"below": 0}, -math.inf, State.NO_DATA),
    ],
)
def test_plain_bounds(breach: dict[str, Any], value: float | None, expected: State) -> None:
    assert verdict(breach, value).state is expected


def test_a_verdict_says_value_and_bound() -> None:
    found = verdict({"above": 1000}, 1234.0)
    assert found.reason == "1,234 is above 1,000"
    assert (found.value, found.limit_low, found.limit_high) == (1234.0, None, 1000.0)


@pytest.mark.parametrize("bound", ["most", ":most", 50, "50", 50.0])
def test_a_bound_may_be_a_parameter(bound: Any) -> None:
    assert verdict({"above": bound}, 51.0, parameters={"most": 50}).state is State.BREACH
    assert verdict({"above": bound}, 50.0, parameters={"most": 50}).state is State.OK


def test_a_percentage_is_a_fraction() -> None:
    assert verdict({"above": "30%"}, 0.31).limit_high == pytest.approx(0.3)


@pytest.mark.parametrize("bound", ["mots", ":mots", math.nan])
def test_a_bound_that_is_nothing_is_an_error_with_a_remedy(bound: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"neither a number.*Write a number"):
        verdict({"above": bound}, 51.0, parameters={"most": 50, "flag": True})


def test_a_parameter_that_is_no_number_is_no_bound() -> None:
    for value in (True, "fifty", DAY):
        with pytest.raises(ConfigurationError):
            verdict({"above": "most"}, 51.0, parameters={"most": value})


def test_an_indicator_without_a_rule_is_shown_only() -> None:
    found = judge(indicator(None), HIGH, series(3.0), {})
    assert (found.state, found.value) == (State.UNJUDGED, 3.0)


def test_no_points_are_no_data() -> None:
    assert judge(indicator({"above": 1}), HIGH, (), {}).state is State.NO_DATA


# --- target --------------------------------------------------------------------------------------


def target(k: float, n: float, **settings: Any) -> Verdict:
    rule = indicator({"target": settings}, kind="rate")
    return judge(rule, HIGH, (rate(k, n),), {"goal": 0.9})


def test_wilson_agrees_with_scipy_and_statsmodels() -> None:
    for k, n in ((0, 10), (1, 10), (5, 10), (10, 10), (87, 100), (433, 456), (1, 100_000)):
        for confidence in (0.8, 0.95, 0.999):
            mine = wilson(k, n, confidence)
            theirs = binomtest(k, n).proportion_ci(confidence, "wilson")
            assert mine == pytest.approx((theirs.low, theirs.high), abs=1e-12)
            other = proportion_confint(k, n, 1 - confidence, "wilson")
            assert mine == pytest.approx(other, abs=1e-12)


def test_target_breaches_only_when_the_whole_interval_is_wrong() -> None:
    # 95 % Wilson: 850 of 1,000 -> .8265 to .8708; 880 of 1,000 -> .8584 to .8987; 890 -> .9078
    assert target(850, 1000, at_least=0.9).state is State.BREACH
    assert target(880, 1000, at_least="goal").state is State.BREACH
    assert target(890, 1000, at_least=0.9).state is State.OK
    assert target(85, 100, at_least=0.9).state is State.OK
    assert target(150, 1000, at_most=0.1).state is State.BREACH
    assert target(110, 1000, at_most=0.1).state is State.OK


def test_target_needs_enough_observations() -> None:
    few = target(0, 29, at_least=0.9)
    assert few.state is State.UNJUDGED
    assert "29 observations, 30 needed" in few.reason
    assert target(0, 30, at_least=0.9).state is State.BREACH


def test_target_says_its_interval() -> None:
    found = target(850, 1000, at_least=0.9)
    assert (found.limit_low, found.limit_high) == (0.9, None)
    assert found.details["interval"] == pytest.approx([0.8265, 0.8708], abs=1e-3)
    assert "85 %" in found.reason
    assert "at least 90 %" in found.reason


def test_what_is_not_a_share_is_not_judged() -> None:
    assert target(101, 100, at_least=0.9).state is State.UNJUDGED
    assert target(-1, 100, at_least=0.9).state is State.UNJUDGED
    assert verdict({"target": {"at_least": 0.9}}, 0.5).state is State.UNJUDGED


# --- change --------------------------------------------------------------------------------------

WEEKS = {"change": {"by": "50%", "min_count": 20}}


def weekly(today: float | None, *weeks: float | None) -> tuple[Point, ...]:
    """Mondays, newest of `weeks` first, and a noisy week that must not matter."""
    past = [Point(DAY - timedelta(weeks=n), value) for n, value in enumerate(weeks, 1)]
    noise = [Point(DAY - timedelta(days=n), 1e6) for n in range(1, 7)]
    return tuple(sorted([*past, *noise, Point(DAY, today)], key=lambda p: p.day))


def changed(points: tuple[Point, ...], **settings: Any) -> Verdict:
    rule = indicator({"change": {**WEEKS["change"], **settings}})
    return judge(rule, HIGH, points, {})


def test_change_compares_with_the_same_weekdays_median() -> None:
    found = changed(weekly(150.0, 100.0, 90.0, 110.0, 100.0))
    assert found.state is State.BREACH
    assert found.details["relative"] == pytest.approx(0.5)
    assert found.limit_high == pytest.approx(150.0)
    assert "+50% from 100, the median Monday of 4 weeks" in found.reason
    assert changed(weekly(149.0, 100.0, 90.0, 110.0, 100.0)).state is State.OK


def test_change_looks_at_its_direction_only() -> None:
    fallen = weekly(50.0, 100.0, 100.0)
    assert changed(fallen).state is State.OK
    assert changed(fallen, direction="down").state is State.BREACH
    assert changed(fallen, direction="both").state is State.BREACH
    assert changed(weekly(150.0, 100.0, 100.0), direction="down").state is State.OK


def test_change_counts_only_with_enough_behind_it() -> None:
    found = changed(weekly(19.0, 2.0, 2.0))
    assert found.state is State.OK
    assert "fewer than 20" in found.reason
    assert changed(weekly(20.0, 2.0, 2.0)).state is State.BREACH
    assert changed(weekly(2.0, 20.0, 20.0), direction="down").state is State.BREACH


def test_change_needs_half_of_its_history() -> None:
    assert changed(weekly(500.0, 100.0)).state is State.UNJUDGED
    assert changed(weekly(500.0, 100.0, None, None)).state is State.UNJUDGED
    assert changed(weekly(500.0, 100.0, None, None, 100.0)).state is State.BREACH
    assert "1 days of history to compare, 2 needed" in changed(weekly(500.0, 100.0)).reason


def test_change_from_nothing_and_to_nothing() -> None:
    risen = changed(weekly(50.0, 0.0, 0.0))
    assert (risen.state, risen.details["relative"]) == (State.BREACH, None)
    assert changed(weekly(0.0, 0.0, 0.0), min_count=1).state is State.OK
    assert changed(weekly(0.0, 50.0, 50.0), direction="down").state is State.BREACH


def test_change_against_a_period_takes_its_median() -> None:
    points = series(10.0, 100.0, 100.0, 100.0, 150.0)
    assert changed(points, against="3d").state is State.BREACH
    assert changed(points, against="3d").details["base"] == 100.0
    assert "median of the 3 days before" in changed(points, against="3d").reason


def test_change_of_a_rate_weighs_by_its_denominator() -> None:
    rule = indicator({"change": {"by": 0.5, "min_count": 100}}, kind="rate")
    past = [rate(10, 100, DAY - timedelta(weeks=n)) for n in (2, 1)]
    assert judge(rule, HIGH, (*past, rate(20, 100)), {}).state is State.BREACH
    small = [rate(1, 10, DAY - timedelta(weeks=n)) for n in (2, 1)]
    assert judge(rule, HIGH, (*small, rate(2, 10)), {}).state is State.OK


def test_change_never_stands_alone_when_combined() -> None:
    both = {"above": 200, **WEEKS}
    rule = indicator(both)
    assert judge(rule, HIGH, weekly(150.0, 100.0, 100.0), {}).state is State.OK
    assert judge(rule, HIGH, weekly(250.0, 100.0, 100.0), {}).state is State.BREACH
    new = judge(rule, HIGH, weekly(250.0), {})
    assert new.state is State.UNJUDGED
    assert new.details["rules"] == {"above": "breach", "change": "unjudged"}
    assert judge(rule, HIGH, weekly(150.0), {}).state is State.OK


# --- laws ----------------------------------------------------------------------------------------


@given(value=NUMBERS, low=NUMBERS, more=st.floats(0, 1e6))
def test_a_stricter_bound_never_quiets(value: float, low: float, more: float) -> None:
    if verdict({"above": low + more}, value).state is State.BREACH:
        assert verdict({"above": low}, value).state is State.BREACH
    if verdict({"below": low}, value).state is State.BREACH:
        assert verdict({"below": low + more}, value).state is State.BREACH


@given(value=NUMBERS, bound=NUMBERS)
def test_above_and_below_are_mirror_images(value: float, bound: float) -> None:
    up = verdict({"above": bound}, value).state
    assert up is verdict({"below": -bound}, -value).state


@given(k=st.integers(0, 400), n=st.integers(1, 400), goal=st.floats(0.01, 0.99))
def test_a_target_never_breaches_with_the_rate_on_the_right_side(
    k: int, n: int, goal: float
) -> None:
    found = target(min(k, n), n, at_least=goal, min_n=1)
    if min(k, n) / n >= goal:
        assert found.state is State.OK


@given(
    weeks=st.lists(st.integers(1, 10_000), min_size=4, max_size=4),
    today=st.integers(0, 50_000),
    scale=st.sampled_from([2.0, 4.0, 1024.0]),
)
def test_change_does_not_depend_on_the_unit(weeks: list[int], today: int, scale: float) -> None:
    plain = changed(weekly(today, *weeks), min_count=0.001)
    scaled = changed(weekly(today * scale, *(w * scale for w in weeks)), min_count=0.001)
    assert plain.state is scaled.state


@given(values=st.permutations(list(series(*range(1, 31)))))
def test_the_order_of_points_does_not_matter(values: list[Point]) -> None:
    rule = indicator({"above": 5, **WEEKS})
    assert judge(rule, HIGH, values, {}) == judge(rule, HIGH, series(*range(1, 31)), {})


ALL = {
    "above": {"above": 5},
    "below": {"below": 5},
    "outside": {"outside": [1, 5]},
    "target": {"target": {"at_least": 0.5, "min_n": 1}},
    "change": WEEKS,
}


def test_every_registered_rule_is_tried_below() -> None:
    assert set(ALL) == set(RULES)


@pytest.mark.parametrize("name", sorted(ALL))
@given(values=st.lists(st.tuples(ANYTHING, ANYTHING, ANYTHING), max_size=40))
def test_no_numbers_break_a_rule(name: str, values: list[tuple[Any, Any, Any]]) -> None:
    points = [Point(DAY - timedelta(days=n), *three) for n, three in enumerate(values)]
    for kind in ("count", "rate", "value", "duration"):
        found = judge(indicator(ALL[name], kind=kind), HIGH, points, {})
        assert isinstance(found.reason, str)
        today = values[0][0] if values else None
        missing = today is None or not math.isfinite(today)
        assert (found.state is State.NO_DATA) == missing
