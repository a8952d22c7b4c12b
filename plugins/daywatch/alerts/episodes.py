"""Verdicts of one detection and day to breaches, alerts and messages, in the caller's transaction.

One alert per indicator and episode; segments are grouped in it, later days edit its message, two
quiet judged days end it. Alerts are always worked out anew from all judged days, so the order and
the number of times in which days arrive change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from daywatch.alerts import endings
from daywatch.alerts.facts import AlertFacts
from daywatch.alerts.lives import Lives
from daywatch.alerts.routing import Policy
from daywatch.alerts.spells import PARENT, Mark, marks_of, spells
from daywatch.alerts.summaries import Summaries
from daywatch.alerts.window import Window, stretches
from daywatch.catalog.model import Detection, Severity
from daywatch.indicators.model import WHOLE, State, Verdict
from daywatch.state.models import Alert, BreachRow, IndicatorValue
from daywatch.state.sessions import clean, fitted, lock


@dataclass(frozen=True)
class IndicatorOutcome:
    """What judging found for one indicator on one day.

    `verdict` is of the whole; `segments` maps canonical segment keys to theirs. `breached` is
    the final word, persistence counted. `unpaged` is why a breach must not page (experimental,
    excepted, horizon); the horizon is also checked here. `facts` are needed where it may page.
    """

    indicator: str
    kind: str
    severity: Severity
    verdict: Verdict
    breached: bool
    segments: Mapping[str, Verdict] = field(default_factory=dict)
    unpaged: str = ""
    facts: AlertFacts | None = None

    def __post_init__(self) -> None:
        if self.breached and not self.unpaged and self.facts is None:
            raise ValueError(f"a breach of {self.indicator} that may page needs its facts")


@dataclass(frozen=True)
class Applied:
    """What one call changed; all zero and empty where the day was applied before."""

    breaches: int = 0
    """breaches found that day, new or known"""
    recorded: int = 0
    """breach rows written, changed or removed"""
    opened: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    messages: int = 0
    beyond_horizon: int = 0
    """breaches of days too old to page: a backfill sums them up for its one summary"""


EVERYTHING_PAGES = Policy()


def apply(
    session: Session,
    outcomes: Sequence[IndicatorOutcome],
    *,
    detection: str,
    day: date,
    now: datetime,
    horizon_days: int = 3,
    policy: Policy = EVERYTHING_PAGES,
) -> Applied:
    """Record the day's outcomes and bring alerts and messages up to date; safe to repeat.

    `policy` is what the team's file says about telling.
    """
    _lock(session, detection)
    summaries = Summaries(session, now)
    old = (now.date() - day).days > horizon_days
    breaches = recorded = beyond = messages = 0
    opened: list[str] = []
    updated: list[str] = []
    ended: list[str] = []
    for outcome in outcomes:
        wanted = _wanted(outcome, _known(session, detection, outcome.indicator, day), old)
        changed = _record(session, wanted, outcome, detection=detection, day=day, now=now)
        resolved = stretches(session, detection, outcome.indicator)
        found = spells(_marks(session, detection, outcome, day), resolved)
        today = outcome.facts if outcome.breached else None
        window = Window(session, detection, outcome.indicator, day, found, today)
        lives = Lives(session, window, policy, summaries, now)
        lives.reconcile()
        breaches += len(wanted)
        recorded += changed
        beyond += sum(unpaged == "horizon" for _, unpaged in wanted.values())
        messages += lives.messages
        opened, updated = [*opened, *lives.opened], [*updated, *lives.updated]
        ended = [*ended, *lives.ended]
    messages += summaries.tell()
    return Applied(
        breaches, recorded, tuple(opened), tuple(updated), tuple(ended), messages, beyond
    )


def retire(session: Session, detection: Detection, *, now: datetime) -> None:
    """Withdraw open alerts of indicators that the header no longer has, or no longer judges."""
    judged = {name for name, one in detection.header.indicators.items() if one.breach}
    query = select(Alert.indicator).where(
        Alert.kind == "risk", Alert.detection == detection.name, Alert.state == "open"
    )
    gone = set(session.scalars(query)) - judged
    if not gone:
        return
    _lock(session, detection.name)
    summaries = Summaries(session, now)
    for indicator in sorted(gone):
        for alert in endings.open_alerts(session, detection.name, indicator):
            if endings.unseen(session, alert):
                endings.forget(session, alert, summaries, now)
            else:
                endings.withdraw(session, alert, summaries, now, why=endings.RETIRED)
    summaries.tell()


def _lock(session: Session, detection: str) -> None:
    # Two runs of one day would both open the alert; the second waits here and finds it open.
    lock(session, f"episodes:{detection}")
    # What people and sweeps do to the team's alerts waits too, and so does another detection's
    # judging: budget and grouping count across detections.
    lock(session, f"alerts:{detection.partition('.')[0]}")


_Wanted = dict[str, tuple[Verdict, str]]
"""segment -> (its verdict, why it does not page)"""


def _wanted(outcome: IndicatorOutcome, known: Mapping[str, BreachRow], old: bool) -> _Wanted:
    """The breach rows that this day should have."""
    over = {WHOLE: outcome.verdict, **outcome.segments}
    over = {fitted(key): v for key, v in over.items() if v.state is State.BREACH}
    if outcome.breached and not over:
        over = {WHOLE: outcome.verdict}
    if not outcome.breached:
        whole = outcome.verdict.state is State.BREACH
        reason = outcome.unpaged or ("persistence" if whole else PARENT)
        return {key: (verdict, reason) for key, verdict in over.items()}
    # A day that paged keeps its alert when it is rebuilt long after; it must still be editable.
    paged = any(row.unpaged == "" for row in known.values())
    unpaged = outcome.unpaged or ("horizon" if old else "")
    if unpaged == "horizon" and paged:
        unpaged = ""
    return {key: (verdict, unpaged) for key, verdict in over.items()}


def _known(session: Session, detection: str, indicator: str, day: date) -> dict[str, BreachRow]:
    query = select(BreachRow).where(
        BreachRow.detection == detection, BreachRow.indicator == indicator, BreachRow.day == day
    )
    return {row.segment: row for row in session.scalars(query)}


def _record(
    session: Session,
    wanted: _Wanted,
    outcome: IndicatorOutcome,
    *,
    detection: str,
    day: date,
    now: datetime,
) -> int:
    """Write the breach rows, and remove those that a rebuilt day no longer has; changes made."""
    changes = 0
    known = _known(session, detection, outcome.indicator, day)
    for segment, row in known.items():
        if segment not in wanted:
            session.delete(row)
            changes += 1
    for segment, (verdict, unpaged) in wanted.items():
        values = {
            "severity": str(outcome.severity),
            "value": verdict.value,
            "reason": clean(verdict.reason),
            "unpaged": unpaged,
        }
        found = known.get(segment)
        if found is None:
            named = {"detection": detection, "indicator": outcome.indicator, "segment": segment}
            session.add(BreachRow(**named, day=day, found_at=now, **values))
            changes += 1
        elif any(getattr(found, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(found, name, value)
            changes += 1
    session.flush()
    return changes


def _marks(
    session: Session, detection: str, outcome: IndicatorOutcome, day: date
) -> dict[date, Mark]:
    """All judged days of the indicator that can matter, from the first breach on."""
    breached = session.execute(
        select(BreachRow.day, BreachRow.unpaged)
        .where(BreachRow.detection == detection, BreachRow.indicator == outcome.indicator)
        .distinct()
    ).all()
    if not breached:
        return {}
    quiet = session.scalars(
        select(IndicatorValue.day)
        .where(IndicatorValue.detection == detection)
        .where(IndicatorValue.indicator == outcome.indicator, IndicatorValue.segment == WHOLE)
        .where(IndicatorValue.state == str(State.OK))
        .where(IndicatorValue.day >= min(found for found, _ in breached))
    )
    fine = set(quiet) - {day}  # this day's own verdict is in hand, whatever was stored before
    if outcome.verdict.state is State.OK:
        fine.add(day)
    return marks_of(((found, unpaged) for found, unpaged in breached), fine)
