"""Unacknowledged critical and high alerts climb their team's ladder, one step after the other."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from daywatch.alerts import history, hours, ladder, outbox, render, silences, telling
from daywatch.alerts.facts import AlertFacts
from daywatch.alerts.handled import snoozes
from daywatch.alerts.ladder import first_climb
from daywatch.alerts.people import SYSTEM
from daywatch.alerts.team_facts import EscalationFacts, SummaryFacts
from daywatch.catalog.model import Rung, Team
from daywatch.state.models import Alert
from daywatch.state.sessions import lock

__all__ = ["climb", "first_climb"]


def climb(session: Session, teams: Mapping[str, Team], now: datetime) -> int:
    """Climb every step that is due, in order; how many. Two sweepers at once climb once.

    After a night without a sweeper several steps of one alert may be due; outside the team's
    hours none is taken, and while a silence covers the alert its ladder stands still.
    """
    query = select(Alert).where(Alert.state == "open", Alert.climbs_at <= now)
    for name in sorted(set(session.scalars(query.with_only_columns(Alert.team)))):
        lock(session, f"alerts:{name}")
    due = query.order_by(Alert.climbs_at, Alert.key).with_for_update()
    climbed = 0
    for alert in session.scalars(due.execution_options(populate_existing=True)).all():
        team = teams.get(alert.team)
        climbed += _climb_alert(session, alert, team, now) if team is not None else 0
    return climbed


def _climb_alert(session: Session, alert: Alert, team: Team, now: datetime) -> int:
    if alert.acknowledged_by or alert.resolution or snoozes(alert):
        alert.climbs_at = None
        return 0
    reached = ladder.reached(team, alert.severity)
    if reached is None or alert.rungs >= len(team.escalation):
        alert.climbs_at = None
        return 0
    if silences.match(session, alert, now) is not None:
        alert.climbs_at = now  # the step is due when the silence ends, the others after it
        return 0
    if not hours.inside(now, reached, team.timezone):
        return 0
    steps = 0
    while alert.climbs_at is not None and alert.climbs_at <= now:
        _step(session, alert, team, now)
        steps += 1
    telling.parent(session, alert, now)
    history.write_log(session, alert, now)
    return steps


def _step(session: Session, alert: Alert, team: Team, now: datetime) -> None:
    """One step: a reply that mentions its people, a post in its second channel, the next one."""
    step, at = alert.rungs, alert.climbs_at or now
    rung = team.escalation[step]
    facts = _facts(alert)
    climbed = EscalationFacts(
        step=step + 1,
        steps=len(team.escalation),
        mentions=rung.to,
        waited=max(now - alert.opened_at, timedelta()),
        channel=alert.channel,
    )
    key = outbox.key_of(alert.key, "climbed", str(step), at.isoformat())
    telling.reply(session, alert, key, render.escalation(facts, climbed, key), now, priority=0)
    if rung.channel:
        _elsewhere(session, alert, rung.channel, facts, climbed, at, now)
    alert.rungs = step + 1
    alert.climbs_at = ladder.next_climb(team, alert.severity, step, at)
    details = {"step": step + 1, "to": _whom(rung)}
    history.record(session, alert, SYSTEM, "alert.escalated", now, details)


def _elsewhere(
    session: Session,
    alert: Alert,
    channel: str,
    facts: AlertFacts | SummaryFacts,
    climbed: EscalationFacts,
    at: datetime,
    now: datetime,
) -> None:
    key = outbox.key_of(alert.key, "elsewhere", str(climbed.step), at.isoformat())
    outbox.put(
        session,
        key,
        render.escalated_elsewhere(facts, climbed, key),
        kind="post",
        channel=channel,
        name=f"escalation-{alert.key[:8]}-{climbed.step}",
        now=now,
        alert_key=alert.key,
        team=alert.team,
    )


def _facts(alert: Alert) -> AlertFacts | SummaryFacts:
    if alert.kind == telling.SUMMARY:
        return telling.summary_facts_of(alert)
    return telling.facts_of(alert)


def _whom(rung: Rung) -> str:
    return ", ".join([*rung.to, *([rung.channel] if rung.channel else [])])
