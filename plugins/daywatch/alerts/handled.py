"""Who did what to an alert, as plain values that its message shows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from daywatch.state.models import Alert


@dataclass(frozen=True)
class Handled:
    """What people did to an alert; people are named as messages show them, times are UTC."""

    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    assignee: str = ""
    snoozed_by: str = ""
    snoozed_until: datetime | None = None
    snoozed_until_falls: bool = False
    resolution: str = ""
    resolution_note: str = ""
    resolved_by: str = ""
    resolved_at: datetime | None = None
    rungs: int = 0
    """steps of the escalation ladder that were climbed"""

    def to_json(self) -> dict[str, Any]:
        """JSON-safe, without what is empty: nobody has touched most alerts."""
        kept = {name: value for name, value in asdict(self).items() if value}
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in kept.items()
        }


def handled_of(alert: Alert) -> Handled:
    """What the alert's columns say; a snooze shows only while it is in force."""
    snoozed = snoozes(alert)
    return Handled(
        acknowledged_by=alert.acknowledged_by or "",
        acknowledged_at=alert.acknowledged_at,
        assignee=alert.assignee or "",
        snoozed_by=(alert.snoozed_by or "") if snoozed else "",
        snoozed_until=alert.snoozed_until,
        snoozed_until_falls=bool(alert.snoozed_until_falls),
        resolution=alert.resolution or "",
        resolution_note=alert.resolution_note or "",
        resolved_by=alert.resolved_by or "",
        resolved_at=alert.resolved_at,
        rungs=alert.rungs or 0,
    )


def snoozes(alert: Alert) -> bool:
    """Whether a snooze is in force: nothing reminds, nothing climbs."""
    return alert.snoozed_until is not None or bool(alert.snoozed_until_falls)
