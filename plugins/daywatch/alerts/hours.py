"""Time that counts: only what lies inside a team's hours, in its time zone, summer time or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from daywatch.catalog.team import WEEK, Hours

FURTHEST = 400
"""Days looked ahead: any ladder of weeks fits, and nothing loops for ever."""


def due(start: datetime, after: timedelta, hours: Hours, timezone: str) -> datetime | None:
    """When `after` has passed since `start` (naive UTC), counting only time inside the hours."""
    left = after
    for opens, closes in _spans(start, hours, timezone):
        begins = max(opens, start)
        if begins + left <= closes and (begins < closes):
            return begins + left
        left -= max(closes - begins, timedelta())
    return None


def inside(at: datetime, hours: Hours, timezone: str) -> bool:
    """Whether the team is reached now."""
    return any(opens <= at < closes for opens, closes in _spans(at, hours, timezone, days=3))


def _spans(
    start: datetime, hours: Hours, timezone: str, days: int = FURTHEST
) -> Iterator[tuple[datetime, datetime]]:
    """The hours of each day from the day before `start` on, as naive UTC."""
    zone = ZoneInfo(timezone)
    first = start.replace(tzinfo=UTC).astimezone(zone).date() - timedelta(days=1)
    for n in range(days):
        day = first + timedelta(days=n)
        if WEEK[day.weekday()] in hours.days:
            yield _utc(day, hours.start, zone), _utc(day, hours.end, zone)


def _utc(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """A local clock time in UTC; one that the clocks skip is as far after midnight as it says."""
    hour, minute = map(int, clock.split(":"))
    if hour == 24:
        day, hour = day + timedelta(days=1), 0
    local = datetime.combine(day, time(hour, minute), zone)
    return local.astimezone(UTC).replace(tzinfo=None)
