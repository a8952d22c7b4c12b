"""The replies that an episode's course brings: over, not over, still going on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from daywatch.alerts import history, outbox, render, silences, telling
from daywatch.alerts.handled import snoozes
from daywatch.state.models import Alert, OutboxMessage


def write_replies(session: Session, alert: Alert, now: datetime, *, was_ended: bool) -> int:
    """Put what the thread should say now, and drop what it should not and nobody has seen."""
    wanted = _wanted(session, alert, now, was_ended)
    kept = {alert.key, telling.details_key(alert), history.log_key(alert), *wanted}
    _drop_unsent(session, alert, kept)
    return sum(telling.reply(session, alert, key, said, now) for key, said in wanted.items())


def _wanted(
    session: Session, alert: Alert, now: datetime, was_ended: bool
) -> dict[str, render.Payload]:
    facts, view = telling.facts_of(alert), telling.view_of(alert)
    wanted: dict[str, render.Payload] = {}
    if view.status != "open" and not alert.resolution:
        key = outbox.key_of(alert.key, view.status, view.ended_day or view.last_day)
        wanted[key] = render.recovery(facts, view, key)
    elif view.status == "open" and was_ended and _told(session, alert):
        key = outbox.key_of(alert.key, "reopened", view.last_day)
        wanted[key] = render.reopened(facts, view, key)
    if view.status == "open" and facts.repeat_after_days:
        round_ = (view.last_day - view.first_day).days // facts.repeat_after_days
        if round_ and not _hushed(session, alert, now):
            key = outbox.key_of(alert.key, "reminder", str(round_))
            wanted[key] = render.reminder(facts, view, key)
    return wanted


def _hushed(session: Session, alert: Alert, now: datetime) -> bool:
    return snoozes(alert) or silences.match(session, alert, now) is not None


def _course(session: Session, alert: Alert) -> list[OutboxMessage]:
    """Replies in the alert's own thread."""
    query = select(OutboxMessage).where(
        OutboxMessage.alert_key == alert.key, OutboxMessage.thread_key == alert.key
    )
    return list(session.scalars(query.with_for_update()))


def _told(session: Session, alert: Alert) -> bool:
    """Whether the thread may hold a reply already, such as one that it is over."""
    extras = {telling.details_key(alert), history.log_key(alert)}
    return any(not outbox.unsent(row) for row in _course(session, alert) if row.key not in extras)


def _drop_unsent(session: Session, alert: Alert, keep: set[str]) -> None:
    """Only what the episode's course had said: calls to people and extras stay as they are."""
    for row in _course(session, alert):
        said = row.priority == outbox.PRIORITY["reply"]
        if said and row.key not in keep and outbox.unsent(row):
            session.delete(row)
    session.flush()
