"""What happens in a run: alerts of several teams that open, change, end, are taken back or acked.

A story is drawn from a seed and told in order of time. Each event may be told twice (a run that
was killed and started again tells it again) without changing the outcome.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from daywatch.alerts.facts import AlertFacts, SegmentFact

FIRST_DAY = date(2026, 3, 2)
START = datetime.combine(FIRST_DAY + timedelta(days=1), time(4, 0))
"""When the first day is judged."""
BREACH, QUIET, ACK, WITHDRAWN = "breach", "quiet", "ack", "withdrawn"


@dataclass(frozen=True)
class Event:
    """One thing told at a simulated time: a judged day, or somebody's click."""

    at: datetime
    detection: str
    kind: str
    day: date
    value: float = 0.0


@dataclass(frozen=True)
class Plot:
    """What becomes of one detection's alert: days that breach, then perhaps an end."""

    detection: str
    events: tuple[Event, ...]
    fate: str
    """open, ended, withdrawn"""


def teams(count: int) -> list[str]:
    """The teams of a run; each has a channel of its own name."""
    return [f"team{n}" for n in range(count)]


def plots(alerts: int, rng: random.Random, team_count: int = 10) -> list[Plot]:
    """So many alerts, spread over teams and over the first two days."""
    names = teams(team_count)
    spread = timedelta(seconds=2 * alerts)
    return [_plot(f"{names[n % team_count]}.d{n}", rng, spread) for n in range(alerts)]


def in_order(told: list[Plot]) -> list[Event]:
    """All events by time."""
    return sorted((event for plot in told for event in plot.events), key=lambda e: e.at)


def _plot(detection: str, rng: random.Random, spread: timedelta) -> Plot:
    begins = rng.choice((0, 0, 0, 1))
    minute = timedelta(minutes=int(rng.random() * spread.total_seconds() / 60))
    breached = rng.choice((1, 1, 1, 2, 2, 3))
    fate = rng.choices(("open", "ended", "withdrawn"), (5, 3, 1))[0]
    events: list[Event] = []

    def tell(kind: str, offset: int, value: float = 0.0, after: float = 0.0) -> None:
        day = FIRST_DAY + timedelta(days=offset)
        at = START + timedelta(days=offset, seconds=after) + minute
        events.append(Event(at, detection, kind, day, value))

    for n in range(breached):
        tell(BREACH, begins + n, 60.0 + rng.randrange(100))
        if rng.random() < 0.1:  # somebody runs the day again
            tell(BREACH, begins + n, events[-1].value, after=rng.randrange(1_200))
    if rng.random() < 0.2:
        tell(ACK, begins + breached - 1, after=300 + rng.randrange(1_800))
    if fate == "ended":
        tell(QUIET, begins + breached)
        tell(QUIET, begins + breached + 1)
    elif fate == "withdrawn":  # the last breached day first: a rebuilt history
        for n in reversed(range(breached)):
            tell(WITHDRAWN, begins + n, after=86_400 * (breached - n) + 3_600 - 60 * n)
    return Plot(detection, tuple(sorted(events, key=lambda e: e.at)), fate)


def facts(event: Event) -> AlertFacts:
    """A small breach, as judging would brief it."""
    team, _, name = event.detection.partition(".")
    return AlertFacts(
        detection=event.detection,
        title=f"Burst in {name}",
        description="More accounts from one network than usual.",
        team=team,
        indicator="bursts",
        severity="high",
        channel=f"#{team}",
        day=event.day,
        value=event.value,
        limit_high=50.0,
        reason=f"{event.value:g} is above the limit of 50.",
        segments=(SegmentFact("market = BR", event.value - 10, 9.0, 0.7),),
        evidence_columns=("ip24", "accounts"),
        evidence=(("177.54.12", "214"), ("103.28.54", "71")),
        runbook="1. Open the largest network.\n2. Decide.",
    )
