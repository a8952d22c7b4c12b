"""What both engines do to a detection's SQL: bind its placeholders, explain its failures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Event, Timer
from types import TracebackType

from daywatch.catalog.model import Detection, Scalar
from daywatch.errors import QueryFailed, QueryTimeout, TooManyRows, Where


@dataclass
class Bound:
    """SQL with the engine's own markers, and the values in the order of first use."""

    sql: str = ""
    values: dict[str, Scalar] = field(default_factory=dict)


def bind_values(
    detection: Detection,
    sql: str,
    dialect: str,
    values: Mapping[str, Scalar],
    marker: Callable[[int, str, Scalar], str],
) -> Bound:
    """Replace each `:name` by `marker(position, name, value)`; values never enter the text.

    A name without a value is the query's fault.
    """
    from daywatch.catalog.sql import bind

    bound = Bound()

    def style(name: str) -> str:
        if name not in values:
            raise QueryFailed(
                f"the query uses :{name}, which is no parameter.",
                remedy=f"Declare it under parameters; there are {', '.join(values)}.",
                where=Where(detection.path, detection.sql_line),
            )
        bound.values.setdefault(name, values[name])
        return marker(list(bound.values).index(name) + 1, name, values[name])

    bound.sql = bind(sql, dialect, style)
    return bound


def values_for(
    detection: Detection, day: date, parameters: Mapping[str, Scalar]
) -> dict[str, Scalar]:
    """Everything that may be bound: the parameters, and `day` as a DATE."""
    return {**parameters, "day": day}


def place(detection: Detection, line: int | None) -> Where:
    """The line of the detection's file for a line of its SQL; the SQL's start when unknown."""
    return Where(detection.path, detection.sql_line + (line or 1) - 1)


def too_slow(detection: Detection, seconds: float) -> QueryTimeout:
    """The query ran longer than it may."""
    return QueryTimeout(
        f"the query ran longer than its timeout of {seconds:g} s.",
        remedy="Read fewer days or columns, or raise timeout in the header.",
        where=place(detection, None),
    )


def too_many(detection: Detection, limit: int) -> TooManyRows:
    """The query returned more rows than it may."""
    return TooManyRows(
        f"the query returns more than {limit:,} rows.",
        remedy="Aggregate or filter further, or raise max_rows in the header.",
        where=place(detection, None),
    )


class Deadline:
    """Calls `interrupt` once the time is over; `passed` says whether that happened.

    DuckDB knows no statement timeout, so a timer interrupts it from outside.
    """

    def __init__(self, seconds: float, interrupt: Callable[[], object]) -> None:
        self.seconds = seconds
        self._over = Event()
        self._interrupt = interrupt
        self._timer = Timer(seconds, self._ring)
        self._timer.daemon = True

    def _ring(self) -> None:
        self._over.set()
        self._interrupt()

    @property
    def passed(self) -> bool:
        """Whether the time is over."""
        return self._over.is_set()

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
