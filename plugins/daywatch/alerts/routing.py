"""Whether an alert is told alone, in a summary, in the digest, or not at all.

    silenced   somebody has silenced it: breaches and alert are kept, nothing is posted, and if it
               is still open when the silence ends, it is routed anew
    digest     its severity is below high, and the team's weekly budget of messages is used up
    summary    the team has been told so many alerts of its severity or a higher one alone today,
               in this channel, that one more would not be read. Lower ones do not count: a
               critical alert is never buried under five low ones
    page       else

A route only ever rises: what was told once stays told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from daywatch.alerts import history, ladder, silences, telling
from daywatch.alerts.people import SYSTEM
from daywatch.alerts.summaries import Summaries
from daywatch.alerts.team_facts import severity_rank
from daywatch.catalog.model import CANARY, Team
from daywatch.state.models import Alert, OutboxMessage

WEEK = timedelta(days=7)
URGENT = ("critical", "high")
SEVERITIES = ("critical", "high", "medium", "low", "informational")


@dataclass(frozen=True)
class Policy:
    """What a team's file and a detection's header say about telling; without a team all page."""

    team: Team | None = None
    escalate_after: timedelta | None = None


def settle(
    session: Session, alert: Alert, policy: Policy, summaries: Summaries, now: datetime
) -> bool:
    """Route a new alert, or let an old one's route rise; whether it is told for the first time.

    Call it before the alert's message is put, with its severity and content up to date.
    """
    new = not alert.content.get("routed")
    if not new and alert.route in (telling.PAGE, telling.IN_SUMMARY):
        _severity_rose(alert, policy, now)
        return False
    if not new and alert.route == telling.DIGEST and not _worse(alert):
        return False
    route, silence = _route(session, alert, policy, now)
    if not new and route in (alert.route, telling.SILENCED):
        return False
    alert.content = {**alert.content, "routed": True, "told_at_severity": alert.severity}
    if not new and route in (telling.PAGE, telling.IN_SUMMARY):
        history.record(session, alert, SYSTEM, "alert.told_after_all", now)
    _take(session, alert, route, silence, policy, summaries, now)
    return route in (telling.PAGE, telling.IN_SUMMARY)


def _take(
    session: Session,
    alert: Alert,
    route: str,
    silence: str,
    policy: Policy,
    summaries: Summaries,
    now: datetime,
) -> None:
    alert.route = route
    if route == telling.SILENCED:
        history.record(session, alert, SYSTEM, "alert.silenced", now, {"reason": silence})
    elif route == telling.DIGEST:
        history.record(session, alert, SYSTEM, "alert.to_digest", now)
    elif policy.team is not None and route == telling.IN_SUMMARY:
        joins = summaries.join(alert, policy.team)
        alert.content = {**alert.content, "joins": joins}
    else:
        start_ladder(alert, policy, now)


def start_ladder(alert: Alert, policy: Policy, now: datetime) -> None:
    """Let a told alert that nobody has acknowledged climb from the first step on."""
    alert.rungs = 0
    alone = alert.route == telling.PAGE  # a summary's members climb with it
    if alone and policy.team is not None and not alert.acknowledged_by:
        alert.climbs_at = ladder.first_climb(
            policy.team, alert.severity, now, policy.escalate_after
        )


def _worse(alert: Alert) -> bool:
    known = alert.content.get("told_at_severity", alert.severity)
    return severity_rank(alert.severity) < severity_rank(known)


def _severity_rose(alert: Alert, policy: Policy, now: datetime) -> None:
    """A told alert that has become worse climbs as if it were new."""
    if not _worse(alert):
        return
    alert.content = {**alert.content, "told_at_severity": alert.severity}
    climbs = alert.route == telling.PAGE and alert.state == "open"
    if climbs and alert.climbs_at is None and not (alert.snoozed_by or alert.resolution):
        start_ladder(alert, policy, now)


def _route(session: Session, alert: Alert, policy: Policy, now: datetime) -> tuple[str, str]:
    """The route, and for a silence its reason; the canary always pages: it proves the path."""
    if alert.detection == CANARY:
        return telling.PAGE, ""
    found = silences.match(session, alert, now)
    if found is not None:
        return telling.SILENCED, found.reason
    team = policy.team
    if team is None:
        return telling.PAGE, ""
    over_budget = _told_this_week(session, alert, now) >= team.alert_budget_per_week
    if over_budget and alert.severity not in URGENT:
        return telling.DIGEST, ""
    if _told_alone_today(session, alert, now) >= team.summary_over:
        return telling.IN_SUMMARY, ""
    return telling.PAGE, ""


def _told_this_week(session: Session, alert: Alert, now: datetime) -> int:
    """Messages about risks that called for attention: pages, and summaries as one each."""
    query = _told(alert, now - WEEK).where(Alert.kind.in_((telling.RISK, telling.SUMMARY)))
    return session.scalar(query) or 0


def _told_alone_today(session: Session, alert: Alert, now: datetime) -> int:
    """Pages of the same or a higher severity on this UTC day, which is one run's alerts."""
    rank = severity_rank(alert.severity)
    same_or_worse = [name for name in SEVERITIES if severity_rank(name) <= rank]
    query = _told(alert, datetime.combine(now.date(), time())).where(
        Alert.kind == telling.RISK,
        Alert.channel == alert.channel,
        Alert.severity.in_(same_or_worse),
    )
    return session.scalar(query) or 0


def _told(alert: Alert, since: datetime) -> Select[int]:
    """How many live messages the team has been sent since then, this alert's own left out."""
    return (
        select(func.count())
        .select_from(Alert)
        .join(OutboxMessage, OutboxMessage.key == Alert.key)
        .where(Alert.team == alert.team, Alert.route == telling.PAGE, Alert.key != alert.key)
        .where(OutboxMessage.created_at >= since)
    )
