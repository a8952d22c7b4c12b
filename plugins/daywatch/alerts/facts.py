"""Everything that a message says, as plain values: the line between judging and rendering.

Facts are kept with their alert as JSON and messages are always rendered from what was kept, so
that the same day applied twice gives the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from daywatch.alerts.text import clean, clip

MAX_ROWS, MAX_COLUMNS, MAX_CELL, MAX_SEGMENTS, MAX_RECENT = 20, 12, 200, 12, 60
MAX_TEXT = 6_000
MAX_MARKS, MAX_LABEL = 6, 100


@dataclass(frozen=True)
class SegmentFact:
    """One segment's part in a breach; `share` is its part of the excess, 0 to 1."""

    label: str
    value: float | None
    usual: float | None = None
    share: float | None = None


@dataclass(frozen=True)
class ChartPoint:
    """One day of an indicator: its value, what was expected, and whether that was broken."""

    day: date
    value: float | None
    low: float | None = None
    high: float | None = None
    breached: bool = False


@dataclass(frozen=True)
class ChartMark:
    """Something that happened on the platform: `what` is policy change or incident."""

    day: date
    what: str
    label: str


@dataclass(frozen=True)
class ChartFacts:
    """What charting.alert_chart draws: at most 60 days, oldest first, and 6 marks."""

    title: str
    kind: str
    unit: str
    points: tuple[ChartPoint, ...] = ()
    marks: tuple[ChartMark, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """JSON-safe, cleaned and bounded: lists of [day, value, low, high, breached]."""
        return {
            "title": _cell(self.title),
            "kind": self.kind,
            "unit": _text(self.unit, 20),
            "points": [
                [p.day.isoformat(), plain(p.value), plain(p.low), plain(p.high), p.breached]
                for p in self.points[-MAX_RECENT:]
            ],
            "marks": [
                [m.day.isoformat(), m.what, _text(m.label, MAX_LABEL)]
                for m in self.marks[-MAX_MARKS:]
            ],
        }

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> ChartFacts:
        """What `to_json` kept."""
        points = tuple(ChartPoint(date.fromisoformat(d), *rest) for d, *rest in kept["points"])
        marks = tuple(ChartMark(date.fromisoformat(d), *rest) for d, *rest in kept["marks"])
        return ChartFacts(kept["title"], kept["kind"], kept["unit"], points, marks)


@dataclass(frozen=True)
class AlertFacts:
    """One indicator's breach on one day, with all that its message may say.

    `baseline` is a sentence ("3.4x the usual 12 for a Monday; highest of 60 days"); `segments`
    stand in order of how much they explain; `evidence` cells are already pseudonymised where
    `confidential`; `recent` are the last days' values, oldest first, for a sparkline.
    `first_day` is filled in by the episode.
    """

    detection: str
    title: str
    team: str
    indicator: str
    severity: str
    channel: str
    day: date
    value: float | None
    reason: str
    first_day: date | None = None
    description: str = ""
    policy: str = ""
    owner: str = ""
    owner_slack: str = ""
    kind: str = "count"
    unit: str = ""
    numerator: float | None = None
    denominator: float | None = None
    limit_low: float | None = None
    limit_high: float | None = None
    baseline: str = ""
    segments: tuple[SegmentFact, ...] = ()
    evidence_columns: tuple[str, ...] = ()
    evidence: tuple[tuple[str, ...], ...] = ()
    row_count: int | None = None
    runbook: str = ""
    link: str = ""
    blind_spots: tuple[str, ...] = ()
    false_positives: tuple[str, ...] = ()
    data_notes: tuple[str, ...] = ()
    recent: tuple[tuple[date, float | None], ...] = ()
    confidential: bool = False
    repeat_after_days: int | None = None
    chart: ChartFacts | None = None

    def to_json(self) -> dict[str, Any]:
        """JSON-safe, cleaned and bounded, so that one huge cell cannot fill the state store."""
        kept: dict[str, Any] = {}
        for item in fields(self):
            if item.name != "chart":
                kept[item.name] = plain(getattr(self, item.name))
        kept["chart"] = self.chart.to_json() if self.chart else None
        kept["segments"] = [plain(asdict(s)) for s in self.segments[:MAX_SEGMENTS]]
        kept["evidence_columns"] = [_cell(c) for c in self.evidence_columns[:MAX_COLUMNS]]
        kept["evidence"] = [
            [_cell(c) for c in row[:MAX_COLUMNS]] for row in self.evidence[:MAX_ROWS]
        ]
        kept["recent"] = [[d.isoformat(), plain(v)] for d, v in self.recent[-MAX_RECENT:]]
        # What was cut is counted once, here, so that the message can say it.
        kept["row_count"] = len(self.evidence) if self.row_count is None else self.row_count
        return kept

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> AlertFacts:
        """What `to_json` kept."""
        values = dict(kept)
        values["day"] = date.fromisoformat(kept["day"])
        first = kept.get("first_day")
        values["first_day"] = date.fromisoformat(first) if first else None
        values["segments"] = tuple(SegmentFact(**s) for s in kept["segments"])
        values["evidence"] = tuple(tuple(row) for row in kept["evidence"])
        values["recent"] = tuple((date.fromisoformat(d), v) for d, v in kept["recent"])
        for name in ("evidence_columns", "blind_spots", "false_positives", "data_notes"):
            values[name] = tuple(kept[name])
        chart = kept.get("chart")
        values["chart"] = ChartFacts.from_json(chart) if chart else None
        return AlertFacts(**values)


@dataclass(frozen=True)
class HeldBackFacts:
    """A day whose data the team should look at: held back, or published with warnings.

    `checks` are the failing expectations in words; `warning` says that the day was published
    all the same.
    """

    detection: str
    title: str
    team: str
    channel: str
    day: date
    reason: str
    checks: tuple[str, ...] = ()
    owner: str = ""
    link: str = ""
    warning: bool = False
    data_notes: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """JSON-safe, cleaned and bounded."""
        return {item.name: plain(getattr(self, item.name)) for item in fields(self)}

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> HeldBackFacts:
        """What `to_json` kept."""
        values = dict(kept)
        values["day"] = date.fromisoformat(kept["day"])
        values["checks"] = tuple(kept["checks"])
        values["data_notes"] = tuple(kept["data_notes"])
        return HeldBackFacts(**values)


def plain(value: Any) -> Any:
    """JSON-safe, cleaned and bounded, however deep."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    text = value.isoformat() if isinstance(value, date) else str(value)
    return _text(text, MAX_TEXT)


def _cell(value: Any) -> str:
    return _text("" if value is None else str(value), MAX_CELL)


def _text(text: str, limit: int) -> str:
    # Cut before cleaning: a cell of a megabyte must not cost a megabyte's work per message.
    return clip(clean(text[: 4 * limit]), limit)
