"""Counts and lists for those who ask whether all is well: the digest, `daywatch status`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from daywatch.state.models import Alert, BreachRow, OutboxMessage, Silence
from daywatch.state.sessions import Sessions

WAITING = ("pending", "claimed", "ambiguous")
FALSE = ("false_positive_logic", "false_positive_data", "duplicate")


@dataclass(frozen=True)
class AlertLine:
    """A risk alert as lists show it; `state` is open or ended, `resolution` how it turned out."""

    key: str
    team: str
    detection: str
    indicator: str
    severity: str
    first_day: date
    last_day: date
    opened_at: datetime
    route: str
    acknowledged_by: str
    assignee: str
    climbs_at: datetime | None
    state: str
    resolution: str


@dataclass(frozen=True)
class MessageLine:
    """One message of an alert, and how far it has come."""

    key: str
    kind: str
    channel: str
    state: str
    attempts: int
    error: str
    sent_at: datetime | None


@dataclass(frozen=True)
class StuckMessage:
    """A message that is a dead letter, or still waits although its deadline has passed."""

    key: str
    team: str
    channel: str
    dead: bool
    error: str
    created_at: datetime


@dataclass(frozen=True)
class Fired:
    """How often a detection alerted, and how those turned out that somebody resolved."""

    detection: str
    alerts: int
    resolved: int
    false: int


@dataclass(frozen=True)
class SilenceView:
    """A silence in force."""

    id: str
    team: str
    match: Mapping[str, str]
    reason: str
    owner: str
    expires_at: datetime


class TallyRows(Sessions):
    """Alerts, outbox, breaches and silences, as far as their state says that all is well."""

    def open_alerts(self, team: str | None = None) -> list[AlertLine]:
        """Open and unresolved risk alerts, oldest first."""
        query = (
            select(Alert)
            .where(Alert.kind == "risk", Alert.state == "open", Alert.resolution.is_(None))
            .order_by(Alert.opened_at, Alert.key)
        )
        with self.reading() as session:
            return [_line(row) for row in session.scalars(_of(query, Alert.team, team))]

    def listed_alerts(
        self, team: str | None = None, state: str | None = None, limit: int = 200
    ) -> list[AlertLine]:
        """The newest risk alerts, open and ended or only one of them, newest first."""
        query = select(Alert).where(Alert.kind == "risk")
        if state is not None:
            query = query.where(Alert.state == state)
        query = query.order_by(Alert.opened_at.desc(), Alert.key).limit(limit)
        with self.reading() as session:
            return [_line(row) for row in session.scalars(_of(query, Alert.team, team))]

    def messages_of(self, alert_key: str) -> list[MessageLine]:
        """The alert's messages, oldest first."""
        query = select(OutboxMessage).where(OutboxMessage.alert_key == alert_key)
        with self.reading() as session:
            return [_message(row) for row in session.scalars(query.order_by(OutboxMessage.id))]

    def messages_in(self, state: str, limit: int = 200) -> list[MessageLine]:
        """The oldest messages in this state."""
        query = select(OutboxMessage).where(OutboxMessage.state == state)
        with self.reading() as session:
            oldest = query.order_by(OutboxMessage.id).limit(limit)
            return [_message(row) for row in session.scalars(oldest)]

    def stuck_messages(self, now: datetime, team: str | None = None) -> list[StuckMessage]:
        """Dead letters, and messages whose deadline has passed, oldest first."""
        late = and_(OutboxMessage.state.in_(WAITING), OutboxMessage.deadline < now)
        query = (
            select(OutboxMessage)
            .where(or_(OutboxMessage.state == "dead", late))
            .order_by(OutboxMessage.created_at, OutboxMessage.id)
        )
        with self.reading() as session:
            rows = session.scalars(_of(query, OutboxMessage.team, team))
            return [
                StuckMessage(
                    row.key, row.team, row.channel, row.state == "dead", row.error, row.created_at
                )
                for row in rows
            ]

    def fired(self, team: str, since: datetime) -> list[Fired]:
        """The team's detections with alerts opened since then, most first."""
        false = func.sum(case((Alert.resolution.in_(FALSE), 1), else_=0))
        resolved = func.count(Alert.resolution)
        query = (
            select(Alert.detection, func.count(), resolved, false)
            .where(Alert.kind == "risk", Alert.team == team, Alert.opened_at >= since)
            .group_by(Alert.detection)
            .order_by(func.count().desc(), Alert.detection)
        )
        with self.reading() as session:
            rows = session.execute(query)
            return [Fired(name, int(n), int(known), int(bad)) for name, n, known, bad in rows]

    def last_breaches(self, team: str) -> dict[str, date]:
        """The newest breached day of each of the team's detections that ever breached."""
        query = (
            select(BreachRow.detection, func.max(BreachRow.day))
            .where(BreachRow.detection.startswith(f"{team}.", autoescape=True))
            .group_by(BreachRow.detection)
        )
        with self.reading() as session:
            return dict(session.execute(query).tuples().all())

    def routed(self, team: str, route: str, since: datetime) -> list[AlertLine]:
        """The team's risk alerts told this way (page, digest, ...) that opened since then."""
        query = (
            select(Alert)
            .where(Alert.kind == "risk", Alert.team == team, Alert.route == route)
            .where(Alert.opened_at >= since)
            .order_by(Alert.opened_at, Alert.key)
        )
        with self.reading() as session:
            return [_line(row) for row in session.scalars(query)]

    def silences_in_force(self, now: datetime, team: str | None = None) -> list[SilenceView]:
        """Silences that keep something quiet now, those that end first first."""
        query = (
            select(Silence)
            .where(Silence.ended_at.is_(None), Silence.starts_at <= now, Silence.expires_at > now)
            .order_by(Silence.expires_at, Silence.id)
        )
        with self.reading() as session:
            return [
                SilenceView(
                    row.id, row.team, dict(row.match), row.reason, row.owner, row.expires_at
                )
                for row in session.scalars(_of(query, Silence.team, team))
            ]


def _of(query: Select[Any], column: ColumnElement[str] | Any, team: str | None) -> Select[Any]:
    return query if team is None else query.where(column == team)


def _line(row: Alert) -> AlertLine:
    return AlertLine(
        key=row.key,
        team=row.team,
        detection=row.detection,
        indicator=row.indicator,
        severity=row.severity,
        first_day=row.first_day,
        last_day=row.last_day,
        opened_at=row.opened_at,
        route=row.route,
        acknowledged_by=row.acknowledged_by or "",
        assignee=row.assignee or "",
        climbs_at=row.climbs_at,
        state=row.state,
        resolution=row.resolution or "",
    )


def _message(row: OutboxMessage) -> MessageLine:
    return MessageLine(
        row.key, row.kind, row.channel, row.state, row.attempts, row.error, row.sent_at
    )
