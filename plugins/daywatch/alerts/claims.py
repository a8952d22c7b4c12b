"""Who may send what now: leases with fencing tokens, and claims committed before each call."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from daywatch.alerts import outbox
from daywatch.alerts.transport import Outgoing
from daywatch.state.models import ChannelLease, OutboxMessage
from daywatch.state.sessions import lock

POSSIBLY_REPEATED = "possibly repeated"
"""In `error` of a row that is posted again blindly; the message will say so."""


class _Transactions(Protocol):
    def transaction(self) -> AbstractContextManager[Session]: ...

    def reading(self) -> AbstractContextManager[Session]: ...


@dataclass(frozen=True)
class Claim:
    """One row that this sender works on, and nobody else while the fence holds."""

    row_id: int
    fence: int
    kind: str
    message: Outgoing
    search: bool
    """look for it in the history instead of sending it"""
    claimed_at: datetime
    created_at: datetime


@dataclass(frozen=True)
class Wait:
    """Nothing to claim before `until`; None: nothing that waiting inside this call would help."""

    until: datetime | None = None


class Claims:
    """One sender's leases and claims."""

    def __init__(
        self,
        state: _Transactions,
        holder: str,
        now: Callable[[], datetime],
        *,
        lease: timedelta,
        settle: timedelta,
        sends: bool = True,
    ) -> None:
        self.state, self.holder, self.now = state, holder, now
        self.lease, self.settle, self.sends = lease, settle, sends
        self.held: set[str] = set()

    def find_abandoned(self) -> None:
        """Claims whose sender died: what became of an edit is no matter, of a post it is."""
        now = self.now()
        with self.state.transaction() as session:
            query = (
                select(OutboxMessage)
                .where(OutboxMessage.state == outbox.CLAIMED, OutboxMessage.claimed_until < now)
                .with_for_update(skip_locked=True)
            )
            for row in session.scalars(query):
                error = "its sender went away"
                if row.kind == "update":
                    outbox.move(row, outbox.PENDING, not_before=now, error=error)
                else:
                    settled = (row.claimed_until or now) + self.settle
                    outbox.move(row, outbox.AMBIGUOUS, not_before=settled, error=error)

    def bury_orphans(self) -> None:
        """Replies whose message is dead or deleted share its fate; nothing waits for ever."""
        root = aliased(OutboxMessage)
        with self.state.transaction() as session:
            query = (
                select(OutboxMessage, root.state, root.slack_channel)
                .join(root, root.key == OutboxMessage.thread_key)
                .where(OutboxMessage.kind == "reply", OutboxMessage.state == outbox.PENDING)
            )
            for row, fate, posted in session.execute(query).all():
                if fate in (outbox.DEAD, outbox.DELETED):
                    outbox.move(row, fate, error=f"the message of its thread is {fate}")
                elif self.sends and fate == outbox.SENT and posted is None:
                    outbox.move(row, outbox.DELETED, error="its message was only a preview")

    def due_channels(self) -> list[str]:
        """Channels with something to send or to look for now."""
        with self.state.reading() as session:
            query = select(OutboxMessage.channel).where(self._due()).distinct()
            return sorted(session.scalars(query))

    def take(self, channel: str, pace: timedelta) -> Claim | Wait:
        """Take or keep the channel's lease and claim its oldest due message, in one transaction."""
        now = self.now()
        with self.state.transaction() as session:
            # Two senders creating the same lease row would collide; the second waits here.
            lock(session, f"lease:{channel}")
            lease = session.get(ChannelLease, channel, with_for_update=True)
            if lease is None:
                lease = ChannelLease(channel=channel, fence=0)
                session.add(lease)
            if lease.holder not in (None, self.holder) and lease.until and lease.until > now:
                return Wait()
            ready = lease.last_post_at + pace if lease.last_post_at else now
            # A clock that went back must not silence the channel for longer than one pace.
            if now < ready <= now + pace:
                return Wait(ready)
            row = session.scalars(
                select(OutboxMessage)
                .where(OutboxMessage.channel == channel, self._due())
                .order_by(OutboxMessage.priority, OutboxMessage.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            ).first()
            if row is None:
                return Wait()
            if lease.holder != self.holder:
                lease.holder, lease.fence = self.holder, lease.fence + 1
            lease.until, lease.last_post_at = now + self.lease, now
            self.held.add(channel)
            return self._claim(session, row, lease.fence, now)

    def _claim(self, session: Session, row: OutboxMessage, fence: int, now: datetime) -> Claim:
        search = row.state == outbox.AMBIGUOUS
        claimed_at = row.claimed_until - self.lease if search and row.claimed_until else now
        repeated = row.error == POSSIBLY_REPEATED
        if self.sends and row.kind == "update" and row.slack_channel is None:
            row.kind, row.slack_ts = "post", None  # until now it was only a preview
        if not search:
            outbox.move(
                row,
                outbox.CLAIMED,
                claimed_by=self.holder,
                claimed_until=now + self.lease,
                attempts=row.attempts + 1,
            )
        row.fence = fence
        message = Outgoing(
            key=row.key,
            version=row.version,
            channel=row.slack_channel or _seen_id(session, row) or row.channel,
            message=dict(row.payload["message"]),
            name=row.payload["name"],
            ts=row.slack_ts,
            thread_ts=_thread_of(session, row),
            possibly_repeated=repeated,
        )
        return Claim(row.id, fence, row.kind, message, search, claimed_at, row.created_at)

    def still_mine(self, session: Session, claim: Claim, state: str) -> OutboxMessage | None:
        """The claimed row, locked; None where another sender took over in the meantime."""
        query = (
            select(OutboxMessage)
            .where(OutboxMessage.id == claim.row_id, OutboxMessage.fence == claim.fence)
            .where(OutboxMessage.state == state)
            .with_for_update()
        )
        return session.scalars(query).one_or_none()

    def release(self) -> None:
        """Give the leases back, so that the next sender need not wait for them to run out."""
        if not self.held:
            return
        with self.state.transaction() as session:
            session.execute(
                update(ChannelLease)
                .where(ChannelLease.channel.in_(self.held), ChannelLease.holder == self.holder)
                .values(holder=None, until=None)
            )

    def _due(self) -> Any:
        """Pending or ambiguous, its time come, and for a reply its thread known."""
        root = aliased(OutboxMessage)
        threaded = exists().where(root.key == OutboxMessage.thread_key, root.slack_ts.is_not(None))
        if self.sends:  # a preview's address means nothing to Slack
            threaded = threaded.where(root.slack_channel.is_not(None))
        return and_(
            OutboxMessage.state.in_([outbox.PENDING, outbox.AMBIGUOUS]),
            OutboxMessage.not_before <= self.now(),
            or_(OutboxMessage.kind != "reply", threaded),
        )


def _thread_of(session: Session, row: OutboxMessage) -> str | None:
    """The ts of the message that a reply belongs to."""
    if row.kind != "reply":
        return None
    return session.scalar(select(OutboxMessage.slack_ts).where(OutboxMessage.key == row.thread_key))


def _seen_id(session: Session, row: OutboxMessage) -> str | None:
    """Slack's id of the channel from any message that it took; editing and history need it."""
    return session.scalar(
        select(OutboxMessage.slack_channel)
        .where(OutboxMessage.channel == row.channel, OutboxMessage.slack_channel.is_not(None))
        .order_by(OutboxMessage.id.desc())
        .limit(1)
    )
