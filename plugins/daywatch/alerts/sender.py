"""Delivery: one lease holder per channel takes messages from the outbox and makes them seen.

Each step commits before the next: lease and claim, then the call, then what came of it. So a
sender may die anywhere; whoever comes next finds the claim, waits until the dead one's call must
have ended, and asks the channel's history. The life of a row is drawn in `outbox`.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from daywatch.alerts import outbox
from daywatch.alerts.claims import POSSIBLY_REPEATED, Claim, Claims
from daywatch.alerts.transport import Answer, Found, Outcome, Outgoing, Sight, Transport
from daywatch.state.models import OutboxMessage

Clock = Callable[[], datetime]
"""Naive UTC now."""


class Transactions(Protocol):
    """What the sender needs of the state store."""

    def transaction(self) -> AbstractContextManager[Session]:
        """A writing transaction, committed at its end."""
        ...

    def reading(self) -> AbstractContextManager[Session]:
        """A read-only snapshot."""
        ...


@dataclass(frozen=True)
class Timing:
    """How long things take. The transport's own timeout must be shorter than `lease`."""

    lease: timedelta = timedelta(seconds=60)
    settle: timedelta = timedelta(seconds=30)
    """after a lease ran out: how late an accepted post may appear in the history"""
    pace: timedelta = timedelta(seconds=1)
    blind: timedelta = timedelta(minutes=10)
    """history unreadable for so long: post again, marked, since a loss is worse than a repeat"""
    skew: timedelta = timedelta(minutes=15)
    """how far our clock and Slack's may differ when history is searched"""


@dataclass(frozen=True)
class Delivery:
    """What one call did, and what it left for the next."""

    transport: str
    sends: bool
    sent: int = 0
    updated: int = 0
    adopted: int = 0
    """found in the channel after an unclear answer, and not repeated"""
    pending: int = 0
    ambiguous: int = 0
    dead: int = 0
    next_at: datetime | None = None
    errors: tuple[str, ...] = field(default=())

    def sentence(self) -> str:
        """The summary's line; without a token it says that nothing was sent."""
        done = self.sent + self.updated + self.adopted
        if not self.sends:
            return f"{done} messages written as previews; nothing was sent (no Slack token)."
        left = [f"{n} {what}" for n, what in self._left() if n]
        return f"{self.sent} sent, {self.updated} edited" + "".join(f", {part}" for part in left)

    def _left(self) -> list[tuple[int, str]]:
        return [
            (self.adopted, "found in the channel"),
            (self.pending, "waiting"),
            (self.ambiguous, "unclear, to be looked for"),
            (self.dead, "dead letters"),
        ]


def deliver(
    state: Transactions,
    transport: Transport,
    now: Clock,
    *,
    budget_seconds: float = 20,
    wait: Callable[[float], None] = time.sleep,
    holder: str = "",
    timing: Timing = Timing(),
) -> Delivery:
    """Deliver what is due, one message a second and channel, for about `budget_seconds`.

    Waits only for the pace, only inside the budget, only through `wait`; the rest stays for the
    next call. Safe to run at once in any number of processes.
    """
    if not transport.sends:  # files need no pace
        timing = replace(timing, pace=timedelta())
    run = _Run(state, transport, now, timing, holder or uuid.uuid4().hex)
    run.claims.find_abandoned()
    run.claims.bury_orphans()
    until = now() + timedelta(seconds=budget_seconds)
    while now() <= until:
        pause = run.round()
        if pause is None:
            break
        seconds = max((pause - now()).total_seconds(), 0.0)
        if now() + timedelta(seconds=seconds) > until:
            break
        if seconds:
            wait(seconds)
    run.claims.release()
    transport.finish()
    return run.summary()


class _Run:
    """One call of `deliver`."""

    def __init__(
        self, state: Transactions, transport: Transport, now: Clock, timing: Timing, holder: str
    ) -> None:
        self.state, self.transport, self.now, self.timing = state, transport, now, timing
        self.claims = Claims(
            state,
            holder,
            now,
            lease=timing.lease,
            settle=timing.settle,
            sends=transport.sends,
        )
        # The pace is Slack's; files take as many messages as there are.
        self.pace = timing.pace if transport.sends else timedelta(0)
        self.sent = self.updated = self.adopted = 0
        self.errors: list[str] = []

    def round(self) -> datetime | None:
        """One message for each channel that may have one; when the next round is due, or None."""
        waits: dict[str, datetime] = {}
        for channel in self.claims.due_channels():
            claim = self.claims.take(channel, self.pace)
            if isinstance(claim, Claim):
                self._work(claim)
                waits[channel] = self.now() + self.pace
            elif claim.until is not None:
                waits[channel] = claim.until
        left = self.claims.due_channels() if waits else []
        return min((waits[channel] for channel in left if channel in waits), default=None)

    def _work(self, claim: Claim) -> None:
        if claim.search:
            found = self.transport.find(claim.message, claim.created_at - self.timing.skew)
            self._settle_search(claim, found)
        else:
            self._settle_call(claim, self._call(claim))

    def _call(self, claim: Claim) -> Outcome:
        if claim.kind == "update":
            return self.transport.update(claim.message)
        if claim.kind == "reply":
            return self.transport.reply(claim.message)
        return self.transport.post(claim.message)

    # --- what came of it ------------------------------------------------------------------------

    def _settle_call(self, claim: Claim, outcome: Outcome) -> None:
        with self.state.transaction() as session:
            row = self.claims.still_mine(session, claim, outbox.CLAIMED)
            if row is None:
                return  # fenced out while calling; the history will tell the one who took over
            row.error = outcome.error
            if outcome.answer is Answer.OK:
                self._accepted(row, claim.message, outcome.ts, outcome.channel_id)
                self.updated += claim.kind == "update"
                self.sent += claim.kind != "update"
            elif outcome.answer is Answer.RETRY:
                outbox.move(row, outbox.PENDING, not_before=self._later(row, outcome))
                if outcome.retry_after:
                    session.flush()
                    outbox.postpone_channel(session, row.channel, row.not_before)
            elif outcome.answer is Answer.AMBIGUOUS and claim.kind == "update":
                # An edit may be repeated; it shows the same text twice as well as once.
                outbox.move(row, outbox.PENDING, not_before=self._later(row, outcome))
            elif outcome.answer is Answer.AMBIGUOUS:
                settled = (row.claimed_until or self.now()) + self.timing.settle
                outbox.move(row, outbox.AMBIGUOUS, not_before=settled)
            elif outcome.answer is Answer.GONE:
                outbox.move(row, outbox.DELETED)
            else:
                outbox.move(row, outbox.DEAD)
        if outcome.answer not in (Answer.OK, Answer.GONE):
            self.errors.append(f"{claim.message.channel}: {outcome.error}")

    def _settle_search(self, claim: Claim, found: Found) -> None:
        now = self.now()
        with self.state.transaction() as session:
            row = self.claims.still_mine(session, claim, outbox.AMBIGUOUS)
            if row is None:
                return
            row.error = found.error
            if found.sight is Sight.FOUND:
                shown = found.version if found.version is not None else 0
                self._accepted(row, claim.message, found.ts, found.channel_id, shown)
                self.adopted += 1
            elif found.sight is Sight.ABSENT:
                outbox.move(row, outbox.PENDING, not_before=now)
            elif found.sight is Sight.DEAD:
                outbox.move(row, outbox.DEAD)
            elif claim.claimed_at + self.timing.blind <= now:
                outbox.move(row, outbox.PENDING, not_before=now, error=POSSIBLY_REPEATED)
            else:
                row.not_before = min(
                    now + timedelta(minutes=1), claim.claimed_at + self.timing.blind
                )
                self.errors.append(f"{row.channel}: {found.error}")

    def _accepted(
        self,
        row: OutboxMessage,
        message: Outgoing,
        ts: str | None,
        channel_id: str | None,
        version: int | None = None,
    ) -> None:
        shown = message.version if version is None else version
        outbox.move(
            row,
            outbox.SENT,
            delivered_version=shown,
            slack_ts=ts,
            slack_channel=channel_id or row.slack_channel,
            sent_at=row.sent_at or self.now(),
            claimed_by=None,
            claimed_until=None,
            attempts=0,
            error="",
        )
        if row.version > shown and row.kind != "reply":
            outbox.edit(row, self.now())

    def _later(self, row: OutboxMessage, outcome: Outcome) -> datetime:
        """The other side's wish, else 5 s doubled with each attempt up to ten minutes."""
        backoff = min(5.0 * 2 ** min(row.attempts, 10), 600.0)
        return self.now() + timedelta(seconds=outcome.retry_after or backoff)

    def summary(self) -> Delivery:
        """What was done, and what the outbox still holds."""
        with self.state.reading() as session:
            query = select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
            counts = {state: int(count) for state, count in session.execute(query)}
            next_at = session.scalar(
                select(func.min(OutboxMessage.not_before)).where(
                    or_(
                        OutboxMessage.state == outbox.PENDING,
                        OutboxMessage.state == outbox.AMBIGUOUS,
                    )
                )
            )
        return Delivery(
            transport=self.transport.name,
            sends=self.transport.sends,
            sent=self.sent,
            updated=self.updated,
            adopted=self.adopted,
            pending=counts.get(outbox.PENDING, 0) + counts.get(outbox.CLAIMED, 0),
            ambiguous=counts.get(outbox.AMBIGUOUS, 0),
            dead=counts.get(outbox.DEAD, 0),
            next_at=next_at,
            errors=tuple(dict.fromkeys(self.errors)),
        )
