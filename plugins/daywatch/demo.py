"""The demo: a synthetic platform, the history of every detection, one day through Airflow.

Each part is left where it is when it is there already, so a second demo goes straight to
Airflow. Nothing is written outside the data folder.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal

from daywatch.backfill import backfill
from daywatch.catalog.model import Catalog
from daywatch.runner import DayRun, day_range, select

if TYPE_CHECKING:
    from daywatch.house import House
    from daywatch.settings import Settings

Size = Literal["S", "M", "L"]
Progress = Callable[[str, int, int], None]
"""Called with (what, done, total) as long parts of the demo proceed."""


@dataclass(frozen=True)
class Platform:
    """Which synthetic platform lies in the warehouse."""

    size: Size
    days: int
    end: str
    seed: int
    scenarios: tuple[str, ...] | None = None
    """what is injected; None: every scenario there is"""

    @property
    def last_day(self) -> date:
        """Its newest day."""
        return date.fromisoformat(self.end)


def newest_complete_day(catalog: Catalog, now: datetime) -> date:
    """The last UTC day whose sources had time to arrive: its end plus the longest freshness."""
    waits = [s.freshness for s in catalog.sources.values() if s.freshness and s.day]
    return (now - max(waits, default=timedelta())).date() - timedelta(days=1)


def installed(settings: Settings) -> Platform | None:
    """The platform that an earlier demo left, if any."""
    note = settings.data / "platform.json"
    if not note.is_file():
        return None
    told = json.loads(note.read_text())
    chosen = told.pop("scenarios", None)
    return Platform(**told, scenarios=None if chosen is None else tuple(chosen))


def install_platform(house: House, wanted: Platform, progress: Progress, workers: int = 0) -> None:
    """Generate the platform and bring it into the warehouse; skipped where it lies already."""
    if installed(house.settings) == wanted:
        return
    from daywatch.platform import generate, install

    note = house.settings.data / "platform.json"
    note.unlink(missing_ok=True)
    generated = generate(
        house.settings.data / "platform",
        size=wanted.size,
        days=wanted.days,
        end=wanted.last_day,
        seed=wanted.seed,
        scenarios=wanted.scenarios,
        workers=workers,
        progress=lambda done, total: progress("generating", done, total),
    )
    install(
        generated,
        house.warehouse,
        house.catalog,
        progress=lambda done, total: progress("installing", done, total),
    )
    note.write_text(json.dumps(asdict(wanted)))


def fill_history(
    house: House, platform: Platform, workers: int, progress: Progress
) -> list[DayRun]:
    """Publish and judge every day but the newest, which is left for Airflow."""
    chosen = select(house.catalog)
    first = platform.last_day - timedelta(days=platform.days - 1)
    last = platform.last_day - timedelta(days=1)
    total, done = len(chosen) * (platform.days - 1), 0

    def count(run: DayRun) -> None:
        nonlocal done
        done += 1
        progress(run.detection, done, total)

    return backfill(house, chosen, day_range(first, last), workers=workers, progress=count)


def day_is_over(day: date, now: datetime) -> bool:
    """Whether the UTC day has ended."""
    return now >= datetime.combine(day, time()) + timedelta(days=1)
