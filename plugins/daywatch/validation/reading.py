"""Great Expectations' results made into plain checks: short, JSON-safe, with few examples."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from daywatch.validation.allowed import UNEXPECTED_ROWS
from daywatch.validation.generated import EXAMPLES
from daywatch.validation.result import Check
from daywatch.validation.suite import Expectation

CELL = 200
_MESSAGE = 500


def check_of(expectation: Expectation, result: Any, keys: Sequence[str]) -> Check:
    """One check from one GX result; examples show `keys` and the columns it speaks of."""
    error = _error(result)
    details: Mapping[str, Any] = result.result or {}
    examples = () if error or result.success else _examples(expectation, details, keys)
    return Check(
        type=expectation.type,
        column=", ".join(expectation.columns) or None,
        severity=expectation.severity,
        success=bool(result.success) and not error,
        generated=expectation.generated,
        kwargs=plain(dict(expectation.kwargs)),
        observed="" if error or result.success else _observed(expectation, details),
        evaluated=details.get("element_count"),
        unexpected=_unexpected(expectation, details),
        examples=examples,
        error=error,
        meaning=expectation.meaning,
    )


def cut_off(check: Check, timeout: timedelta | None) -> Check:
    """The check, with an error that says the time was over instead of the engine's words."""
    if not check.error or timeout is None:
        return check
    seconds = timeout.total_seconds()
    return dataclasses.replace(check, error=f"not finished within {seconds:g} s, so not known")


def raised(result: Any) -> bool:
    """Whether the expectation could not be evaluated."""
    return bool(_error(result))


def plain(value: Any) -> Any:
    """Values as JSON takes them: long texts cut, NUL and lone surrogates shown, times as ISO."""
    if isinstance(value, bool | int) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return plain(float(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(inner) for inner in value]
    return _text(str(value))


def _text(value: str) -> str:
    cut = value if len(value) <= CELL else value[: CELL - 1] + "…"
    return cut.replace("\x00", "\\0").encode("utf-8", "backslashreplace").decode()


def _error(result: Any) -> str:
    """What raised, in one line, from either of GX's two shapes of exception info."""
    info: Mapping[str, Any] = result.exception_info or {}
    flat = "exception_message" in info or "raised_exception" in info
    each: Iterable[Any] = [info] if flat else info.values()
    messages = [
        str(one["exception_message"])
        for one in each
        if isinstance(one, Mapping) and one.get("raised_exception") and one["exception_message"]
    ]
    if not messages:
        return ""
    return " ".join(messages[0].split("[SQL:")[0].split())[:_MESSAGE] or "it raised"


def _unexpected(expectation: Expectation, details: Mapping[str, Any]) -> int | None:
    if expectation.type != UNEXPECTED_ROWS:
        return details.get("unexpected_count")
    rows = _rows(details)
    if rows and "repeated_keys" in rows[0]:
        return int(rows[0]["repeated_keys"])
    return details.get("observed_value")


def _observed(expectation: Expectation, details: Mapping[str, Any]) -> str:
    unexpected = _unexpected(expectation, details)
    if unexpected is not None and "element_count" in details:
        return f"{unexpected:,} of {details['element_count']:,} rows are not so"
    if unexpected is not None:
        return f"{unexpected:,} such keys" if expectation.generated else f"{unexpected:,} rows"
    seen = details.get("observed_value")
    if seen is None:
        seen = details.get("details") or None
    return "it does not hold" if seen is None else f"found {plain(seen)}"[:_MESSAGE]


def _examples(
    expectation: Expectation, details: Mapping[str, Any], keys: Sequence[str]
) -> tuple[Any, ...]:
    rows = _rows(details)
    shown = dict.fromkeys((*keys, *expectation.columns))
    if expectation.type != UNEXPECTED_ROWS:
        rows = [{name: row[name] for name in shown if name in row} for row in rows]
    found: Sequence[Any] = rows or details.get("partial_unexpected_list") or ()
    return tuple(plain(one) for one in found[:EXAMPLES])


def _rows(details: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Failing rows as GX gives them: records of a query, or rows of a table."""
    found = details.get("unexpected_rows")
    if found is None:
        found = (details.get("details") or {}).get("unexpected_rows")
    if found is None:
        return []
    if hasattr(found, "to_dict"):
        return list(found.to_dict("records"))
    return [row if isinstance(row, dict) else row._asdict() for row in found]
