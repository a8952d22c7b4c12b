"""What people do to an alert: acknowledge, assign, snooze, resolve.

Each call takes an open transaction and does all of it there: the row, the audit trail, the
message that shows it. Two people at once wait for each other; the second is told who was first.
Acting on a summary acts on all of its open members.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from daywatch.alerts import history, summaries, telling
from daywatch.alerts.handled import snoozes
from daywatch.alerts.outcomes import Outcome
from daywatch.alerts.people import Actor
from daywatch.errors import DaywatchError
from daywatch.state.models import Alert
from daywatch.state.sessions import clean, lock

SHORTEST_PREFIX = 6
LONGEST_SNOOZE = timedelta(days=30)
NOTE_LIMIT = 2_000
BATCH = 500


@dataclass(frozen=True)
class Acted:
    """Whether it was done, and the sentence that says so, or why not, to who asked."""

    done: bool
    said: str


def find(session: Session, prefix: str) -> Alert:
    """The one alert whose key begins so; DaywatchError where there is none, or more than one."""
    sound = prefix.strip().lower()
    if len(sound) < SHORTEST_PREFIX:
        raise DaywatchError(
            f"{prefix!r} is too short for an alert's key.",
            remedy=f"Give at least {SHORTEST_PREFIX} characters of it; see `daywatch alerts`.",
        )
    query = select(Alert).where(Alert.key.startswith(sound, autoescape=True)).limit(2)
    found = list(session.scalars(query))
    if not found:
        raise DaywatchError(f"no alert begins with {prefix!r}.", remedy="See `daywatch alerts`.")
    if len(found) > 1:
        raise DaywatchError(f"several alerts begin with {prefix!r}.", remedy="Give more of it.")
    return found[0]


def acknowledge(session: Session, key: str, actor: Actor, *, now: datetime) -> Acted:
    """Somebody is on it: it climbs no further."""
    alert = _held(session, key)
    if alert.state != "open":
        return _over(alert, "there is nothing to acknowledge")
    if alert.acknowledged_by:
        return Acted(False, f"Already acknowledged by {alert.acknowledged_by}{_at(alert)}.")
    changes = {"acknowledged_by": actor.name, "acknowledged_at": now, "climbs_at": None}
    _do(session, alert, _Deed(actor, "alert.acknowledged", changes, {}, now))
    return Acted(True, f"You acknowledged {telling.name_of(alert)}.")


def assign(session: Session, key: str, actor: Actor, *, to: str, now: datetime) -> Acted:
    """Somebody's work from now on; it climbs until they acknowledge."""
    alert = _held(session, key)
    to = clean(to.strip(), 127)
    if not to:
        raise DaywatchError("nobody is named to assign it to.", remedy="Name a person.")
    if alert.state != "open":
        return _over(alert, "there is nothing to assign")
    if alert.assignee == to:
        return Acted(False, f"It is already assigned to {to}.")
    _do(session, alert, _Deed(actor, "alert.assigned", {"assignee": to}, {"to": to}, now))
    return Acted(True, f"{telling.name_of(alert)} is assigned to {to}.")


def snooze(
    session: Session,
    key: str,
    actor: Actor,
    *,
    until: datetime | None,
    until_falls: bool = False,
    now: datetime,
) -> Acted:
    """Quiet until a time, or until a judged day without a breach: nothing reminds, nothing climbs.

    The message is still edited. Raises DaywatchError for a time that is past or over 30 days off.
    """
    alert = _held(session, key)
    if until is None and not until_falls:
        raise DaywatchError("a snooze needs an end.", remedy="Give a time, or until it falls.")
    if until is not None and not now < until <= now + LONGEST_SNOOZE:
        raise DaywatchError(
            f"a snooze cannot last until {until:%Y-%m-%d %H:%M} UTC.",
            remedy=f"Give a time in the next {LONGEST_SNOOZE.days} days.",
        )
    if alert.state != "open":
        return _over(alert, "there is nothing to snooze")
    words = "the value falls" if until is None else f"{until:%Y-%m-%d %H:%M} UTC"
    if snoozes(alert) and (alert.snoozed_until, alert.snoozed_until_falls) == (until, until_falls):
        return Acted(False, f"Already snoozed until {words} by {alert.snoozed_by}.")
    changes = {
        "snoozed_by": actor.name,
        "snoozed_until": until,
        "snoozed_until_falls": until_falls,
        "climbs_at": None,
    }
    _do(session, alert, _Deed(actor, "alert.snoozed", changes, {"until": words}, now))
    return Acted(True, f"{telling.name_of(alert)} is snoozed until {words}.")


def resolve(
    session: Session, key: str, actor: Actor, *, outcome: Outcome, note: str, now: datetime
) -> Acted:
    """How it turned out; an open episode ends with it, and a later breach is a new one."""
    alert = _held(session, key)
    if alert.resolution:
        words = Outcome(alert.resolution).words
        return Acted(False, f"Already resolved as {words} by {alert.resolved_by}.")
    note = clean(note.strip(), NOTE_LIMIT)
    changes = {
        "resolution": str(outcome),
        "resolution_note": note,
        "resolved_by": actor.name,
        "resolved_at": now,
        "climbs_at": None,
        "snoozed_by": None,
        "snoozed_until": None,
        "snoozed_until_falls": False,
    }
    details = {"outcome": outcome.words, "note": note, "value": str(outcome)}
    if alert.state == "open":
        changes |= {"state": "ended", "ended_at": now}
    _do(session, alert, _Deed(actor, "alert.resolved", changes, details, now))
    return Acted(True, f"{telling.name_of(alert)} is resolved as {outcome.words}.")


# --- how --------------------------------------------------------------------------------------


def _held(session: Session, key: str) -> Alert:
    """The alert, with its team's other changes waiting until this transaction ends."""
    team = session.scalar(select(Alert.team).where(Alert.key == key))
    if team is None:
        raise DaywatchError(f"there is no alert {key[:12]}.", remedy="See `daywatch alerts`.")
    lock(session, f"alerts:{team}")
    found = session.get(Alert, key, with_for_update=True, populate_existing=True)
    if found is None:
        raise DaywatchError(f"the alert {key[:12]} has just been withdrawn.")
    return found


@dataclass(frozen=True)
class _Deed:
    """What somebody does: the audit action with its details, and the columns that change."""

    actor: Actor
    action: str
    changes: Mapping[str, Any]
    details: Mapping[str, Any]
    now: datetime

    @property
    def resolves(self) -> bool:
        return "resolution" in self.changes


def _do(session: Session, alert: Alert, deed: _Deed) -> None:
    """The change, in the alert and in a summary's members, with its trail and its messages."""
    counts = summaries.Summaries(session, deed.now)
    if alert.kind == telling.SUMMARY:
        for member in summaries.shown_members(session, alert):
            _write(session, member, deed)
        _write_counted(session, alert, deed)
        if deed.changes.get("state") == "ended":
            counts.all_over(alert)
    before = summaries.counted_as(alert)
    _write(session, alert, deed)
    counts.moved(alert, before)
    counts.tell()
    history.write_log(session, alert, deed.now)


def _write_counted(session: Session, summary: Alert, deed: _Deed) -> None:
    """The same for members without a message: thousands, so without loading them."""
    values: dict[str, Any] = dict(deed.changes)
    if deed.resolves:
        values["resolved_through"] = Alert.last_day
    keys = summaries.counted_members(session, summary)
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        session.execute(
            update(Alert)
            .where(Alert.key.in_(part))
            .values(values)
            .execution_options(synchronize_session=False)
        )
        for key in part:
            history.record_key(session, key, deed.actor, deed.action, deed.now, deed.details)
        session.flush()


def _write(session: Session, alert: Alert, deed: _Deed) -> None:
    """One alert's columns, audit row and message."""
    for name, value in deed.changes.items():
        setattr(alert, name, value)
    if deed.resolves:
        alert.resolved_through = alert.last_day
        if alert.kind == telling.RISK and alert.content["episode"]["status"] == "open":
            episode = {**alert.content["episode"], "status": "ended"}
            alert.content = {**alert.content, "episode": episode}
    history.record(session, alert, deed.actor, deed.action, deed.now, deed.details)
    telling.parent(session, alert, deed.now)


def _over(alert: Alert, so: str) -> Acted:
    episode = alert.content.get("episode", {})
    how = "was withdrawn" if episode.get("status") == "withdrawn" else "is over"
    when = f" since {alert.ended_at:%Y-%m-%d %H:%M} UTC" if alert.ended_at else ""
    return Acted(False, f"{telling.name_of(alert)} {how}{when}: {so}.")


def _at(alert: Alert) -> str:
    return f", {alert.acknowledged_at:%Y-%m-%d %H:%M} UTC" if alert.acknowledged_at else ""
