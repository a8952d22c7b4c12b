"""When an alert that nobody acknowledges climbs: pure, from the team's file and the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from daywatch.alerts import hours
from daywatch.catalog.model import Team
from daywatch.catalog.team import Hours


def reached(team: Team, severity: str) -> Hours | None:
    """The hours in which alerts of this severity climb; None: they never do."""
    return {"critical": team.paging_hours, "high": team.working_hours}.get(severity)


def first_climb(
    team: Team, severity: str, opened_at: datetime, escalate_after: timedelta | None = None
) -> datetime | None:
    """When the first step is due. `escalate_after` of a detection's header replaces its time."""
    counted = reached(team, severity)
    if counted is None or not team.escalation:
        return None
    after = escalate_after if escalate_after is not None else team.escalation[0].after
    return hours.due(opened_at, after, counted, team.timezone)


def next_climb(team: Team, severity: str, step: int, climbed_at: datetime) -> datetime | None:
    """When the step after `step` (from 0) is due, as far after it as the team's file says."""
    counted = reached(team, severity)
    if counted is None or step + 1 >= len(team.escalation):
        return None
    gap = team.escalation[step + 1].after - team.escalation[step].after
    return hours.due(climbed_at, gap, counted, team.timezone)


def on_call(team: Team) -> str:
    """Whom a message of the whole team mentions: the ladder's first people, else an owner."""
    called = (slack for rung in team.escalation for slack in rung.to)
    owners = (owner.slack for owner in team.owners.values() if owner.slack)
    return next(called, next(owners, ""))
