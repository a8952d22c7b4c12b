"""An indicator's expressions and thresholds: scalar aggregates over declared columns, no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlglot import exp

from daywatch.catalog.columns import NUMBERS, nearest
from daywatch.catalog.functions import AGGREGATE_NODES
from daywatch.catalog.model import Breach, Header, Indicator
from daywatch.catalog.safety import safety_faults
from daywatch.catalog.sql import (
    Place,
    Query,
    parse_expression,
    placeholder_faults,
    used_placeholders,
)
from daywatch.catalog.yamlfile import Lines, Path_
from daywatch.errors import CatalogError, Where

__all__ = ["NUMBERS", "Checked", "indicator_check"]


@dataclass
class Checked:
    """What the indicators' check found: faults, and the parameters that they use."""

    faults: list[CatalogError] = field(default_factory=list)
    used: set[str] = field(default_factory=set)


def indicator_check(header: Header, lines: Lines, path: Path, dialect: str) -> Checked:
    """Check every indicator's value, numerator, denominator, filter and thresholds."""
    checked = Checked()
    for name, indicator in header.indicators.items():
        for key in ("value", "numerator", "denominator", "filter"):
            text = getattr(indicator, key)
            if text is not None:
                line = lines.get(("indicators", name, key), 1)
                _check_expression(header, text, key, Place(path, line), dialect, checked)
        _check_thresholds(header, name, indicator, lines, path, checked)
    return checked


def _check_expression(
    header: Header, text: str, key: str, place: Place, dialect: str, checked: Checked
) -> None:
    try:
        query = parse_expression(text, dialect, place)
    except CatalogError as error:
        checked.faults.append(error)
        return
    checked.used |= used_placeholders(query)
    checked.faults += safety_faults(query)
    declared = {*header.parameters, "day"}
    checked.faults += placeholder_faults(query, declared, lambda n: nearest(n, declared))
    checked.faults += _column_faults(query, header)
    checked.faults += _shape_faults(query, key)


def _column_faults(query: Query, header: Header) -> Iterator[CatalogError]:
    known = {*header.columns, "day"}
    for column in query.tree.find_all(exp.Column):
        if column.table or column.name not in known:
            fault = f"the column {column.sql(dialect=query.dialect)!r} is not in columns."
            yield query.refusal(column, fault, nearest(column.name, known))


def _shape_faults(query: Query, key: str) -> Iterator[CatalogError]:
    """A value is one scalar aggregate; a filter is a condition on single rows."""
    inner = next(query.tree.find_all(exp.Query, exp.Window), None)
    if inner is not None:
        what = "a window" if isinstance(inner, exp.Window) else "a subquery"
        yield query.refusal(inner, f"{key} holds {what}.", "Move it into the SELECT.")
        return
    aggregates = [n for n in query.nodes if type(n).__name__ in AGGREGATE_NODES]
    if key == "filter":
        if aggregates:
            yield query.refusal(aggregates[0], "filter holds an aggregate.", "Compare columns.")
        return
    if not aggregates:
        yield query.refusal(query.tree, f"{key} is not an aggregate.", "E.g. count(*) or sum(n).")
    outside = next((c for c in query.tree.find_all(exp.Column) if not _aggregated(c)), None)
    if aggregates and outside is not None:
        fault = f"the column {outside.name!r} stands outside the aggregate."
        yield query.refusal(outside, fault, "Aggregate it, or use by: for segments.")
    if any(_is_ratio(node) for node in query.tree.find_all(exp.Div)):
        remedy = "Give numerator and denominator with kind: rate, so that small samples stay quiet."
        yield query.refusal(query.tree, f"{key} divides two aggregates.", remedy)


def _aggregated(node: exp.Expr) -> bool:
    current = node.parent
    while current is not None:
        if type(current).__name__ in {*AGGREGATE_NODES, "WithinGroup", "Filter"}:
            return True
        current = current.parent
    return False


def _is_ratio(node: exp.Div) -> bool:
    sides = (node.this, node.expression)
    return all(any(type(n).__name__ in AGGREGATE_NODES for n in side.walk()) for side in sides)


def _check_thresholds(
    header: Header, name: str, indicator: Indicator, lines: Lines, path: Path, checked: Checked
) -> None:
    """A threshold in words is the name of a numeric parameter."""
    at: Path_ = ("indicators", name, "breach")
    if indicator.breach is None:
        return
    for key, word in _threshold_words(indicator.breach):
        checked.used.add(word)
        value = header.parameters.get(word)
        if isinstance(value, bool) or not isinstance(value, int | float):
            fault = f"breach.{key} names {word!r}, which is no numeric parameter."
            where = Where(path, lines.get((*at, key), lines.get(at, 1)))
            remedy = nearest(word, header.parameters, "Parameters")
            checked.faults.append(CatalogError(fault, remedy=remedy, where=where))


def _threshold_words(breach: Breach) -> Iterator[tuple[str, str]]:
    for key, rule in breach.rules():
        held: list[Any] = list(rule) if isinstance(rule, tuple) else [rule]
        for field_name in ("at_least", "at_most", "min_count"):
            held.append(getattr(rule, field_name, None))
        for value in held:
            if isinstance(value, str):
                yield key, value
