"""What can go wrong, said so that a reader can act: place, fault, remedy, in that order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Where:
    """A place in a file; `line` counts from 1 and is None for the whole file."""

    path: Path | str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else str(self.path)


class DaywatchError(Exception):
    """A fault with its place and its remedy.

    `retryable` says whether the same call may succeed later without a change
    (a lost connection, a full disk); Airflow's retry policy reads it.
    """

    retryable = False
    exit_code = 1

    def __init__(self, fault: str, *, remedy: str = "", where: Where | None = None) -> None:
        self.fault = fault
        self.remedy = remedy
        self.where = where
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{place}{self.fault}{remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions cross process pools; the default pickling would drop place and remedy.
        return _restore, (type(self), self.fault, self.remedy, self.where)


def _restore(
    kind: type[DaywatchError], fault: str, remedy: str, where: Where | None
) -> DaywatchError:
    return kind(fault, remedy=remedy, where=where)


class ConfigurationError(DaywatchError):
    """Settings, files or arguments that cannot work, or cannot be safe."""

    exit_code = 2


class CatalogError(DaywatchError):
    """A detection, team, source, suite or test file that cannot be read as one."""


class SqlRefused(CatalogError):
    """SQL outside what a detection may say."""


class NotAllowed(DaywatchError):
    """Something that this caller may not do, or not any more."""


class HeldBack(DaywatchError):
    """A day that must not be published: a source is missing, or validation failed."""


class QueryFailed(DaywatchError):
    """The engine refused or failed the detection's query."""


class QueryTimeout(QueryFailed):
    """The query ran longer than the detection's timeout."""


class TooManyRows(QueryFailed):
    """The query returned more rows than the detection's max_rows."""


class Superseded(DaywatchError):
    """A newer build of the same day took this one's place: two runs end as one."""


class LoadError(DaywatchError):
    """A source file that cannot be loaded as declared."""


class Unavailable(DaywatchError):
    """The warehouse, the state store or the disk does not take the work right now."""

    retryable = True


class SuiteError(CatalogError):
    """A suite that Great Expectations would misread or pass without looking."""
