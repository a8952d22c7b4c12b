"""A world's tables as Parquet: dimensions whole, events by day, the days shared among processes.

Every process makes the same world from the same order, since all of it is drawn from the seed; so
the rows do not depend on who writes which day.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from daywatch.platform.plan import Size
from daywatch.platform.scenarios import Injected, inject
from daywatch.platform.tables import DIMENSIONS, EVENTS, TRUTH, Table
from daywatch.platform.world import World
from daywatch.warehouse.base import Partition, Progress

_CHUNK: dict[Size, int] = {"S": 10, "M": 1, "L": 1}
"""Days made at once: planning a query costs more than a small day's rows."""
_MEMORY: dict[Size, str] = {"S": "1GB", "M": "1GB", "L": "10GB"}
"""What one process may hold; a day of views and automod decisions stays in memory."""


@dataclass(frozen=True)
class Order:
    """Everything that decides the platform's rows, and where they go."""

    folder: Path
    size: Size
    days: int
    last: date
    seed: int
    scenarios: tuple[str, ...]
    threads: int = 0
    workers: int = 1


def fill(order: Order, progress: Progress) -> tuple[list[Partition], tuple[Injected, ...]]:
    """Write every table of the order; `progress` is called with (tables written, in all)."""
    world, injected = _world(order)
    chunk = _CHUNK[order.size]
    chunks = [tuple(world.days[at : at + chunk]) for at in range(0, len(world.days), chunk)]
    total = len(DIMENSIONS) + len(chunks) * len(EVENTS) + 1
    done, written = 0, []
    for part in _parts(order, world, chunks):
        written.append(part)
        if part.day is None or part.day in {days[-1] for days in chunks}:
            progress(done := done + 1, total)
    for table in TRUTH:
        file = order.folder / "truth" / f"{table.name}.parquet"
        world.copy(f"from {table.name} order by all", file)
    progress(total, total)
    _world.cache_clear()
    world.close()
    return written, injected


@lru_cache(maxsize=1)
def _world(order: Order) -> tuple[World, tuple[Injected, ...]]:
    """The order's world with its scenarios; a process makes it once."""
    memory = _MEMORY[order.size]
    world = World(
        order.size, order.days, order.last, order.seed, threads=order.threads, memory=memory
    )
    injected = inject(world, order.scenarios, order.seed)
    for table in DIMENSIONS:
        if table.kept:  # events are drawn from them
            world.make(table)
    return world, injected


def _parts(order: Order, world: World, chunks: Sequence[Sequence[date]]) -> Iterator[Partition]:
    """Every partition: the days from the pool, the dimensions from here meanwhile."""
    if order.workers < 2 or len(chunks) == 1:
        yield from _dimensions(order, world)
        for days in chunks:
            yield from _write_chunk(order, days)
        return
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(order.workers, mp_context=context) as pool:
        work = [pool.submit(_write_chunk, order, days) for days in chunks]
        yield from _dimensions(order, world)
        for future in as_completed(work):
            yield from future.result()


def _dimensions(order: Order, world: World) -> Iterator[Partition]:
    for table in DIMENSIONS:
        file = order.folder / table.name / "all.parquet"
        yield Partition(table.name, None, (str(file),), world.write(table, file))


def _write_chunk(order: Order, days: Sequence[date]) -> list[Partition]:
    """All event tables of a few days."""
    world, _ = _world(order)
    world.over(days[0], days[-1])
    return [part for table in EVENTS for part in _write_days(world, table, days, order.folder)]


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
