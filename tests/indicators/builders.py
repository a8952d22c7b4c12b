"""Small detections and series to judge."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from daywatch.catalog.model import Detection, Header, Indicator
from daywatch.indicators import Point

DAY = date(2026, 3, 2)  # a Monday


def detection(indicators: Mapping[str, Any], **header: Any) -> Detection:
    """A detection with these indicators over columns that suit most tests."""
    given = {
        "title": "A test",
        "description": "A detection for tests.",
        "owner": "someone",
        "status": "production",
        "severity": "high",
        "policy": "spam",
        "grain": ["ip24", "market"],
        "columns": {
            "ip24": "text",
            "market": "text",
            "accounts": "bigint",
            "bad": "boolean",
            "score": "double",
        },
        "indicators": indicators,
        "runbook": "1. Look at it.",
        **header,
    }
    return Detection(
        team="spam",
        table="burst",
        path=Path("sql/spam/burst.sql"),
        header=Header.model_validate(given),
        sql="select 1",
        sql_line=1,
        sources=(),
        upstreams=(),
        suite_path=Path("expectations/spam/burst.yaml"),
        cases_path=Path("tests/sql/spam/burst.yaml"),
    )


def indicator(breach: Mapping[str, Any] | None = None, **settings: Any) -> Indicator:
    """An indicator with this rule; a count unless told otherwise."""
    given = {"breach": breach, **settings}
    if given.get("kind") == "rate":
        given = {"numerator": "sum(a)", "denominator": "sum(b)", **given}
    else:
        given = {"value": "count(*)", **given}
    return Indicator.model_validate(given)


def series(*values: float | None, last: date = DAY) -> tuple[Point, ...]:
    """Points of consecutive days up to `last`."""
    first = last - timedelta(days=len(values) - 1)
    return tuple(Point(first + timedelta(days=n), value) for n, value in enumerate(values))


def rate(numerator: float, denominator: float, day: date = DAY) -> Point:
    """A rate's point."""
    value = numerator / denominator if denominator else None
    return Point(day, value, numerator, denominator)
