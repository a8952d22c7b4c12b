"""How unusual a value is: the words and numbers that a message puts beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from daywatch.catalog.model import Kind
from daywatch.indicators.model import Point
from daywatch.indicators.rules import has_value
from daywatch.indicators.thresholds import said

RECENT_DAYS = 28
LONG_DAYS = 60
WEEKS = 8
ENOUGH = 3
"""Fewer points than this are no usual."""


@dataclass(frozen=True)
class Baseline:
    """The days before the judged one, summed up; None where there are too few of them.

    `median` and `mad` are of the last 28 days, `low` and `high` the extremes of the last 60,
    `weekday_median` of the same weekday over 8 weeks; `times` is the value over the usual.
    """

    n: int
    median: float | None
    mad: float | None
    low: float | None
    high: float | None
    high_day: date | None
    weekday_median: float | None
    weekday_n: int
    times: float | None
    sentence: str

    @property
    def usual(self) -> float | None:
        """The same weekday's median where there is one, else the recent days'."""
        return self.median if self.weekday_median is None else self.weekday_median


def baseline(series: Sequence[Point], kind: Kind = Kind.COUNT) -> Baseline:
    """What is usual for the last point, from the days before it."""
    ordered = sorted(series, key=lambda point: point.day)
    today = ordered[-1] if ordered else None
    if today is None or today.value is None or not has_value(today):
        return _summary(None, [], kind)
    return _summary(today, [point for point in ordered[:-1] if has_value(point)], kind)


def _summary(today: Point | None, before: list[Point], kind: Kind) -> Baseline:
    day = today.day if today else date.min
    recent = _values(before, day, RECENT_DAYS)
    long = _values(before, day, LONG_DAYS)
    weekday = _values([p for p in before if p.day.weekday() == day.weekday()], day, WEEKS * 7)
    middle = _middle(recent)
    weekly = _middle(weekday)
    usual = middle if weekly is None else weekly
    value = today.value if today else None
    high = max(long) if long else None
    facts = Baseline(
        n=len(long),
        median=middle,
        mad=None if middle is None else median(abs(one - middle) for one in recent),
        low=min(long) if long else None,
        high=high,
        high_day=next((p.day for p in reversed(before) if p.value == high), None),
        weekday_median=weekly,
        weekday_n=len(weekday),
        times=value / usual if value is not None and usual else None,
        sentence="",
    )
    words = "" if value is None else _sentence(facts, value, day, kind)
    return Baseline(**{**facts.__dict__, "sentence": words})


def _values(points: list[Point], day: date, days: int) -> list[float]:
    first = day - timedelta(days=days) if day > date.min + timedelta(days=days) else date.min
    return [p.value for p in points if p.value is not None and first <= p.day < day]


def _middle(values: list[float]) -> float | None:
    return median(values) if len(values) >= ENOUGH else None


def _sentence(facts: Baseline, value: float, day: date, kind: Kind) -> str:
    usual = facts.usual
    if usual is None:
        return f"Too new to say what is usual: {facts.n} earlier days."
    what = (
        f"a usual {day:%A} ({said(usual, kind)}, median of {facts.weekday_n})"
        if facts.weekday_median is not None
        else f"the usual ({said(usual, kind)}, median of {RECENT_DAYS} days)"
    )
    if facts.times is not None and 0 <= facts.times < 1e6:
        start = f"{facts.times:.1f} times {what}"
    else:
        start = f"{said(value, kind)} against {what}"
    return f"{start}{_rank(facts, value, kind)}."


def _rank(facts: Baseline, value: float, kind: Kind) -> str:
    """Whether nothing like it was seen lately, else the last days' highest."""
    if facts.high is None or facts.low is None:
        return ""
    if value > facts.high:
        return f"; the highest of {facts.n + 1} days"
    if value < facts.low:
        return f"; the lowest of {facts.n + 1} days"
    return f"; the highest of {facts.n} earlier days was {said(facts.high, kind)}"
