"""The canary: one alert a day that must be seen in its channel, or silence proves nothing.

The detection `daywatch.canary` breaches every day; its alert goes the whole way. Here it is looked
for where people would see it: in the channel's history, through the transport, never in our own
database. Seen: a watcher outside is called, and the alert resolved, so that tomorrow's is a new
one. Not seen by its deadline: that is told by other ways than the one that just failed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from daywatch import heartbeat
from daywatch.alerts import actions
from daywatch.alerts.outcomes import Outcome
from daywatch.alerts.people import SYSTEM
from daywatch.alerts.transport import Outgoing, Sight, Transport
from daywatch.catalog.model import CANARY
from daywatch.expected import absent_days, due, expected_days
from daywatch.state.audit import audit
from daywatch.state.sessions import lock
from daywatch.state.watch import BeatView

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from daywatch.house import House
    from daywatch.state import AlertView

    Call = Callable[..., str]

SKEW = timedelta(minutes=15)
"""How far our clock and Slack's may differ when the history is searched."""


class Sighting(StrEnum):
    """What is known of a day's canary."""

    SEEN = "seen"
    WAITING = "waiting"
    """not there yet, and still in time"""
    MISSED = "missed"
    UNPROVED = "unproved"
    """previews: nothing was sent, so nothing can be seen"""
    NONE = "none"
    """the catalogue has no canary"""


@dataclass(frozen=True)
class Beat:
    """One look at a day's canary, and what the watcher outside was told."""

    day: date
    sighting: Sighting
    said: str
    alert_key: str | None = None
    watcher: str = ""

    @property
    def fine(self) -> bool:
        """Whether nothing is known to be wrong; waiting and previews are only no proof."""
        return self.sighting is not Sighting.MISSED

    def sentence(self) -> str:
        """`canary of 2026-03-02: seen in #ts-daywatch; the watcher outside was told`."""
        watcher = f"; {self.watcher}" if self.watcher else ""
        return f"canary of {self.day}: {self.said}{watcher}"


def newest_day(now: datetime) -> date:
    """The day whose canary flies now: yesterday, UTC."""
    return now.date() - timedelta(days=1)


def deadline(house: House, day: date) -> datetime:
    """When the day's canary must have been seen."""
    return due(house.catalog, CANARY, day) or datetime.combine(day, time()) + timedelta(days=2)


def check(
    house: House,
    transport: Transport,
    day: date,
    *,
    until: datetime | None = None,
    call: Call = heartbeat.call,
) -> Beat:
    """Look for the day's canary in its channel and record what was seen; safe to repeat.

    "Not there" means missed from `until` on, by default the day's deadline.
    """
    if CANARY not in house.state.known_detections() and CANARY not in house.catalog.detections:
        return Beat(day, Sighting.NONE, "there is none in the catalogue")
    before = house.state.beat(day)
    if before is not None and before.seen_at is not None:
        return _told(house, before, Beat(day, Sighting.SEEN, "seen before", before.alert_key), call)
    if (house.now().date() - day).days > house.settings.paging_horizon_days:
        return Beat(day, Sighting.UNPROVED, "the day is beyond the paging horizon: nothing is sent")
    if not transport.sends:
        return Beat(day, Sighting.UNPROVED, "nothing was sent (no Slack token), so it is no proof")
    alert = _alert(house, day)
    missing = _missing(house, transport, alert, day)
    if not missing and alert is not None:
        return _seen(house, alert, day, call)
    key = alert.key if alert else None
    if house.now() < (until or deadline(house, day)):
        return Beat(day, Sighting.WAITING, f"not there yet: {missing}", key)
    return _missed(house, key, day, missing, call)


def _alert(house: House, day: date) -> AlertView | None:
    """The canary's alert of that day; the newest, where a day was resolved and breached again."""
    mine = [
        alert
        for alert in house.state.alerts(detection=CANARY)
        if alert.kind == "risk" and alert.first_day <= day <= alert.last_day
    ]
    return max(mine, key=lambda alert: (alert.first_day, alert.opened_at), default=None)


def _missing(house: House, transport: Transport, alert: AlertView | None, day: date) -> str:
    """Why the channel does not show it; empty when it does."""
    if alert is None:
        absent = [one for one in absent_days(house, day, day) if one.detection == CANARY]
        return f"no alert was opened; {absent[0].why}" if absent else "no alert was opened"
    if alert.opened_at < datetime.combine(day, time()) + timedelta(days=1):
        return f"nothing new was posted: it goes on in the alert opened on {alert.opened_at:%d %b}"
    wanted = Outgoing(key=alert.key, version=0, channel=alert.channel, message={})
    found = transport.find(wanted, alert.opened_at - SKEW)
    if found.sight is Sight.FOUND:
        return ""
    why = found.error or "its message is not in the channel's history"
    return f"{alert.channel}: {why}"


def _seen(house: House, alert: AlertView, day: date, call: Call) -> Beat:
    now = house.now()
    beat = BeatView(day, alert.key, now, None, now, "")
    with house.state.transaction() as session:
        lock(session, CANARY)
        if (other := house.state.beat(day)) and other.seen_at:  # another check was faster
            return Beat(day, Sighting.SEEN, f"seen in {alert.channel}", alert.key)
        house.state.save_beat(session, beat)
        audit(session, SYSTEM.id, "canary.seen", alert.key, {"day": str(day)}, now=now)
        note = "Seen in its channel: alerts arrive."
        _resolve(session, alert.key, Outcome.BENIGN_POSITIVE, note, now)
    said = f"seen in {alert.channel}"
    return _told(house, beat, Beat(day, Sighting.SEEN, said, alert.key), call)


def _missed(house: House, key: str | None, day: date, why: str, call: Call) -> Beat:
    """Record it and tell the watcher, the first time; tomorrow's canary flies on its own."""
    now = house.now()
    with house.state.transaction() as session:
        lock(session, CANARY)
        before = house.state.beat(day)
        again = before is not None and bool(before.error)
        house.state.save_beat(session, BeatView(day, key, None, None, now, why))
        if not again:
            audit(session, SYSTEM.id, "canary.missed", key or CANARY, {"day": str(day)}, now=now)
        if key is not None and not again:
            note = "Not seen in its channel; tomorrow's flies on its own."
            _resolve(session, key, Outcome.UNDETERMINED, note, now)
    beat = Beat(day, Sighting.MISSED, f"NOT SEEN: {why}", key)
    if again or not house.settings.heartbeat_url:
        return beat
    failure = call(house.settings.heartbeat_url, heartbeat.FAIL)
    said = f"the watcher outside could not be told: {failure}" if failure else "the watcher knows"
    return replace(beat, watcher=said)


def _resolve(session: Session, key: str, outcome: Outcome, note: str, now: datetime) -> None:
    actions.resolve(session, key, SYSTEM, outcome=outcome, note=note, now=now)


def _told(house: House, known: BeatView, beat: Beat, call: Call) -> Beat:
    """Call the watcher outside unless it took the day's call; the next check tries again."""
    if not house.settings.heartbeat_url or known.heartbeat_at is not None:
        return beat
    failure = call(house.settings.heartbeat_url)
    now = house.now()
    told = replace(
        known,
        heartbeat_at=None if failure else now,
        checked_at=now,
        error=f"heartbeat: {failure}" if failure else "",
    )
    with house.state.transaction() as session:
        house.state.save_beat(session, told)
    said = f"the watcher outside was not told: {failure}" if failure else "the watcher was told"
    return replace(beat, watcher=said)


# --- the sweep's look, and how it stands ----------------------------------------------------------


def unsettled(house: House, *, thorough: bool) -> list[date]:
    """Days whose canary should be looked for now, although their own check may be dead too.

    One that was missed is looked for again when all is looked at: it may have come late.
    """
    return [day for day in _owed(house) if _wants_look(house, day, thorough)]


def _owed(house: House) -> list[date]:
    """The last two days, as far as the canary was known when they flew."""
    since = house.state.known_detections().get(CANARY)
    if since is None:
        return []
    last = newest_day(house.now())
    days = expected_days(house.catalog, {CANARY: since}, last - timedelta(days=1), last)
    return [one.day for one in days if one.due <= house.now() or _alert(house, one.day)]


def _wants_look(house: House, day: date, thorough: bool) -> bool:
    beat = house.state.beat(day)
    if beat is None:
        return True
    if beat.seen_at is None:
        return thorough
    return bool(house.settings.heartbeat_url) and beat.heartbeat_at is None


def standing(house: House) -> Beat:
    """What is known of the newest canary that should have been seen, without looking again."""
    since = house.state.known_detections().get(CANARY)
    day = newest_day(house.now())
    if deadline(house, day) > house.now():
        day -= timedelta(days=1)
    if since is None or CANARY not in house.catalog.detections:
        return Beat(day, Sighting.NONE, "there is none in the catalogue, or no sweep has run yet")
    beat = house.state.beat(day)
    if beat is not None and beat.seen_at is not None:
        late = f"; the watcher outside was not told ({beat.error})" if beat.error else ""
        return Beat(day, Sighting.SEEN, f"seen at {beat.seen_at:%H:%M} UTC{late}", beat.alert_key)
    if beat is not None and beat.error:  # whoever looked had a token, even if we have none
        return Beat(day, Sighting.MISSED, f"NOT SEEN: {beat.error}", beat.alert_key)
    if not house.speaks_slack():
        return Beat(day, Sighting.UNPROVED, "nothing was sent (no Slack token), so it is no proof")
    if not list(expected_days(house.catalog, {CANARY: since}, day, day)):
        return Beat(day, Sighting.WAITING, "not known long enough")
    return Beat(day, Sighting.MISSED, "NOT SEEN: nobody looked for it")
