"""How a day stands: for every scheduled detection what ran, what did not, and what it found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daywatch.house import House

NOT_RUN = "not run"
STEPS = ("build", "validate", "alert")


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
class Standing:
    """All detections on one day, the broken files, and the outbox."""

    day: date
    rows: tuple[DetectionDay, ...]
    broken: tuple[str, ...]
    outbox: dict[str, int]
    slack: bool

    @property
    def fine(self) -> bool:
        """Everything ran, nothing was held back, no file is broken, no message is stuck."""
        return all(r.done for r in self.rows) and not self.broken and not self.outbox.get("dead")

    def sentence(self) -> str:
        """The proof of silence in one line: "12 of 12 detections ran, 3 breached, ..."."""
        done = sum(r.done for r in self.rows)
        held = sum(r.held_back for r in self.rows)
        breached = sum(bool(r.breaches) for r in self.rows)
        parts = [
            f"{done} of {len(self.rows)} detections ran",
            f"{breached} breached",
            f"{held} held back",
            f"{sum(r.failed for r in self.rows)} failed",
            f"{sum(r.build == NOT_RUN for r in self.rows)} not run",
        ]
        if self.broken:
            parts.append(f"{len(self.broken)} broken files: {', '.join(self.broken)}")
        waiting = self.outbox.get("pending", 0) + self.outbox.get("ambiguous", 0)
        parts.append(f"{waiting} messages waiting, {self.outbox.get('dead', 0)} undeliverable")
        if not self.slack:
            parts.append("no Slack token: nothing was sent")
        return "; ".join(parts)


def day_standing(house: House, day: date) -> Standing:
    """Read how `day` stands from the state store."""
    breaches: dict[str, list[str]] = {}
    for breach in house.state.breaches(first=day, last=day):
        if not breach.segment:
            breaches.setdefault(breach.detection, []).append(breach.indicator)
    open_alerts = Counter(
        alert.detection
        for alert in house.state.alerts()
        if alert.first_day <= day <= alert.last_day
    )
    scheduled = [d.name for d in house.catalog.detections.values() if d.header.status.scheduled]
    return Standing(
        day=day,
        rows=tuple(
            _detection_day(house, name, day, tuple(breaches.get(name, ())), open_alerts)
            for name in scheduled
        ),
        broken=tuple(b.name for b in house.catalog.broken),
        outbox=house.state.outbox_counts(),
        slack=house.settings.slack_token is not None,
    )


def _judged(house: House, name: str, day: date) -> bool:
    table = house.catalog.detections[name].table
    published = house.state.publication(table, day) is not None
    return published and day not in house.state.unjudged_days(name)


def _detection_day(
    house: House, name: str, day: date, breaches: tuple[str, ...], told: Counter[str]
) -> DetectionDay:
    last = {step: house.state.last_run(name, day, step) for step in STEPS}
    states = {step: run.state if run else NOT_RUN for step, run in last.items()}
    if last["alert"] is None and _judged(house, name, day):
        states["alert"] = "done"  # a backfill judges its days all at once, without alert steps
    published = last["validate"]
    problem = next(
        (run.message for run in last.values() if run and run.state in ("failed", "held_back")), ""
    )
    rows = published.rows if published and published.state == "done" else None
    return DetectionDay(
        name, **states, rows=rows, breaches=breaches, messages=told[name], message=problem
    )
