"""Row tests that SQL cannot say portably: the registry behind the header's `score:` steps.

Each takes named input columns of the SELECT's result and adds its output columns, before the rows
are staged; steps run in order, so one may read what another gave.
`score: {test: q_values, columns: {p_value: p}, output: {q_value: q}}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from daywatch.catalog.model import ROW_TESTS, Header, Scalar, ScoreStep
from daywatch.indicators.thresholds import threshold

Array = Any  # a float64 numpy array of one value per row; NaN where the row has none
Texts = Any  # a list of one text per row; None where the row has none


def binomial_tail(successes: Array, trials: Array, expected_rate: Array) -> Array:
    """P(X >= successes) for X ~ Binomial(trials, expected_rate), one p-value a row."""
    from scipy.stats import binom

    return binom.sf(successes - 1, trials, expected_rate)


def beta_binomial_tail(
    successes: Array, trials: Array, prior_mean: Array, prior_strength: Array
) -> Array:
    """P(X >= successes) for X ~ BetaBinomial(trials, mean * strength, (1 - mean) * strength).

    `prior_strength` is how many observations the peers' rate is worth: the smaller, the more that
    honest people may differ. NaN where the mean is not between 0 and 1.
    """
    from scipy.stats import betabinom

    mean = np.where((prior_mean > 0) & (prior_mean < 1), prior_mean, np.nan)
    return betabinom.sf(successes - 1, trials, mean * prior_strength, (1 - mean) * prior_strength)


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


def connected_groups(node: Texts, neighbours: Texts) -> tuple[Texts, Array]:
    """Each row's connected group over the edges node - neighbours, and the group's size.

    `neighbours` are nodes separated by spaces; those that have no row of their own join nothing.
    A group is named by its smallest node (as text), so that its name does not depend on row order.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    place = {name: n for n, name in enumerate(node)}
    edges = [
        (n, place[other])
        for n, others in enumerate(neighbours)
        for other in (others or "").split()
        if other in place
    ]
    heads, tails = zip(*edges, strict=True) if edges else ((), ())
    shape = (len(node), len(node))
    graph = coo_matrix((np.ones(len(edges)), (heads, tails)), shape=shape)
    _, labels = connected_components(graph, directed=False) if len(node) else (0, np.array([], int))
    names: dict[int, str] = {}
    for name, label in zip(node, labels, strict=True):
        names[label] = min(names.get(label, name), name)
    sizes = np.bincount(labels) if len(node) else np.array([], int)
    return [names[label] for label in labels], sizes[labels].astype(float)


def larger(first: Array, second: Array) -> Array:
    """The larger of two scores: either evidence is enough. A missing one is 0."""
    return np.maximum(np.nan_to_num(first), np.nan_to_num(second))


def points_below(value: Array, points: Array, limit: float) -> Array:
    """The row's points where its value is under the limit, else 0 (also without a value)."""
    return np.where(value < limit, np.nan_to_num(points), 0.0)


def points_at_least(value: Array, points: Array, limit: float) -> Array:
    """The row's points where its value reaches the limit, else 0 (also without a value)."""
    return np.where(value >= limit, np.nan_to_num(points), 0.0)


COMPUTE: dict[str, Callable[..., Any]] = {
    "beta_binomial_tail": beta_binomial_tail,
    "binomial_tail": binomial_tail,
    "connected_groups": connected_groups,
    "larger": larger,
    "points_at_least": points_at_least,
    "points_below": points_below,
    "poisson_tail": poisson_tail,
    "q_values": q_values,
}
_TEXT = {"connected_groups"}
"""Row tests whose inputs are names, not numbers."""


def score_steps(header: Header) -> Callable[[Any], Any]:
    """The header's steps as one function from an Arrow table to the same with more columns."""

    def apply(table: Any) -> Any:
        for step in header.score:
            table = _apply(step, header.parameters, table)
        return table

    return apply


def _apply(step: ScoreStep, parameters: Mapping[str, Scalar], table: Any) -> Any:
    import pyarrow as pa

    read = _texts if step.test in _TEXT else _numbers
    inputs = {name: read(table.column(step.columns[name])) for name in ROW_TESTS[step.test].inputs}
    limits = {name: threshold(limit, parameters) for name, limit in step.limits.items()}
    found = COMPUTE[step.test](**inputs, **limits)
    columns = found if isinstance(found, tuple) else (found,)
    for name, cells in zip(ROW_TESTS[step.test].outputs, columns, strict=True):
        kind = pa.string() if isinstance(cells, list) else pa.float64()
        table = table.append_column(step.output[name], pa.array(cells, kind, from_pandas=True))
    return table


def _numbers(column: Any) -> Array:
    return column.to_numpy().astype(float)


def _texts(column: Any) -> Texts:
    return [None if cell is None else str(cell) for cell in column.to_pylist()]
