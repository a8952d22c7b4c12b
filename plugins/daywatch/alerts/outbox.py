"""The outbox: what there is to say, kept until a channel is known to show it.

A row's life, enforced by `move` and nowhere else:

    pending --claim--------------------> claimed   (committed before the call)
    claimed --accepted-----------------> sent
    claimed --definite no, try later---> pending   (429, connection refused; not_before says when)
    claimed --permanent no-------------> dead      (archived, revoked ...: shown, re-queued by hand)
    claimed --anything else, or the
              sender died--------------> ambiguous (it may be there: history decides)
    claimed --unclear, but an edit-----> pending   (an edit may be repeated)
    claimed --message gone at update,
              or its thread gone-------> deleted   (a human's tombstone, never posted again)
    ambiguous --found in history-------> sent
    ambiguous --not there--------------> pending
    ambiguous --channel gone-----------> dead
    ambiguous --its thread is gone-----> deleted
    sent    --its payload changed------> pending   (kind update: the same message is edited)
    pending --its thread is dead-------> dead
    pending --its thread was deleted---> deleted
    pending --may have been sent by
              what we do not remember--> ambiguous (`suspect`, after a restore)
    pending, dead --seen after all-----> sent      (a late answer, or the sweep)
    dead    --re-queued----------------> pending; ambiguous where a call of it was unclear

A payload may change in any state; `version` grows, and where it is ahead of `delivered_version`
after a delivery, the row goes round again as an update.

Beside its state a row may be doubtful: from its first unclear call until the sweep has looked
for the last time, a second copy may still appear in the channel.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from daywatch.alerts.people import SYSTEM
from daywatch.errors import DaywatchError
from daywatch.state.audit import audit
from daywatch.state.models import OutboxMessage, Restore

PENDING, CLAIMED, SENT = "pending", "claimed", "sent"
AMBIGUOUS, DEAD, DELETED = "ambiguous", "dead", "deleted"
_ALLOWED = {
    PENDING: {CLAIMED, SENT, AMBIGUOUS, DEAD, DELETED},
    CLAIMED: {SENT, PENDING, DEAD, AMBIGUOUS, DELETED},
    AMBIGUOUS: {SENT, PENDING, DEAD, DELETED},
    SENT: {PENDING},
    DEAD: {PENDING, AMBIGUOUS, SENT},
    DELETED: set(),
}
UNSETTLED = (PENDING, CLAIMED, AMBIGUOUS)
PRIORITY = {"post": 0, "update": 1, "reply": 1}
EXTRA = 2
"""Priority of what is no page: charts, tables and logs in threads."""
DEADLINE = timedelta(hours=1)
"""A message not delivered by then is a fault that the board and the digest show."""
LOOKS = (
    timedelta(minutes=2),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
)
"""How long after the last unclear call the sweep looks for a second copy."""
_BATCH = 200


class TransitionError(DaywatchError):
    """An outbox row was asked to change to a state that its own does not lead to."""


def move(row: OutboxMessage, to: str, **changes: Any) -> None:
    """Change the row's state, if the drawing above has that arrow, and the named columns."""
    if to not in _ALLOWED[row.state]:
        raise TransitionError(f"outbox row {row.key} cannot go from {row.state} to {to}.")
    row.state = to
    for name, value in changes.items():
        setattr(row, name, value)


def doubt(row: OutboxMessage, since: datetime, now: datetime) -> None:
    """A call of this row from `since` on was unclear: its looks begin (again)."""
    row.doubtful_since = min(row.doubtful_since or since, since)
    row.looks, row.look_at = 0, now + LOOKS[0]


def looked(row: OutboxMessage, now: datetime) -> bool:
    """Count one look of the sweep; True when it was the last and the doubt is over."""
    row.looks += 1
    if row.looks < len(LOOKS):
        row.look_at = now + (LOOKS[row.looks] - LOOKS[row.looks - 1])
        return False
    row.doubtful_since, row.look_at, row.looks = None, None, 0
    return True


def record(
    session: Session,
    row: OutboxMessage,
    action: str,
    now: datetime,
    *,
    actor: str = "",
    **more: Any,
) -> None:
    """What became of a message, into the audit trail, in the transaction that settles it."""
    details = {
        "channel": row.channel,
        "alert_key": row.alert_key,
        "ts": row.slack_ts,
        "kind": row.kind,
    }
    audit(session, actor or SYSTEM.id, action, row.key, details | more, now=now)


def key_of(*parts: str | date) -> str:
    """An idempotency key: hex SHA-256 over the parts, unambiguously joined."""
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def find(session: Session, key: str) -> OutboxMessage | None:
    """The row of this key, locked until the transaction ends."""
    query = select(OutboxMessage).where(OutboxMessage.key == key).with_for_update()
    return session.scalars(query).one_or_none()


def speaks_slack(session: Session) -> bool:
    """Whether any message of this store is in Slack, whoever had the token."""
    query = select(OutboxMessage.id).where(OutboxMessage.slack_channel.is_not(None)).limit(1)
    return session.scalar(query) is not None


def unsent(row: OutboxMessage | None) -> bool:
    """Whether the channel cannot have seen it: a definite state, and nothing delivered before."""
    return row is None or (
        row.state == PENDING and row.slack_ts is None and row.doubtful_since is None
    )


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
    of a picture that the sender draws and shows with the message; drawing takes its time, so
    such a message is an extra. `priority` is by kind unless given: 0 posts, 1 replies.
    """
    wrapped: dict[str, Any] = {"name": name, "message": payload}
    if chart is not None:
        wrapped["chart"], priority = chart, EXTRA
    row = find(session, key)
    if row is None:
        row = OutboxMessage(
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
        session.add(row)
        if (since := _restored(session, now)) is not None:
            _look_first(row, since, now)
        session.flush()
        return True
    if row.payload == wrapped or (kind == "reply" and not editable and not unsent(row)):
        return False
    if row.payload.get("chart") != chart:
        row.file_id, row.pictures = None, 0
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


def requeue(session: Session, now: datetime, key: str | None = None, *, actor: str = "") -> int:
    """Give dead letters (all, or one) another life, after the cause was repaired; how many.

    One whose call was unclear is looked for first: it may have been seen before it died.
    """
    query = select(OutboxMessage).where(OutboxMessage.state == DEAD)
    if key:
        query = query.where(OutboxMessage.key == key)
    count = 0
    for row in _batches(session, query):
        there = row.slack_ts is not None
        kind = "update" if there else "reply" if row.thread_key else "post"
        life = {"attempts": 0, "not_before": now, "error": "", "deadline": now + DEADLINE}
        if row.doubtful_since is not None and not there:
            move(row, AMBIGUOUS, kind=kind, claimed_until=now, **life)
        else:
            move(row, PENDING, kind=kind, **life)
        record(session, row, "message.requeued", now, actor=actor)
        count += 1
    return count


def suspect(session: Session, now: datetime, since: datetime) -> int:
    """After a restore: what is unsent here may have been sent since the backup of `since`.

    Each such row is looked for in its channel before it is posted; how many.
    """
    unseen = OutboxMessage.slack_ts.is_(None)
    for row in session.scalars(select(OutboxMessage).where(OutboxMessage.state == DEAD, unseen)):
        doubt(row, since, now)  # a dead letter that was requeued and sent meanwhile
    count = 0
    for row in _batches(
        session, select(OutboxMessage).where(OutboxMessage.state == PENDING, unseen)
    ):
        _look_first(row, since, now)
        count += 1
    return count


def _look_first(row: OutboxMessage, since: datetime, now: datetime) -> None:
    doubt(row, since, now)
    move(row, AMBIGUOUS, not_before=now, claimed_until=now)


def _restored(session: Session, now: datetime) -> datetime | None:
    """The time of the backup that the store was put back to, while that has not settled."""
    query = select(func.min(Restore.since)).where(Restore.settles_at > now)
    return session.scalar(query)


def _batches(session: Session, query: Any) -> Iterator[OutboxMessage]:
    """Rows that the caller moves out of the query's reach; never many in memory at once."""
    limited = query.order_by(OutboxMessage.id).limit(_BATCH).with_for_update()
    while rows := list(session.scalars(limited)):
        yield from rows
        session.flush()


def postpone(
    session: Session,
    until: datetime,
    *,
    state: str = PENDING,
    kinds: tuple[str, ...] = ("post", "reply", "update"),
    channel: str | None = None,
) -> None:
    """Slack limits a method, posts by channel: what needs the same call waits at least as long."""
    query = (
        update(OutboxMessage)
        .where(OutboxMessage.state == state, OutboxMessage.kind.in_(kinds))
        .where(OutboxMessage.not_before < until)
    )
    if channel is not None:
        query = query.where(OutboxMessage.channel == channel)
    session.execute(query.values(not_before=until))
