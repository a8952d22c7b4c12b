"""The outbox: what there is to say, kept until a channel is known to show it.

A row's life, enforced by `move` and nowhere else:

    pending --claim--------------------> claimed   (committed before the POST)
    claimed --accepted-----------------> sent
    claimed --definite no, try later---> pending   (429, connection refused; not_before says when)
    claimed --permanent no-------------> dead      (archived, revoked ...: shown, re-queued by hand)
    claimed --anything else, or the
              sender died--------------> ambiguous (it may be there: history decides)
    claimed --message gone at update---> deleted   (a human's tombstone, never posted again)
    ambiguous --found in history-------> sent
    ambiguous --not there--------------> pending
    ambiguous --channel gone-----------> dead
    sent    --its payload changed------> pending   (kind update: the same message is edited)
    pending --its thread is dead-------> dead
    pending --its thread was deleted---> deleted
    dead    --re-queued----------------> pending

A payload may change in any state; `version` grows, and where it is ahead of `delivered_version`
after a delivery, the row goes round again as an update.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from daywatch.errors import DaywatchError
from daywatch.state.models import OutboxMessage

PENDING, CLAIMED, SENT = "pending", "claimed", "sent"
AMBIGUOUS, DEAD, DELETED = "ambiguous", "dead", "deleted"
_ALLOWED = {
    PENDING: {CLAIMED, DEAD, DELETED},
    CLAIMED: {SENT, PENDING, DEAD, AMBIGUOUS, DELETED},
    AMBIGUOUS: {SENT, PENDING, DEAD},
    SENT: {PENDING},
    DEAD: {PENDING},
    DELETED: set(),
}
PRIORITY = {"post": 0, "update": 1, "reply": 1}
EXTRA = 2
"""Priority of what is no page: charts, tables and logs in threads."""
DEADLINE = timedelta(hours=1)
"""A message not delivered by then is a fault that the board and the digest show."""


class TransitionError(DaywatchError):
    """An outbox row was asked to change to a state that its own does not lead to."""


def move(row: OutboxMessage, to: str, **changes: Any) -> None:
    """Change the row's state, if the drawing above has that arrow, and the named columns."""
    if to not in _ALLOWED[row.state]:
        raise TransitionError(f"outbox row {row.key} cannot go from {row.state} to {to}.")
    row.state = to
    for name, value in changes.items():
        setattr(row, name, value)


def key_of(*parts: str | date) -> str:
    """An idempotency key: hex SHA-256 over the parts, unambiguously joined."""
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def find(session: Session, key: str) -> OutboxMessage | None:
    """The row of this key, locked until the transaction ends."""
    query = select(OutboxMessage).where(OutboxMessage.key == key).with_for_update()
    return session.scalars(query).one_or_none()


def unsent(row: OutboxMessage | None) -> bool:
    """Whether the channel cannot have seen it: a definite state, and nothing delivered before."""
    return row is None or (row.state == PENDING and row.slack_ts is None)


def put(
    session: Session,
    key: str,
    payload: dict[str, Any],
    *,
    kind: str,
    channel: str,
    name: str,
    now: datetime,
    alert_key: str | None = None,
    team: str = "",
    thread_key: str | None = None,
    priority: int | None = None,
    editable: bool = False,
    chart: dict[str, Any] | None = None,
) -> bool:
    """Write the message of this key, or change it in place; False where nothing is new.

    `name` is what a preview calls its file. A reply belongs into the thread of `thread_key`'s
    message; one that was sent stays as it was said, unless `editable`. `chart` holds the facts
    of a picture that the sender draws and shows with the message. `priority` is by kind unless
    given: 0 posts, 1 replies.
    """
    wrapped: dict[str, Any] = {"name": name, "message": payload}
    if chart is not None:
        wrapped["chart"] = chart
    row = find(session, key)
    if row is None:
        session.add(
            OutboxMessage(
                key=key,
                alert_key=alert_key,
                thread_key=thread_key,
                team=team,
                priority=priority if priority is not None else PRIORITY[kind],
                kind=kind,
                channel=channel,
                payload=wrapped,
                version=1,
                delivered_version=0,
                state=PENDING,
                attempts=0,
                fence=0,
                error="",
                not_before=now,
                deadline=now + DEADLINE,
                created_at=now,
            )
        )
        session.flush()
        return True
    if row.payload == wrapped or (kind == "reply" and not editable and not unsent(row)):
        return False
    row.payload = wrapped
    row.version += 1
    if row.state == SENT:
        edit(row, now)
    return True


def edit(row: OutboxMessage, now: datetime) -> None:
    """Send a delivered row round again, as an edit of the message that is there."""
    move(row, PENDING, kind="update", attempts=0, not_before=now, deadline=now + DEADLINE)


def drop_unsent(session: Session, alert_key: str, keep: frozenset[str] = frozenset()) -> int:
    """Forget this alert's messages that nobody can have seen, but for `keep`; how many."""
    query = select(OutboxMessage).where(OutboxMessage.alert_key == alert_key).with_for_update()
    rows = [row for row in session.scalars(query) if unsent(row) and row.key not in keep]
    for row in rows:
        session.delete(row)
    session.flush()
    return len(rows)


def requeue(session: Session, now: datetime, key: str | None = None) -> int:
    """Give dead letters (all, or one) another life, after the cause was repaired; how many."""
    query = select(OutboxMessage).where(OutboxMessage.state == DEAD).with_for_update()
    if key:
        query = query.where(OutboxMessage.key == key)
    rows = list(session.scalars(query))
    for row in rows:
        kind = "update" if row.slack_ts and row.kind == "post" else row.kind
        move(row, PENDING, kind=kind, attempts=0, not_before=now, error="", deadline=now + DEADLINE)
    return len(rows)


def postpone_channel(session: Session, channel: str, until: datetime) -> None:
    """Slack limits whole channels: whatever waits for this one waits at least as long."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.channel == channel, OutboxMessage.state == PENDING)
        .where(OutboxMessage.not_before < until)
        .values(not_before=until)
    )
