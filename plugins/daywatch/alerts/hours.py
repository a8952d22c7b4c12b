"""Time that counts: only what lies inside a team's hours, in its time zone, summer time or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from daywatch.catalog.team import WEEK, Hours
from daywatch.errors import DaywatchError

FURTHEST = 400
"""Days looked ahead: any ladder of weeks fits, and nothing loops for ever."""
_SPAN = re.compile(r"([1-9]\d{0,2})([dh])")


def span_of(text: str) -> timedelta:
    """`3d` or `12h`, as people write how long something shall be quiet; DaywatchError if not."""
    found = _SPAN.fullmatch(text)
    if not found:
        raise DaywatchError(f"{text[:40]!r} is no time.", remedy="Write it like 12h, 1d or 7d.")
    count = int(found[1])
    return timedelta(days=count) if found[2] == "d" else timedelta(hours=count)


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
