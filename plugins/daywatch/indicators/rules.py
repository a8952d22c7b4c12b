"""The rules: each a pure function from a question (series and settings) to a verdict.

A rule judges the last point of a series that has a value there; `judging` sees to the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import timedelta
from statistics import NormalDist, median
from types import MappingProxyType

from daywatch.catalog.model import Change, Target
from daywatch.indicators.model import Point, Question, State, Verdict
from daywatch.indicators.thresholds import said, threshold

Rule = Callable[[Question], Verdict]
_rules: dict[str, Rule] = {}
RULES: Mapping[str, Rule] = MappingProxyType(_rules)
"""Every rule by the key that names it under `breach`."""


def rule(name: str) -> Callable[[Rule], Rule]:
    """Register a rule under its name."""

    def register(function: Rule) -> Rule:
        _rules[name] = function
        return function

    return register


@rule("above")
def above(question: Question) -> Verdict:
    """Breached by more than the bound."""
    bound = threshold(question.settings, question.parameters)
    value = _value(question)
    beyond = value > bound
    words = f"{said(value, question.kind)} is {'above' if beyond else 'not above'}"
    reason = f"{words} {said(bound, question.kind)}"
    return Verdict(_state(beyond), value, reason, limit_high=bound)


@rule("below")
def below(question: Question) -> Verdict:
    """Breached by less than the bound."""
    bound = threshold(question.settings, question.parameters)
    value = _value(question)
    beyond = value < bound
    words = f"{said(value, question.kind)} is {'below' if beyond else 'not below'}"
    reason = f"{words} {said(bound, question.kind)}"
    return Verdict(_state(beyond), value, reason, limit_low=bound)


@rule("outside")
def outside(question: Question) -> Verdict:
    """Breached by less than the lower or more than the upper bound."""
    low, high = (threshold(bound, question.parameters) for bound in question.settings)
    value, kind = _value(question), question.kind
    beyond = value < low or value > high
    words = "outside" if beyond else "within"
    reason = f"{said(value, kind)} is {words} {said(low, kind)} to {said(high, kind)}"
    return Verdict(_state(beyond), value, reason, low, high)


@rule("target")
def target(question: Question) -> Verdict:
    """Breached when the rate's whole Wilson interval lies on the wrong side of the target."""
    settings: Target = question.settings
    value, n, k = _value(question), question.today.denominator, question.today.numerator
    if n is None or k is None or not 0 <= k <= n:
        return _unjudged(value, f"not a share: {k} of {n}")
    if n < settings.min_n:
        return _unjudged(value, f"{n:,.0f} observations, {settings.min_n} needed")
    low, high = wilson(k, n, settings.confidence)
    least = settings.at_least is not None
    chosen = settings.at_least if settings.at_least is not None else settings.at_most
    bound = threshold(chosen if chosen is not None else math.nan, question.parameters)
    beyond = high < bound if least else low > bound
    kind = question.kind
    reason = (
        f"{said(value, kind)} ({settings.confidence:.4g} interval {said(low, kind)} to "
        f"{said(high, kind)}, n {n:,.0f}) against {'at least' if least else 'at most'} "
        f"{said(bound, kind)}"
    )
    return Verdict(
        _state(beyond),
        value,
        reason,
        limit_low=bound if least else None,
        limit_high=None if least else bound,
        details={"interval": [low, high], "n": n},
    )


def wilson(k: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of k in n, two-sided (Wilson 1927, JASA 22:209)."""
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share, weight = k / n, z * z / n
    centre = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / n + weight / (4 * n))
    return (0.0 if k == 0 else max(0.0, centre - half), 1.0 if k == n else min(1.0, centre + half))


@rule("change")
def change(question: Question) -> Verdict:
    """Breached by a relative move of at least `by` from the base, on sides large enough.

    The base is the median of the same weekday over `weeks` weeks, or of the days of the period
    before today; half of those days, rounded up, must have values.
    """
    settings: Change = question.settings
    value, kind = _value(question), question.kind
    base_points, wanted, words = _base(question, settings)
    needed = math.ceil(wanted / 2)
    if len(base_points) < needed:
        return _unjudged(value, f"{len(base_points)} days of history to compare, {needed} needed")
    base = median(_number(point) for point in base_points)
    low, high = base - settings.by * abs(base), base + settings.by * abs(base)
    up, down = value >= high and value > base, value <= low and value < base
    moved = {"up": up, "down": down, "both": up or down}[settings.direction]
    size = max(_size(question.today), median(_size(point) for point in base_points))
    least = threshold(settings.min_count, question.parameters)
    relative = (value - base) / abs(base) if base else None
    shown = f"{relative:+.0%}" if relative is not None and abs(relative) < 1e6 else "a move"
    reason = f"{said(value, kind)} is {shown} from {said(base, kind)}, {words}"
    if moved and size < least:
        reason += f"; fewer than {least:,.6g}, so not counted"
    return Verdict(
        _state(moved and size >= least),
        value,
        reason,
        limit_low=low if settings.direction != "up" else None,
        limit_high=high if settings.direction != "down" else None,
        details={"base": base, "relative": relative, "n": len(base_points)},
    )


def _base(question: Question, settings: Change) -> tuple[list[Point], int, str]:
    """The points to compare with, how many there could be, and what they are called."""
    today = question.today.day
    if isinstance(settings.against, timedelta):
        days = max(settings.against.days, 1)
        wanted = {today - timedelta(days=n) for n in range(1, days + 1)}
        words = f"the median of the {days} days before"
    else:
        wanted = {today - timedelta(weeks=n) for n in range(1, settings.weeks + 1)}
        words = f"the median {today:%A} of {settings.weeks} weeks"
    there = [p for p in question.series if p.day in wanted and has_value(p)]
    return there, len(wanted), words


def has_value(point: Point) -> bool:
    """Whether the point holds a finite number."""
    return point.value is not None and math.isfinite(point.value)


def _size(point: Point) -> float:
    """How much a point rests on: a rate on its denominator, anything else on itself."""
    return abs(_number(point)) if point.denominator is None else point.denominator


def _number(point: Point) -> float:
    return math.nan if point.value is None else point.value


def _value(question: Question) -> float:
    return _number(question.today)


def _state(breached: bool) -> State:
    return State.BREACH if breached else State.OK


def _unjudged(value: float, reason: str) -> Verdict:
    return Verdict(State.UNJUDGED, value, reason)
