"""The platform's markets: where people are, when they are awake, and when they have time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
WEEKEND = (SAT, SUN)


@dataclass(frozen=True)
class Market:
    """A country of the platform. `share` is its part of all activity; `utc_offset` is in hours.

    The offset is fixed: daylight saving would move the daily rhythm by an hour and no more.
    """

    market: str
    region: str
    tz: str
    utc_offset: int
    language: str
    share: float
    weekend: tuple[int, ...] = WEEKEND
    holidays: tuple[str, ...] = ()

    def is_weekend(self, day: date) -> bool:
        """Whether people there are mostly off work that day."""
        return day.weekday() in self.weekend

    def is_holiday(self, day: date) -> bool:
        """Whether the day is one of its public holidays."""
        return day.strftime("%m-%d") in self.holidays


_XMAS = ("12-24", "12-25", "12-26", "12-31", "01-01")

MARKETS = (
    Market("US", "AMER", "America/New_York", -5, "en", 0.19, holidays=(*_XMAS, "07-04", "10-31")),
    Market("BR", "AMER", "America/Sao_Paulo", -3, "pt", 0.17, holidays=(*_XMAS, "09-07", "10-12")),
    Market("ID", "APAC", "Asia/Jakarta", 7, "id", 0.15, holidays=("08-17", "01-01")),
    Market(
        "MX", "AMER", "America/Mexico_City", -6, "es", 0.12, holidays=(*_XMAS, "09-16", "11-02")
    ),
    Market("IN", "APAC", "Asia/Kolkata", 5, "en", 0.09, (SUN,), ("08-15", "01-26", "10-02")),
    Market("GB", "EMEA", "Europe/London", 0, "en", 0.07, holidays=(*_XMAS, "08-31")),
    Market("DE", "EMEA", "Europe/Berlin", 1, "de", 0.07, holidays=(*_XMAS, "10-03")),
    Market(
        "JP", "APAC", "Asia/Tokyo", 9, "ja", 0.05, holidays=("01-01", "11-03", "11-23", "05-03")
    ),
    Market("SA", "EMEA", "Asia/Riyadh", 3, "ar", 0.05, (FRI, SAT), ("09-23", "02-22")),
    Market("ES", "EMEA", "Europe/Madrid", 1, "es", 0.04, holidays=(*_XMAS, "10-12", "01-06")),
)
"""At most 15, which account ids have room for; shares add up to 1."""
