"""What earlier senders left behind: claims of the dead, replies without a message, previews."""

from __future__ import annotations

from sqlalchemy import case, or_, select, update
from sqlalchemy.orm import Session, aliased

from daywatch.alerts import outbox
from daywatch.alerts.claims import Claims
from daywatch.alerts.timing import Timing
from daywatch.state.models import OutboxMessage

BATCH = 200


def find_abandoned(claims: Claims, timing: Timing) -> None:
    """Claims whose sender died: an edit is made again, a post is looked for.

    It is looked for a settle time from now, not from the claim's end: a sender whose clock is
    minutes behind ours may be in its call at this very moment.
    """
    now = claims.now()
    with claims.state.transaction() as session:
        query = (
            select(OutboxMessage)
            .where(OutboxMessage.state == outbox.CLAIMED)
            .where(
                or_(
                    OutboxMessage.claimed_until < now,
                    OutboxMessage.claimed_until > now + 2 * timing.lease,
                )
            )
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        )
        for row in session.scalars(query):
            until = min(row.claimed_until or now, now + timing.lease)
            if claims.sends:
                outbox.doubt(row, until - timing.lease, now)
            error = "its sender went away"
            if row.kind == "update":
                outbox.move(row, outbox.PENDING, not_before=now, error=error)
            else:
                settled = now + timing.settle
                outbox.move(row, outbox.AMBIGUOUS, not_before=settled, error=error)


def bury_orphans(claims: Claims) -> None:
    """Replies whose message is dead, deleted or unknown share its fate; nothing waits for ever."""
    more = True
    while more:
        with claims.state.transaction() as session:
            more = _bury(session, claims) == BATCH


def _bury(session: Session, claims: Claims) -> int:
    root = aliased(OutboxMessage)
    lost = or_(root.key.is_(None), root.state.in_([outbox.DEAD, outbox.DELETED]))
    if claims.sends:
        lost = or_(lost, (root.state == outbox.SENT) & root.slack_channel.is_(None))
    query = (
        select(OutboxMessage, root.state)
        .outerjoin(root, root.key == OutboxMessage.thread_key)
        .where(OutboxMessage.kind == "reply", OutboxMessage.state == outbox.PENDING, lost)
        .limit(BATCH)
        .with_for_update(of=OutboxMessage)
    )
    found = session.execute(query).all()
    for row, fate in found:
        if fate == outbox.SENT:
            outbox.move(row, outbox.DELETED, error="its message was only a preview")
        elif fate == outbox.DELETED:
            outbox.move(row, outbox.DELETED, error="the message of its thread was deleted")
        else:
            why = "is dead" if fate else "is unknown"
            outbox.move(row, outbox.DEAD, error=f"the message of its thread {why}")
            outbox.record(session, row, "message.dead", claims.now(), error=row.error)
    return len(found)


def forget_previews(claims: Claims) -> None:
    """Edits of what was only a preview become messages, now that there is somewhere to send."""
    if not claims.sends:
        return
    with claims.state.transaction() as session:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.state == outbox.PENDING, OutboxMessage.kind == "update")
            .where(OutboxMessage.slack_channel.is_(None))
            .values(
                kind=case((OutboxMessage.thread_key.is_(None), "post"), else_="reply"),
                slack_ts=None,
            )
        )
