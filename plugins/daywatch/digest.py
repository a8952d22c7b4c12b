"""A team's morning digest: the proof that its silence means safety, and what needs a human.

All of it is read from the state store, so that writing it again says the same, or what is true
now. Of a confidential team it tells names of detections and counts, in its own channel only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from daywatch import canary
from daywatch.alerts import outbox, render
from daywatch.alerts.ladder import on_call
from daywatch.alerts.people import SYSTEM
from daywatch.alerts.team_facts import AgeBucket, DigestFacts, NeverFires, Noisy
from daywatch.catalog.model import Detection, Status, Team
from daywatch.expected import Absent, absent_days
from daywatch.standing import DetectionDay, day_rows
from daywatch.state.audit import audit

if TYPE_CHECKING:
    from daywatch.house import House
    from daywatch.state import BreachView
    from daywatch.state.tally import AlertLine, Fired, StuckMessage

NOISE_DAYS, NOISY_ALERTS = timedelta(days=28), 5
FALSE_SHARE, FALSE_KNOWN = 0.5, 2
"""Half of the resolved alerts false, of at least two."""
QUIET_DAYS = timedelta(days=60)
BACK = timedelta(days=28)
"""How far back days that never ran are counted."""
WAKES = ("critical", "high")
AGES = (
    (timedelta(days=30), "over a month"),
    (timedelta(days=7), "over a week"),
    (timedelta(days=1), "over a day"),
    (timedelta.min, "a day or less"),
)


def write_digest(house: House, team: Team, now: datetime, day: date | None = None) -> bool:
    """Put the team's digest into the outbox; one per team and day, a rerun edits it.

    It tells of `day`, by default the one that ended last (UTC). False where it says so already.
    """
    day = day or now.date() - timedelta(days=1)
    facts = digest_facts(house, team, now, day)
    channel = team.channels["digest"]
    key = outbox.key_of("digest", team.name, channel, day)
    with house.state.transaction() as session:
        written = outbox.put(
            session,
            key,
            render.digest(facts, key),
            kind="post",
            channel=channel,
            name=f"{day}-{team.name}-digest",
            now=now,
            team=team.name,
        )
        if written:
            audit(session, SYSTEM.id, "digest.written", key, {"day": str(day)}, now=now)
    return written


def digest_facts(house: House, team: Team, now: datetime, day: date | None = None) -> DigestFacts:
    """What the digest says, from the state store as it is now."""
    day = day or now.date() - timedelta(days=1)
    rows = day_rows(house, day, _scheduled(house, team))
    absent = [one for one in absent_days(house, day - BACK, day) if one.team == team.name]
    today = {one.detection for one in absent if one.day == day}
    breaches = [b for b in house.state.breaches(first=day, last=day) if _whole(b, team)]
    opened = house.state.open_alerts(team.name)
    stuck = house.state.stuck_messages(now, team.name)
    over = house.state.routed(team.name, "digest", _start(day))
    beat = canary.standing(house)
    return DigestFacts(
        team=team.title,
        day=day,
        expected=len(rows) + len(_broken(house, team)),
        ran=sum(row.detection not in today and _ran(row) for row in rows),
        published=sum(row.published for row in rows),
        held_back=tuple(_held(row, team) for row in rows if row.held_back),
        not_run=tuple(_not_run(absent, day)),
        breached=tuple(_said(b) for b in breaches if b.unpaged != str(Status.EXPERIMENTAL)),
        open_alerts=tuple(_by_age(opened, now)),
        unacknowledged=tuple(_unacknowledged(opened, now)),
        dead_letters=tuple(_stuck(one, now) for one in stuck if one.dead),
        overdue=tuple(_stuck(one, now) for one in stuck if not one.dead),
        noisy=tuple(_noisy(house.state.fired(team.name, now - NOISE_DAYS))),
        never_fires=tuple(_never_fires(house, team, day)),
        silences=tuple(_silences(house, team, now)),
        to_digest=tuple(_line(one) for one in over),
        budget_used=len(house.state.routed(team.name, "page", now - timedelta(days=7))),
        budget=team.alert_budget_per_week,
        experimental=tuple(_said(b) for b in breaches if b.unpaged == str(Status.EXPERIMENTAL)),
        canary=beat.said,
        canary_well=beat.fine,
        on_call=on_call(team),
        link=house.settings.board_url,
    )


def _scheduled(house: House, team: Team) -> list[Detection]:
    mine = (d for d in house.catalog.detections.values() if d.team == team.name)
    return [d for d in mine if d.header.status.scheduled]


def _broken(house: House, team: Team) -> list[str]:
    return [b.name for b in house.catalog.broken if b.team == team.name]


def _start(day: date) -> datetime:
    return datetime.combine(day, time())


def _whole(breach: BreachView, team: Team) -> bool:
    """One line an indicator, not one for each segment, which may also show whom it is about."""
    mine = breach.detection.partition(".")[0] == team.name
    return mine and not breach.segment and breach.unpaged in ("", "experimental", "excepted")


def _said(breach: BreachView) -> str:
    return f"{breach.detection} {breach.indicator} ({breach.severity}): {breach.reason}"


def _ran(row: DetectionDay) -> bool:
    return row.published or row.held_back


def _held(row: DetectionDay, team: Team) -> str:
    return row.detection if team.confidential else f"{row.detection}: {row.message}"


def _not_run(absent: Sequence[Absent], day: date) -> Iterable[str]:
    """The day's in full; of earlier days only how many, by detection."""
    yield from (one.sentence() for one in absent if one.day == day)
    earlier: dict[str, list[date]] = {}
    for one in absent:
        if one.day != day:
            earlier.setdefault(one.detection, []).append(one.day)
    for name, days in earlier.items():
        yield f"{name}: {len(days)} earlier days since {min(days)}"


# --- alerts ---------------------------------------------------------------------------------------


def _line(alert: AlertLine) -> str:
    held = alert.assignee or alert.acknowledged_by
    by = f", {held} is on it" if held else ""
    return f"{alert.severity} {alert.detection} {alert.indicator} since {alert.first_day}{by}"


def _by_age(alerts: Sequence[AlertLine], now: datetime) -> Iterable[AgeBucket]:
    """Oldest first; each alert stands in the first age that it is over."""
    left = list(alerts)
    for least, name in AGES:
        mine = [a for a in left if least is timedelta.min or now - a.opened_at > least]
        left = [a for a in left if a not in mine]
        if mine:
            yield AgeBucket(name, tuple(_line(a) for a in mine))


def _unacknowledged(alerts: Sequence[AlertLine], now: datetime) -> Iterable[str]:
    for alert in alerts:
        if alert.severity in WAKES and alert.route == "page" and not alert.acknowledged_by:
            yield f"{_line(alert)}, {_span(now - alert.opened_at)} unacknowledged"


def _stuck(message: StuckMessage, now: datetime) -> str:
    since = _span(now - message.created_at)
    return f"{message.channel}: {message.error or 'not delivered yet'} ({since}, {message.key[:8]})"


def _span(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours / 24:.0f} d" if hours >= 48 else f"{hours:.0f} h"


def _silences(house: House, team: Team, now: datetime) -> Iterable[str]:
    for one in house.state.silences_in_force(now, team.name):
        match = ", ".join(f"{name} {value}" for name, value in one.match.items() if value != "*")
        until = f"until {one.expires_at:%Y-%m-%d %H:%M} UTC"
        yield f"{match or 'everything'} {until} ({one.owner}: {one.reason}; {one.id})"


# --- detections that cry wolf, and those that never do --------------------------------------------


def _noisy(fired: Sequence[Fired]) -> Iterable[Noisy]:
    for one in fired:
        share = one.false / one.resolved if one.resolved else None
        false = share is not None and share >= FALSE_SHARE and one.resolved >= FALSE_KNOWN
        if one.alerts >= NOISY_ALERTS or false:
            yield Noisy(one.detection, one.alerts, share)


def _never_fires(house: House, team: Team, day: date) -> Iterable[NeverFires]:
    """Production detections of over sixty days without a breach: they may be blind."""
    last, known = house.state.last_breaches(team.name), house.state.known_detections()
    for detection in _scheduled(house, team):
        since = known.get(detection.name)
        if not detection.header.status.pages or since is None:
            continue
        newest = last.get(detection.name)
        if newest is None and day - since.date() >= QUIET_DAYS:
            yield NeverFires(detection.name, f"never breached since {since.date()}")
        elif newest is not None and day - newest >= QUIET_DAYS:
            yield NeverFires(detection.name, f"last breached {newest}")
