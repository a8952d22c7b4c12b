"""Row tests that SQL cannot say portably: the registry behind the header's `score:` step.

Each takes named input columns of the SELECT's result and adds one output column, before the rows
are staged. `score: {test: q_values, columns: {p_value: p}, output: {q_value: q}}`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from daywatch.catalog.model import ROW_TESTS, ScoreStep

Array = Any  # a float64 numpy array of one value per row; NaN where the row has none


def binomial_tail(successes: Array, trials: Array, expected_rate: Array) -> Array:
    """P(X >= successes) for X ~ Binomial(trials, expected_rate), one p-value a row."""
    from scipy.stats import binom

    return binom.sf(successes - 1, trials, expected_rate)


def poisson_tail(observed: Array, expected: Array) -> Array:
    """P(X >= observed) for X ~ Poisson(expected), one p-value a row."""
    from scipy.stats import poisson

    return poisson.sf(observed - 1, expected)


def q_values(p_value: Array) -> Array:
    """Benjamini-Hochberg adjusted p-values over the day's rows (J. R. Stat. Soc. B 57, 1995)."""
    from scipy.stats import false_discovery_control

    adjusted = np.full(len(p_value), np.nan)
    known = ~np.isnan(p_value)
    if known.any():
        adjusted[known] = false_discovery_control(p_value[known])
    return adjusted


COMPUTE: dict[str, Callable[..., Array]] = {
    "binomial_tail": binomial_tail,
    "poisson_tail": poisson_tail,
    "q_values": q_values,
}


def score_step(step: ScoreStep) -> Callable[[Any], Any]:
    """The step as a function from an Arrow table to the same table with one more column."""
    inputs, output = ROW_TESTS[step.test]

    def apply(table: Any) -> Any:
        columns = {
            name: table.column(step.columns[name]).to_numpy().astype(float) for name in inputs
        }
        import pyarrow as pa

        found = COMPUTE[step.test](**columns)
        return table.append_column(step.output[output], pa.array(found, from_pandas=True))

    return apply
