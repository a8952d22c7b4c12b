"""From a published day to points: the SELECT that measures an indicator, and what its rows mean."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from daywatch.catalog.model import ColumnType, Detection, Indicator, Kind, RuleException, Scalar
from daywatch.indicators.model import WHOLE, Point

SEGMENT_WIDTH = 255
"""Longest segment key; the state store's column."""


@dataclass(frozen=True)
class Measurement:
    """One SELECT over `day_rows`; `:name` placeholders are left for the warehouse to bind.

    Columns: `is_whole` (1 for the indicator as a whole), `segment_1`... in the order of
    `segments`, then `value`, or `numerator` and `denominator`.
    """

    sql: str
    segments: tuple[str, ...]


def measurement(detection: Detection, name: str, day: date) -> Measurement:
    """The SELECT of one of the detection's indicators, whole and segments in one scan."""
    indicator = detection.header.indicators[name]
    by = [f'"{column}"' for column in indicator.by]
    columns = [_whole_marker(by)]
    columns += [f"{column} AS segment_{n}" for n, column in enumerate(by, 1)]
    columns += [_number(expression, label) for expression, label in _numbers(indicator)]
    lines = _select(columns, _conditions(detection, indicator, day))
    if by:
        lines.append(f"GROUP BY GROUPING SETS (({', '.join(by)}), ())")
    return Measurement("\n".join(lines), indicator.by)


def measure_all(detection: Detection, day: date) -> str:
    """All of the detection's indicators in one SELECT, for `all_points`.

    A session on the lake costs more than an aggregate over a day, so one is opened for all.
    Columns: `indicator`, `is_whole`, `segment_1`... as text, `value`, `numerator`, `denominator`.
    """
    indicators = detection.header.indicators
    width = max((len(one.by) for one in indicators.values()), default=0)
    return "\nUNION ALL\n".join(
        _widened(name, measurement(detection, name, day), indicators[name], width)
        for name in indicators
    )


def _widened(name: str, one: Measurement, indicator: Indicator, width: int) -> str:
    """One indicator's SELECT with the columns of all."""
    labels = [label for _, label in _numbers(indicator)]
    columns = [f"'{name}' AS indicator", "is_whole"]
    for n in range(1, width + 1):
        cell = f"segment_{n}" if n <= len(one.segments) else "NULL"
        columns.append(f"CAST({cell} AS VARCHAR) AS segment_{n}")
    for label in ("value", "numerator", "denominator"):
        number = label if label in labels else "CAST(NULL AS DOUBLE PRECISION)"
        columns.append(f"{number} AS {label}")
    return f'SELECT {", ".join(columns)} FROM (\n{one.sql}\n) AS "{name}"'


def all_points(
    detection: Detection, rows: Iterable[Mapping[str, Any]], day: date
) -> dict[str, dict[str, Point]]:
    """Points by indicator and segment key, from the rows of `measure_all`'s SELECT."""
    by_name: dict[str, list[Mapping[str, Any]]] = {name: [] for name in detection.header.indicators}
    for row in rows:
        by_name[row["indicator"]].append(row)
    return {
        name: points(detection.header.indicators[name], found, day)
        for name, found in by_name.items()
    }


def evidence_query(detection: Detection, name: str, day: date) -> str:
    """The SELECT of the rows that an indicator counts: evidence columns, in the header's order."""
    alert = detection.header.alert
    columns = [f'"{column}"' for column in alert.evidence or detection.header.columns]
    indicator = detection.header.indicators[name]
    lines = _select(columns, _conditions(detection, indicator, day))
    column, _, direction = (alert.order_by or "").strip().partition(" ")
    order = [f'"{column}" {"ASC" if direction.strip().lower() == "asc" else "DESC"} NULLS LAST']
    # The grain breaks ties, so that the same day gives the same message.
    ties = [f'"{one}"' for one in detection.header.grain if one != column]
    lines.append(f"ORDER BY {', '.join((order if column else []) + ties)}")
    return "\n".join(lines)


def _select(columns: Sequence[str], conditions: Sequence[str]) -> list[str]:
    lines = ["SELECT", ",\n".join(f"    {column}" for column in columns), "FROM day_rows"]
    return [*lines, "WHERE", "\n    AND ".join(conditions)] if conditions else lines


def _whole_marker(by: Sequence[str]) -> str:
    """A segment may itself be NULL, so only GROUPING tells the whole from it."""
    return f"GROUPING({by[0]}) AS is_whole" if by else "1 AS is_whole"


def _numbers(indicator: Indicator) -> list[tuple[str, str]]:
    if indicator.value is not None:
        return [(indicator.value, "value")]
    return [(str(indicator.numerator), "numerator"), (str(indicator.denominator), "denominator")]


def _number(expression: str, label: str) -> str:
    # sum(bigint) is HUGEINT on one engine and numeric on the other: both become double here.
    # The line break keeps a trailing comment in the expression from swallowing the rest.
    return f"CAST((\n{expression}\n) AS DOUBLE PRECISION) AS {label}"


def _conditions(detection: Detection, indicator: Indicator, day: date) -> list[str]:
    """The filter, and no rows that somebody vouches for up to and including the expiry day."""
    own = [f"(\n{indicator.filter}\n)"] if indicator.filter else []
    in_force = (one for one in detection.header.exceptions if day <= one.expires)
    return own + [_not_vouched(one, detection) for one in in_force]


def _not_vouched(exception: RuleException, detection: Detection) -> str:
    types = detection.header.columns
    matches = [
        f'"{column}" = {_literal(value, types.get(column))}'
        for column, value in sorted(exception.match.items())
    ]
    # COALESCE: a NULL in a matched column is no match, and must not drop the row.
    return f"NOT COALESCE({' AND '.join(matches)}, FALSE)"


def _literal(value: Scalar, type_: ColumnType | None) -> str:
    """The value as the column's type wants it written: 500 is '500' beside a text column."""
    if type_ is not ColumnType.TEXT and isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if type_ is not ColumnType.TEXT and isinstance(value, int | float):
        return repr(value)
    prefixes = {ColumnType.DATE: "DATE ", ColumnType.TIMESTAMP: "TIMESTAMP "}
    prefix = prefixes.get(type_, "") if type_ else ""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return prefix + "'" + text.replace("'", "''") + "'"


def points(indicator: Indicator, rows: Iterable[Mapping[str, Any]], day: date) -> dict[str, Point]:
    """Points by segment key, the whole under `WHOLE`, from the rows of `measurement`'s SELECT.

    A count over no rows is 0; a rate whose denominator is 0, and a value over no rows, have none.
    Segments whose values differ only in spelling become one: their counts add up, and a value
    that cannot be added has none.
    """
    found: dict[str, Point] = {WHOLE: _point(indicator, {}, day)}
    for row in rows:
        key = WHOLE
        if not row["is_whole"]:
            values = (row[f"segment_{n}"] for n in range(1, len(indicator.by) + 1))
            key = segment_key(dict(zip(indicator.by, values, strict=True)))
        point = _point(indicator, row, day)
        twice = key != WHOLE and key in found
        found[key] = _added(indicator, found[key], point) if twice else point
    return found


def filled(
    indicator: Indicator, measured: Mapping[str, Point], seen: Iterable[str], day: date
) -> dict[str, Point]:
    """`measured` and, for segments seen lately but not today, what no rows mean: 0 or no data."""
    absent = {segment: _point(indicator, {}, day) for segment in seen if segment not in measured}
    return {**measured, **absent}


def _point(indicator: Indicator, row: Mapping[str, Any], day: date) -> Point:
    if indicator.kind is Kind.RATE:
        return _rate(day, _finite(row.get("numerator")), _finite(row.get("denominator")))
    value = _finite(row.get("value"))
    if value is None and indicator.kind is Kind.COUNT:
        value = 0.0
    return Point(day, value)


def _rate(day: date, numerator: float | None, denominator: float | None) -> Point:
    if numerator is None or not denominator:
        return Point(day, None, numerator, denominator)
    return Point(day, _finite(numerator / denominator), numerator, denominator)


def _added(indicator: Indicator, one: Point, other: Point) -> Point:
    if indicator.kind is Kind.RATE:
        numerator = _sum(one.numerator, other.numerator)
        return _rate(one.day, numerator, _sum(one.denominator, other.denominator))
    if indicator.kind is Kind.COUNT:
        return Point(one.day, _sum(one.value, other.value))
    return Point(one.day, None)


def _sum(one: float | None, other: float | None) -> float | None:
    return other if one is None else one if other is None else one + other


def _finite(value: Any) -> float | None:
    """A finite float; NULL, NaN and infinities are no number."""
    if value is None:
        return None
    seconds = value.total_seconds() if isinstance(value, timedelta) else value
    number = float(seconds)
    return number if math.isfinite(number) else None


_WHOLE_NUMBER = re.compile(r"^(-?(?:0|[1-9][0-9]{0,14}))(?:\.0+)?$")


def segment_key(values: Mapping[str, Any]) -> str:
    """Canonical JSON of {column: value}: `500`, `500.0` and `"500"` are one segment.

    Keys are sorted. A key longer than SEGMENT_WIDTH has its values cut, each marked with the
    hash of the whole, so that it is still JSON and no two segments become one.
    """
    texts = {column: canonical(value) for column, value in values.items()}
    key = _dumps(texts)
    mark = hashlib.sha256(key.encode()).hexdigest()[:12]
    for width in (100, 60, 30, 15, 5, 0):
        if len(key) <= SEGMENT_WIDTH:
            return key
        key = _dumps({column: _cut(value, width, mark) for column, value in texts.items()})
    return key if len(key) <= SEGMENT_WIDTH else _dumps({"#": mark})


def _dumps(values: Mapping[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, ensure_ascii=False)


def _cut(value: Any, width: int, mark: str) -> Any:
    return f"{value[:width]}…{mark}" if isinstance(value, str) and len(value) > width else value


def canonical(value: Any) -> str | None:
    """One spelling of a value: 500, 500.0 and "500" are the same; NULL and NaN are None."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and math.isnan(value):
        return None
    text = str(value).encode("utf-8", "replace").decode("utf-8")
    match = _WHOLE_NUMBER.match(text)
    return ("0" if match[1] == "-0" else match[1]) if match else text
