"""The turns of phrase that several messages share; figures as people say them."""

from __future__ import annotations

from datetime import date

from daywatch.alerts import text as words
from daywatch.alerts.facts import AlertFacts

DOTS = {
    "critical": ":red_circle:",
    "high": ":large_orange_circle:",
    "medium": ":large_yellow_circle:",
    "low": ":large_blue_circle:",
    "informational": ":white_circle:",
}
_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: list[float | None]) -> str:
    """A line of eight heights; a day without data is a dot."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    # Halved first: the spread of two huge values must not overflow to infinity.
    spread = high / 2 - low / 2

    def bar(value: float | None) -> str:
        if value is None:
            return "·"
        part = (value / 2 - low / 2) / spread if spread else 0.0
        return _BARS[min(int(part * len(_BARS)), len(_BARS) - 1)]

    return "".join(bar(value) for value in values)


def name_of(facts: AlertFacts) -> str:
    """The alert's title and indicator."""
    return f"{words.clip(words.one_line(facts.title), 110)} ({words.one_line(facts.indicator)})"


def dot_of(facts: AlertFacts) -> str:
    """The severity's colour."""
    return DOTS.get(facts.severity, ":white_circle:")


def number(facts: AlertFacts, value: float | None) -> str:
    """A value in the indicator's kind and unit."""
    return words.number(value, facts.kind, words.clip(facts.unit, 20))


def bare(facts: AlertFacts, value: float | None) -> str:
    """Without the unit, where it was said just before."""
    return words.number(value, facts.kind)


def value_of(facts: AlertFacts) -> str:
    """The value, for a rate with what it was counted from."""
    shown = number(facts, facts.value)
    if facts.numerator is None or facts.denominator is None:
        return shown
    return f"{shown}, {words.number(facts.numerator)} of {words.number(facts.denominator)}"


def limits_of(facts: AlertFacts) -> str:
    """What it was held against, in brackets."""
    low, high = facts.limit_low, facts.limit_high
    if low is not None and high is not None:
        return f" (expected {bare(facts, low)} to {bare(facts, high)})"
    if high is not None:
        return f" (limit {bare(facts, high)})"
    return f" (at least {bare(facts, low)})" if low is not None else ""


def span(first: date, last: date) -> str:
    """`2 Mar`, or `2 Mar to 4 Mar`."""
    return (
        words.short_day(first)
        if first == last
        else f"{words.short_day(first)} to {words.short_day(last)}"
    )
