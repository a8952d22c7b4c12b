"""A daily schedule in cron's words: when a day's run starts, in UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAILY = re.compile(r"\s*(\d{1,2})\s+(\d{1,2})\s+\*\s+\*\s+\*\s*")


def daily_start(schedule: str) -> timedelta | None:
    """Time of day of `minute hour * * *`; None for anything that is not once a day."""
    match = _DAILY.fullmatch(schedule)
    if not match or int(match[1]) > 59 or int(match[2]) > 23:
        return None
    return timedelta(hours=int(match[2]), minutes=int(match[1]))


def zone(name: str) -> ZoneInfo | None:
    """The time zone of that IANA name, or None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def start_after_day_end(schedule: str, timezone: str) -> timedelta | None:
    """How long after the end of its UTC day a run starts, at the year's least; may be negative.

    The run of day D starts at the schedule's time on D + 1 in the team's zone; summer time moves
    it, so every month is looked at.
    """
    start, place = daily_start(schedule), zone(timezone)
    if start is None or place is None:
        return None
    offsets = (datetime(2026, month, 15, 12, tzinfo=place).utcoffset() for month in range(1, 13))
    return start - max(offset or timedelta() for offset in offsets)


def tick(schedule: str, timezone: str, day: date) -> datetime:
    """When the run for `day` starts, naive UTC: at the schedule's time on the day after, locally.

    A schedule that is not once a day ticks by that local date's end at the latest.
    """
    start = daily_start(schedule)
    local = datetime.combine(day + timedelta(days=1), time(), zone(timezone) or UTC)
    # Wall-clock arithmetic: 04:00 stays 04:00 on the days when summer time begins and ends.
    at = local + (start if start is not None else timedelta(days=1))
    return at.astimezone(UTC).replace(tzinfo=None)
