"""The facts of a breach, gathered from series and published rows, as the on-call will read them.

What identifies a person of a confidential team becomes a pseudonym here, in the rows; segments
became so when they were measured.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from daywatch.alerts.facts import AlertFacts, ChartFacts, ChartPoint, SegmentFact
from daywatch.catalog.model import Detection
from daywatch.happenings import happenings
from daywatch.indicators.baseline import baseline
from daywatch.indicators.measure import evidence_query
from daywatch.indicators.model import WHOLE, Point, State, Verdict

if TYPE_CHECKING:
    from daywatch.confidential import Mask
    from daywatch.house import House
    from daywatch.state import PointView

RECENT = timedelta(days=60)
EVIDENCE_ROWS = 10
SEGMENTS = 8


def brief(
    house: House,
    detection: Detection,
    day: date,
    indicator: str,
    verdict: Verdict,
    segments: Mapping[str, Verdict],
) -> AlertFacts:
    """All that the message about this indicator's breach on this day may say."""
    header, team = detection.header, house.catalog.teams[detection.team]
    history = house.state.series(detection.name, indicator, day - RECENT, day)
    series = tuple(view.point for view in history.get(WHOLE, ()))
    today = series[-1]
    mask = house.mask(detection)
    columns, rows = _evidence(house, detection, day, indicator)
    # Rows that look alike in the message say nothing twice: one wave of 60 comments is one line.
    shown = tuple(dict.fromkeys(_cells(columns, row, mask) for row in rows))
    owner = team.owners.get(header.owner)
    return AlertFacts(
        detection=detection.name,
        title=header.title,
        description=header.description,
        team=team.title,
        indicator=indicator,
        severity=str(detection.severity_of(indicator)),
        channel=header.alert.channel or team.channels["alerts"],
        day=day,
        value=verdict.value,
        reason=verdict.reason,
        policy=house.catalog.taxonomy.policies.get(header.policy, header.policy),
        owner=header.owner,
        owner_slack=owner.slack if owner else "",
        kind=str(header.indicators[indicator].kind),
        unit=header.indicators[indicator].unit,
        numerator=today.numerator,
        denominator=today.denominator,
        limit_low=verdict.limit_low,
        limit_high=verdict.limit_high,
        baseline=baseline(series, header.indicators[indicator].kind).sentence,
        segments=_segments(history, series, verdict, segments, day),
        evidence_columns=columns,
        evidence=shown[:EVIDENCE_ROWS],
        row_count=len(shown),
        runbook=header.runbook,
        link=house.link(detection),
        blind_spots=header.blind_spots,
        false_positives=header.false_positives,
        data_notes=_data_notes(house, detection, day),
        recent=tuple((point.day, point.value) for point in series),
        chart=_chart(house, detection, indicator, history.get(WHOLE, ()), verdict),
        confidential=team.confidential,
        repeat_after_days=header.alert.repeat_after.days if header.alert.repeat_after else None,
    )


def _chart(
    house: House,
    detection: Detection,
    indicator: str,
    views: Sequence[PointView],
    today: Verdict,
) -> ChartFacts:
    """The indicator's days with the limits that each was held against, today's not yet stored."""
    found = detection.header.indicators[indicator]
    points = [
        ChartPoint(v.day, v.value, v.limit_low, v.limit_high, v.state is State.BREACH)
        for v in views
    ]
    last = points[-1]
    breached = today.state is State.BREACH
    points[-1] = replace(last, low=today.limit_low, high=today.limit_high, breached=breached)
    title = f"{detection.header.title}: {indicator}"
    marks = happenings(house, detection, points[0].day, last.day)
    days = tuple(_without_gaps(points))
    return ChartFacts(title, str(found.kind), found.unit, days, marks)


def _without_gaps(points: Sequence[ChartPoint]) -> Iterator[ChartPoint]:
    """Days that were never measured stand in it without a value, so that the line is broken."""
    known = {point.day: point for point in points}
    day = points[0].day
    while day <= points[-1].day:
        yield known.get(day, ChartPoint(day, None))
        day += timedelta(days=1)


def _evidence(
    house: House, detection: Detection, day: date, indicator: str
) -> tuple[tuple[str, ...], list[list[Any]]]:
    """The rows that the indicator counted, worst first."""
    columns = detection.header.alert.evidence or tuple(detection.header.columns)
    sql = evidence_query(detection, indicator, day)
    rows = house.warehouse.aggregate(detection, day, sql, dict(detection.header.parameters))
    return columns, [[row[column] for column in columns] for row in rows]


def _cells(columns: tuple[str, ...], row: list[Any], mask: Mask) -> tuple[str, ...]:
    return tuple(_show(mask.cell(c, value)) for c, value in zip(columns, row, strict=True))


def _show(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return str(value)


def _segments(
    history: Mapping[str, list[Any]],
    whole: tuple[Point, ...],
    today: Verdict,
    verdicts: Mapping[str, Verdict],
    day: date,
) -> tuple[SegmentFact, ...]:
    """Segments by how much of the move from their usual values they explain, most first.

    The move is upwards, or downwards where the value fell below its limit.
    """
    fell = _fell(today)
    moved = _excess(whole[-1].value, baseline(whole).usual, fell)
    total = whole[-1].denominator
    found = []
    for segment, verdict in verdicts.items():
        past = tuple(view.point for view in history.get(segment, ()) if view.day <= day)
        usual = _usual(past, whole)
        # Segments of a rate weigh as much as their part of its denominator.
        part = (past[-1].denominator or 0.0) / total if past and total else 1.0
        own = _excess(verdict.value, usual, fell) * part
        share = max(0.0, min(1.0, own / moved)) if moved > 0 else None
        label = ", ".join(
            f"{column} {_show(value)}" for column, value in json.loads(segment).items()
        )
        found.append(SegmentFact(label, verdict.value, usual, share))
    worst = 1 if fell else -1
    found.sort(key=lambda one: (-(one.share or 0.0), worst * (one.value or 0.0), one.label))
    return tuple(found[:SEGMENTS])


def _fell(today: Verdict) -> bool:
    low, value = today.limit_low, today.value
    return low is not None and value is not None and value < low


def _usual(past: tuple[Point, ...], whole: tuple[Point, ...]) -> float | None:
    """A segment's median on the parent's days; days without its rows count as 0."""
    there = {point.day: point for point in past}
    filled = tuple(there.get(point.day, Point(point.day, 0.0)) for point in whole)
    return baseline(filled).usual


def _excess(value: float | None, usual: float | None, fell: bool) -> float:
    """How far a value lies beyond its usual one, in the direction of the breach."""
    above = (value or 0.0) - (usual or 0.0)
    return -above if fell else above


def _data_notes(house: House, detection: Detection, day: date) -> tuple[str, ...]:
    publication = house.warehouse.publication(detection.table, day)
    return tuple(f"built without {name}" for name in (publication.missing if publication else ()))
