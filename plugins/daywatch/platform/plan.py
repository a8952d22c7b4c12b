"""How much happens where and when: the counts that every table of events is drawn from."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from daywatch.platform.markets import MARKETS, Market

EPOCH = date(2000, 1, 1)
HISTORY = timedelta(days=30)
"""So long before the first day videos are made, for the first day's views to show."""
GROWTH = 0.0012
"""A day's growth of the platform."""

Size = Literal["S", "M", "L"]


@dataclass(frozen=True)
class Volumes:
    """Rows a day of a platform of one size; `accounts` and `advertisers` are those at its start."""

    accounts: int
    signups: int
    logins: int
    videos: int
    engagements: int
    comments: int
    reports: int
    reviews: int
    staff: int
    sample: int
    advertisers: int
    clicks: int
    payments: int
    networks: int
    scale: int


SIZES: dict[Size, Volumes] = {
    "S": Volumes(
        accounts=20_000, signups=75, logins=6_000, videos=250, engagements=50_000, comments=4_000,
        reports=200, reviews=1_500, staff=30, sample=500, advertisers=50, clicks=2_000,
        payments=60, networks=6, scale=1,
    ),
    "M": Volumes(
        accounts=1_000_000, signups=3_800, logins=300_000, videos=12_500, engagements=2_500_000,
        comments=200_000, reports=10_000, reviews=30_000, staff=450, sample=3_000,
        advertisers=2_500, clicks=100_000, payments=3_000, networks=120, scale=8,
    ),
    "L": Volumes(
        accounts=80_000_000, signups=300_000, logins=24_000_000, videos=1_000_000,
        engagements=200_000_000, comments=16_000_000, reports=800_000, reviews=1_000_000,
        staff=15_000, sample=10_000, advertisers=100_000, clicks=8_000_000, payments=120_000,
        networks=250, scale=64,
    ),
}  # fmt: skip
"""`networks`: busy mobile /24s a market. `scale`: how much larger the injected abuse is."""

_WEEKEND_LIFT = {"signups": 0.6, "videos": 0.3, "reviews": -0.2, "payments": -0.35}
_EVENTS = (
    "signups",
    "logins",
    "videos",
    "engagements",
    "comments",
    "reports",
    "reviews",
    "payments",
)


@dataclass(frozen=True)
class Cell:
    """One kind of event on one day in one market; `first` is its first row number of the day."""

    name: str
    day: date
    daynum: int
    m: int
    n: int
    first: int
    pop: int
    factor: float


def day_number(day: date) -> int:
    """Days since 2000, the leading digits of every event's id."""
    return (day - EPOCH).days


def rhythm(name: str, market: Market, day: date) -> float:
    """How busy a day is against the market's average: its weekend and its holidays."""
    lift = _WEEKEND_LIFT.get(name, 0.28)
    off = len(market.weekend) / 7
    weekly = 1 + (lift if market.is_weekend(day) else 0)
    return weekly / (1 + lift * off) * (1 + lift * 0.8 * market.is_holiday(day))


def cells(volumes: Volumes, first: date, last: date, seed: int) -> Iterator[Cell]:
    """Every cell of [first, last], and of the videos' history before; the same for one seed."""
    population = [round(volumes.accounts * market.share) for market in MARKETS]
    day = first - HISTORY
    while day <= last:
        names = _EVENTS if day >= first else ("videos",)
        counts = {name: _counts(name, volumes, day, last, seed) for name in names}
        for name, by_market in counts.items():
            yield from _row(name, day, by_market, population)
        for m, (joined, _) in enumerate(counts.get("signups", ())):
            population[m] += joined
        day += timedelta(days=1)


def _row(
    name: str, day: date, counts: list[tuple[int, float]], population: list[int]
) -> Iterator[Cell]:
    first = 0
    for m, (n, factor) in enumerate(counts):
        yield Cell(name, day, day_number(day), m, n, first, population[m], factor)
        first += n


def _counts(
    name: str, volumes: Volumes, day: date, last: date, seed: int
) -> list[tuple[int, float]]:
    """(rows, busyness) of each market; the noise is less than Poisson, people being regular."""
    growth = math.exp(GROWTH * (day - last).days)
    dice = random.Random(f"{seed}/{name}/{day}")  # noqa: S311 - a simulation, not a secret
    mood = dice.gauss(0, 0.02)
    counts = []
    for market in MARKETS:
        factor = growth * rhythm(name, market, day) * math.exp(mood + dice.gauss(0, 0.03))
        mean = getattr(volumes, name) * market.share * factor
        counts.append((max(1, round(mean + dice.gauss(0, 0.5 * math.sqrt(mean)))), factor))
    return counts
