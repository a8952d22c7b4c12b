"""Messages of the data channel: a day held back or published with warnings, and its repair."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from daywatch.alerts import outbox, render
from daywatch.alerts.facts import HeldBackFacts
from daywatch.catalog.model import Detection, Team
from daywatch.state.models import Alert
from daywatch.state.sessions import lock
from daywatch.validation.result import Check

HELD_BACK, WARNING = "held_back", "warning"


def held_back(
    session: Session,
    detection: Detection,
    team: Team,
    day: date,
    reason: str,
    checks: Sequence[Check] = (),
    *,
    now: datetime,
    link: str = "",
    horizon_days: int = 3,
) -> bool:
    """Tell the data channel that a day is not published; one message per detection and day.

    Call it in the transaction that records the failure (`StepHandle.on_failure`): the day's
    alert task never runs. False where nothing is new, or the day is too old to page.
    """
    facts = _facts(detection, team, day, reason, checks, link=link, warning=False)
    return _tell(session, facts, HELD_BACK, now, horizon_days)


def warned(
    session: Session,
    detection: Detection,
    team: Team,
    day: date,
    checks: Sequence[Check],
    *,
    now: datetime,
    link: str = "",
    horizon_days: int = 3,
) -> bool:
    """Tell the data channel of a published day whose checks of severity warning failed."""
    reason = "Checks of severity warning failed."
    facts = _facts(detection, team, day, reason, checks, link=link, warning=True)
    return _tell(session, facts, WARNING, now, horizon_days)


def published(session: Session, detection: Detection, day: date, *, now: datetime) -> bool:
    """Say in its message and thread that a held-back day has been published; False if it wasn't."""
    lock(session, f"{HELD_BACK}:{detection.name}")
    query = select(Alert).where(
        Alert.kind == HELD_BACK, Alert.detection == detection.name, Alert.first_day == day
    )
    open_ones = [a for a in session.scalars(query) if a.state == "open"]
    for alert in open_ones:
        alert.state, alert.ended_at = "ended", now
        facts = HeldBackFacts.from_json(alert.content)
        _put(session, alert, "post", alert.key, render.held_back(facts, alert.key, True), now=now)
        # Ends are counted, so that a day held back twice gets two replies, not an edited one.
        round_ = alert.quiet_days = alert.quiet_days + 1
        key = outbox.key_of(alert.key, "published", str(round_))
        _put(session, alert, "reply", key, render.published_after_all(facts, key), now=now)
    return bool(open_ones)


def _facts(
    detection: Detection,
    team: Team,
    day: date,
    reason: str,
    checks: Sequence[Check],
    *,
    link: str,
    warning: bool,
) -> HeldBackFacts:
    wanted = "warning" if warning else "critical"
    failing = [c for c in checks if not c.success and (c.severity == wanted or c.error)]
    return HeldBackFacts(
        detection=detection.name,
        title=detection.header.title,
        team=team.name,
        channel=team.channels["data"],
        day=day,
        reason=reason,
        checks=tuple(_say(check, team.confidential) for check in failing),
        owner=detection.header.owner,
        link=link,
        warning=warning,
    )


def _say(check: Check, confidential: bool) -> str:
    """A failing check in words; a confidential team's without any value that it saw."""
    if not confidential:
        return check.sentence()
    column = f" [{check.column}]" if check.column else ""
    count = f": {check.unexpected:,} unexpected" if check.unexpected is not None else ""
    return f"{check.meaning or check.type}{column}{count}"


def _tell(
    session: Session, facts: HeldBackFacts, kind: str, now: datetime, horizon_days: int
) -> bool:
    lock(session, f"{HELD_BACK}:{facts.detection}")
    key = outbox.key_of(kind, facts.detection, facts.channel, facts.day)
    kept = facts.to_json()
    alert = session.get(Alert, key)
    if alert is None and (now.date() - facts.day).days > horizon_days:
        return False  # a backfill fills no channel
    if alert is None:
        alert = Alert(
            key=key,
            kind=kind,
            team=facts.detection.partition(".")[0],
            detection=facts.detection,
            indicator="",
            channel=facts.channel,
            first_day=facts.day,
            last_day=facts.day,
            severity="informational",
            state="open",
            quiet_days=0,
            opened_at=now,
            content=kept,
        )
        session.add(alert)
        session.flush()
    if alert.content != kept:
        alert.content = kept
    if facts.warning:
        alert.state, alert.ended_at = "ended", alert.ended_at or now  # nothing to wait for
    elif alert.state != "open":
        alert.state, alert.ended_at = "open", None
    kept_facts = HeldBackFacts.from_json(kept)
    return _put(session, alert, "post", key, render.held_back(kept_facts, key), now=now)


def _put(
    session: Session, alert: Alert, kind: str, key: str, payload: render.Payload, *, now: datetime
) -> bool:
    return outbox.put(
        session,
        key,
        payload,
        alert_key=alert.key,
        team=alert.team,
        thread_key=alert.key if kind == "reply" else None,
        kind=kind,
        channel=alert.channel,
        name=f"{alert.first_day.isoformat()}-{alert.detection}-{alert.kind}-{alert.key[:8]}",
        now=now,
    )
