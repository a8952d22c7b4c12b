"""A suite as its team wrote it, read strictly: what Great Expectations would drop is refused.

GX logs and drops unknown types and bad severities and passes an empty suite, so every one of
these is a SuiteError with its line. Loading a suite does not import Great Expectations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from daywatch.catalog.columns import nearest
from daywatch.catalog.model import ColumnMap, ColumnType, Detection, Frozen
from daywatch.catalog.yamlfile import Lines, load_yaml_file, parse_model
from daywatch.errors import CatalogError, SuiteError, Where
from daywatch.validation.allowed import ALLOWED, REFUSED, ROW_COUNT
from daywatch.validation.kwargs import read_kwargs

CheckSeverity = Literal["critical", "warning"]


@dataclass(frozen=True)
class Expectation:
    """One check to run: written in the suite, or generated from the header."""

    type: str
    kwargs: Mapping[str, Any]
    severity: CheckSeverity = "critical"
    meta: Mapping[str, Any] = field(default_factory=dict)
    generated: bool = False
    line: int | None = None

    @property
    def meaning(self) -> str:
        """The team's or the generator's sentence about why this must hold."""
        return str(self.meta.get("meaning", ""))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it speaks of."""
        named = [self.kwargs.get(key) for key in ("column", "column_A", "column_B")]
        return (*(n for n in named if n), *self.kwargs.get("column_list", ()))


@dataclass(frozen=True)
class Suite:
    """The expectations of one risk table, in the file's order."""

    detection: str
    path: Path
    expectations: tuple[Expectation, ...]


class _Written(Frozen):
    type: str
    kwargs: dict[str, Any] = Field(default_factory=dict)
    severity: CheckSeverity = "critical"
    meta: dict[str, Any] = Field(default_factory=dict)


class _File(Frozen):
    expectations: tuple[_Written, ...]


def load_suite(detection: Detection, dialect: str = "duckdb") -> Suite:
    """Read `expectations/<team>/<table>.yaml`; `dialect` is the one its queries are checked in.

    Raises SuiteError with the line of the first fault.
    """
    path = detection.suite_path
    try:
        data, lines = load_yaml_file(path)
        written = parse_model(_File, data or {}, lines, path).expectations
    except CatalogError as error:
        raise _as_suite_error(error, path) from error
    columns: ColumnMap = {**detection.header.columns, "day": ColumnType.DATE}
    expectations = tuple(_read(written, lines, columns, path, dialect))
    _worth_running(expectations, path)
    return Suite(detection.name, path, expectations)


def _as_suite_error(error: CatalogError, path: Path) -> SuiteError:
    remedy = error.remedy
    if not path.is_file():
        remedy = f"Write it, with an {ROW_COUNT} at least."
    return SuiteError(error.fault, remedy=remedy, where=error.where)


def _read(
    written: tuple[_Written, ...], lines: Lines, columns: ColumnMap, path: Path, dialect: str
) -> Iterator[Expectation]:
    for index, item in enumerate(written):
        at = ("expectations", index)
        _known_type(item.type, Where(path, lines.get((*at, "type"))))
        kwargs = read_kwargs(item.type, item.kwargs, at, lines, columns, path, dialect)
        line = lines.get(at)
        yield Expectation(item.type, kwargs, item.severity, item.meta, line=line)


def _known_type(name: str, where: Where) -> None:
    if name in ALLOWED:
        return
    if name in REFUSED:
        fault = f"{name} cannot be used here: {REFUSED[name]}."
        raise SuiteError(fault, remedy="Say it as an unexpected_rows_expectation.", where=where)
    remedy = nearest(name, ALLOWED, "Known types")
    raise SuiteError(f"unknown expectation type {name!r}.", remedy=remedy, where=where)


def _worth_running(expectations: tuple[Expectation, ...], path: Path) -> None:
    """GX passes empty suites and empty tables; a day may be empty only where the suite says so."""
    remedy = f"Add an {ROW_COUNT} with min_value; 0 where a day may have no rows."
    if not expectations:
        raise SuiteError("the suite holds no expectation.", remedy=remedy, where=Where(path, 1))
    if not any(e.type == ROW_COUNT and "min_value" in e.kwargs for e in expectations):
        fault = "no expectation says how many rows a day must have."
        raise SuiteError(fault, remedy=remedy, where=Where(path, 1))
