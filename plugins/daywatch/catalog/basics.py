"""The words that every model of the catalogue is made of: names, spans, severities, types."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

NAME = r"^[a-z][a-z0-9_]{0,62}$"
CANARY = "daywatch.canary"
"""The detection that breaches every day, to prove that alerts arrive; it looks for nobody."""
Name = Annotated[str, Field(pattern=NAME)]
Handle = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
"""A person or rota, as people write them: spam-oncall."""


class Frozen(BaseModel):
    """Parsed once at the edge; unknown keys are errors, nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnType(StrEnum):
    """Column types of sources and risk tables, one spelling for every engine."""

    TEXT = "text"
    BIGINT = "bigint"
    INTEGER = "integer"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"


class Status(StrEnum):
    """How far a detection is trusted: what it may build, judge and page."""

    DRAFT = "draft"
    EXPERIMENTAL = "experimental"
    PRODUCTION = "production"
    DEPRECATED = "deprecated"

    @property
    def scheduled(self) -> bool:
        """Whether Airflow runs it every day."""
        return self is not Status.DRAFT

    @property
    def judged(self) -> bool:
        """Whether its indicators get verdicts."""
        return self in (Status.EXPERIMENTAL, Status.PRODUCTION)

    @property
    def pages(self) -> bool:
        """Whether a breach becomes a message to the on-call."""
        return self is Status.PRODUCTION


class Severity(StrEnum):
    """Field-standard severities, mildest first."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Kind(StrEnum):
    """What an indicator measures; decides how no rows and denominator 0 are read."""

    COUNT = "count"
    RATE = "rate"
    VALUE = "value"
    DURATION = "duration"


_DAYS = re.compile(r"^(\d{1,4})d$")
_SECONDS = re.compile(r"^(\d{1,6})(s|m|h)$")
_UNIT = {"s": 1, "m": 60, "h": 3600}


def parse_days(text: Any) -> Any:
    """`28d` -> 28 days; anything else is left for pydantic to refuse."""
    match = _DAYS.match(text) if isinstance(text, str) else None
    return timedelta(days=int(match[1])) if match else text


def parse_span(text: Any) -> Any:
    """`90s`, `15m` or `2h` -> a duration; anything else is left for pydantic to refuse."""
    match = _SECONDS.match(text) if isinstance(text, str) else None
    return timedelta(seconds=int(match[1]) * _UNIT[match[2]]) if match else text


Days = Annotated[timedelta, BeforeValidator(parse_days)]
Span = Annotated[timedelta, BeforeValidator(parse_span)]
Scalar = bool | int | float | date | str
Threshold = float | str  # a number, or the name of a parameter
ColumnMap = dict[Name, ColumnType]


def _percent(value: Any) -> Any:
    """`30%` -> 0.3; numbers pass."""
    if isinstance(value, str) and value.endswith("%"):
        return float(value[:-1]) / 100
    return value


Fraction = Annotated[float, BeforeValidator(_percent), Field(gt=0)]
