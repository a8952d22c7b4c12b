"""What the tests of an alert's life share: a team, actors, and short ways to judge and look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from samples import DAY, NOW, breach, facts_on, quiet
from sqlalchemy import select

from daywatch.alerts import Applied, IndicatorOutcome, Policy, apply, outbox
from daywatch.alerts.people import Actor
from daywatch.catalog.model import Severity, Team
from daywatch.indicators.model import Point
from daywatch.state import StateStore
from daywatch.state.models import Alert, AuditRow, OutboxMessage

ANA, BEN = Actor("slack:U0ANA", "Ana"), Actor("cli:ben", "Ben")
CHANNEL, TEAM_NAME = "#ts-platform-abuse", "platform_abuse"
LADDER: tuple[dict[str, Any], ...] = (
    {"after": "15m", "to": ["S0SPAM"]},
    {"after": "45m", "to": ["U0LEAD"]},
    {"after": "2h", "channel": "#ts-leads"},
)


def team(**changes: Any) -> Team:
    """A team with a ladder that always climbs, unless told otherwise."""
    given: dict[str, Any] = {
        "name": TEAM_NAME,
        "title": "Platform abuse",
        "channels": {"alerts": CHANNEL, "data": "#data", "digest": "#digest"},
        "owners": {"spam": {"slack": "S0SPAM"}},
        "escalation": LADDER,
        "alert_budget_per_week": 100,
        "summary_over": 100,
    }
    return Team.model_validate(given | changes)


def day(offset: int) -> date:
    """A day counted from the samples' day."""
    return DAY + timedelta(days=offset)


def one(
    on: date = DAY,
    value: float = 63.0,
    *,
    severity: str = "critical",
    indicator: str = "",
    **facts: Any,
) -> IndicatorOutcome:
    """A breached day of one indicator."""
    name = indicator or "burst_networks"
    kept = facts_on(on, value, severity=severity, indicator=name, **facts)
    return breach(on, value, severity=Severity(severity), indicator=name, facts=kept)


def run(
    store: StateStore,
    on: date,
    outcomes: IndicatorOutcome | Iterable[IndicatorOutcome],
    *,
    now: datetime = NOW,
    policy: Policy | None = None,
    detection: str = f"{TEAM_NAME}.signup_burst",
) -> Applied:
    """Judge one detection's day as the pipeline does."""
    told = [outcomes] if isinstance(outcomes, IndicatorOutcome) else list(outcomes)
    for outcome in told:
        point = Point(on, outcome.verdict.value)
        store.save_points(detection, outcome.indicator, on, "hash", {"": point})
    with store.transaction() as session:
        for outcome in told:
            store.save_verdict(
                session,
                detection,
                outcome.indicator,
                "",
                on,
                outcome.verdict,
                input_hash="i",
                rule_hash="r",
                now=now,
            )
        return apply(
            session, told, detection=detection, day=on, now=now, policy=policy or Policy(team())
        )


def alerts(store: StateStore, kind: str = "risk") -> list[Alert]:
    """All alerts of the kind, oldest episode first."""
    with store.reading() as session:
        query = select(Alert).where(Alert.kind == kind).order_by(Alert.first_day, Alert.key)
        return list(session.scalars(query))


def messages(store: StateStore, thread: str | None = None) -> list[OutboxMessage]:
    """All outbox rows in the order they were written, or those of one thread."""
    with store.reading() as session:
        query = select(OutboxMessage).order_by(OutboxMessage.id)
        if thread is not None:
            query = query.where(OutboxMessage.thread_key == thread)
        return list(session.scalars(query))


def said(row: OutboxMessage) -> str:
    """All words of a message."""
    return str(row.payload["message"])


def shown(store: StateStore, key: str) -> str:
    """All words of the message of this key, as it would be sent now."""
    return next(said(row) for row in messages(store) if row.key == key)


def calls(store: StateStore) -> list[str]:
    """What the ladder has said in threads, in order."""
    return [said(row) for row in messages(store) if row.priority == 0 and row.thread_key]


def trail(store: StateStore, key: str = "") -> list[str]:
    """Actions of the audit trail, oldest first."""
    with store.reading() as session:
        query = select(AuditRow.action).order_by(AuditRow.id)
        if key:
            query = query.where(AuditRow.object == key)
        return list(session.scalars(query))


def deliver(store: StateStore) -> None:
    """As if the sender had delivered everything."""
    with store.transaction() as session:
        for row in session.scalars(select(OutboxMessage)):
            if row.state == outbox.PENDING:
                outbox.move(row, outbox.CLAIMED)
                outbox.move(
                    row, outbox.SENT, slack_ts="1.1", delivered_version=row.version, sent_at=NOW
                )


__all__ = [
    "ANA", "BEN", "CHANNEL", "DAY", "NOW", "TEAM_NAME", "alerts", "calls", "day", "deliver",
    "messages", "one", "quiet", "run", "said", "shown", "team", "trail",
]  # fmt: skip
