"""Who may send what now: leases with fencing tokens, and claims committed before each call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from daywatch.alerts import outbox, pictures
from daywatch.alerts.transport import Outgoing
from daywatch.state.models import ChannelLease, OutboxMessage
from daywatch.state.sessions import lock

POSSIBLY_REPEATED = "possibly repeated"
"""In `error` of a row that is posted again blindly; the message will say so."""
AT_ONCE = 100
"""Rows that one reading of the history looks for: history is Slack's scarcest call."""


class Transactions(Protocol):
    """What the sender needs of the state store."""

    def transaction(self) -> AbstractContextManager[Session]:
        """A writing transaction, committed at its end."""
        ...

    def reading(self) -> AbstractContextManager[Session]:
        """A read-only snapshot."""
        ...


@dataclass(frozen=True)
class Claim:
    """One row that this sender works on, and nobody else while the fence holds."""

    row_id: int
    fence: int
    kind: str
    message: Outgoing
    channel: str
    """as the team file names it; the message may know Slack's id"""
    claimed_at: datetime
    threaded: bool = False
    """belongs into a thread, and nowhere else"""
    pictured: bool = False


@dataclass(frozen=True)
class Search:
    """Rows that may be in the channel already, or in one thread of it: one look for all."""

    channel: str
    thread_ts: str | None
    since: datetime
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class Drawing:
    """A row whose chart is to be drawn and uploaded first; the row stays pending meanwhile."""

    row_id: int
    fence: int
    chart: Mapping[str, Any]
    title: str


@dataclass(frozen=True)
class Wait:
    """Nothing to claim before `until`; None: nothing that waiting inside this call would help."""

    until: datetime | None = None


class Claims:
    """One sender's leases and claims."""

    def __init__(
        self,
        state: Transactions,
        holder: str,
        now: Callable[[], datetime],
        *,
        lease: timedelta,
        sends: bool = True,
        extras: bool = True,
    ) -> None:
        self.state, self.holder, self.now = state, holder, now
        self.lease, self.sends, self.extras = lease, sends, extras
        self.held: set[str] = set()
        self.ids: dict[str, str] = {}
        """Slack's ids of channels, as this sender met them last"""

    def due_channels(self) -> list[str]:
        """Channels with something to send or to look for now; those with pages first."""
        with self.state.reading() as session:
            query = (
                select(OutboxMessage.channel)
                .where(self._due())
                .group_by(OutboxMessage.channel)
                .order_by(func.min(OutboxMessage.priority), func.min(OutboxMessage.not_before))
            )
            return list(session.scalars(query))

    def hold(self, session: Session, channel: str) -> ChannelLease | None:
        """Take or keep the channel's lease, in the caller's transaction; None: another has it."""
        now = self.now()
        # Two senders creating the same lease row would collide; the second waits here.
        lock(session, f"lease:{channel}")
        lease = session.get(ChannelLease, channel, with_for_update=True)
        if lease is None:
            lease = ChannelLease(channel=channel, fence=0)
            session.add(lease)
        if lease.holder not in (None, self.holder) and self.runs(lease.until):
            return None
        if lease.holder != self.holder:
            lease.holder, lease.fence = self.holder, lease.fence + 1
        lease.until = now + self.lease
        self.held.add(channel)
        return lease

    def runs(self, until: datetime | None) -> bool:
        """Whether a lease or claim is in force; one too far ahead is of a clock that went back."""
        now = self.now()
        return until is not None and now < until <= now + 2 * self.lease

    def take(self, channel: str, pace: timedelta) -> Claim | Search | Drawing | Wait:
        """Under the channel's lease claim its first due message, in one transaction."""
        now = self.now()
        with self.state.transaction() as session:
            lease = self.hold(session, channel)
            if lease is None:
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
            if self._undrawn(row):
                row.fence = lease.fence
                return Drawing(row.id, row.fence, row.payload["chart"], row.payload["name"])
            lease.last_post_at = now
            if row.state == outbox.AMBIGUOUS:
                return self._search(session, row, lease.fence)
            claimed = {"claimed_by": self.holder, "claimed_until": now + self.lease}
            claim = self._claim(session, row, lease.fence, now)
            outbox.move(row, outbox.CLAIMED, attempts=row.attempts + 1, **claimed)
            return claim

    def _undrawn(self, row: OutboxMessage) -> bool:
        return (
            self.sends
            and row.state == outbox.PENDING
            and row.file_id is None
            and row.pictures < pictures.TRIES
            and "chart" in row.payload
            and pictures.has_place(row.payload["message"])
        )

    def _search(self, session: Session, first: OutboxMessage, fence: int) -> Search:
        """Every due row that one reading of the same channel or thread would show."""
        thread = first.thread_key if first.kind == "reply" else None
        rows = session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.channel == first.channel, OutboxMessage.state == outbox.AMBIGUOUS)
            .where(OutboxMessage.thread_key == thread if thread else OutboxMessage.kind != "reply")
            .where(OutboxMessage.not_before <= self.now())
            .order_by(OutboxMessage.priority, OutboxMessage.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        begun = [(row, (row.claimed_until or self.now()) - self.lease) for row in rows]
        claims = tuple(self._claim(session, row, fence, at) for row, at in begun)
        since = min(row.doubtful_since or at for row, at in begun)
        message = claims[0].message
        return Search(message.channel, message.thread_ts, since, claims)

    def _claim(self, session: Session, row: OutboxMessage, fence: int, at: datetime) -> Claim:
        row.fence = fence
        shows = row.pictures < pictures.TRIES and row.file_id is not None
        thread_ts, thread_channel = _thread_of(session, row)
        known = row.slack_channel or thread_channel or self.channel_id(session, row.channel)
        message = row.payload["message"]
        if self.sends:
            message = pictures.filled(message, row.file_id if shows else None)
        outgoing = Outgoing(
            key=row.key,
            version=row.version,
            channel=known or row.channel,
            message=dict(message),
            name=row.payload["name"],
            ts=row.slack_ts,
            thread_ts=thread_ts,
            possibly_repeated=row.error == POSSIBLY_REPEATED,
            chart=None if self.sends else row.payload.get("chart"),
        )
        pictured = shows and self.sends and pictures.has_place(message)
        threaded = row.thread_key is not None
        return Claim(row.id, fence, row.kind, outgoing, row.channel, at, threaded, pictured)

    def still_mine(
        self, session: Session, claim: Claim | Drawing, state: str
    ) -> OutboxMessage | None:
        """The claimed row, locked; None where another sender took over in the meantime."""
        query = (
            select(OutboxMessage)
            .where(OutboxMessage.id == claim.row_id, OutboxMessage.fence == claim.fence)
            .where(OutboxMessage.state == state)
            .with_for_update()
        )
        return session.scalars(query).one_or_none()

    def undecided(self, session: Session, claim: Claim) -> OutboxMessage | None:
        """The row of a claim that was lost, locked, while nobody knows yet what became of it."""
        query = (
            select(OutboxMessage)
            .where(OutboxMessage.id == claim.row_id, OutboxMessage.slack_ts.is_(None))
            .where(OutboxMessage.state.in_([outbox.AMBIGUOUS, outbox.PENDING, outbox.DEAD]))
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
        found = and_(
            OutboxMessage.state.in_([outbox.PENDING, outbox.AMBIGUOUS]),
            OutboxMessage.not_before <= self.now(),
            or_(OutboxMessage.kind != "reply", threaded),
        )
        return found if self.extras else and_(found, OutboxMessage.priority < outbox.EXTRA)

    def channel_id(self, session: Session, channel: str) -> str | None:
        """Slack's id of the channel from any message that it took; history needs it."""
        if channel not in self.ids:
            found = session.scalar(
                select(OutboxMessage.slack_channel)
                .where(OutboxMessage.channel == channel, OutboxMessage.slack_channel.is_not(None))
                .order_by(OutboxMessage.sent_at.desc())
                .limit(1)
            )
            if found is None:
                return None
            self.ids[channel] = found
        return self.ids[channel]


def _thread_of(session: Session, row: OutboxMessage) -> tuple[str | None, str | None]:
    """The ts and the channel of the message that a reply belongs to."""
    if row.kind != "reply":
        return None, None
    query = select(OutboxMessage.slack_ts, OutboxMessage.slack_channel)
    found = session.execute(query.where(OutboxMessage.key == row.thread_key)).first()
    return (found[0], found[1]) if found else (None, None)
