"""Bringing a generated platform into the warehouse: adopted by a lake, loaded by a database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import pyarrow.parquet as pq

from daywatch.catalog.model import Catalog, Source
from daywatch.errors import ConfigurationError
from daywatch.platform.generate import Generated
from daywatch.warehouse.base import Partition, Progress, Warehouse


@runtime_checkable
class Adopts(Protocol):
    """A warehouse that takes finished Parquet files as they are: the lake."""

    def adopt(self, partitions: Sequence[Partition]) -> None:
        """Move the files in and point at them, in one transaction."""
        ...


def install(
    generated: Generated,
    warehouse: Warehouse,
    catalog: Catalog,
    progress: Progress | None = None,
) -> int:
    """Make the platform's tables the warehouse's sources; returns the rows brought.

    Days of the platform replace the same days; a lake takes the files themselves, so the folder
    is empty afterwards but for the truth. `progress` is called with (partitions done, in all).
    """
    sources = _declared(generated, catalog)
    warehouse.prepare(catalog)
    total = len(generated.partitions)
    if isinstance(warehouse, Adopts):
        warehouse.adopt(generated.partitions)
    else:
        for done, part in enumerate(generated.partitions, 1):
            _load(part, sources[part.source], warehouse)
            if progress:
                progress(done, total)
    if progress:
        progress(total, total)
    return generated.rows


def _declared(generated: Generated, catalog: Catalog) -> dict[str, Source]:
    missing = sorted({part.source for part in generated.partitions} - set(catalog.sources))
    if missing:
        raise ConfigurationError(
            f"the platform has tables that no source declares: {', '.join(missing)}.",
            remedy="Declare them in sql/sources.yaml.",
        )
    return dict(catalog.sources)


def _load(part: Partition, source: Source, warehouse: Warehouse) -> None:
    for number, file in enumerate(part.files):
        if part.rows:
            # partitioning=None: ds is a column of the file, not only of its path
            table = pq.read_table(file, partitioning=None)
            warehouse.load_arrow(source, table, append=number > 0)
