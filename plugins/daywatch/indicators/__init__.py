"""Indicators, pure: a series in, a verdict out."""

from daywatch.indicators.baseline import Baseline, baseline
from daywatch.indicators.judging import (
    history_days,
    input_hash,
    judge,
    persistence_of,
    persistent,
    rule_hash,
)
from daywatch.indicators.measure import (
    Measurement,
    all_points,
    evidence_query,
    filled,
    measure_all,
    measurement,
    points,
    segment_key,
)
from daywatch.indicators.model import WHOLE, Point, State, Verdict
from daywatch.indicators.rules import RULES

__all__ = [
    "RULES",
    "WHOLE",
    "Baseline",
    "Measurement",
    "Point",
    "State",
    "Verdict",
    "all_points",
    "baseline",
    "evidence_query",
    "filled",
    "history_days",
    "input_hash",
    "judge",
    "measure_all",
    "measurement",
    "persistence_of",
    "persistent",
    "points",
    "rule_hash",
    "segment_key",
]
