"""Row tests that SQL cannot say portably: the registry behind the header's `score:` step.

Each takes named input columns of the SELECT's result and adds one output column, before the rows
are staged. `score: {test: q_values, columns: {p_value: p}, output: {q_value: q}}`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from daywatch.catalog.model import ScoreStep
from daywatch.errors import QueryFailed

Array = Any  # a float64 numpy array of one value per row; NaN where the row has none


@dataclass(frozen=True)
class RowTest:
    """A named function of columns: its inputs, its one output, and what it computes."""

    inputs: tuple[str, ...]
    output: str
    compute: Callable[..., Array]


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


REGISTRY = {
    "binomial_tail": RowTest(("successes", "trials", "expected_rate"), "p_value", binomial_tail),
    "poisson_tail": RowTest(("observed", "expected"), "p_value", poisson_tail),
    "q_values": RowTest(("p_value",), "q_value", q_values),
}


def faults(step: ScoreStep) -> list[str]:
    """What is wrong with a score step, in words; empty when it can run."""
    test = REGISTRY.get(step.test)
    if test is None:
        return [f"score: there is no row test {step.test!r}; there are {', '.join(REGISTRY)}."]
    wrong = []
    if set(step.columns) != set(test.inputs):
        wrong.append(f"score: {step.test} takes the columns {', '.join(test.inputs)}.")
    if set(step.output) != {test.output}:
        wrong.append(f"score: {step.test} gives the output {test.output}.")
    return wrong


def score_step(step: ScoreStep) -> Callable[[Any], Any]:
    """The step as a function from an Arrow table to the same table with one more column."""
    wrong = faults(step)
    if wrong:
        raise QueryFailed(wrong[0])
    test = REGISTRY[step.test]

    def apply(table: Any) -> Any:
        columns = {
            name: table.column(step.columns[name]).to_numpy().astype(float) for name in test.inputs
        }
        import pyarrow as pa

        found = test.compute(**columns)
        return table.append_column(step.output[test.output], pa.array(found, from_pandas=True))

    return apply
