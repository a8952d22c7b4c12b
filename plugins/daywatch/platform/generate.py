"""Making the platform: every table as Parquet, by day, the same for one seed on any machine."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from daywatch.errors import ConfigurationError, Where
from daywatch.platform.plan import Size
from daywatch.platform.scenarios import Injected
from daywatch.platform.scenarios import scenarios as known_scenarios
from daywatch.platform.tables import DIMENSIONS, EVENTS
from daywatch.platform.writing import Order, fill
from daywatch.warehouse.base import Partition, Progress

MANIFEST = "generated.json"


@dataclass(frozen=True)
class Generated:
    """A platform on disk: `table/ds=DAY/part-0.parquet`, `table/all.parquet`, `truth/*.parquet`."""

    folder: Path
    size: Size
    first_day: date
    last_day: date
    seed: int
    rows: int
    partitions: tuple[Partition, ...] = field(repr=False)
    injected: tuple[Injected, ...]

    @property
    def truth(self) -> Path:
        """The folder of what was injected; outside everything that detections may read."""
        return self.folder / "truth"

    def partitions_of(self, source: str) -> list[Partition]:
        """The days (or the whole) of one table, in day order."""
        return [part for part in self.partitions if part.source == source]


def generate(
    folder: Path,
    size: Size = "S",
    days: int = 60,
    end: date | None = None,
    seed: int = 1,
    scenarios: Sequence[str] | None = None,
    progress: Progress | None = None,
    *,
    threads: int = 0,
    workers: int = 0,
) -> Generated:
    """Make `days` days up to and with `end` (default: yesterday, UTC) in `folder`.

    `scenarios` names what is injected (default: all; empty: nothing). `progress` is called with
    (tables written, tables in all). `workers` processes share the days (0: one a core) and
    `threads` is for one of them (0: all cores where it is alone, else one). Neither changes a row.
    A folder that holds something else is refused.
    """
    last = end or _yesterday()
    chosen = _chosen(scenarios)
    _clear(folder)
    crew = workers or os.cpu_count() or 1
    order = Order(
        folder, size, days, last, seed, chosen, threads or (1 if crew > 1 else 0), workers=crew
    )
    written, injected = fill(order, progress or _silent)
    places = {table.name: n for n, table in enumerate((*DIMENSIONS, *EVENTS))}
    partitions = sorted(written, key=lambda p: (places[p.source], p.day or date.min))
    rows = sum(part.rows for part in partitions)
    first = last - timedelta(days=days - 1)
    made = Generated(folder, size, first, last, seed, rows, tuple(partitions), injected)
    (folder / MANIFEST).write_text(json.dumps(_manifest(made), indent=1), encoding="utf-8")
    return made


def _chosen(scenarios: Sequence[str] | None) -> tuple[str, ...]:
    known = tuple(known_scenarios())
    unknown = [name for name in scenarios or () if name not in known]
    if unknown:
        raise ConfigurationError(
            f"no such scenario: {', '.join(unknown)}.", remedy=f"Known: {', '.join(known)}."
        )
    return known if scenarios is None else tuple(scenarios)


def _clear(folder: Path) -> None:
    """Remove an earlier platform; its own note in the folder is what proves it one."""
    ours = {table.name for table in (*DIMENSIONS, *EVENTS)} | {"truth", MANIFEST}
    if folder.is_dir() and not {entry.name for entry in folder.iterdir()} <= ours:
        raise ConfigurationError(
            "this folder holds something that is not a generated platform.",
            remedy="Name an empty or a new one.",
            where=Where(folder),
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _manifest(made: Generated) -> dict[str, object]:
    return {
        "size": made.size,
        "first_day": str(made.first_day),
        "last_day": str(made.last_day),
        "seed": made.seed,
        "rows": made.rows,
        "scenarios": [f"{one.id} {one.first_day} {one.last_day}" for one in made.injected],
    }


def _yesterday() -> date:
    return datetime.now(UTC).date() - timedelta(days=1)


def _silent(done: int, total: int) -> None:
    """Nobody watches."""
