"""What messages about several alerts, about a team or about a silence say, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from daywatch.alerts.facts import plain

MAX_LINES = 200
"""Lines of each kind that are kept: 10,000 breaches at once must not fill the state store."""


@dataclass(frozen=True)
class SummaryLine:
    """One alert of a summary; `value` and the rest as people read them."""

    key: str
    severity: str
    detection: str
    title: str
    indicator: str
    value: str


@dataclass(frozen=True)
class SummaryFacts:
    """More alerts of one team and day than it can read one by one; `lines` worst first.

    `more` counts those without a line; `on_call` is the Slack id to mention.
    """

    team: str
    day: date
    total: int
    by_severity: tuple[tuple[str, int], ...]
    lines: tuple[SummaryLine, ...]
    more: int = 0
    on_call: str = ""
    link: str = ""
    over: int = 0
    """of `total`, those that have ended"""

    def to_json(self) -> dict[str, Any]:
        """JSON-safe and bounded; lines that are cut are counted in `more`."""
        kept: dict[str, Any] = plain(asdict(self))
        kept["lines"] = kept["lines"][:MAX_LINES]
        kept["more"] = self.more + max(len(self.lines) - MAX_LINES, 0)
        return kept

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> SummaryFacts:
        """What `to_json` kept."""
        values = dict(kept)
        values["day"] = date.fromisoformat(kept["day"])
        values["by_severity"] = tuple((name, count) for name, count in kept["by_severity"])
        values["lines"] = tuple(SummaryLine(**line) for line in kept["lines"])
        return SummaryFacts(**values)

    @property
    def severity(self) -> str:
        """The worst of its alerts'."""
        ranked = [name for name, count in self.by_severity if count]
        return min(ranked, key=severity_rank, default="informational")


_SEVERITIES = ("critical", "high", "medium", "low", "informational")


def severity_rank(severity: str) -> int:
    """0 for the worst; an unknown one comes last."""
    return _SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES)


@dataclass(frozen=True)
class NotRunFacts:
    """Detections of a team whose day never ran at all; `why` as far as it is known."""

    team: str
    day: date
    detections: tuple[str, ...]
    why: str = ""
    link: str = ""

    def to_json(self) -> dict[str, Any]:
        """JSON-safe and bounded."""
        kept: dict[str, Any] = plain(asdict(self))
        return kept

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> NotRunFacts:
        """What `to_json` kept."""
        values = dict(kept)
        values["day"] = date.fromisoformat(kept["day"])
        values["detections"] = tuple(kept["detections"])
        return NotRunFacts(**values)


@dataclass(frozen=True)
class SilenceFacts:
    """A silence: what it keeps quiet, why, whose it is, until when (UTC) and who ended it."""

    id: str
    team: str
    match: str
    reason: str
    owner: str
    until: datetime
    ended_by: str = ""
    """empty: it ran out"""


@dataclass(frozen=True)
class EscalationFacts:
    """One step of the ladder: whom it calls (Slack ids) after how long a wait."""

    step: int
    steps: int
    mentions: tuple[str, ...]
    waited: timedelta
    link: str = ""
    """the alert's message, where its address is known"""
    channel: str = ""
    """where the alert's message stands"""


@dataclass(frozen=True)
class LogEntry:
    """One line of an alert's history: at (UTC), who, and what they did or what was sent where."""

    at: datetime
    actor: str
    what: str


@dataclass(frozen=True)
class AgeBucket:
    """Open alerts of about one age ("over a week"), oldest first, a line for each."""

    age: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Noisy:
    """A detection that pages often and for nothing; the share is of its resolved alerts."""

    detection: str
    alerts: int
    false_share: float | None


@dataclass(frozen=True)
class NeverFires:
    """A detection that has not breached for long; `since` in words: "120 days" or "never"."""

    detection: str
    since: str


@dataclass(frozen=True)
class DigestFacts:
    """A team's morning: proof that its silence means safety, and what needs a human.

    Names are detections; lines are one-line texts as they shall be read. `expected` counts the
    detections that should have run for the day; `proof` is the sentence for the first line and
    is made from the counts where it is empty.
    """

    team: str
    day: date
    expected: int
    ran: int
    published: int
    held_back: tuple[str, ...] = ()
    not_run: tuple[str, ...] = ()
    breached: tuple[str, ...] = ()
    open_alerts: tuple[AgeBucket, ...] = ()
    unacknowledged: tuple[str, ...] = ()
    dead_letters: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    noisy: tuple[Noisy, ...] = ()
    never_fires: tuple[NeverFires, ...] = ()
    silences: tuple[str, ...] = ()
    to_digest: tuple[str, ...] = ()
    budget_used: int = 0
    budget: int = 0
    experimental: tuple[str, ...] = ()
    backfilled: tuple[str, ...] = ()
    """breaches of days older than the paging horizon, summed up by detection"""
    canary: str = ""
    canary_well: bool = True
    proof: str = ""
    on_call: str = ""
    """Slack id, mentioned only where something needs a human at once"""
    link: str = ""


@dataclass(frozen=True)
class PastFacts:
    """Breaches that a backfill recorded in days older than the paging horizon."""

    first: date
    last: date
    detections: tuple[tuple[str, int], ...]
    """(detection, breached days and indicators), most first"""

    @property
    def total(self) -> int:
        """All of them."""
        return sum(days for _, days in self.detections)
