"""Series of points and their verdicts."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta

from daywatch.indicators.model import Point, State, Verdict
from daywatch.state import StateStore

NAME = "platform_abuse.signup_burst"
DAY = date(2026, 3, 2)
NEXT = DAY + timedelta(days=1)
US = '{"market":"US"}'


def save(state: StateStore, day: date, **values: float | None) -> None:
    points = {"" if key == "whole" else key: Point(day, value) for key, value in values.items()}
    state.save_points(NAME, "signups", day, "h", points)


def judge(state: StateStore, day: date, segment: str = "") -> None:
    verdict = Verdict(State.BREACH, 3.0, "3 is above 2", None, 2.0, {"usual": float("inf")})
    with state.transaction() as session:
        state.save_verdict(
            session,
            NAME,
            "signups",
            segment,
            day,
            verdict,
            input_hash="i",
            rule_hash="r",
            now=datetime(2026, 3, 3),
        )


def test_points_come_back_by_segment_in_day_order(state: StateStore) -> None:
    state.save_points(NAME, "rate", NEXT, "h", {"": Point(NEXT, 0.5, 1, 2)})
    state.save_points(NAME, "rate", DAY, "h", {"": Point(DAY, 0.25, 1, 4), US: Point(DAY, None)})
    found = state.series(NAME, "rate", DAY, NEXT)
    assert {segment: [p.point for p in points] for segment, points in found.items()} == {
        "": [Point(DAY, 0.25, 1, 4), Point(NEXT, 0.5, 1, 2)],
        US: [Point(DAY, None)],
    }
    assert state.series(NAME, "rate", NEXT, NEXT).keys() == {""}
    assert state.series(NAME, "other", DAY, NEXT) == {}


def test_numbers_that_are_none_are_no_data(state: StateStore) -> None:
    save(state, DAY, whole=math.nan, a=math.inf, b=-math.inf, c=0.0)
    values = {k: p[0].value for k, p in state.series(NAME, "signups", DAY, DAY).items()}
    assert values == {"": None, "a": None, "b": None, "c": 0.0}


def test_a_verdict_stays_with_an_unchanged_point(state: StateStore) -> None:
    save(state, DAY, whole=3.0)
    judge(state, DAY)
    save(state, DAY, whole=3.0)
    (point,) = state.series(NAME, "signups", DAY, DAY)[""]
    assert (point.state, point.limit_high, point.reason) == (State.BREACH, 2.0, "3 is above 2")
    assert (point.input_hash, point.rule_hash) == ("i", "r")
    assert point.details == {"usual": None}
    assert point.judged_at == datetime(2026, 3, 3)


def test_a_changed_point_is_unjudged(state: StateStore) -> None:
    save(state, DAY, whole=3.0)
    judge(state, DAY)
    save(state, DAY, whole=4.0)
    (point,) = state.series(NAME, "signups", DAY, DAY)[""]
    assert (point.value, point.state, point.reason) == (4.0, State.UNJUDGED, "")
    assert (point.input_hash, point.judged_at, point.details) == (None, None, {})


def test_a_segment_that_vanished_from_a_day_is_forgotten(state: StateStore) -> None:
    save(state, DAY, whole=3.0, a=1.0, b=2.0)
    save(state, NEXT, whole=3.0, a=1.0)
    save(state, DAY, whole=3.0, b=2.0)
    found = state.series(NAME, "signups", DAY, NEXT)
    assert {segment: [p.day for p in points] for segment, points in found.items()} == {
        "": [DAY, NEXT],
        "a": [NEXT],
        "b": [DAY],
    }


def test_long_segments_fit_and_stay_apart(state: StateStore) -> None:
    long = ["x" * 300 + end for end in "ab"]
    save(state, DAY, **dict.fromkeys(long, 1.0))
    found = state.series(NAME, "signups", DAY, DAY)
    assert len(found) == 2
    assert max(map(len, found)) == 255
    judge(state, DAY, long[0])
    states = [points[0].state for points in state.series(NAME, "signups", DAY, DAY).values()]
    assert sorted(states) == [State.BREACH, State.UNJUDGED]
