"""Snoozes and silences that are over: what was quiet is told if it is still open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from daywatch.alerts import history, outbox, render, routing, silences, telling
from daywatch.alerts.handled import snoozes
from daywatch.alerts.people import SYSTEM
from daywatch.alerts.routing import Policy
from daywatch.alerts.summaries import Summaries
from daywatch.catalog.model import Team
from daywatch.state.models import Alert
from daywatch.state.sessions import lock


def follow(session: Session, alert: Alert, quiet_days: int, policy: Policy, now: datetime) -> None:
    """Keep a snooze `until_falls` in step with the judged days.

    The first day without a breach takes it off; a breach after that wakes the alert.
    """
    if alert.snoozed_until_falls and quiet_days:
        alert.snoozed_until_falls = False  # who snoozed it stays, until the next breach
        history.record(session, alert, SYSTEM, "alert.woken", now, {"why": "the value fell"})
    elif alert.snoozed_by and not snoozes(alert) and not quiet_days:
        awaken(session, alert, policy, now, "it breached again after the value had fallen")


def awaken(session: Session, alert: Alert, policy: Policy, now: datetime, why: str) -> None:
    """Take the snooze off, say so in the thread, and let the alert climb from the first step on."""
    who = alert.snoozed_by or ""
    alert.snoozed_by = alert.snoozed_until = None
    alert.snoozed_until_falls = False
    routing.start_ladder(alert, policy, now)
    history.record(session, alert, SYSTEM, "alert.woken", now, {"why": why})
    if alert.kind == telling.RISK:
        key = outbox.key_of(alert.key, "awake", now.isoformat())
        payload = render.snooze_over(telling.facts_of(alert), telling.view_of(alert), key, who)
        telling.reply(session, alert, key, payload, now, priority=0)


def wake(session: Session, teams: Mapping[str, Team], now: datetime) -> int:
    """Wake alerts whose snooze is over, and route those anew whose silence is; how many.

    Safe to run at once in any number of processes: a team's alerts change one at a time.
    """
    return sum(
        _wake_snoozed(session, alert, _policy(alert, teams), now)
        for alert in _locked(session, _snoozed(now))
    ) + sum(
        _tell_after_all(session, alert, _policy(alert, teams), now)
        for alert in _locked(session, _silenced())
    )


def _snoozed(now: datetime) -> Select[Alert]:
    return select(Alert).where(Alert.snoozed_until <= now)


def _silenced() -> Select[Alert]:
    return select(Alert).where(Alert.state == "open", Alert.route == telling.SILENCED)


def _locked(session: Session, query: Select[Alert]) -> list[Alert]:
    """The alerts, read again once their teams' other changes are through."""
    for team in sorted(set(session.scalars(query.with_only_columns(Alert.team)))):
        lock(session, f"alerts:{team}")
    again = query.order_by(Alert.opened_at, Alert.key).with_for_update()
    return list(session.scalars(again.execution_options(populate_existing=True)))


def _policy(alert: Alert, teams: Mapping[str, Team]) -> Policy:
    seconds = alert.content.get("escalate_after")
    return Policy(teams.get(alert.team), timedelta(seconds=seconds) if seconds else None)


def _wake_snoozed(session: Session, alert: Alert, policy: Policy, now: datetime) -> bool:
    if alert.state != "open":
        alert.snoozed_by = alert.snoozed_until = None
        return False
    awaken(session, alert, policy, now, "its time is over")
    telling.parent(session, alert, now)
    history.write_log(session, alert, now)
    return True


def _tell_after_all(session: Session, alert: Alert, policy: Policy, now: datetime) -> bool:
    if silences.match(session, alert, now) is not None:
        return False
    summaries = Summaries(session, now)
    told = routing.settle(session, alert, policy, summaries, now)
    if told:
        telling.parent(session, alert, now, joins=bool(alert.content.get("joins")))
        telling.details(session, alert, now)
    summaries.tell()
    history.write_log(session, alert, now)
    return told
