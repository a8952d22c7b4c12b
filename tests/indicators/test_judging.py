"""Persistence, hashes and how much history a rule asks for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daywatch.catalog.model import Persistence, Severity
from daywatch.indicators import (
    State,
    history_days,
    input_hash,
    judge,
    persistence_of,
    persistent,
    rule_hash,
)
from tests.indicators.builders import indicator, rate, series

OK, BREACH, NONE, OPEN = State.OK, State.BREACH, State.NO_DATA, State.UNJUDGED
TWO_OF_THREE = Persistence(days=2, of=3)


@pytest.mark.parametrize(
    ("states", "counts"),
    [
        ([BREACH], False),
        ([BREACH, BREACH], True),
        ([BREACH, OK, BREACH], True),
        ([BREACH, OK, OK, BREACH], False),
        ([BREACH, NONE, OPEN, NONE, BREACH], True),
        ([BREACH, BREACH, OK], False),
        ([BREACH, BREACH, NONE], False),
        ([], False),
    ],
)
def test_two_of_three_judged_days(states: list[State], counts: bool) -> None:
    assert persistent(states, TWO_OF_THREE) is counts


@given(states=st.lists(st.sampled_from(list(State))))
def test_one_of_one_is_the_day_itself(states: list[State]) -> None:
    assert persistent(states, Persistence()) is (bool(states) and states[-1] is BREACH)


@given(
    states=st.lists(st.sampled_from(list(State)), min_size=1),
    days=st.integers(1, 5),
    more=st.integers(0, 5),
)
def test_asking_for_fewer_days_never_quiets(states: list[State], days: int, more: int) -> None:
    if persistent(states, Persistence(days=days + 1, of=days + 1 + more)):
        assert persistent(states, Persistence(days=days, of=days + 1 + more))


@pytest.mark.parametrize(
    ("breach", "given_", "severity", "expected"),
    [
        ({"above": 1}, None, "high", (1, 1)),
        ({"outside": [1, 2]}, None, "high", (1, 1)),
        ({"target": {"at_least": 0.9}}, None, "high", (2, 3)),
        ({"above": 1, "change": {"by": 1, "min_count": 1}}, None, "high", (2, 3)),
        ({"all": [{"change": {"by": 1, "min_count": 1}}]}, None, "low", (2, 3)),
        ({"target": {"at_least": 0.9}}, None, "critical", (1, 1)),
        ({"above": 1}, {"days": 3, "of": 5}, "high", (3, 5)),
        ({"above": 1}, {"days": 3, "of": 5}, "critical", (1, 1)),
    ],
)
def test_default_persistence(
    breach: dict[str, Any],
    given_: dict[str, int] | None,
    severity: str,
    expected: tuple[int, int],
) -> None:
    found = persistence_of(indicator(breach, persistence=given_), Severity(severity))
    assert (found.days, found.of) == expected


def test_a_verdict_tells_how_long_it_waits() -> None:
    found = judge(
        indicator({"above": 1}, persistence={"days": 2, "of": 3}), Severity.LOW, series(5.0), {}
    )
    assert found.state is BREACH
    assert found.details["persistence"] == [2, 3]


def test_the_rule_hash_follows_the_rule_and_the_parameters_it_names() -> None:
    rule = indicator({"above": "most"})
    base = rule_hash(rule, Severity.HIGH, {"most": 50, "other": 1})
    assert base == rule_hash(rule, Severity.HIGH, {"other": 2, "most": 50})
    assert base != rule_hash(rule, Severity.HIGH, {"most": 51, "other": 1})
    assert base != rule_hash(indicator({"below": "most"}), Severity.HIGH, {"most": 50})
    slow = indicator({"above": "most"}, persistence={"days": 2, "of": 2})
    assert base != rule_hash(slow, Severity.HIGH, {"most": 50})
    nested = indicator({"all": [{"outside": [":low", "most"]}]})
    hashes = {rule_hash(nested, Severity.HIGH, {"low": low, "most": 9}) for low in (1, 2)}
    assert len(hashes) == 2
    counted = indicator({"change": {"by": 1, "min_count": "least"}})
    assert len({rule_hash(counted, Severity.HIGH, {"least": n}) for n in (1, 2)}) == 2


def test_the_input_hash_follows_every_number_of_every_point() -> None:
    points = series(1.0, 2.0, None)
    base = input_hash(points)
    assert base == input_hash(tuple(reversed(points)))
    assert base == input_hash(series(1, 2, None))
    assert base != input_hash(points[1:])
    assert base != input_hash(series(1.0, 2.0, 0.0))
    one = rate(1, 2)
    assert input_hash([one]) != input_hash([replace(one, denominator=4)])
    assert input_hash([one]) != input_hash([replace(one, numerator=4)])


def test_rules_say_how_far_back_they_look() -> None:
    assert history_days(indicator({"above": 1})) == 60
    assert history_days(indicator({"change": {"by": 1, "min_count": 1, "weeks": 12}})) == 98
    assert history_days(indicator({"change": {"by": 1, "min_count": 1, "against": "90d"}})) == 104
