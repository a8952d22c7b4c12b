"""The message about days that never ran: one per team and day, in its data channel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from daywatch.alerts import outbox, render
from daywatch.alerts.people import SYSTEM
from daywatch.alerts.team_facts import NotRunFacts
from daywatch.state.audit import audit
from daywatch.state.models import Alert
from daywatch.state.sessions import lock

NOT_RUN = "not_run"
WHY = "They had no result by the time their runs should have ended."


def tell(
    session: Session, team: str, channel: str, day: date, missing: Sequence[str], *, now: datetime
) -> bool:
    """Say which of the team's detections have nothing for the day, and why; False if told already.

    `missing` are lines such as "spam.burst: never ran". None left: the message says that all have
    run now.
    """
    lock(session, f"{NOT_RUN}:{team}")
    key = outbox.key_of(NOT_RUN, team, channel, day)
    alert = session.get(Alert, key)
    if alert is None and not missing:
        return False
    content = NotRunFacts(team, day, tuple(missing), WHY).to_json()
    if alert is None:
        alert = _open(session, key, team, channel, day, now)
    if missing and alert.content == content and alert.state == "open":
        return False
    if not missing and alert.state == "ended":
        return False
    if missing:
        alert.content = content
        alert.state, alert.ended_at = "open", None
    else:
        alert.state, alert.ended_at = "ended", now
    return _say(session, alert, now)


def _open(session: Session, key: str, team: str, channel: str, day: date, now: datetime) -> Alert:
    alert = Alert(
        key=key,
        kind=NOT_RUN,
        team=team,
        detection="",
        indicator="",
        channel=channel,
        first_day=day,
        last_day=day,
        severity="informational",
        state="open",
        quiet_days=0,
        opened_at=now,
        content={},
    )
    session.add(alert)
    session.flush()
    return alert


def _say(session: Session, alert: Alert, now: datetime) -> bool:
    recovered = alert.state == "ended"
    facts = NotRunFacts.from_json(alert.content)
    details = {"day": str(alert.first_day), "missing": 0 if recovered else len(facts.detections)}
    audit(session, SYSTEM.id, "day.not_run", alert.key, details, now=now)
    return outbox.put(
        session,
        alert.key,
        render.not_run(facts, alert.key, recovered),
        alert_key=alert.key,
        team=alert.team,
        kind="post",
        channel=alert.channel,
        name=f"{alert.first_day}-{alert.team}-{NOT_RUN}-{alert.key[:8]}",
        now=now,
    )
