"""The log in an alert's thread: what happened to it, and what was sent to whom.

It is rendered from the audit trail. It begins with the second event of an alert's life: a page
that nobody has touched yet needs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from daywatch.alerts import outbox, render, telling
from daywatch.alerts.people import SYSTEM, Actor
from daywatch.alerts.team_facts import LogEntry
from daywatch.state.audit import audit
from daywatch.state.models import Alert, AuditRow, OutboxMessage

LINES = 60
"""The newest events that the log shows."""
WORDS = {
    "alert.opened": "opened",
    "alert.updated": "judged again, the message was edited",
    "alert.ended": "over",
    "alert.withdrawn": "withdrawn",
    "alert.acknowledged": "acknowledged",
    "alert.assigned": "assigned to {to}",
    "alert.snoozed": "snoozed until {until}",
    "alert.woken": "awake again: {why}",
    "alert.resolved": "resolved as {outcome}: {note}",
    "alert.escalated": "escalated, step {step}, to {to}",
    "alert.silenced": "silenced: {reason}",
    "alert.grouped": "part of a summary",
    "alert.to_digest": "told in the digest: the week's alert budget is used up",
    "alert.told_after_all": "told after all",
    "message.sent": "message sent to {channel}",
    "message.edited": "message in {channel} edited",
    "message.dead": "message to {channel} could not be delivered: {error}",
    "message.requeued": "message to {channel} queued again",
    "message.duplicate_found": "a late duplicate in {channel} found",
    "message.deleted_duplicate": "a late duplicate in {channel} deleted",
}


def record(
    session: Session,
    alert: Alert,
    actor: Actor,
    action: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add to the audit trail what was done to the alert; people are kept by id and by name."""
    record_key(session, alert.key, actor, action, now, details)


def record_key(
    session: Session,
    key: str,
    actor: Actor,
    action: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """The same for an alert that nobody has loaded."""
    kept = dict(details or {})
    if actor != SYSTEM:
        kept["name"] = actor.name
    audit(session, actor.id, action, key, kept, now=now)


def log_key(alert: Alert) -> str:
    """Of the reply with the history."""
    return outbox.key_of(alert.key, "log")


def write_log(session: Session, alert: Alert, now: datetime) -> int:
    """Bring the log reply up to date; how many messages that wrote."""
    session.flush()
    key = log_key(alert)
    # What was sent is read now and not waited for: an edit for each sending would never end.
    payload = render.log(telling.name_of(alert), entries(session, alert), key)
    return telling.reply(session, alert, key, payload, now, priority=outbox.EXTRA, editable=True)


def entries(session: Session, alert: Alert, limit: int = LINES) -> list[LogEntry]:
    """The alert's newest events, oldest first, its messages' deliveries among them."""
    own = select(OutboxMessage.key).where(OutboxMessage.alert_key == alert.key)
    shown = {alert.key, *session.scalars(own)} - {log_key(alert), telling.details_key(alert)}
    query = (
        select(AuditRow)
        .where(AuditRow.object.in_(shown), AuditRow.action.in_(list(WORDS)))
        .order_by(AuditRow.id.desc())
        .limit(limit)
    )
    return [_entry(row) for row in reversed(list(session.scalars(query)))]


class _Blank(dict[str, Any]):
    """Details that an older row lacks are left out of the sentence."""

    def __missing__(self, key: str) -> str:
        return ""


def _entry(row: AuditRow) -> LogEntry:
    what = WORDS[row.action].format_map(_Blank(row.details)).strip().rstrip(":,")
    who = SYSTEM.name if row.actor == SYSTEM.id else row.details.get("name") or row.actor
    return LogEntry(row.at, who, what)
