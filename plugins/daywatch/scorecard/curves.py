"""Precision and recall over all thresholds, of rows ranked by their score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from daywatch.scorecard.bootstrap import Floats, interval, weights
from daywatch.scorecard.model import Cause, DayRows
from daywatch.scorecard.results import Interval

DRAWS = 300
MOST_POINTS = 120
"""A curve is drawn with so many points at most."""


@dataclass(frozen=True)
class Ranking:
    """Rows by falling score: how many stand at each place, which are on abusers, on which day.

    Rows without points stand last, counted by day. `ends` are the last places of equal scores.
    """

    rows: Floats
    true: Floats
    unit: NDArray[np.int64]
    ends: NDArray[np.int64]
    platforms: tuple[str, ...]
    """of each unit"""


def rank(days: Sequence[tuple[str, DayRows]]) -> Ranking | None:
    """The ranking of some days' rows, (platform, rows) each; None without an abuser in it."""
    cells = _cells(days)
    if not any(true for _, true in cells.values()):
        return None
    score, unit = (np.array(column) for column in zip(*cells, strict=True))
    rows, true = (np.array(column) for column in zip(*cells.values(), strict=True))
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(order) - 1)
    return Ranking(
        rows[order].astype(float),
        true[order].astype(float),
        unit[order].astype(np.int64),
        ends.astype(np.int64),
        tuple(platform for platform, _ in days),
    )


def _cells(days: Sequence[tuple[str, DayRows]]) -> dict[tuple[float, int], tuple[int, int]]:
    """(score, unit) -> (rows, of them on abusers): equal scores of a day are one cell."""
    cells: dict[tuple[float, int], tuple[int, int]] = {}
    for unit, (_, day) in enumerate(days):
        for finding in day.findings:
            rows, true = cells.get((finding.score, unit), (0, 0))
            hit = finding.cause is Cause.ABUSE
            cells[finding.score, unit] = rows + 1, true + hit
        if day.quiet:
            cells[0.0, unit] = day.quiet, day.quiet_true
    return cells


def curve(ranking: Ranking, drawn: Floats | None = None) -> tuple[Floats, Floats]:
    """(recall, precision) at every threshold, strictest first; `drawn` weighs the units."""
    times = 1.0 if drawn is None else drawn[ranking.unit]
    rows = np.cumsum(ranking.rows * times)[ranking.ends]
    true = np.cumsum(ranking.true * times)[ranking.ends]
    with np.errstate(divide="ignore", invalid="ignore"):
        return true / true[-1], np.where(rows > 0, true / rows, 0.0)


def average_precision(ranking: Ranking, drawn: Floats | None = None) -> float:
    """Area under the steps of the curve: precision weighed by the recall that it adds."""
    recall, precision = curve(ranking, drawn)
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def pr_auc(days: Sequence[tuple[str, DayRows]]) -> Interval | None:
    """Average precision over these days' rows, its interval by drawing days."""
    ranking = rank(days)
    if ranking is None:
        return None
    samples = [average_precision(ranking, drawn) for drawn in weights(ranking.platforms, DRAWS)]
    return interval(average_precision(ranking), np.array(samples))


def thinned(days: Sequence[tuple[str, DayRows]]) -> tuple[tuple[float, float], ...]:
    """The curve with few enough points to draw."""
    ranking = rank(days)
    if ranking is None:
        return ()
    recall, precision = curve(ranking)
    kept = np.unique(np.linspace(0, len(recall) - 1, MOST_POINTS).astype(int))
    return tuple((round(float(recall[n]), 4), round(float(precision[n]), 4)) for n in kept)
