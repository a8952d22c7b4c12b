"""What Great Expectations works out about a check before it looks at a row, kept for other days.

GX builds each check's objects anew whenever it looks at one, hundreds of times a suite, and the
graph of what to measure anew for every table: together five times as long as the queries on a
day of some hundred rows. None of it depends on the rows, so a process does it once for each
check; the metrics and the verdict are computed afresh every time, by GX.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.validator.validation_graph import (
    ExpectationValidationGraph,
    MetricEdge,
    ValidationGraph,
)
from great_expectations.validator.validator import Validator

MOST = 4_000
"""Checks kept: one of each suite and day may name the day, so a long backfill makes many."""


class Remembered(ExpectationConfiguration):  # type: ignore[misc]
    """A check's configuration that makes its domain object once, and is what that one shows."""

    edges: tuple[MetricEdge, ...] | None = None
    _made: Any = None

    def __deepcopy__(self, memo: object) -> Remembered:
        """Itself: GX copies a configuration to add the batch's id, which is always the same."""
        return self

    def to_domain_obj(self) -> Any:
        """GX's expectation, whose `configuration` is this one."""
        if self._made is None:
            self._made = super().to_domain_obj()
            _SHOWN[id(self._made)] = self
        return self._made


_SHOWN: dict[int, Remembered] = {}
"""By the id of an expectation that its configuration keeps alive."""
_KEPT: dict[tuple[object, ...], Remembered] = {}


def remembered(
    kind: str, kwargs: Mapping[str, Any], meta: Mapping[str, Any], *asked: object
) -> Remembered:
    """The configuration of this check; `asked` tells apart what is asked of it."""
    key = (kind, repr(kwargs), repr(meta), *asked)
    if key not in _KEPT:
        if len(_KEPT) >= MOST:
            _KEPT.clear()
            _SHOWN.clear()
        _KEPT[key] = Remembered(type=kind, kwargs=dict(kwargs), meta=dict(meta))
    return _KEPT[key]


_built = Expectation.configuration.fget


def _configuration(expectation: Any) -> Any:
    shown = _SHOWN.get(id(expectation))
    return _built(expectation) if shown is None else shown


Expectation.configuration = property(_configuration)


class RehearsedValidator(Validator):  # type: ignore[misc]
    """GX's validator, which plans a remembered check once."""

    def _generate_metric_dependency_subgraphs_for_each_expectation_configuration(
        self, expectation_configurations: Sequence[Remembered], **asked: Any
    ) -> tuple[list[Any], list[Any], list[Any]]:
        unplanned = [one for one in expectation_configurations if one.edges is None]
        planned = [one for one in expectation_configurations if one.edges is not None]
        found = super()._generate_metric_dependency_subgraphs_for_each_expectation_configuration(
            expectation_configurations=unplanned, **asked
        )
        graphs, refused, processed = found
        for graph in graphs:
            graph.configuration.edges = tuple(graph.graph.edges)
        graphs += [self._graph(one) for one in planned]
        return graphs, refused, [*processed, *planned]

    def _graph(self, one: Remembered) -> ExpectationValidationGraph:
        return ExpectationValidationGraph(one, ValidationGraph(self._execution_engine, one.edges))
