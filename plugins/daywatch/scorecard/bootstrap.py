"""How sure a figure is: percentile bootstrap over the units that were drawn together.

Units (days, weeks, runs of scenarios) are drawn again with replacement; where several platforms
are pooled, platforms are drawn first and then units within each, because units of one platform
resemble each other. The seed is fixed: the same scorecard says the same twice.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from daywatch.scorecard.results import Interval

DRAWS = 1000
SEED = 20260101
LEVEL = 0.95
Floats = NDArray[np.float64]


def weights(platforms: Sequence[str], draws: int = DRAWS) -> Floats:
    """How often each unit is drawn, for each of `draws` bootstrap samples: (draws, units)."""
    dice = np.random.default_rng(SEED)
    groups = list(dict.fromkeys(platforms))
    member = np.array([groups.index(one) for one in platforms])
    times = dice.multinomial(len(groups), np.full(len(groups), 1 / len(groups)), size=draws)
    drawn = np.zeros((draws, len(platforms)))
    for number in range(len(groups)):
        mine = np.flatnonzero(member == number)
        chances = np.full(len(mine), 1 / len(mine))
        drawn[:, mine] = dice.multinomial(times[:, number] * len(mine), chances)
    return drawn


def ratio(
    numerators: ArrayLike, denominators: ArrayLike, platforms: Sequence[str]
) -> Interval | None:
    """Sum over sum with its interval; None where there is nothing to divide by."""
    top, bottom = np.asarray(numerators, float), np.asarray(denominators, float)
    if not bottom.sum():
        return None
    drawn = weights(platforms)
    with np.errstate(divide="ignore", invalid="ignore"):
        samples = (drawn @ top) / (drawn @ bottom)
    return interval(float(top.sum() / bottom.sum()), samples)


def interval(value: float, samples: Floats) -> Interval:
    """The figure with the quantiles of its bootstrap samples; those without a figure are left out.

    It always holds the figure itself: few units may all be drawn to one side of it.
    """
    sound = samples[np.isfinite(samples)]
    if not sound.size:
        return Interval(value, value, value)
    tail = (1 - LEVEL) / 2
    low, high = (float(edge) for edge in np.quantile(sound, (tail, 1 - tail)))
    return Interval(value, min(low, value), max(high, value))
