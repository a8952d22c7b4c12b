"""Pointer rows in memory, for a lake that lives as long as one case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from daywatch.warehouse.base import Partition, Publication


class MemoryPointers:
    """The warehouse's `Pointers` without a database: one process, thrown away afterwards."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, date], Publication] = {}
        self._parts: dict[tuple[str, date | None], Partition] = {}

    def publication(self, table: str, day: date) -> Publication | None:
        """The day's record."""
        return self._days.get((table, day))

    def publications(self, table: str, first: date, last: date) -> list[Publication]:
        """Records of the published days in [first, last], in day order."""
        days = sorted(day for name, day in self._days if name == table and first <= day <= last)
        return [self._days[table, day] for day in days]

    def record_publication(self, publication: Publication) -> None:
        """Point at the day's files."""
        self._days[publication.table, publication.day] = publication

    def partitions(self, source: str, first: date | None, last: date | None) -> list[Partition]:
        """Partitions of the days in [first, last]; a dimension's whole always."""
        low, high = first or date.min, last or date.max
        mine = [part for (name, _), part in self._parts.items() if name == source]
        there = [part for part in mine if part.day is None or low <= part.day <= high]
        return sorted(there, key=lambda part: part.day or date.max)

    def replace_partitions(self, partitions: Sequence[Partition]) -> None:
        """Point at new files."""
        for part in partitions:
            self._parts[part.source, part.day] = part

    def remove_publications(self, table: str, before: date) -> int:
        """Forget old days."""
        old = [key for key in self._days if key[0] == table and key[1] < before]
        for key in old:
            del self._days[key]
        return len(old)

    def files_in_use(self) -> set[str]:
        """Every file that a record names."""
        lists = [day.files for day in self._days.values()]
        lists += [part.files for part in self._parts.values()]
        return {file for files in lists for file in files}
