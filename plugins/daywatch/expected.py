"""Catalogue x expected days: what should have run by now and has nothing to show for it.

A dead scheduler, a paused DAG and a broken file all look the same from outside: silence. So each
scheduled detection owes every day of the paging horizon an outcome: published, or held back and
told. Past the time its run should have ended, a day without one is absent, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from daywatch.catalog.cron import tick
from daywatch.catalog.model import BrokenFile, Catalog, Detection, Team

if TYPE_CHECKING:
    from daywatch.house import House
    from daywatch.state import RunView

MARGIN = timedelta(minutes=30)
"""Beyond deadline and timeout: queueing, retries of a lost connection, clocks that differ."""
OVER_TIMEOUT = timedelta(minutes=30)
"""A step that still says it runs so long after its timeout was killed."""
BROKEN_TIMEOUT = timedelta(minutes=15)
STEPS = ("build", "validate")
NEVER = "never ran"

Steps = Mapping[tuple[str, date, str], "RunView"]
"""The newest run by detection, day and step."""


@dataclass(frozen=True)
class Expected:
    """A day that a detection owes; `due` is when its run should have ended, at the latest."""

    team: str
    detection: str
    day: date
    due: datetime


@dataclass(frozen=True)
class Absent:
    """An expected day that is neither published nor held back, and why."""

    team: str
    detection: str
    day: date
    why: str

    def sentence(self) -> str:
        """`spam.burst: never ran`."""
        return f"{self.detection}: {self.why}"


def horizon(now: datetime, days: int) -> tuple[date, date]:
    """The first and the last ended UTC day that are still told at once."""
    return now.date() - timedelta(days=days), now.date() - timedelta(days=1)


def absent_days(house: House, first: date, last: date) -> list[Absent]:
    """What is absent of the days in [first, last], in order of day and name."""
    known, now = house.state.known_detections(), house.now()
    due = [e for e in expected_days(house.catalog, known, first, last) if e.due <= now]
    if not due:
        return []
    published = house.state.published_days(first, last)
    steps = house.state.last_steps(first, last)
    return [
        Absent(e.team, e.detection, e.day, why)
        for e in due
        if (e.detection.rpartition(".")[2], e.day) not in published
        and (why := _why(house.catalog, steps, e, now))
    ]


def expected_days(
    catalog: Catalog, known: Mapping[str, datetime], first: date, last: date
) -> Iterator[Expected]:
    """Each scheduled or broken detection's days in [first, last], since it has been known."""
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        for name, (team, start, patience) in sorted(_schedules(catalog, day).items()):
            if name in known and known[name] <= start:
                yield Expected(team, name, day, start + patience)


def due(catalog: Catalog, name: str, day: date) -> datetime | None:
    """When the detection's run for the day should have ended; None where it is not scheduled."""
    found = _schedules(catalog, day).get(name)
    return found[1] + found[2] if found else None


def scheduled_names(catalog: Catalog) -> list[str]:
    """Whatever should run each day, files that cannot be read among it."""
    return sorted(
        {
            *(d.name for d in catalog.detections.values() if d.header.status.scheduled),
            *(b.name for b in catalog.broken),
        }
    )


def _schedules(catalog: Catalog, day: date) -> dict[str, tuple[str, datetime, timedelta]]:
    """Team, start and longest duration of the day's run, by detection."""
    found = {}
    for detection in catalog.detections.values():
        if detection.header.status.scheduled:
            team = catalog.teams[detection.team]
            start = tick(detection.header.schedule or team.schedule, team.timezone, day)
            found[detection.name] = (detection.team, start, _patience(detection, team))
    for broken in catalog.broken:
        home = catalog.teams.get(broken.team)
        start = tick(home.schedule if home else "", home.timezone if home else "UTC", day)
        found[broken.name] = (broken.team, start, BROKEN_TIMEOUT)
    return found


def _patience(detection: Detection, team: Team) -> timedelta:
    return team.ready_deadline + (detection.header.timeout or team.timeout) + MARGIN


def _why(catalog: Catalog, steps: Steps, expected: Expected, now: datetime) -> str:
    """Why the day is absent; empty where it was held back, or is being worked on right now."""
    name, day = expected.detection, expected.day
    if broken := _broken(catalog.broken, name):
        return f"cannot be read: {broken.path.name}:{broken.line or 1}: {broken.fault}"
    detection = catalog.detections[name]
    team = catalog.teams[detection.team]
    last = next((run for s in reversed(STEPS) if (run := steps.get((name, day, s)))), None)
    built = steps.get((name, day, "build"))
    if last is None:
        return NEVER
    if built is not None and built.id > last.id:
        last = built  # a newer build follows an older validation
    if last.state == "held_back":
        return ""
    if last.state == "running":
        limit = (detection.header.timeout or team.timeout) + OVER_TIMEOUT
        alive = now - last.started_at < limit
        return "" if alive else f"its {last.step} began and never ended"
    if last.state == "failed":
        return f"its {last.step} failed" + (
            "" if team.confidential else f": {_short(last.message)}"
        )
    if last.step == "build":
        return "was built and never validated"
    return f"its {last.step} ended as {last.state} and nothing is published"


def _broken(files: Iterable[BrokenFile], name: str) -> BrokenFile | None:
    return next((file for file in files if file.name == name), None)


def _short(message: str) -> str:
    first = message.strip().partition("\n")[0]
    return first if len(first) <= 160 else f"{first[:159]}…"
