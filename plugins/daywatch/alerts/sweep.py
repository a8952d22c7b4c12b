"""The sweep: copies that Slack shows late go, and what was given up but shows is adopted.

A post whose answer was lost may appear minutes after history denied it. So every row with an
unclear call stays doubtful, and the channel is read again, from its earliest doubtful time on, at
growing intervals (`outbox.LOOKS`) after the last unclear call: one reading of the channel and of
each thread for all doubtful rows in it. With nothing doubtful it is one indexed query.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from daywatch import crash
from daywatch.alerts import outbox
from daywatch.alerts.claims import Claims, Transactions
from daywatch.alerts.timing import Timing
from daywatch.alerts.transport import Answer, Look, Outcome, Seen, Sight, Transport, moment
from daywatch.state.models import OutboxMessage

SETTLED = (outbox.SENT, outbox.PENDING, outbox.DEAD, outbox.DELETED)
"""What is claimed or ambiguous is under way: its own look comes first."""
AT_ONCE = 200
UNREAD = timedelta(minutes=10)
"""A look at a history that cannot be read counts as none; it is tried again so much later."""


@dataclass(frozen=True)
class Swept:
    """What one sweep did: readings of histories, copies deleted, rows whose doubt is over."""

    looked: int = 0
    deleted: int = 0
    cleared: int = 0
    adopted: int = 0
    """rows that had been given up, or showed an older edit than they knew"""


@dataclass(frozen=True)
class _Doubtful:
    """A row to look for, as it was when the look began."""

    row_id: int
    key: str
    since: datetime
    look_at: datetime
    channel: str
    ts: str | None
    thread_ts: str | None
    thread_channel: str | None


def sweep(
    state: Transactions,
    transport: Transport,
    now: Callable[[], datetime],
    *,
    timing: Timing = Timing(),
    holder: str = "",
) -> Swept:
    """Look where a look is due. Safe at once in any number of processes: by channel leases."""
    if not transport.sends:  # a preview is written over, so there is never a second one
        return Swept()
    claims = Claims(state, holder or uuid.uuid4().hex, now, lease=timing.lease)
    done = Swept()
    for channel in _due_channels(state, now()):
        done = _Sweep(state, transport, claims, timing, channel, done).run()
    claims.release()
    return done


def _due_channels(state: Transactions, now: datetime) -> list[str]:
    with state.reading() as session:
        query = (
            select(OutboxMessage.channel)
            .where(OutboxMessage.look_at <= now, OutboxMessage.state.in_(SETTLED))
            .distinct()
        )
        return sorted(session.scalars(query))


class _Sweep:
    """One channel's look, under its lease."""

    def __init__(
        self,
        state: Transactions,
        transport: Transport,
        claims: Claims,
        timing: Timing,
        channel: str,
        done: Swept,
    ) -> None:
        self.state, self.transport, self.claims = state, transport, claims
        self.timing, self.channel, self.done = timing, channel, done
        self.now = claims.now

    def run(self) -> Swept:
        """Read once, then decide row by row; what changed meanwhile is left to the next look."""
        with self.state.transaction() as session:
            if self.claims.hold(session, self.channel) is None:
                return self.done
            rows = self._due(session)
            found = self.claims.channel_id(session, self.channel)
        crash.point("sweep.leased")
        if not rows:
            return self.done
        since = min(row.since for row in rows) - self.timing.skew
        channel = found or self.channel
        look = self._read(channel, since, rows)
        crash.point("sweep.found")
        if look.sight is not Sight.FOUND:
            self._put_off(rows, look)
            return self.done
        alone, threads = _places(rows, channel, since)
        for row in alone:
            self._decide(row, look)
        self._read_threads(threads, look)
        return self.done

    def _read_threads(self, threads: _Threads, look: Look) -> None:
        """One thread after another: one that cannot be read puts off only what belongs to it."""
        left = sorted(threads.items())
        while left:
            (place, thread_ts), (oldest, rows) = left.pop(0)
            inner = self._read(place, oldest, rows, thread_ts)
            if inner.sight in (Sight.FOUND, Sight.GONE):  # gone: no message, so no copies
                seen = {one.ts: one for one in (*look.seen, *inner.seen)}
                for row in rows:
                    self._decide(row, replace(look, seen=tuple(seen.values())))
                continue
            self._put_off(rows, inner)
            if inner.retry_after:  # the others would be told the same
                self._put_off([row for _, (_, more) in left for row in more], inner)
                return

    def _due(self, session: Session) -> list[_Doubtful]:
        root = aliased(OutboxMessage)
        query = (
            select(OutboxMessage, root.slack_ts, root.slack_channel)
            .outerjoin(root, root.key == OutboxMessage.thread_key)
            .where(OutboxMessage.channel == self.channel, OutboxMessage.look_at <= self.now())
            .where(OutboxMessage.state.in_(SETTLED))
            .order_by(OutboxMessage.look_at)
            .limit(AT_ONCE)
        )
        return [
            _Doubtful(
                row_id=row.id,
                key=row.key,
                since=row.doubtful_since or row.created_at,
                look_at=row.look_at or self.now(),
                channel=row.channel,
                ts=row.slack_ts,
                thread_ts=thread_ts if row.thread_key else row.slack_ts,
                thread_channel=thread_channel if row.thread_key else row.slack_channel,
            )
            for row, thread_ts, thread_channel in session.execute(query)
        ]

    def _read(
        self, place: str, since: datetime, rows: Sequence[_Doubtful], thread_ts: str | None = None
    ) -> Look:
        """The channel, where a reply to a deleted message would stand too, or one thread."""
        self.done = replace(self.done, looked=self.done.looked + 1)
        keys = {row.key for row in rows}
        return self.transport.look(place, since, keys, thread_ts=thread_ts, whole=True)

    def _put_off(self, rows: Sequence[_Doubtful], why: Look | Outcome) -> None:
        later = self.now() + max(UNREAD, timedelta(seconds=why.retry_after or 0))
        with self.state.transaction() as session:
            for doubtful in rows:
                row = self._unchanged(session, doubtful)
                if row is not None:
                    row.look_at = later

    def _decide(self, doubtful: _Doubtful, look: Look) -> None:
        """Keep one copy and delete the others; count the look when nothing is left of them."""
        channel = look.channel_id or doubtful.channel
        with self.state.transaction() as session:
            row = self._unchanged(session, doubtful)
            if row is None:
                return
            kept, extra = _sorted_out(row, look.of(row.key))
            if kept is not None:
                self._adopt(session, row, kept, channel)
            for copy in extra:
                outbox.record(session, row, "message.duplicate_found", self.now(), copy=copy.ts)
        crash.point("sweep.noted")
        for copy in extra:
            outcome = self.transport.delete(channel, copy.ts)
            crash.point("sweep.deleted")
            if outcome.answer not in (Answer.OK, Answer.GONE):
                self._put_off([doubtful], outcome)
                return
            self._deleted(doubtful, copy)
        self._count(doubtful)
        crash.point("sweep.looked")

    def _deleted(self, doubtful: _Doubtful, copy: Seen) -> None:
        self.done = replace(self.done, deleted=self.done.deleted + 1)
        with self.state.transaction() as session:
            row = session.get(OutboxMessage, doubtful.row_id)
            if row is not None:
                outbox.record(session, row, "message.deleted_duplicate", self.now(), copy=copy.ts)

    def _adopt(self, session: Session, row: OutboxMessage, kept: Seen, channel: str) -> None:
        """The row shows what is there; where that is an older text, it is edited again."""
        now = self.now()
        if row.state in (outbox.DEAD, outbox.PENDING) and row.slack_ts is None:
            outbox.move(row, outbox.SENT, slack_channel=channel, sent_at=now, error="", attempts=0)
            row.slack_ts, row.delivered_version = kept.ts, kept.version or 0
            outbox.record(session, row, "message.sent", now, found=True)
        elif (kept.version or 0) < row.delivered_version:  # an edit landed late over a newer one
            row.delivered_version = kept.version or 0
        else:
            return
        self.done = replace(self.done, adopted=self.done.adopted + 1)
        if row.state == outbox.SENT and row.version > row.delivered_version:
            outbox.edit(row, now)

    def _count(self, doubtful: _Doubtful) -> None:
        with self.state.transaction() as session:
            row = self._unchanged(session, doubtful)
            if row is not None and outbox.looked(row, self.now()):
                self.done = replace(self.done, cleared=self.done.cleared + 1)

    def _unchanged(self, session: Session, doubtful: _Doubtful) -> OutboxMessage | None:
        """The row, locked, if the channel is still ours and no new doubt arose meanwhile."""
        if self.claims.hold(session, self.channel) is None:
            return None
        query = (
            select(OutboxMessage)
            .where(OutboxMessage.id == doubtful.row_id, OutboxMessage.state.in_(SETTLED))
            .where(OutboxMessage.look_at == doubtful.look_at)
            .with_for_update()
        )
        return session.scalars(query).one_or_none()


_Threads = dict[tuple[str, str], tuple[datetime, list[_Doubtful]]]
"""(channel, thread) -> from when to read it, and the rows that may have copies there."""


def _places(
    rows: Sequence[_Doubtful], channel: str, since: datetime
) -> tuple[list[_Doubtful], _Threads]:
    """Rows that the channel decides alone; and those of replies, and of old, edited messages."""
    alone: list[_Doubtful] = []
    threads: _Threads = {}
    for row in rows:
        own = row.thread_ts == row.ts
        if row.thread_ts is None or (own and _in_sight(row.thread_ts, since)):
            alone.append(row)
            continue
        place = (row.thread_channel or channel, row.thread_ts)
        oldest = min(since, _at(row.ts)) if row.ts else since
        known, mine = threads.get(place, (oldest, []))
        threads[place] = (min(known, oldest), [*mine, row])
    return alone, threads


def _sorted_out(row: OutboxMessage, copies: Sequence[Seen]) -> tuple[Seen | None, list[Seen]]:
    """The copy that stays, if the look showed one that may, and those that go."""
    if row.state == outbox.DELETED:  # a human took it away, or its thread: it does not come back
        return None, list(copies)
    mine = [copy for copy in copies if copy.ts == row.slack_ts]
    if mine:
        return mine[0], [copy for copy in copies if copy.ts != row.slack_ts]
    if row.slack_ts is not None:
        # Its own message is older than what was read, or a human took it away: a tombstone too.
        return None, list(copies)
    return (copies[0], list(copies[1:])) if copies else (None, [])


def _in_sight(ts: str, since: datetime) -> bool:
    return _at(ts) >= since


def _at(ts: str) -> datetime:
    """When a message was posted, by Slack's clock."""
    seconds, micros = moment(ts)
    return datetime(1970, 1, 1) + timedelta(seconds=seconds, microseconds=micros)
