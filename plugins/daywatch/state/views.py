"""What the state store answers: frozen copies of its rows, free of any session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from daywatch.indicators.model import Point, State


@dataclass(frozen=True)
class RunView:
    """One step of one detection for one day."""

    id: int
    run_id: str
    detection: str
    day: date
    step: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    rows: int | None
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it runs."""
        if self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


@dataclass(frozen=True)
class PointView:
    """One measured point of a series and the verdict stored with it."""

    day: date
    value: float | None
    numerator: float | None
    denominator: float | None
    content_hash: str
    state: State
    reason: str
    limit_low: float | None
    limit_high: float | None
    details: Mapping[str, Any]
    input_hash: str | None
    rule_hash: str | None
    judged_at: datetime | None

    @property
    def point(self) -> Point:
        """What judging reads of it."""
        return Point(self.day, self.value, self.numerator, self.denominator)


@dataclass(frozen=True)
class BreachView:
    """One indicator, segment and day over its limit."""

    detection: str
    indicator: str
    segment: str
    day: date
    severity: str
    value: float | None
    reason: str
    alert_key: str | None
    unpaged: str
    found_at: datetime


@dataclass(frozen=True)
class AlertView:
    """One episode in one channel."""

    key: str
    kind: str
    detection: str
    indicator: str
    channel: str
    first_day: date
    last_day: date
    severity: str
    state: str
    quiet_days: int
    opened_at: datetime
    ended_at: datetime | None
    content: Mapping[str, Any]


@dataclass(frozen=True)
class AuditView:
    """Who did what to what, when."""

    at: datetime
    actor: str
    action: str
    object: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class UnmaskView:
    """A request to unmask a pseudonym, and who approved it."""

    id: str
    team: str
    pseudonym: str
    reason: str
    case: str
    requested_by: str
    requested_at: datetime
    approved_by: str | None
    approved_at: datetime | None
