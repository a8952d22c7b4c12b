"""Making the platform: every table as Parquet, by day, the same for one seed on any machine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from daywatch.errors import ConfigurationError, Where
from daywatch.platform.plan import Size
from daywatch.platform.scenarios import Injected, inject
from daywatch.platform.scenarios import scenarios as known_scenarios
from daywatch.platform.tables import DIMENSIONS, EVENTS, TRUTH, Table
from daywatch.platform.world import World
from daywatch.warehouse.base import Partition, Progress

MANIFEST = "generated.json"
_CHUNK: dict[Size, int] = {"S": 10, "M": 1}
"""Days made at once: planning a query costs more than a small day's rows."""


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
) -> Generated:
    """Make `days` days up to and with `end` (default: yesterday, UTC) in `folder`.

    `scenarios` names what is injected (default: all; empty: nothing). `progress` is
    called with (tables written, tables in all). A folder that holds something else is refused.
    """
    last = end or _yesterday()
    chosen = _chosen(scenarios)
    _clear(folder)
    world = World(size, days, last, seed, threads=threads)
    try:
        injected = inject(world, chosen, seed)
        partitions = tuple(_write(world, folder, _CHUNK[size], progress or _silent))
    finally:
        world.close()
    made = Generated(
        folder,
        size,
        world.days[0],
        last,
        seed,
        sum(p.rows for p in partitions),
        partitions,
        injected,
    )
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


def _write(world: World, folder: Path, chunk: int, progress: Progress) -> Iterator[Partition]:
    chunks = [world.days[at : at + chunk] for at in range(0, len(world.days), chunk)]
    total = len(DIMENSIONS) + len(chunks) * len(EVENTS) + 1
    done = 0
    for table in DIMENSIONS:
        file = folder / table.name / "all.parquet"
        yield Partition(table.name, None, (str(file),), world.write(table, file))
        progress(done := done + 1, total)
    for days in chunks:
        world.over(days[0], days[-1])
        for table in EVENTS:
            yield from _write_days(world, table, days, folder)
            progress(done := done + 1, total)
    for table in TRUTH:
        world.copy(f"from {table.name} order by all", folder / "truth" / f"{table.name}.parquet")
    progress(total, total)


def _write_days(
    world: World, table: Table, days: Sequence[date], folder: Path
) -> Iterator[Partition]:
    """One file a day; several days at once are made in memory first."""
    files = [folder / table.name / f"ds={day}" / "part-0.parquet" for day in days]
    if len(days) == 1:
        yield Partition(table.name, days[0], (str(files[0]),), world.write(table, files[0]))
        return
    world.make(table)
    for day, file in zip(days, files, strict=True):
        rows = world.copy(f"from {table.name} where ds = date '{day}'", file)
        yield Partition(table.name, day, (str(file),), rows)
    if not table.kept:
        world.drop(table)


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
