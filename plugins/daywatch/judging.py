"""Measure in any order, judge in day order.

A verdict stores the hash of its input series and of its rule, and is made again when either
changes: so days may be measured as they come (a backfill, a rebuilt day), and the later days
whose history moved are judged anew, each exactly once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from daywatch import alerts, indicators
from daywatch.briefing import brief
from daywatch.catalog.model import Detection, Indicator, Kind
from daywatch.confidential import Mask, withheld
from daywatch.crash import point
from daywatch.errors import HeldBack, Unavailable
from daywatch.indicators import all_points, measure_all
from daywatch.indicators.model import WHOLE, Point, State, Verdict
from daywatch.state import lock

if TYPE_CHECKING:
    from daywatch.house import House
    from daywatch.state import PointView

TRIES = 5
SEGMENT_MEMORY = timedelta(days=28)
"""A segment seen in so many days counts as 0 on days without rows."""

Series = dict[str, list["PointView"]]


@dataclass(frozen=True)
class Judged:
    """What judging came to: verdicts made anew, indicators in breach on the asked day, messages."""

    verdicts: int
    breaches: tuple[str, ...]
    messages: int


def measure(house: House, detection: Detection, day: date) -> None:
    """Measure every indicator on the published day. Raises HeldBack where there is none."""
    publication = house.warehouse.publication(detection.table, day)
    if publication is None:
        raise HeldBack(
            f"{detection.name} has not been published for {day}, so there is nothing to judge.",
            remedy=f"See `daywatch show {detection.name} --day {day}`.",
        )
    if not detection.header.indicators:
        return
    mask, sql = house.mask(detection), measure_all(detection, day)
    with withheld(mask):
        rows = house.warehouse.aggregate(detection, day, sql, dict(detection.header.parameters))
    rows = [_masked(detection, mask, row) for row in rows]
    found = all_points(detection, rows, day)
    house.state.save_all_points(detection.name, day, publication.content_hash, found)


def _masked(detection: Detection, mask: Mask, row: Mapping[str, Any]) -> dict[str, Any]:
    """A measured row whose segments show nobody: its key lies in the state store for ever."""
    by = detection.header.indicators[row["indicator"]].by
    columns = {f"segment_{n}": column for n, column in enumerate(by, 1)}
    return {key: mask.cell(columns.get(key, ""), value) for key, value in row.items()}


class _Moved(Exception):
    """Another run measured a day anew between our reading and our writing."""


def judge(house: House, detection: Detection, first: date) -> Judged:
    """Judge the measured days from `first` on, skipping verdicts that still hold.

    Days that another run measures meanwhile are read again, so that no stale figure is judged.
    """
    if not detection.header.status.judged:
        return Judged(0, (), 0)
    with withheld(house.mask(detection)):
        for _ in range(TRIES):
            try:
                return _judge(house, detection, first)
            except _Moved:
                continue
    raise Unavailable(
        f"{detection.name} is measured again and again by other runs.", remedy="Try later."
    )


def _judge(house: House, detection: Detection, first: date) -> Judged:
    history = {
        name: house.state.series(detection.name, name, first - _reach(indicator), date.max)
        for name, indicator in detection.header.indicators.items()
    }
    days = sorted({p.day for s in history.values() for p in s.get(WHOLE, ()) if p.day >= first})
    verdicts, messages = 0, 0
    breached: tuple[str, ...] = ()
    unjudged = set(house.state.unjudged_days(detection.name))
    for day in days:
        outcomes = list(_outcomes(house, detection, history, day))
        fresh = sum(outcome.fresh for outcome in outcomes)
        if fresh:
            verdicts += fresh
        # An unjudged day with the same totals may have other rows and segments behind them.
        if fresh or day in unjudged:
            wholes = (view for s in history.values() for view in s.get(WHOLE, ()))
            measured = {view.content_hash for view in wholes if view.day == day}
            messages += _record(house, detection, day, outcomes, measured)
        if day == first:
            breached = tuple(o.indicator for o in outcomes if o.whole.state is State.BREACH)
    return Judged(verdicts, breached, messages)


def _reach(indicator: Indicator) -> timedelta:
    return timedelta(days=indicators.history_days(indicator))


@dataclass(frozen=True)
class _Outcome:
    """One indicator on one day: its verdicts, and whether any of it is new."""

    indicator: str
    whole: Verdict
    segments: Mapping[str, Verdict]
    persistent: bool
    fresh: bool
    today: PointView
    input_hash: str
    rule_hash: str


def _outcomes(
    house: House, detection: Detection, history: Mapping[str, Series], day: date
) -> Iterator[_Outcome]:
    for name, indicator in detection.header.indicators.items():
        if indicator.breach is None:
            continue
        since = day - _reach(indicator)
        views = [view for view in history[name].get(WHOLE, ()) if since <= view.day <= day]
        if not views or views[-1].day != day:
            continue
        yield _judge_indicator(detection, name, history[name], views, day)


def _judge_indicator(
    detection: Detection, name: str, history: Series, views: list[PointView], day: date
) -> _Outcome:
    indicator, parameters = detection.header.indicators[name], detection.header.parameters
    severity = detection.severity_of(name)
    series = tuple(view.point for view in views)
    # A detection that starts to page is judged anew: its open breaches must be told.
    pages = "pages" if detection.header.status.pages else "silent"
    rule = f"{indicators.rule_hash(indicator, severity, parameters)}-{pages}"
    known = indicators.input_hash(series)
    today = views[-1]
    whole = indicators.judge(indicator, severity, series, parameters)
    # Later days of this very pass look back on this state.
    position = history[WHOLE].index(today)
    history[WHOLE][position] = replace(today, state=whole.state)
    states = [*(view.state for view in views[:-1]), whole.state]
    segments: dict[str, Verdict] = {}
    if whole.state is State.BREACH:  # segments are judged inside a breached parent only
        for segment, past in history.items():
            if segment != WHOLE and (line := _filled(indicator.kind, past, series, day)):
                segments[segment] = indicators.judge(indicator, severity, line, parameters)
    return _Outcome(
        indicator=name,
        whole=whole,
        segments=segments,
        persistent=indicators.persistent(states, indicators.persistence_of(indicator, severity)),
        fresh=(today.input_hash, today.rule_hash) != (known, rule),
        today=today,
        input_hash=known,
        rule_hash=rule,
    )


def _filled(
    kind: Kind, past: list[PointView], whole: tuple[Point, ...], day: date
) -> tuple[Point, ...]:
    """A segment's series on the parent's days; 0 for counts where it had no rows."""
    seen = {view.day: view.point for view in past if view.day <= day}
    if not seen or max(seen) < day - SEGMENT_MEMORY:
        return ()
    absent = 0.0 if kind is Kind.COUNT else None
    return tuple(seen.get(point.day, Point(point.day, absent)) for point in whole)


def _record(
    house: House, detection: Detection, day: date, outcomes: list[_Outcome], measured: set[str]
) -> int:
    """Verdicts, breaches, alerts and messages of one day, in one transaction."""
    told = [_told(house, detection, day, outcome) for outcome in outcomes]
    with house.state.transaction() as session:
        lock(session, f"judge:{detection.name}")
        if not all(
            house.state.still(session, detection.name, o.indicator, o.today) for o in outcomes
        ):
            raise _Moved
        for outcome in outcomes:
            for segment, verdict in {WHOLE: outcome.whole, **outcome.segments}.items():
                house.state.save_verdict(
                    session,
                    detection.name,
                    outcome.indicator,
                    segment,
                    day,
                    verdict,
                    input_hash=outcome.input_hash,
                    rule_hash=outcome.rule_hash,
                    now=house.now(),
                )
        applied = alerts.apply(
            session,
            told,
            detection=detection.name,
            day=day,
            now=house.now(),
            horizon_days=house.settings.paging_horizon_days,
            policy=alerts.Policy(
                house.catalog.teams[detection.team], detection.header.alert.escalate_after
            ),
        )
        alerts.retire(session, detection, now=house.now())
        point("judge.uncommitted")
        for content_hash in measured:
            house.state.mark_judged(session, detection.name, day, content_hash)
    return applied.messages


def _told(
    house: House, detection: Detection, day: date, outcome: _Outcome
) -> alerts.IndicatorOutcome:
    """What the alerts room needs of an outcome; facts are gathered only where there is a breach."""
    breached = outcome.whole.state is State.BREACH and outcome.persistent
    return alerts.IndicatorOutcome(
        indicator=outcome.indicator,
        kind=str(detection.header.indicators[outcome.indicator].kind),
        severity=detection.severity_of(outcome.indicator),
        verdict=outcome.whole,
        breached=breached,
        segments=outcome.segments,
        unpaged="" if detection.header.status.pages else str(detection.header.status),
        facts=brief(house, detection, day, outcome.indicator, outcome.whole, outcome.segments)
        if breached
        else None,
    )
