"""What came of a call or a look: the row's next state and its audit row, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from daywatch.alerts import outbox, pictures
from daywatch.alerts.claims import POSSIBLY_REPEATED, Claim, Claims, Drawing, Search, Transactions
from daywatch.alerts.timing import Timing
from daywatch.alerts.transport import Answer, Look, Outcome, Sight
from daywatch.state.models import OutboxMessage
from daywatch.state.sessions import clean

ERROR_LIMIT = 500
"""Longest error kept with a row; whatever the other side wrote, a table must hold it."""


class Settling:
    """The second half of each step of one sender, and what it counted."""

    def __init__(
        self, state: Transactions, claims: Claims, now: Callable[[], datetime], timing: Timing
    ) -> None:
        self.state, self.claims, self.now, self.timing = state, claims, now, timing
        self.sent = self.updated = self.adopted = 0
        self.errors: list[str] = []

    # --- after a call -----------------------------------------------------------------------------

    def called(self, claim: Claim, outcome: Outcome) -> None:
        """A post, reply or edit was answered, or was not."""
        with self.state.transaction() as session:
            row = self.claims.still_mine(session, claim, outbox.CLAIMED)
            if row is None:
                self._too_late(session, claim, outcome)
                return
            if claim.kind == "post" and row.kind == "update" and outcome.answer is not Answer.DEAD:
                # Its channel was made anew: what was to be edited is out of everybody's sight.
                row.kind, row.slack_ts, row.slack_channel = "post", None, None
            row.error = clean(outcome.error, ERROR_LIMIT)
            self._answered(session, row, claim, outcome)
        if outcome.answer not in (Answer.OK, Answer.GONE):
            self.errors.append(f"{claim.channel}: {clean(outcome.error, ERROR_LIMIT)}")

    def _answered(
        self, session: Session, row: OutboxMessage, claim: Claim, outcome: Outcome
    ) -> None:
        if outcome.answer is Answer.OK:
            self._accepted(session, row, claim, outcome)
        elif outcome.answer is Answer.RETRY:
            self._later(session, row, claim, outcome)
        elif outcome.answer is Answer.AMBIGUOUS:
            self._unclear(row, claim, outcome)
        elif outcome.answer is Answer.GONE:
            if row.kind == "reply":  # it may stand in the channel, where the sweep finds it
                self._doubt(row, claim)
            outbox.move(row, outbox.DELETED)
        elif claim.pictured and outcome.error in pictures.UNSHOWN:
            row.pictures += 1
            outbox.move(row, outbox.PENDING, not_before=self.now() + pictures.pause(row.pictures))
        else:
            if outcome.unclear:
                self._doubt(row, claim)
            self._dead(session, row)

    def _accepted(
        self, session: Session, row: OutboxMessage, claim: Claim, outcome: Outcome
    ) -> None:
        edited = claim.kind == "update"
        self.updated += edited
        self.sent += not edited
        action = "message.edited" if edited else "message.sent"
        self._shown(session, row, outcome.ts, outcome.channel_id, claim.message.version, action)

    def _later(self, session: Session, row: OutboxMessage, claim: Claim, outcome: Outcome) -> None:
        """A definite no. Slack limits edits by method in all channels, posts by channel."""
        later = self._backoff(row, outcome.retry_after)
        repeated = claim.message.possibly_repeated and row.kind != "update"
        error = POSSIBLY_REPEATED if repeated else row.error
        outbox.move(row, outbox.PENDING, not_before=later, error=error)
        if outcome.retry_after:
            session.flush()
            if row.kind == "update":
                outbox.postpone(session, later, kinds=("update",))
            else:
                outbox.postpone(session, later, kinds=("post", "reply"), channel=row.channel)

    def _unclear(self, row: OutboxMessage, claim: Claim, outcome: Outcome) -> None:
        settled = (row.claimed_until or self.now()) + self.timing.settle
        self._doubt(row, claim)
        if row.kind == "update":
            # An edit may be repeated; it shows the same text twice as well as once.
            later = self._backoff(row, outcome.retry_after)
            outbox.move(row, outbox.PENDING, not_before=later)
        else:
            outbox.move(row, outbox.AMBIGUOUS, not_before=settled)

    def _too_late(self, session: Session, claim: Claim, outcome: Outcome) -> None:
        """Fenced out while calling: a message that is there after all spares the search."""
        if outcome.answer is not Answer.OK or claim.kind == "update":
            return
        row = self.claims.undecided(session, claim)
        if row is not None:
            self._accepted(session, row, claim, outcome)

    # --- after a look -----------------------------------------------------------------------------

    def searched(self, search: Search, look: Look) -> None:
        """One reading of the history decides all rows that were looked for."""
        if look.sight is Sight.UNREADABLE:
            self.errors.append(f"{search.claims[0].channel}: {clean(look.error, ERROR_LIMIT)}")
        with self.state.transaction() as session:
            for claim in search.claims:
                row = self.claims.still_mine(session, claim, outbox.AMBIGUOUS)
                if row is not None:
                    self._decided(session, row, claim, look)
            if look.retry_after:
                session.flush()
                later = self.now() + timedelta(seconds=look.retry_after)
                outbox.postpone(session, later, state=outbox.AMBIGUOUS)

    def _decided(self, session: Session, row: OutboxMessage, claim: Claim, look: Look) -> None:
        now, copies = self.now(), look.of(row.key)
        row.error = clean(look.error, ERROR_LIMIT)
        if copies:
            self.adopted += 1
            shown, first = copies[0].version or 0, copies[0].ts
            self._shown(session, row, first, look.channel_id, shown, "message.sent", found=True)
        elif look.sight in (Sight.FOUND, Sight.ABSENT):
            outbox.move(row, outbox.PENDING, not_before=now)
        elif look.sight is Sight.GONE:
            outbox.move(row, outbox.DELETED)
        elif look.sight is Sight.DEAD:
            self._dead(session, row)
        elif claim.claimed_at + self.timing.blind <= now:
            outbox.move(row, outbox.PENDING, not_before=now, error=POSSIBLY_REPEATED)
        else:
            blind = claim.claimed_at + self.timing.blind
            row.not_before = min(now + timedelta(minutes=1), blind)

    # --- after a drawing --------------------------------------------------------------------------

    def drawn(self, drawing: Drawing, outcome: Outcome) -> None:
        """The picture is kept by Slack; or it is tried again later, and in the end left out."""
        with self.state.transaction() as session:
            row = self.claims.still_mine(session, drawing, outbox.PENDING)
            if row is None or row.payload.get("chart") != drawing.chart:
                return  # the chart changed while it was drawn
            if outcome.answer is Answer.OK and outcome.file_id:
                row.file_id = outcome.file_id
                return
            row.pictures += 1
            row.error = clean(f"picture: {outcome.error}", ERROR_LIMIT)
            asked = timedelta(seconds=outcome.retry_after or 0)
            row.not_before = self.now() + max(pictures.pause(row.pictures), asked)

    # --- what they share --------------------------------------------------------------------------

    def _shown(
        self,
        session: Session,
        row: OutboxMessage,
        ts: str | None,
        channel_id: str | None,
        version: int,
        action: str,
        **more: Any,
    ) -> None:
        kind, now = row.kind, self.now()
        outbox.move(
            row,
            outbox.SENT,
            delivered_version=version,
            slack_ts=ts,
            slack_channel=channel_id or row.slack_channel,
            sent_at=row.sent_at or now,
            claimed_by=None,
            claimed_until=None,
            attempts=0,
            error="",
        )
        outbox.record(session, row, action, now, version=version, **more)
        if row.slack_channel and kind != "update":
            self.claims.ids[row.channel] = row.slack_channel
        if row.version > version:
            outbox.edit(row, now)

    def _dead(self, session: Session, row: OutboxMessage) -> None:
        outbox.move(row, outbox.DEAD)
        outbox.record(session, row, "message.dead", self.now(), error=row.error)

    def _doubt(self, row: OutboxMessage, claim: Claim) -> None:
        if self.claims.sends:
            outbox.doubt(row, claim.claimed_at, self.now())

    def _backoff(self, row: OutboxMessage, asked: float | None) -> datetime:
        """The other side's wish, else 5 s doubled with each attempt up to ten minutes."""
        backoff = min(5.0 * 2 ** min(row.attempts, 10), 600.0)
        return self.now() + timedelta(seconds=asked or backoff)
