"""Columns by name: what the SELECT returns, and whether the header names only what is there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from daywatch.catalog.model import ColumnType, Header
from daywatch.catalog.sql import Query
from daywatch.catalog.yamlfile import Lines, Path_
from daywatch.errors import CatalogError, SqlRefused, Where

NUMBERS = (ColumnType.BIGINT, ColumnType.INTEGER, ColumnType.DOUBLE)


@dataclass(frozen=True)
class Output:
    """The names of the SELECT's columns with the node of each, and what is wrong with them."""

    columns: dict[str, exp.Expr]
    faults: tuple[SqlRefused, ...]


def nearest(name: str, choices: Iterable[str], what: str = "") -> str:
    """`Did you mean 'x'?`, or the list of what there is."""
    known = sorted(choices)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"{what or 'There are'}: {', '.join(known)}." if known else "There are none."


def output_columns(query: Query) -> Output:
    """Name each column of the last SELECT; `*` and nameless expressions are refused."""
    columns: dict[str, exp.Expr] = {}
    faults = []
    for node in _last_select(query.tree).expressions:
        if node.is_star:
            remedy = "Name the columns of the last SELECT: they are the table's contract."
            faults.append(query.refusal(node, "the last SELECT returns '*'.", remedy))
            continue
        name = _output_name(node)
        if not name:
            shown = node.sql(dialect=query.dialect)[:40]
            fault = f"a column of the last SELECT has no name: {shown}."
            faults.append(query.refusal(node, fault, "Name it: ... as name."))
        elif name in columns:
            fault = f"the column {name!r} is returned twice."
            faults.append(query.refusal(node, fault, "Keep one of them."))
        columns.setdefault(name, node)
    return Output({k: v for k, v in columns.items() if k}, tuple(faults))


def _last_select(tree: exp.Expr) -> exp.Select:
    """The SELECT that names the output: of a union, its first."""
    current = tree
    while isinstance(current, exp.SetOperation | exp.Subquery):
        current = current.this
    return current if isinstance(current, exp.Select) else exp.Select()


def _output_name(node: exp.Expr) -> str:
    if isinstance(node, exp.Alias | exp.Column):
        identifier = node.args["alias"] if isinstance(node, exp.Alias) else node.this
        name = str(getattr(identifier, "name", identifier))
        return name if getattr(identifier, "quoted", False) else name.lower()
    return ""


def contract_faults(
    header: Header, lines: Lines, output: Output, query: Query
) -> list[CatalogError]:
    """The SELECT returns the header's columns, no more and no fewer, and never `day`."""
    scored = {name for step in header.score for name in step.output.values()}
    path = query.place.path
    faults: list[CatalogError] = list(output.faults)
    for name in header.columns:
        if name == "day":
            where = _where(lines, ("columns", "day"), path)
            remedy = "The runner adds day: leave it out of columns."
            faults.append(CatalogError("columns must not name 'day'.", remedy=remedy, where=where))
        elif name not in output.columns and name not in scored and not output.faults:
            fault = f"the column {name!r} is declared, but the SELECT does not return it."
            where = _where(lines, ("columns", name), path)
            faults.append(CatalogError(fault, remedy=nearest(name, output.columns), where=where))
    for name, node in output.columns.items():
        if name == "day":
            remedy = "The runner adds day: leave it out."
            faults.append(query.refusal(node, "the SELECT must not return 'day'.", remedy))
        elif name not in header.columns:
            fault = f"the SELECT returns {name!r}, which columns does not declare."
            remedy = f"Add it to columns, or drop it. {nearest(name, header.columns)}"
            faults.append(query.refusal(node, fault, remedy))
    return faults


def reference_faults(header: Header, lines: Lines, path: Path) -> list[CatalogError]:
    """Every column that grain, entities, alert, indicators or exceptions name is declared."""
    faults: list[CatalogError] = []
    for at, name in _references(header):
        if name not in header.columns:
            key = ".".join(str(part) for part in at if not isinstance(part, int))
            fault = f"{key} names the column {name!r}, which is not in columns."
            where = _where(lines, at, path)
            faults.append(CatalogError(fault, remedy=nearest(name, header.columns), where=where))
    for n, entity in enumerate(header.entities):
        kind = header.columns.get(str(entity.score))
        if isinstance(entity.score, str) and kind and kind not in NUMBERS:
            where = _where(lines, ("entities", n, "score"), path)
            fault = f"entities.{n}.score: the column {entity.score!r} is {kind}, not a number."
            faults.append(CatalogError(fault, remedy="Name a numeric column.", where=where))
    return faults


def _references(header: Header) -> Iterator[tuple[Path_, str]]:
    """(place in the header, column) of every column it names outside expressions."""
    yield from _listed(("grain",), header.grain)
    for n, entity in enumerate(header.entities):
        yield ("entities", n, "column"), entity.column
        if entity.type_from:
            yield ("entities", n, "type_from"), entity.type_from
        if isinstance(entity.score, str):
            yield ("entities", n, "score"), entity.score
    yield from _listed(("confidential_columns",), header.confidential_columns)
    yield from _listed(("alert", "evidence"), header.alert.evidence)
    yield from _listed(("alert", "group_by"), header.alert.group_by)
    if header.alert.order_by:
        yield ("alert", "order_by"), header.alert.order_by.split()[0]
    for key, indicator in header.indicators.items():
        yield from _listed(("indicators", key, "by"), indicator.by)
    for n, exception in enumerate(header.exceptions):
        yield from ((("exceptions", n, "match", name), name) for name in exception.match)
    for step in header.score:
        for kind, names in (("columns", step.columns), ("output", step.output)):
            yield from ((("score", kind, key), name) for key, name in names.items())


def _listed(at: Path_, names: Iterable[str]) -> Iterator[tuple[Path_, str]]:
    return (((*at, n), name) for n, name in enumerate(names))


def _where(lines: Lines, at: Path_, path: Path) -> Where:
    """The line of the longest known beginning of a place in the header."""
    ends = range(len(at), -1, -1)
    return Where(path, next((lines[at[:end]] for end in ends if at[:end] in lines), 1))
