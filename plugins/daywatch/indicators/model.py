"""A series in, a verdict out: the values that judging passes around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from daywatch.catalog.model import Kind, Scalar

WHOLE = ""
"""The segment key of an indicator as a whole; others are canonical JSON of {column: value}."""


@dataclass(frozen=True)
class Point:
    """One indicator, one segment, one day. `value` None means no data, which is never fine."""

    day: date
    value: float | None
    numerator: float | None = None
    denominator: float | None = None


class State(StrEnum):
    """What a verdict says."""

    OK = "ok"
    BREACH = "breach"
    NO_DATA = "no_data"
    UNJUDGED = "unjudged"


@dataclass(frozen=True)
class Verdict:
    """The outcome for the last point of a series.

    `limit_low` and `limit_high` are the bounds it was held against in the indicator's unit;
    `reason` says it in words; `details` carries what a chart or message may show (the baseline,
    the interval, the relative change).
    """

    state: State
    value: float | None
    reason: str
    limit_low: float | None = None
    limit_high: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """All that a rule may look at: the series up to the judged day, and nothing else."""

    kind: Kind
    series: tuple[Point, ...]
    settings: Any
    parameters: Mapping[str, Scalar]

    @property
    def today(self) -> Point:
        """The judged point."""
        return self.series[-1]
