"""Who may ask, approve and look: pure rules about one request, each a refusal or None."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from daywatch.catalog.model import Team
from daywatch.confidential.people import may_read
from daywatch.confidential.pseudonyms import PSEUDONYM
from daywatch.errors import ConfigurationError, NotAllowed
from daywatch.state.views import UnmaskView

LASTS = timedelta(hours=24)
"""How long a request waits, and how long an approval holds."""


def standing(asked: UnmaskView, now: datetime) -> str:
    """waiting, approved or expired."""
    if now >= (asked.approved_at or asked.requested_at) + LASTS:
        return "expired"
    return "approved" if asked.approved_at else "waiting"


def is_reader(team: Team | None, who: str) -> bool:
    """Whether a team has pseudonyms and somebody may see behind them."""
    return team is not None and team.confidential and may_read(team, who)


def not_a_reader(team: Team | None, who: str) -> NotAllowed | None:
    """Only a team's readers ask, approve and look."""
    if is_reader(team, who):
        return None
    place = f"sql/{team.name}/team.yaml" if team else "the team's team.yaml"
    remedy = f"Ask somebody whom readers in {place} names."
    return NotAllowed(f"{who} is not a reader of this team.", remedy=remedy)


def not_confidential(name: str, teams: Mapping[str, Team]) -> ConfigurationError | None:
    """Only confidential teams have pseudonyms."""
    if name in teams and teams[name].confidential:
        return None
    closed = [team.name for team in teams.values() if team.confidential]
    return ConfigurationError(
        f"{name} is not a confidential team, so it has no pseudonyms.",
        remedy=f"Confidential are: {', '.join(closed) or 'none'}.",
    )


def unusable(pseudonym: str, reason: str, case: str) -> ConfigurationError | None:
    """A request names a pseudonym and says why; what is none is not repeated: it may be an id."""
    if not PSEUDONYM.fullmatch(pseudonym):
        return ConfigurationError(
            "that is not a pseudonym.", remedy="Copy one from a message: p- and ten hex digits."
        )
    if not reason.strip() or not case.strip():
        return ConfigurationError(
            "a request needs a reason and a case.", remedy="Give --reason and --case."
        )
    return None


def no_approval(asked: UnmaskView, who: str, now: datetime) -> NotAllowed | None:
    """A second person approves, once, while the request waits."""
    if asked.requested_by == who:
        return NotAllowed(
            f"{who} made this request and cannot approve it.",
            remedy="Ask another reader of the team.",
        )
    if asked.approved_by:
        return NotAllowed(
            f"{asked.approved_by} has approved this request already.",
            remedy=f"{asked.requested_by} runs `daywatch unmask show {asked.id}`.",
        )
    return _too_late(asked, now)


def no_look(asked: UnmaskView, who: str, now: datetime) -> NotAllowed | None:
    """The one who asked is told, after approval, while it holds."""
    if asked.requested_by != who:
        return NotAllowed(
            f"this request is {asked.requested_by}'s, and only they are told.",
            remedy="Make a request of your own.",
        )
    if standing(asked, now) == "waiting":
        return NotAllowed(
            "nobody has approved this request yet.",
            remedy=f"Ask another reader to run `daywatch unmask approve {asked.id}`.",
        )
    return _too_late(asked, now)


def _too_late(asked: UnmaskView, now: datetime) -> NotAllowed | None:
    if standing(asked, now) != "expired":
        return None
    what = "approval" if asked.approved_at else "request"
    return NotAllowed(f"this {what} expired after 24 hours.", remedy="Make a new request.")
