"""A detection's evidence, tests/sql/<team>/<table>.yaml, read strictly into typed rows."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field

from daywatch.cases.cells import cell
from daywatch.catalog.model import Catalog, ColumnType, Detection, Frozen, Scalar
from daywatch.catalog.yamlfile import Lines, load_yaml_file, parse_model, read_text
from daywatch.errors import CatalogError, Where

Row = Mapping[str, Any]
RISK = "risk."
DAY = "day"


class _File(Frozen):
    """`file: rows.csv`, beside the YAML."""

    file: str


class _Expect(Frozen):
    rows: tuple[dict[str, Any], ...] | None = None
    rows_at_least: tuple[dict[str, Any], ...] | None = None
    breaches: tuple[str, ...] | None = None


class _Case(Frozen):
    name: str = Field(min_length=3)
    day: date
    given: dict[str, tuple[dict[str, Any], ...] | _File] = Field(default_factory=dict)
    parameters: dict[str, Scalar] = Field(default_factory=dict)
    history: dict[str, tuple[float | tuple[float, float] | None, ...]] = Field(default_factory=dict)
    expect: _Expect


class _Cases(Frozen):
    cases: tuple[_Case, ...]


@dataclass(frozen=True)
class Case:
    """One example: what is given, and what the detection must make of it.

    `given` maps sources, and risk tables as `risk.<table>`, to their rows. `rows` are all rows
    that must come out, `rows_at_least` some of them; None says nothing. `history` gives an
    indicator's values on the days before, the last one being yesterday's.
    """

    name: str
    where: Where
    day: date
    given: Mapping[str, tuple[Row, ...]]
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    history: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    rows: tuple[Row, ...] | None = None
    rows_at_least: tuple[Row, ...] | None = None
    breaches: tuple[str, ...] | None = None


def load_cases(detection: Detection, catalog: Catalog) -> list[Case]:
    """The detection's cases. Raises CatalogError with file, line, fault and remedy."""
    path = detection.cases_path
    data, lines = load_yaml_file(path)
    cases = parse_model(_Cases, data, lines, path).cases
    if not cases:
        fault = "there are no cases."
        raise CatalogError(fault, remedy="Write one that fires.", where=Where(path, 1))
    reader = _Reader(detection, catalog, path, lines)
    found = [reader.case(case, n) for n, case in enumerate(cases)]
    names = [case.name for case in found]
    for case in found:
        if names.count(case.name) > 1:
            fault = f"two cases are called {case.name!r}."
            raise CatalogError(fault, remedy="Rename one.", where=case.where)
    return found


class _Reader:
    """Turns what the file says into typed rows; every fault names its line."""

    def __init__(self, detection: Detection, catalog: Catalog, path: Path, lines: Lines) -> None:
        self._detection = detection
        self._path = path
        self._lines = lines
        self._tables = _tables(detection, catalog)

    def case(self, case: _Case, n: int) -> Case:
        at = ("cases", n)
        header = self._detection.header
        self._known(case.parameters, header.parameters, "parameter", (*at, "parameters"))
        self._known(case.history, header.indicators, "indicator", (*at, "history"))
        self._known(
            case.expect.breaches or (), header.indicators, "indicator", (*at, "expect", "breaches")
        )
        columns = dict(header.columns)
        expected = {
            key: None
            if (rows := getattr(case.expect, key)) is None
            else self._rows(rows, columns, (*at, "expect", key))
            for key in ("rows", "rows_at_least")
        }
        return Case(
            name=case.name,
            where=self._where(at),
            day=case.day,
            given={name: self._given(name, one, at) for name, one in case.given.items()},
            parameters=case.parameters,
            history=case.history,
            breaches=case.expect.breaches,
            **expected,
        )

    def _given(self, name: str, given: Any, case: tuple[str | int, ...]) -> tuple[Row, ...]:
        at = (*case, "given", name)
        self._known([name], self._tables, "table that this detection reads", (*case, "given"))
        columns = self._tables[name]
        if isinstance(given, _File):
            return self._csv(self._path.parent / given.file, columns, at)
        return self._rows(given, columns, at)

    def _rows(
        self, rows: Iterable[Row], columns: Mapping[str, ColumnType], at: tuple[str | int, ...]
    ) -> tuple[Row, ...]:
        typed = []
        for n, row in enumerate(rows):
            self._known(row, columns, "column", (*at, n))
            typed.append(
                {
                    name: self._cell(name, value, columns[name], self._where((*at, n, name)))
                    for name, value in row.items()
                }
            )
        return tuple(typed)

    def _csv(
        self, path: Path, columns: Mapping[str, ColumnType], at: tuple[str | int, ...]
    ) -> tuple[Row, ...]:
        """A CSV with a heading; empty cells are NULL."""
        if not path.is_file():
            fault = f"the file {path.name} is missing."
            remedy = f"Put it beside {self._path.name}."
            raise CatalogError(fault, remedy=remedy, where=self._where(at))
        reader = csv.DictReader(io.StringIO(read_text(path)), strict=True)
        _known(reader.fieldnames or (), columns, "column", Where(path, 1))
        rows = []
        for raw in reader:
            where = Where(path, reader.line_num)
            if None in raw or None in raw.values():
                fault = "this line has not as many cells as the heading."
                raise CatalogError(fault, remedy="Check commas and quotes.", where=where)
            rows.append({k: self._cell(k, v or None, columns[k], where) for k, v in raw.items()})
        return tuple(rows)

    def _cell(self, name: str, value: Any, kind: ColumnType, where: Where) -> Any:
        try:
            return cell(value, kind)
        except ValueError as error:
            raise CatalogError(
                f"{name}: {str(value)[:80]!r} {error}.",
                remedy=f"The column is declared {kind}.",
                where=where,
            ) from error

    def _known(
        self, names: Iterable[str], known: Iterable[str], what: str, at: tuple[str | int, ...]
    ) -> None:
        for name in names:
            _known([name], known, what, self._where((*at, name)))

    def _where(self, at: tuple[str | int, ...]) -> Where:
        """The line of the longest known part of `at`."""
        ends = range(len(at), -1, -1)
        line = next((self._lines[at[:end]] for end in ends if at[:end] in self._lines), 1)
        return Where(self._path, line)


def _known(names: Iterable[str], known: Iterable[str], what: str, where: Where) -> None:
    choices = list(known)
    for name in names:
        if name not in choices:
            near = difflib.get_close_matches(str(name), choices, n=1, cutoff=0.5)
            some = f"There are {', '.join(choices)}." if choices else "There is none."
            hint = f"Did you mean {near[0]!r}?" if near else some
            raise CatalogError(f"{name!r} is no {what}.", remedy=hint, where=where)


def _tables(detection: Detection, catalog: Catalog) -> dict[str, dict[str, ColumnType]]:
    """Columns of every table that the detection reads, by the name that cases give it."""
    tables = {
        name: {column: one.type for column, one in catalog.sources[name].columns.items()}
        for name in detection.sources
    }
    for table in detection.upstreams:
        upstream = catalog.by_table(table)
        if upstream:
            tables[f"{RISK}{table}"] = {**upstream.header.columns, DAY: ColumnType.DATE}
    return tables
