"""Delivery: one lease holder per channel takes messages from the outbox and makes them seen.

Each step commits before the next: lease and claim, then the call, then what came of it. So a
sender may die anywhere; whoever comes next finds the claim, waits until the dead one's call must
have ended, and asks the channel's history. The life of a row is drawn in `outbox`.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from daywatch import crash
from daywatch.alerts import leftovers, outbox, pictures
from daywatch.alerts.claims import Claim, Claims, Drawing, Search, Transactions
from daywatch.alerts.pictures import Draw, draw_png
from daywatch.alerts.settling import Settling
from daywatch.alerts.timing import Timing
from daywatch.alerts.transport import Answer, Outcome, Transport
from daywatch.errors import DaywatchError
from daywatch.state.models import OutboxMessage

__all__ = ["STEPS", "Delivery", "Timing", "deliver"]

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
"""Naive UTC now."""
STEPS = (
    "sender.abandoned",
    "sender.buried",
    "sender.claimed",
    "sender.called",
    "sender.settled",
    "sender.uploaded",
    "sender.drawn",
    "sender.searched",
    "sender.decided",
    "sender.released",
    "slack.unthreaded",
    "sweep.leased",
    "sweep.found",
    "sweep.noted",
    "sweep.deleted",
    "sweep.looked",
)
"""Every point between two steps where a process may be killed, here, in `slack` and in `sweep`."""
_MADE_ANEW = {"channel_not_found", "is_archived", "is_inactive"}
"""Answers about a channel's id after which its name may lead to another channel."""


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
    overdue: int = 0
    """of those that are waiting or unclear: how many are past their deadline"""
    next_at: datetime | None = None
    left_alone: bool = False
    """no token here, and the store's messages are in Slack: previews would lose what waits"""
    errors: tuple[str, ...] = field(default=())

    def sentence(self) -> str:
        """The summary's line; without a token it says that nothing was sent."""
        done = self.sent + self.updated + self.adopted
        if self.left_alone:
            return "nothing was delivered: this store sends to Slack, and there is no token here."
        if not self.sends:
            return f"{done} messages written as previews; nothing was sent (no Slack token)."
        left = [f"{n} {what}" for n, what in self._left() if n]
        return f"{self.sent} sent, {self.updated} edited" + "".join(f", {part}" for part in left)

    def _left(self) -> list[tuple[int, str]]:
        return [
            (self.adopted, "found in the channel"),
            (self.pending, "waiting"),
            (self.ambiguous, "unclear, to be looked for"),
            (self.overdue, "OVERDUE"),
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
    extras: bool = True,
    draw: Draw = draw_png,
) -> Delivery:
    """Deliver what is due, one message a second and channel, for about `budget_seconds`.

    Waits only for the pace, only inside the budget, only through `wait`; the rest stays for the
    next call. Safe to run at once in any number of processes. Without `extras` only what is a
    page, an edit or an answer leaves: no chart is drawn, and nothing stands behind one. Previews
    are written only for a store that never sent to Slack: there they would swallow pages.
    """
    if not transport.sends:  # files need no pace
        timing = replace(timing, pace=timedelta())
    run = _Run(state, transport, now, timing, holder or uuid.uuid4().hex, extras, draw)
    if not transport.sends:
        with state.reading() as session:
            if outbox.speaks_slack(session):
                return replace(run.summary(), left_alone=True)
    run.tidy()
    until = now() + timedelta(seconds=budget_seconds)
    while now() <= until:
        pause = run.round(until)
        if pause is None:
            break
        seconds = max((pause - now()).total_seconds(), 0.0)
        if now() + timedelta(seconds=seconds) > until:
            break
        if seconds:
            wait(seconds)
    run.claims.release()
    crash.point("sender.released")
    transport.finish()
    return run.summary()


class _Run:
    """One call of `deliver`."""

    def __init__(
        self,
        state: Transactions,
        transport: Transport,
        now: Clock,
        timing: Timing,
        holder: str,
        extras: bool,
        draw: Draw,
    ) -> None:
        self.state, self.transport, self.now, self.timing = state, transport, now, timing
        self.draw = draw
        self.claims = Claims(
            state, holder, now, lease=timing.lease, sends=transport.sends, extras=extras
        )
        self.settling = Settling(state, self.claims, now, timing)

    def tidy(self) -> None:
        """Take up what earlier senders left."""
        leftovers.find_abandoned(self.claims, self.timing)
        crash.point("sender.abandoned")
        leftovers.bury_orphans(self.claims)
        crash.point("sender.buried")
        leftovers.forget_previews(self.claims)

    def round(self, until: datetime) -> datetime | None:
        """One message for each channel that may have one; when the next round is due, or None."""
        waits: dict[str, datetime] = {}
        for channel in self.claims.due_channels():
            if self.now() > until:  # calls that hang use up the budget in the middle of a round
                break
            claim = self.claims.take(channel, self.timing.pace)
            if isinstance(claim, Drawing):
                self._picture(claim)
                waits[channel] = self.now()
            elif isinstance(claim, Search):
                self._search(claim)
                waits[channel] = self.now() + self.timing.pace
            elif isinstance(claim, Claim):
                self._send(claim)
                waits[channel] = self.now() + self.timing.pace
            elif claim.until is not None:
                waits[channel] = claim.until
        left = self.claims.due_channels() if waits else []
        return min((waits[channel] for channel in left if channel in waits), default=None)

    def _send(self, claim: Claim) -> None:
        crash.point("sender.claimed")
        outcome = self._call(claim)
        if _channel_was_made_anew(claim, outcome):
            by_name = replace(claim.message, channel=claim.channel, ts=None)
            claim = replace(claim, kind="post", message=by_name)
            outcome = self._call(claim)
        crash.point("sender.called")
        self.settling.called(claim, outcome)
        crash.point("sender.settled")

    def _call(self, claim: Claim) -> Outcome:
        calls = {"update": self.transport.update, "reply": self.transport.reply}
        try:
            return calls.get(claim.kind, self.transport.post)(claim.message)
        except DaywatchError:
            raise
        except Exception as error:
            # A fault of our own in one message must not stop all others, again and again.
            log.exception("message %s cannot be sent", claim.message.key)
            return Outcome(Answer.DEAD, error=f"internal: {type(error).__name__}", unclear=True)

    def _search(self, search: Search) -> None:
        since = search.since - self.timing.skew
        keys = {claim.message.key for claim in search.claims}
        look = self.transport.look(search.channel, since, keys, thread_ts=search.thread_ts)
        crash.point("sender.searched")
        self.settling.searched(search, look)
        crash.point("sender.decided")

    def _picture(self, drawing: Drawing) -> None:
        outcome = pictures.make(drawing.chart, drawing.title, self.draw, self.transport)
        crash.point("sender.uploaded")
        self.settling.drawn(drawing, outcome)
        crash.point("sender.drawn")

    def summary(self) -> Delivery:
        """What was done, and what the outbox still holds."""
        with self.state.reading() as session:
            counts = _counts(session)
            overdue, next_at = _overdue(session, self.now()), _next_at(session)
        return Delivery(
            transport=self.transport.name,
            sends=self.transport.sends,
            sent=self.settling.sent,
            updated=self.settling.updated,
            adopted=self.settling.adopted,
            pending=counts.get(outbox.PENDING, 0) + counts.get(outbox.CLAIMED, 0),
            ambiguous=counts.get(outbox.AMBIGUOUS, 0),
            dead=counts.get(outbox.DEAD, 0),
            overdue=overdue,
            next_at=next_at,
            errors=tuple(dict.fromkeys(self.settling.errors)),
        )


def _channel_was_made_anew(claim: Claim, outcome: Outcome) -> bool:
    """The id that we knew is gone; the name, which the team file has, may lead elsewhere."""
    return (
        outcome.answer is Answer.DEAD
        and outcome.error in _MADE_ANEW
        and not claim.threaded
        and claim.message.channel != claim.channel
    )


def _counts(session: Session) -> dict[str, int]:
    query = (
        select(OutboxMessage.state, func.count())
        .where(OutboxMessage.state.in_([*outbox.UNSETTLED, outbox.DEAD]))
        .group_by(OutboxMessage.state)
    )
    return {state: int(count) for state, count in session.execute(query)}


def _overdue(session: Session, now: datetime) -> int:
    query = select(func.count()).where(
        OutboxMessage.state.in_(outbox.UNSETTLED), OutboxMessage.deadline < now
    )
    return session.scalar(query) or 0


def _next_at(session: Session) -> datetime | None:
    """When something is due next; a claim is, when it runs out."""
    waiting = select(func.min(OutboxMessage.not_before)).where(
        OutboxMessage.state.in_([outbox.PENDING, outbox.AMBIGUOUS])
    )
    claimed = select(func.min(OutboxMessage.claimed_until)).where(
        OutboxMessage.state == outbox.CLAIMED
    )
    found = [session.scalar(waiting), session.scalar(claimed)]
    return min((at for at in found if at is not None), default=None)
