"""An expectation's kwargs held against what its type takes and what the header declares."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from daywatch.catalog.columns import nearest
from daywatch.catalog.model import ColumnMap, ColumnType
from daywatch.catalog.yamlfile import Lines
from daywatch.errors import CatalogError, SuiteError, Where
from daywatch.validation.allowed import ALLOWED, Takes

BATCH = "batch_rows"
_NUMBERS = (ColumnType.BIGINT, ColumnType.INTEGER, ColumnType.DOUBLE)
_TIMES = (ColumnType.DATE, ColumnType.TIMESTAMP)
_TEXT_ONLY = re.compile(r"match_(regex|like)|value_lengths")
_NUMBER_ONLY = re.compile(
    r"column_(mean|median|stdev|sum|quantile|value_z)|outliers|multicolumn_sum"
)
_CHOICES: dict[Takes, tuple[str, ...]] = {
    "any_all": ("any", "all"),
    "ignore": ("all_values_are_missing", "any_value_is_missing", "never"),
    "ignore_pair": ("both_values_are_missing", "either_value_is_missing", "neither"),
    "outliers": ("std",),  # GX has no iqr on DuckDB
}


class _Wrong(Exception):
    """A value that its kwarg does not take; the message says what it takes."""


@dataclass(frozen=True)
class _Place:
    type: str
    at: tuple[str | int, ...]
    lines: Lines
    path: Path

    def fault(self, fault: str, remedy: str = "", key: str = "") -> SuiteError:
        keys = ((*self.at, "kwargs", key), (*self.at, "kwargs"), self.at)
        line = next((self.lines[k] for k in keys if k in self.lines), None)
        return SuiteError(f"{self.type}: {fault}", remedy=remedy, where=Where(self.path, line))


def read_kwargs(
    type_: str,
    kwargs: Mapping[str, Any],
    at: tuple[str | int, ...],
    lines: Lines,
    columns: ColumnMap,
    path: Path,
    dialect: str,
) -> dict[str, Any]:
    """The kwargs with dates as dates; the first fault is a SuiteError at its line."""
    place, allowed = _Place(type_, at, lines, path), ALLOWED[type_]
    for key in kwargs:
        if key not in allowed.kwargs:
            raise place.fault(f"unknown kwarg {key!r}.", nearest(key, allowed.kwargs), key)
    for key in allowed.required:
        if key not in kwargs:
            raise place.fault(f"the kwarg {key!r} is missing.", "Add it.")
    if allowed.bounded and not {"min_value", "max_value"} & set(kwargs):
        raise place.fault("without min_value and max_value nothing can fail.", "Give one of them.")
    _fits_columns(place, kwargs, columns)
    about = columns.get(str(kwargs.get("column")))
    read = {}
    for key, value in kwargs.items():
        if allowed.kwargs[key] == "query":
            _check_query(value, key, place, dialect)
        try:
            read[key] = _value(allowed.kwargs[key], value, columns, about)
        except _Wrong as wrong:
            raise place.fault(f"{key}: {wrong}; found {value!r:.80}.", key=key) from wrong
    _ordered(place, read)
    return read


def _value(takes: Takes, value: Any, columns: ColumnMap, about: ColumnType | None) -> Any:
    """`value` as GX wants it; `about` is the type of the column it is compared with."""
    match takes:
        case "column":
            return _column(value, columns)
        case "columns":
            return [_column(name, columns) for name in _list(value, 2)]
        case "number" | "whole" | "share":
            return _number(takes, value)
        case "position":  # GX reads 0 as not given
            return _must(_number("whole", value) > 0, value, "must be 1 or more (the first is 0)")
        case "flag":
            return _must(isinstance(value, bool), value, "must be true or false")
        case "text" | "query":
            return _must(isinstance(value, str) and bool(value), value, "must be a text")
        case "texts" | "names":
            return [_value("text", item, columns, None) for item in _list(value)]
        case "bound":
            return _comparable(value, about)
        case "values":
            return [_comparable(item, about) for item in _list(value)]
        case "pairs":
            return [tuple(_list(pair, 2, 2)) for pair in _list(value)]
        case "quantiles":
            return _quantiles(value)
        case _:
            choices = _CHOICES[takes]
            return _must(value in choices, value, f"must be one of {', '.join(choices)}")


def _must(holds: bool, value: Any, otherwise: str) -> Any:
    if not holds:
        raise _Wrong(otherwise)
    return value


def _column(value: Any, columns: ColumnMap) -> str:
    if value in columns:
        return str(value)
    raise _Wrong(f"must be a column of the header ({nearest(str(value), columns)})")


def _list(value: Any, least: int = 1, most: int = 10_000) -> list[Any]:
    fits = isinstance(value, list) and least <= len(value) <= most
    _must(fits, value, f"must be a list of at least {least}")
    return list(value)


def _number(takes: Takes, value: Any) -> Any:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    if takes == "whole":
        _must(plain and value == int(value) and value >= 0, value, "must be a whole number")
        return int(value)
    if takes == "share":
        return _must(plain and 0 < value <= 1, value, "must be a share above 0, at most 1")
    return _must(plain and math.isfinite(value), value, "must be a number")


def _comparable(value: Any, about: ColumnType | None) -> Any:
    """A value that the engine can compare with the column; PostgreSQL refuses mixed types."""
    if about in _NUMBERS:
        return _number("number", value)
    if about in _TIMES:
        return _moment(value, about)
    if about is ColumnType.BOOLEAN:
        return _must(isinstance(value, bool), value, "must be true or false, as the column")
    return _must(isinstance(value, str), value, "must be a text, as the column; quote it")


def _moment(value: Any, about: ColumnType | None) -> date:
    try:
        read = value if isinstance(value, date) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _Wrong("must be a date such as 2026-03-01") from None
    moment = read if isinstance(read, datetime) else datetime(read.year, read.month, read.day)
    return moment.date() if about is ColumnType.DATE else moment.replace(tzinfo=None)


def _quantiles(value: Any) -> dict[str, Any]:
    keys = {"quantiles", "value_ranges"}
    _must(isinstance(value, dict) and set(value) == keys, value, f"must hold {sorted(keys)}")
    shares = [_number("number", q) for q in _list(value["quantiles"])]
    ranges = [_list(pair, 2, 2) for pair in _list(value["value_ranges"])]
    _must(len(shares) == len(ranges), value, "needs one value range for each quantile")
    return {"quantiles": shares, "value_ranges": ranges}


def _fits_columns(place: _Place, kwargs: Mapping[str, Any], columns: ColumnMap) -> None:
    """Texts for patterns and lengths, numbers for sums: else the engine would raise every day."""
    named = [kwargs["column"]] if "column" in kwargs else kwargs.get("column_list") or []
    for name in (str(name) for name in named if str(name) in columns):
        if _TEXT_ONLY.search(place.type) and columns[name] is not ColumnType.TEXT:
            raise place.fault(f"{name!r} is {columns[name]}, not text.", "Choose another type.")
        if _NUMBER_ONLY.search(place.type) and columns[name] not in _NUMBERS:
            raise place.fault(f"{name!r} is {columns[name]}, not a number.", "Choose another type.")


def _ordered(place: _Place, kwargs: Mapping[str, Any]) -> None:
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if low is not None and high is not None and low > high:
        raise place.fault(f"min_value {low} is above max_value {high}.", "Swap them.", "min_value")


def _check_query(value: Any, key: str, place: _Place, dialect: str) -> None:
    """One safe SELECT over `{batch}` alone, by the rules that hold for detections."""
    from daywatch.catalog.safety import safety_faults
    from daywatch.catalog.sql import Place, parse_query, placeholders
    from daywatch.catalog.tables import reads

    try:
        text = str(value).format(batch=BATCH)
    except (KeyError, IndexError, ValueError):
        remedy = "Only {batch} stands in braces; write other braces doubled."
        raise place.fault("the query has a brace too many.", remedy, key) from None
    if BATCH not in text:
        raise place.fault("the query does not read {batch}.", "Select from {batch}.", key)
    if placeholders(text, dialect):
        raise place.fault("the query names a :parameter.", "Compare with the column day.", key)
    line = place.lines.get((*place.at, "kwargs", key), 1)
    try:
        query = parse_query(text, dialect, Place(place.path, line))
        for fault in (*safety_faults(query), *reads(query, [BATCH], []).faults):
            raise fault
    except CatalogError as error:
        raise place.fault(error.fault, error.remedy, key) from error
