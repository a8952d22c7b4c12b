"""Breaches, alerts, the outbox's counts and the audit trail: read here, written in transactions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from daywatch.state.audit import audit
from daywatch.state.models import Alert, AuditRow, BreachRow, OutboxMessage
from daywatch.state.sessions import Sessions, utc_now
from daywatch.state.views import AlertView, AuditView, BreachView


class AlarmRows(Sessions):
    """The `breaches`, `alerts`, `outbox` and `audit` tables, as far as everybody may see them."""

    def breaches(
        self,
        detection: str | None = None,
        first: date | None = None,
        last: date | None = None,
        limit: int = 1000,
    ) -> list[BreachView]:
        """Breaches of the days in [first, last], newest day first."""
        query = select(BreachRow).order_by(
            BreachRow.day.desc(), BreachRow.detection, BreachRow.indicator, BreachRow.segment
        )
        if detection:
            query = query.where(BreachRow.detection == detection)
        if first:
            query = query.where(BreachRow.day >= first)
        if last:
            query = query.where(BreachRow.day <= last)
        with self.reading() as session:
            return [_breach(row) for row in session.scalars(query.limit(limit))]

    def alerts(
        self, detection: str | None = None, state: str | None = None, limit: int = 1000
    ) -> list[AlertView]:
        """Alerts, newest episode first; `state` is open or ended."""
        query = select(Alert).order_by(Alert.first_day.desc(), Alert.key).limit(limit)
        if detection:
            query = query.where(Alert.detection == detection)
        if state:
            query = query.where(Alert.state == state)
        with self.reading() as session:
            return [_alert(row) for row in session.scalars(query)]

    def outbox_counts(self) -> dict[str, int]:
        """Messages by state; states with none are not there."""
        query = select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
        with self.reading() as session:
            return {state: int(count) for state, count in session.execute(query)}

    def audit(
        self,
        session: Session,
        actor: str,
        action: str,
        object: str,
        details: Mapping[str, Any] | None = None,
        *,
        now: datetime | None = None,
    ) -> None:
        """Add who did what to what, in the caller's transaction."""
        audit(session, actor, action, object, details, now=now or utc_now())

    def audit_trail(self, limit: int = 1000) -> list[AuditView]:
        """The newest entries first."""
        query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
        with self.reading() as session:
            return [
                AuditView(row.at, row.actor, row.action, row.object, dict(row.details))
                for row in session.scalars(query)
            ]


def _breach(row: BreachRow) -> BreachView:
    return BreachView(
        detection=row.detection,
        indicator=row.indicator,
        segment=row.segment,
        day=row.day,
        severity=row.severity,
        value=row.value,
        reason=row.reason,
        alert_key=row.alert_key,
        unpaged=row.unpaged,
        found_at=row.found_at,
    )


def _alert(row: Alert) -> AlertView:
    return AlertView(
        key=row.key,
        kind=row.kind,
        detection=row.detection,
        indicator=row.indicator,
        channel=row.channel,
        first_day=row.first_day,
        last_day=row.last_day,
        severity=row.severity,
        state=row.state,
        quiet_days=row.quiet_days,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        content=dict(row.content),
    )
