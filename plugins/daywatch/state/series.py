"""Indicator series and the verdicts on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, delete, literal, null, select, update
from sqlalchemy.orm import Session

from daywatch.indicators.model import Point, State, Verdict
from daywatch.state.engine import number, plain
from daywatch.state.models import IndicatorValue
from daywatch.state.sessions import Sessions, clean, fitted, upsert, utc_now
from daywatch.state.views import PointView

_VERDICT: dict[str, Any] = {
    "state": str(State.UNJUDGED),
    "reason": "",
    "limit_low": None,
    "limit_high": None,
    "details": {},
    "input_hash": None,
    "rule_hash": None,
    "judged_at": None,
}


class SeriesRows(Sessions):
    """The `indicator_values` table."""

    def save_points(
        self,
        detection: str,
        indicator: str,
        day: date,
        content_hash: str,
        points: Mapping[str, Point],
    ) -> None:
        """Keep one indicator's points of a day, by segment; as `save_all_points`."""
        self.save_all_points(detection, day, content_hash, {indicator: points})

    def save_all_points(
        self,
        detection: str,
        day: date,
        content_hash: str,
        measured: Mapping[str, Mapping[str, Point]],
    ) -> None:
        """Keep a day's points by indicator and segment, in place of what was measured before.

        A point that did not change keeps its verdict; another value makes it unjudged.
        """
        rows = []
        with self.transaction() as session:
            for indicator, points in measured.items():
                by_segment = {fitted(segment): point for segment, point in points.items()}
                _forget_segments(session, detection, indicator, day, set(by_segment))
                rows += [
                    {**_measured(detection, indicator, segment, content_hash, point), "day": day}
                    for segment, point in by_segment.items()
                ]
            keep = {name: _keep_if_same(name, value) for name, value in _VERDICT.items()}
            upsert(session, IndicatorValue, rows, update=keep)

    def series(
        self, detection: str, indicator: str, first: date, last: date
    ) -> dict[str, list[PointView]]:
        """Points of [first, last] by segment, in day order; days not measured are not there."""
        # Plain columns, not objects: a year of segments is ten thousand rows.
        query = (
            select(IndicatorValue.segment, *_POINT)
            .where(IndicatorValue.detection == detection, IndicatorValue.indicator == indicator)
            .where(IndicatorValue.day.between(first, last))
            .order_by(IndicatorValue.segment, IndicatorValue.day)
        )
        found: dict[str, list[PointView]] = defaultdict(list)
        with self.reading() as session:
            for segment, *cells in session.execute(query):
                found[segment].append(_point(cells))
        return dict(found)

    def still(self, session: Session, detection: str, indicator: str, seen: PointView) -> bool:
        """Whether the indicator's whole on that day is what was read, or was measured since."""
        query = select(IndicatorValue.content_hash, IndicatorValue.value).where(
            IndicatorValue.detection == detection,
            IndicatorValue.indicator == indicator,
            IndicatorValue.segment == "",
            IndicatorValue.day == seen.day,
        )
        row = session.execute(query).one_or_none()
        return row is not None and tuple(row) == (seen.content_hash, seen.value)

    def save_verdict(
        self,
        session: Session,
        detection: str,
        indicator: str,
        segment: str,
        day: date,
        verdict: Verdict,
        *,
        input_hash: str,
        rule_hash: str,
        now: datetime | None = None,
    ) -> None:
        """Write the verdict beside its point, with the hashes that say when to judge again."""
        session.execute(
            update(IndicatorValue)
            .where(IndicatorValue.detection == detection, IndicatorValue.indicator == indicator)
            .where(IndicatorValue.segment == fitted(segment), IndicatorValue.day == day)
            .values(
                state=str(verdict.state),
                reason=clean(verdict.reason),
                limit_low=number(verdict.limit_low),
                limit_high=number(verdict.limit_high),
                details=plain(verdict.details),
                input_hash=input_hash,
                rule_hash=rule_hash,
                judged_at=now or utc_now(),
            )
        )


def _measured(
    detection: str, indicator: str, segment: str, content_hash: str, point: Point
) -> dict[str, Any]:
    return {
        "detection": detection,
        "indicator": indicator,
        "segment": segment,
        "value": number(point.value),
        "numerator": number(point.numerator),
        "denominator": number(point.denominator),
        "content_hash": content_hash,
        **_VERDICT,
    }


def _forget_segments(
    session: Session, detection: str, indicator: str, day: date, keep: set[str]
) -> None:
    """Remove the day's points of segments that were not measured this time."""
    of_day = (
        IndicatorValue.detection == detection,
        IndicatorValue.indicator == indicator,
        IndicatorValue.day == day,
    )
    gone = set(session.scalars(select(IndicatorValue.segment).where(*of_day))) - keep
    for segment in gone:
        session.execute(delete(IndicatorValue).where(*of_day, IndicatorValue.segment == segment))


def _keep_if_same(name: str, blank: Any) -> Any:
    """In an upsert: the stored verdict's column while the measured numbers are the same."""
    column = IndicatorValue.__table__.c[name]

    def choose(new: Any) -> Any:
        same = and_(
            *(
                IndicatorValue.__table__.c[measured].is_not_distinct_from(new[measured])
                for measured in ("value", "numerator", "denominator")
            )
        )
        other = null() if blank is None else literal(blank, column.type)
        return case((same, column), else_=other)

    return choose


_FIELDS = [one.name for one in fields(PointView)]
_POINT = [getattr(IndicatorValue, name) for name in _FIELDS]
_STATE = _FIELDS.index("state")


def _point(cells: list[Any]) -> PointView:
    cells[_STATE] = State(cells[_STATE])
    return PointView(*cells)
