"""Which segment explains a breach, upwards and downwards."""

from __future__ import annotations

import json
from datetime import date, timedelta

from daywatch.briefing import _segments
from daywatch.indicators.model import Point, State, Verdict
from daywatch.state import PointView

DAY = date(2026, 3, 2)


def views(values: list[float], n: float) -> list[PointView]:
    days = [DAY - timedelta(days=len(values) - 1 - i) for i in range(len(values))]
    return [
        PointView(day, value, value * n, n, "", State.OK, "", None, None, {}, None, None, None)
        for day, value in zip(days, values, strict=True)
    ]


def key(name: str) -> str:
    return json.dumps({"market": name})


def test_where_a_rate_falls_the_one_that_fell_comes_first() -> None:
    usual, weeks = [0.95], 30
    history = {
        key("BR"): views(usual * weeks + [0.60], 50.0),
        key("US"): views(usual * weeks + [0.94], 50.0),
    }
    whole = tuple(view.point for view in views(usual * weeks + [0.77], 100.0))
    today = Verdict(State.BREACH, 0.77, "", limit_low=0.9)
    verdicts = {
        key("US"): Verdict(State.BREACH, 0.94, ""),
        key("BR"): Verdict(State.BREACH, 0.60, ""),
    }
    first, second = _segments(history, whole, today, verdicts, DAY)
    assert (first.label, second.label) == ("market BR", "market US")
    assert first.share is not None and first.share > 0.9 > (second.share or 0.0)


def test_where_a_count_rises_the_one_that_rose_comes_first() -> None:
    history = {key("BR"): views([10.0] * 30 + [60.0], 1.0), key("US"): views([10.0] * 31, 1.0)}
    whole = tuple(Point(v.day, v.value) for v in views([20.0] * 30 + [70.0], 1.0))
    today = Verdict(State.BREACH, 70.0, "", limit_high=50.0)
    verdicts = {name: Verdict(State.BREACH, history[name][-1].value, "") for name in history}
    first, _ = _segments(history, whole, today, verdicts, DAY)
    assert first.label == "market BR" and first.share == 1.0
