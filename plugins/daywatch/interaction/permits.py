"""Who may act: the people whom the team file of the alert's team names, and nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from daywatch.alerts.people import Actor
from daywatch.alerts.text import escape
from daywatch.catalog.team import Team
from daywatch.state.audit import audit

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def actor_of(team: Team | None, user: str) -> Actor | None:
    """The team's person of this Slack id, under the name that messages show."""
    if team is None or not user:
        return None
    for handle, person in team.people.items():
        if person.slack == user:
            return Actor(f"slack:{user}", person.name or handle)
    return None


def teams_of(teams: Mapping[str, Team], user: str) -> dict[str, Team]:
    """The teams that this person may act for."""
    return {name: team for name, team in teams.items() if actor_of(team, user)}


def refusal(team: Team | None, name: str) -> str:
    """Why not, and who may: a private answer, so that naming people calls nobody."""
    if team is None:
        return f"The team file of {escape(name) or 'this alert'} cannot be read: nobody may act."
    who = ", ".join(escape(person.name or handle) for handle, person in team.people.items())
    if not who:
        return f"sql/{name}/team.yaml names no people, so nobody may act in Slack. Add them there."
    return (
        f"Only people of {escape(team.title)} may do that: {who}. "
        f"Its file sql/{name}/team.yaml says so, under `people`."
    )


def record(
    session: Session, user: str, what: str, object: str, team: str, *, now: datetime
) -> None:
    """The audit row of a refusal."""
    details = {"wanted": what, "team": team}
    audit(session, f"slack:{user or 'unknown'}", "alert.refused", object, details, now=now)
