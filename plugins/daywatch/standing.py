"""How a day stands: what ran, what did not, what it found, and whether silence means safety."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from daywatch import canary, expected
from daywatch.catalog.model import Detection

if TYPE_CHECKING:
    from daywatch.house import House
    from daywatch.state import RunView

NOT_RUN = "not run"
STEPS = ("build", "validate", "alert")
LATE = timedelta(minutes=15)
"""An escalation overdue by so long was not just waiting for the next minute's round."""


@dataclass(frozen=True)
class DetectionDay:
    """One detection on one day; the steps hold their newest run's state, or `not run`.

    `messages` counts the alerts, of risk and of data, that speak of this day.
    """

    detection: str
    build: str
    validate: str
    alert: str
    rows: int | None
    breaches: tuple[str, ...]
    messages: int
    message: str
    published: bool = False

    @property
    def held_back(self) -> bool:
        """Whether a check or a missing source kept the day from being published."""
        return "held_back" in (self.build, self.validate)

    @property
    def failed(self) -> bool:
        """Whether the newest run of a step failed, whatever an earlier one published."""
        return "failed" in (self.build, self.validate, self.alert)

    @property
    def done(self) -> bool:
        """Whether the day was published and judged, and nothing newer failed or was held back."""
        return self.alert == "done" and not self.failed and not self.held_back


@dataclass(frozen=True)
class Waiting:
    """An alert that nobody has acknowledged, and for how long."""

    key: str
    severity: str
    detection: str
    indicator: str
    hours: float


@dataclass(frozen=True)
class Standing:
    """All detections on one day, and whatever else decides whether silence means safety."""

    day: date
    rows: tuple[DetectionDay, ...]
    broken: tuple[str, ...]
    outbox: dict[str, int]
    slack: bool
    absent: tuple[str, ...] = ()
    """days within the paging horizon that should have run and did not, and why"""
    overdue: int = 0
    """messages that still wait although their deadline has passed"""
    unacknowledged: tuple[Waiting, ...] = ()
    late_climbs: int = 0
    """alerts whose next step up the ladder is long due: nobody tends"""
    canary: str = ""
    canary_well: bool = True
    silences: tuple[str, ...] = ()

    @property
    def fine(self) -> bool:
        """Whether silence means safety: all ran, nothing is stuck, the canary was not missed."""
        stuck = self.broken or self.absent or self.overdue or self.late_climbs
        return (
            all(row.done for row in self.rows)
            and not stuck
            and not self.outbox.get("dead")
            and self.canary_well
        )

    def sentence(self) -> str:
        """The proof of silence in one line: "12 of 12 detections ran, 3 breached, ..."."""
        parts = [
            f"{sum(r.done for r in self.rows)} of {len(self.rows)} detections ran",
            f"{sum(bool(r.breaches) for r in self.rows)} breached",
            f"{sum(r.held_back for r in self.rows)} held back",
            f"{sum(r.failed for r in self.rows)} failed",
            f"{sum(r.build == NOT_RUN for r in self.rows)} not run",
        ]
        if self.broken:
            parts.append(f"{len(self.broken)} broken files: {', '.join(self.broken)}")
        waiting = self.outbox.get("pending", 0) + self.outbox.get("ambiguous", 0)
        late = f" ({self.overdue} overdue)" if self.overdue else ""
        dead = self.outbox.get("dead", 0)
        parts.append(f"{waiting} messages waiting{late}, {dead} undeliverable")
        if self.unacknowledged:
            parts.append(f"{len(self.unacknowledged)} alerts unacknowledged")
        if not self.slack:
            parts.append("no Slack token: nothing was sent")
        return "; ".join(parts)

    def notes(self) -> list[str]:
        """What a reader should know beside the table, worst first."""
        notes = [f"NOT RUN {line}" for line in self.absent]
        if self.late_climbs:
            notes.append(
                f"{self.late_climbs} escalations are late: nothing tends. Is the DAG "
                "daywatch.delivery on, or `daywatch deliver --every 60` running?"
            )
        if self.canary:
            notes.append(f"canary: {self.canary}")
        notes += [
            f"unacknowledged for {one.hours:.0f} h: {one.severity} {one.detection} "
            f"{one.indicator} ({one.key[:8]})"
            for one in self.unacknowledged
        ]
        return notes + [f"silenced: {line}" for line in self.silences]


def day_standing(house: House, day: date) -> Standing:
    """Read how `day` and the house stand from the state store."""
    now = house.now()
    scheduled = [d for d in house.catalog.detections.values() if d.header.status.scheduled]
    first, last = expected.horizon(now, house.settings.paging_horizon_days)
    opened = house.state.open_alerts()
    beat = canary.standing(house)
    return Standing(
        day=day,
        rows=day_rows(house, day, scheduled),
        broken=tuple(b.name for b in house.catalog.broken),
        outbox=house.state.outbox_counts(),
        slack=house.speaks_slack(),
        absent=tuple(
            f"{one.day} {one.sentence()}" for one in expected.absent_days(house, first, last)
        ),
        overdue=sum(not one.dead for one in house.state.stuck_messages(now)),
        unacknowledged=tuple(
            Waiting(a.key, a.severity, a.detection, a.indicator, _hours(now - a.opened_at))
            for a in opened
            if a.severity in ("critical", "high") and a.route == "page" and not a.acknowledged_by
        ),
        late_climbs=sum(a.climbs_at is not None and a.climbs_at < now - LATE for a in opened),
        canary=beat.said,
        canary_well=beat.fine,
        silences=tuple(
            f"{one.team} until {one.expires_at:%Y-%m-%d %H:%M} UTC ({one.owner}: {one.reason})"
            for one in house.state.silences_in_force(now)
        ),
    )


def _hours(age: timedelta) -> float:
    return round(age.total_seconds() / 3600, 1)


def day_rows(house: House, day: date, detections: Sequence[Detection]) -> tuple[DetectionDay, ...]:
    """How these detections fared on one day."""
    breaches: dict[str, list[str]] = {}
    for breach in house.state.breaches(first=day, last=day):
        if not breach.segment:
            breaches.setdefault(breach.detection, []).append(breach.indicator)
    told = Counter(
        alert.detection
        for alert in house.state.alerts()
        if alert.first_day <= day <= alert.last_day
    )
    steps = house.state.last_steps(day, day)
    published = {table for table, _ in house.state.published_days(day, day)}
    unjudged = {one.table for one in house.state.all_unjudged() if one.day == day}
    return tuple(
        _detection_day(
            one.name,
            {step: steps.get((one.name, day, step)) for step in STEPS},
            tuple(breaches.get(one.name, ())),
            told[one.name],
            published=one.table in published,
            judged=one.table in published - unjudged,
        )
        for one in detections
    )


def _detection_day(
    name: str,
    last: Mapping[str, RunView | None],
    breaches: tuple[str, ...],
    messages: int,
    *,
    published: bool,
    judged: bool,
) -> DetectionDay:
    states = {step: run.state if run else NOT_RUN for step, run in last.items()}
    if last["alert"] is None and judged:
        states["alert"] = "done"  # a backfill judges its days all at once, without alert steps
    validated = last["validate"]
    problem = next(
        (run.message for run in last.values() if run and run.state in ("failed", "held_back")), ""
    )
    return DetectionDay(
        name,
        **states,
        rows=validated.rows if validated and validated.state == "done" else None,
        breaches=breaches,
        messages=messages,
        message=problem,
        published=published,
    )
