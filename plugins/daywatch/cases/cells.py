"""Cells as people write them in YAML and CSV, read by the declared type of their column."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from daywatch.catalog.model import ColumnType


def cell(value: Any, kind: ColumnType) -> Any:
    """The value as the column's type. Raises ValueError in words; None stays None."""
    return None if value is None else _READERS[kind](value)


def _text(value: Any) -> str:
    if isinstance(value, bool | float) or not isinstance(value, str | int | date):
        raise ValueError("is not text; quote it")
    return str(value)


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        try:
            number = float("nan") if isinstance(value, bool) else int(value)
        except (TypeError, ValueError, OverflowError):
            number = float("nan")
        if (isinstance(value, float) and number != value) or math.isnan(number):
            raise ValueError("is not a whole number")
        if not low <= number <= high:
            raise ValueError(f"does not fit between {low} and {high}")
        return int(number)

    return read


def _double(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError("is not a number")
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise ValueError("is not a number") from error


def _boolean(value: Any) -> bool:
    words = {"true": True, "false": False}
    found = value if isinstance(value, bool) else words.get(str(value).lower())
    if found is None:
        raise ValueError("is neither true nor false")
    return found


def _date(value: Any) -> date:
    try:
        found = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError("is not a date like 2026-03-02") from error
    if isinstance(found, datetime):
        raise ValueError("has a time; a date like 2026-03-02 has none")
    return found


def _timestamp(value: Any) -> datetime:
    """Naive UTC; a date is its midnight, an offset is converted."""
    try:
        found = value if isinstance(value, date) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError("is not a time like 2026-03-02 10:00") from error
    if not isinstance(found, datetime):
        return datetime.combine(found, time())
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


_READERS: Mapping[ColumnType, Callable[[Any], Any]] = {
    ColumnType.TEXT: _text,
    ColumnType.BIGINT: _whole(-(2**63), 2**63 - 1),
    ColumnType.INTEGER: _whole(-(2**31), 2**31 - 1),
    ColumnType.DOUBLE: _double,
    ColumnType.BOOLEAN: _boolean,
    ColumnType.DATE: _date,
    ColumnType.TIMESTAMP: _timestamp,
}
