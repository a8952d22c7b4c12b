"""I1 to I6 of the design, as functions that name every offender; empty means that they hold.

They look at what was written and at what people see, never at how it came about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session
from tests.fakeslack import Message, Workspace

from daywatch.alerts import outbox
from daywatch.catalog.model import Detection
from daywatch.house import House
from daywatch.state.models import Alert, AuditRow, OutboxMessage


class Readable(Protocol):
    """A state store, for reading."""

    def reading(self) -> AbstractContextManager[Session]:
        """A snapshot."""
        ...


def rows_of(store: Readable) -> list[OutboxMessage]:
    """The whole outbox, oldest first."""
    with store.reading() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def one_live_message_per_key(
    store: Readable, slack: Workspace, human: Collection[str] = ()
) -> list[str]:
    """I1: each sent row shows once, in its own channel and thread, and in its newest version.

    `human`: keys of messages that a person deleted; those show nowhere, for ever.
    """
    rows = {row.key: row for row in rows_of(store)}
    wrong = [f"{key} shows {len(slack.live_of(key))} times" for key in slack.duplicated()]
    for key, row in rows.items():
        live = slack.live_of(key)
        if key in human or row.state == outbox.DELETED:
            wrong += [f"{key} was deleted by a human and is back"] if live else []
        elif row.state == outbox.SENT and not live:
            wrong.append(f"{key} is lost: sent, and nowhere to be seen")
        elif row.state == outbox.SENT:
            wrong += _astray(row, live[0], rows, slack)
    return wrong


def _astray(
    row: OutboxMessage, shown: Message, rows: dict[str, OutboxMessage], slack: Workspace
) -> Iterable[str]:
    if slack.channels.get(row.channel.removeprefix("#"), row.channel) != shown.channel:
        yield f"{row.key} shows in another channel than {row.channel}"
    if shown.version != row.version:
        yield f"{row.key} shows version {shown.version} of {row.version}"
    parent = rows.get(row.thread_key or "")
    if parent is not None and parent.state != outbox.DELETED:
        root = slack.live_of(parent.key)
        if root and shown.thread_ts != root[0].ts:
            yield f"{row.key} is not in the thread of its message"


def none_past_its_deadline(store: Readable, now: datetime) -> list[str]:
    """I2: whatever is neither delivered nor given up in the open is within its deadline."""
    waiting = (outbox.PENDING, outbox.CLAIMED, outbox.AMBIGUOUS)
    return [
        f"{row.key} in {row.channel} is {row.state}, due by {row.deadline}: {row.error}"
        for row in rows_of(store)
        if row.state in waiting and row.deadline is not None and row.deadline < now
    ]


def only_whole_days(house: House, detection: Detection, days: Iterable[date]) -> list[str]:
    """I3: a published day reads as the rows that its publication counted, others as none."""
    wrong = []
    for day in days:
        publication = house.warehouse.publication(detection.table, day)
        read = len(house.warehouse.read(detection, day, day))
        counted = publication.rows if publication else 0
        if read != counted:
            wrong.append(f"{detection.name} {day} reads {read} rows of {counted}")
    return wrong


def published_means_validated(
    house: House, detection: Detection, days: Iterable[date]
) -> list[str]:
    """I4: behind a published day stand checks: at least one, none raised, no error failed."""
    wrong = []
    for day in days:
        if house.warehouse.publication(detection.table, day) is None:
            continue
        checks = house.state.checks(detection.name, day)
        if not checks:
            wrong.append(f"{detection.name} {day} was published unchecked")
        for check in checks:
            if check.error or (not check.success and check.severity != "warning"):
                wrong.append(f"{detection.name} {day} was published in spite of {check.sentence()}")
    return wrong


def pages_within_budget(
    store: Readable, budget: Callable[[str], int], now: datetime, *, always: Collection[str] = ()
) -> list[str]:
    """I5: no team was paged more often in the last week than its budget; `always` are exempt."""
    since = now - timedelta(days=7)
    with store.reading() as session:
        query = select(Alert.team, Alert.severity).where(
            Alert.route == "page", Alert.kind == "risk", Alert.opened_at > since
        )
        paged = Counter(team for team, severity in session.execute(query) if severity not in always)
    return [
        f"{team} was paged {count} times this week, its budget is {budget(team)}"
        for team, count in paged.items()
        if count > budget(team)
    ]


def audit_is_complete(store: Readable) -> list[str]:
    """I6: what happened to alerts and messages stands in the trail: opened, ended, sent, dead."""
    with store.reading() as session:
        alerts = list(session.scalars(select(Alert)))
        messages = list(session.scalars(select(OutboxMessage)))
        trail = {(row.action, row.object) for row in session.scalars(select(AuditRow))}

    def missing(action: str, key: str) -> list[str]:
        return [] if (action, key) in trail else [f"no {action} of {key} in the audit trail"]

    wrong: list[str] = []
    for alert in alerts:
        if alert.kind in ("risk", "summary"):
            wrong += missing("alert.opened", alert.key)
        if alert.acknowledged_at:
            wrong += missing("alert.acknowledged", alert.key)
        if alert.resolved_at:
            wrong += missing("alert.resolved", alert.key)
        if alert.kind == "risk" and alert.state == "ended":
            ways = ("alert.ended", "alert.withdrawn", "alert.resolved")
            if not any((way, alert.key) in trail for way in ways):
                wrong.append(f"no end of {alert.key} in the audit trail")
    for row in messages:
        if row.state == outbox.SENT:
            wrong += missing("message.sent", row.key)
        if row.state == outbox.DEAD:
            wrong += missing("message.dead", row.key)
    return wrong
