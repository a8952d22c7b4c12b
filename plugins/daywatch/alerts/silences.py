"""Silences: nobody is paged about what matches, for a reason, and never for over 30 days.

All of it is in the store, so a restart changes nothing. A silence counts by its times alone: one
that has run out silences nothing, even if no sweep has said so yet.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from daywatch.alerts import outbox, render
from daywatch.alerts.people import SYSTEM, Actor
from daywatch.alerts.team_facts import SilenceFacts
from daywatch.errors import DaywatchError
from daywatch.state.audit import audit
from daywatch.state.models import Alert, Silence
from daywatch.state.sessions import clean, lock

LONGEST = timedelta(days=30)
EVERYTHING = "everything of the team"


@dataclass(frozen=True)
class Match:
    """Which alerts of a team: each part exact, or with * and ?."""

    detection: str = "*"
    indicator: str = "*"
    severity: str = "*"

    def covers(self, detection: str, indicator: str, severity: str) -> bool:
        """Whether such an alert is meant. A detection may be named with or without its team."""
        table = detection.partition(".")[2]
        return (
            any(fnmatchcase(name, self.detection) for name in (detection, table))
            and fnmatchcase(indicator, self.indicator)
            and fnmatchcase(severity, self.severity)
        )

    def words(self) -> str:
        """As people read it."""
        named = [f"{name} {value}" for name, value in asdict(self).items() if value != "*"]
        return ", ".join(named) or EVERYTHING


def add(
    session: Session,
    *,
    team: str,
    channel: str,
    match: Match,
    reason: str,
    owner: Actor,
    until: datetime,
    now: datetime,
) -> Silence:
    """Set a silence and announce it in the team's channel; the same one twice is one.

    Raises DaywatchError without a reason, for a past end, and for one over 30 days off.
    """
    reason = clean(reason.strip(), 2_000)
    if not reason or not owner.name.strip():
        raise DaywatchError("a silence needs a reason and an owner.", remedy="Say why.")
    if not now < until <= now + LONGEST:
        raise DaywatchError(
            f"a silence cannot last until {until:%Y-%m-%d %H:%M} UTC.",
            remedy=f"Give an end in the next {LONGEST.days} days; it can be set again then.",
        )
    _lock(session, team)
    for known in active(session, now, team):
        if (match_of(known), known.reason, known.expires_at) == (match, reason, until):
            return known
    silence = Silence(
        id=secrets.token_hex(4),
        team=team,
        match=asdict(match),
        reason=reason,
        owner=clean(owner.name, 127),
        created_at=now,
        starts_at=now,
        expires_at=until,
    )
    session.add(silence)
    session.flush()
    details = {"team": team, "match": asdict(match), "reason": reason, "until": until}
    audit(session, owner.id, "silence.set", silence.id, details | {"name": owner.name}, now=now)
    key = outbox.key_of("silence", silence.id, "set")
    _announce(session, silence, channel, key, render.silence_set(facts_of(silence), key), now)
    return silence


def end(session: Session, id: str, actor: Actor, *, channel: str, now: datetime) -> bool:
    """End a silence by hand; False where it is over already. DaywatchError for an unknown id."""
    found = session.get(Silence, id)
    if found is None:
        raise DaywatchError(f"there is no silence {id!r}.", remedy="See `daywatch silence list`.")
    _lock(session, found.team)
    session.refresh(found)
    if found.ended_at is not None or found.expires_at <= now:
        return False
    _end(session, found, actor, channel, now)
    return True


def expire(session: Session, channels: Mapping[str, str], now: datetime) -> int:
    """Say of silences that have run out that they are over; how many.

    `channels` maps teams to their alerts channels; a team that is gone is told nothing.
    """
    query = select(Silence.team).where(Silence.ended_at.is_(None), Silence.expires_at <= now)
    teams = sorted(set(session.scalars(query)))
    ended = 0
    for team in teams:
        _lock(session, team)
        due = query.with_only_columns(Silence).where(Silence.team == team).with_for_update()
        for silence in session.scalars(due.execution_options(populate_existing=True)).all():
            _end(session, silence, SYSTEM, channels.get(team), now)
            ended += 1
    return ended


def active(session: Session, now: datetime, team: str | None = None) -> list[Silence]:
    """Silences in force, oldest first."""
    query = (
        select(Silence)
        .where(Silence.ended_at.is_(None), Silence.starts_at <= now, Silence.expires_at > now)
        .order_by(Silence.starts_at, Silence.id)
    )
    if team is not None:
        query = query.where(Silence.team == team)
    return list(session.scalars(query))


def match(session: Session, alert: Alert, now: datetime) -> Silence | None:
    """A silence in force that covers the alert; the one that lasts longest.

    A summary is covered where the whole team is: its members were told for many reasons.
    """
    found = [
        silence
        for silence in active(session, now, alert.team)
        if match_of(silence).covers(alert.detection, alert.indicator, alert.severity)
    ]
    return max(found, key=lambda silence: silence.expires_at, default=None)


def match_of(silence: Silence) -> Match:
    """What was asked to be silent; a part that is absent means everything."""
    return Match(**{name: str(value) for name, value in silence.match.items()})


def facts_of(silence: Silence) -> SilenceFacts:
    """What its announcements say."""
    return SilenceFacts(
        id=silence.id,
        team=silence.team,
        match=match_of(silence).words(),
        reason=silence.reason,
        owner=silence.owner,
        until=silence.expires_at,
        ended_by=silence.ended_by or "",
    )


def _lock(session: Session, team: str) -> None:
    # The team's alerts are routed under this lock too: no page slips past a silence being set.
    lock(session, f"alerts:{team}")


def _end(
    session: Session, silence: Silence, actor: Actor, channel: str | None, now: datetime
) -> None:
    silence.ended_at = now
    silence.ended_by = None if actor == SYSTEM else clean(actor.name, 127)
    details = {"team": silence.team, "by": actor.name}
    audit(session, actor.id, "silence.ended", silence.id, details, now=now)
    if channel:
        key = outbox.key_of("silence", silence.id, "ended")
        payload = render.silence_ended(facts_of(silence), key)
        _announce(session, silence, channel, key, payload, now)


def _announce(
    session: Session, silence: Silence, channel: str, key: str, payload: Any, now: datetime
) -> None:
    outbox.put(
        session,
        key,
        payload,
        kind="post",
        channel=channel,
        name=f"silence-{silence.id}-{key[:8]}",
        now=now,
        team=silence.team,
        priority=outbox.PRIORITY["reply"],
    )
