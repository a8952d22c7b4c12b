"""Judging: a series and an indicator's rules in, one verdict out, nothing else looked at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from daywatch.catalog.model import Change, Indicator, Persistence, Scalar, Severity
from daywatch.indicators.model import Point, Question, State, Verdict
from daywatch.indicators.rules import RULES, has_value
from daywatch.indicators.thresholds import names_in

RULES_VERSION = 1
"""Raise it when a rule's meaning changes: stored verdicts are then judged again."""
CONTEXT_DAYS = 60
"""Days before the judged one that a message tells about (baseline.py)."""


def judge(
    indicator: Indicator,
    severity: Severity,
    series: Sequence[Point],
    parameters: Mapping[str, Scalar],
) -> Verdict:
    """The verdict on the last point by itself: breached when every rule of `breach` is.

    Whether a breach counts yet is asked of `persistent`, over the states of the days before;
    `details["persistence"]` says how many days of how many that takes.
    Errors: ConfigurationError for a threshold that is no number.
    """
    ordered = tuple(sorted(series, key=lambda point: point.day))
    if not ordered or not has_value(ordered[-1]):
        return Verdict(State.NO_DATA, None, "no data for this day")
    if indicator.breach is None:
        return Verdict(State.UNJUDGED, ordered[-1].value, "shown only: it has no breach rule")
    asked = indicator.breach.rules()
    verdicts = [
        RULES[name](Question(indicator.kind, ordered, settings, parameters))
        for name, settings in asked
    ]
    wait = persistence_of(indicator, severity)
    return _together([name for name, _ in asked], verdicts, wait)


def _together(names: Sequence[str], verdicts: Sequence[Verdict], wait: Persistence) -> Verdict:
    """All must hold. One that is ok decides; one that cannot be judged leaves the rest open."""
    states = [verdict.state for verdict in verdicts]
    if State.OK in states:
        state = State.OK
    else:
        state = State.UNJUDGED if State.UNJUDGED in states else State.BREACH
    lows = [v.limit_low for v in verdicts if v.limit_low is not None]
    highs = [v.limit_high for v in verdicts if v.limit_high is not None]
    details: dict[str, object] = {"persistence": [wait.days, wait.of]}
    for verdict in verdicts:
        details.update(verdict.details)
    return Verdict(
        state,
        verdicts[0].value,
        "; ".join(verdict.reason for verdict in verdicts),
        min(lows, default=None),
        max(highs, default=None),
        {**details, "rules": {n: str(s) for n, s in zip(names, states, strict=True)}},
    )


def persistent(states: Sequence[State], persistence: Persistence) -> bool:
    """Whether enough of the last judged days were breached; days without a verdict don't count.

    `states` are in day order, the last one is the judged day, which must itself be breached.
    """
    judged = [state for state in states if state in (State.OK, State.BREACH)]
    recent = judged[-persistence.of :]
    here = bool(states) and states[-1] is State.BREACH
    return here and recent.count(State.BREACH) >= persistence.days


def persistence_of(indicator: Indicator, severity: Severity) -> Persistence:
    """The indicator's own, else 2 of 3 for statistical rules and 1 of 1 for plain bounds.

    Severity critical never waits for a second day.
    """
    if severity is Severity.CRITICAL:
        return Persistence(days=1, of=1)
    if indicator.persistence:
        return indicator.persistence
    rules = {name for name, _ in indicator.breach.rules()} if indicator.breach else set()
    return Persistence(days=2, of=3) if rules & {"target", "change"} else Persistence()


def history_days(indicator: Indicator) -> int:
    """How many days before the judged one its verdict and its message may look at."""
    reach = [CONTEXT_DAYS]
    for _, settings in indicator.breach.rules() if indicator.breach else ():
        if isinstance(settings, Change):
            period = settings.against
            days = period.days if isinstance(period, timedelta) else settings.weeks * 7
            reach.append(days + 14)  # and a fortnight for persistence over days not judged
    return max(reach)


def rule_hash(indicator: Indicator, severity: Severity, parameters: Mapping[str, Scalar]) -> str:
    """Changes when the rule, its bounds or its persistence do; not with other parameters."""
    used = names_in(indicator.breach) if indicator.breach else set()
    return _hash(
        RULES_VERSION,
        indicator.kind,
        indicator.breach.model_dump_json(exclude_none=True) if indicator.breach else "",
        persistence_of(indicator, severity).model_dump_json(),
        sorted((name, repr(parameters[name])) for name in used if name in parameters),
    )


def input_hash(series: Sequence[Point]) -> str:
    """Changes when any point of the series does; the order of the points does not matter."""
    ordered = sorted(series, key=lambda point: point.day)
    return _hash(
        [
            [p.day.isoformat(), _text(p.value), _text(p.numerator), _text(p.denominator)]
            for p in ordered
        ]
    )


def _text(number: float | None) -> str:
    return "" if number is None else repr(float(number))


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:32]
