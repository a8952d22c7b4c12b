"""Great Expectations 1.24 over a staged table, by SQL push-down on DuckDB and PostgreSQL.

No context, datasource or checkpoint: GX's Validator gets an execution engine of our own and the
staged table as its one batch, which spares most of GX's Python. The engine holds one connection
to the end (GX reads results after its own connection went back to the pool, where DuckDB's
results are gone), reflects once, and shows DuckDB to GX as a dialect that has REGEXP_MATCHES.
What GX plans for a check is remembered (remembered.py). All this leans on internals: GX is pinned,
and a conformance test runs every allowed type on both engines.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from great_expectations.core.batch import Batch
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
from great_expectations.expectations.core import UnexpectedRowsExpectation
from sqlalchemy import Connection, Engine

from daywatch.validation.allowed import QUANTILES, UNEXPECTED_ROWS
from daywatch.validation.deadline import Deadline
from daywatch.validation.generated import COLUMNS_AS_DECLARED, EXAMPLES
from daywatch.validation.reading import check_of, cut_off, raised
from daywatch.validation.reflected import columns_check, reflect
from daywatch.validation.remembered import RehearsedValidator, remembered
from daywatch.validation.result import Check
from daywatch.validation.suite import Expectation

_BRIEF = {"result_format": "BOOLEAN_ONLY"}
_DETAILS = {
    "result_format": "BASIC",
    "partial_unexpected_count": EXAMPLES,
    "include_unexpected_rows": True,
}
_ROWS = {"result_format": "COMPLETE"}  # the only format in which this type shows its rows
_BIND = re.compile(r"(?<![:\w\\]):(?=\w)")
_KEY = "daywatch_key"


class _DuckDB:
    """What GX looks up in a dialect's module: one name selects REGEXP_MATCHES, others are types."""

    DremioDialect = object
    BIGINT = sa.BIGINT
    BOOLEAN = sa.BOOLEAN
    DATE = sa.DATE
    DOUBLE = sa.DOUBLE
    INTEGER = sa.INTEGER
    TIMESTAMP = sa.TIMESTAMP
    VARCHAR = sa.String


class UnexpectedRowCount(UnexpectedRowsExpectation):  # type: ignore[misc]
    """Whether a query returns rows, without fetching them: GX's own type runs it twice."""

    metric_dependencies = ("unexpected_rows_query.row_count",)

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, bool]:
        return {"success": metrics["unexpected_rows_query.row_count"] == 0}


class _Reflection:
    """The inspector GX asks: the columns read once, and no primary key in staging."""

    def __init__(self, dialect: sa.Dialect, columns: Sequence[Mapping[str, Any]]) -> None:
        self.dialect = dialect
        self._columns = columns

    def get_columns(self, **_: Any) -> list[dict[str, Any]]:
        return [dict(column) for column in self._columns]

    def get_pk_constraint(self, **_: Any) -> dict[str, Any]:
        return {"constrained_columns": []}


class _Staged(SqlAlchemyExecutionEngine):  # type: ignore[misc]
    """GX's SQL engine on one open connection, until the deadline."""

    def __init__(
        self,
        connection: Connection,
        columns: Sequence[Mapping[str, Any]],
        deadline: Deadline,
    ) -> None:
        super().__init__(engine=connection.engine, create_temp_table=False)
        self._held, self._deadline = connection, deadline
        self._inspector = _Reflection(connection.dialect, columns)
        if getattr(self, "dialect_module", None) is None:
            self.dialect_module = _DuckDB

    def execute_query(self, query: Any) -> Any:
        self._deadline.check()
        return self._held.execute(query)

    def execute_query_in_transaction(self, query: Any) -> Any:
        return self.execute_query(query)

    def close(self) -> None:
        """Nothing: GX would dispose the engine when this is collected, and it is not ours."""


def quiet() -> None:
    """GX logs each metric that fails and redirects warnings; our results carry what matters."""
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    logging.captureWarnings(False)


def evaluate(
    engine: Engine,
    table: str,
    expectations: Sequence[Expectation],
    keys: tuple[str, ...],
    timeout: timedelta | None,
) -> tuple[Check, ...]:
    """Every expectation's outcome, in the given order; `keys` are columns that examples show."""
    quiet()
    with (
        engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        Deadline(connection, timeout) as deadline,
    ):
        batch, columns = reflect(connection, table)
        validator = _validator(connection, batch, columns, deadline)
        checks: dict[int, Check] = {}
        asked: dict[int, Expectation] = {}
        for key, expectation in enumerate(expectations):
            if expectation.type == COLUMNS_AS_DECLARED:
                checks[key] = columns_check(expectation, columns, connection.dialect.name)
            else:
                asked[key] = expectation
        checks |= _run(validator, asked, keys)
        if deadline.passed:
            checks = {key: cut_off(check, timeout) for key, check in checks.items()}
    return tuple(checks[key] for key in range(len(expectations)))


def _validator(
    connection: Connection,
    batch: sa.Table,
    columns: Sequence[Mapping[str, Any]],
    deadline: Deadline,
) -> Any:
    engine = _Staged(connection, columns, deadline)
    data = SqlAlchemyBatchData(
        engine,
        selectable=batch,
        create_temp_table=False,
        source_table_name=batch.name,
        source_schema_name=batch.schema,
    )
    data._selectable = batch  # GX made an alias of it, which cannot be formatted into a query
    staged = Batch(data=data, batch_definition={"id": "staged"})
    validator = RehearsedValidator(execution_engine=engine, batches=[staged])
    validator.metrics_calculator.show_progress_bars = False
    return validator


def _run(
    validator: Any, asked: Mapping[int, Expectation], keys: tuple[str, ...]
) -> dict[int, Check]:
    """Yes or no for all in few queries; details only for what failed."""
    results = _ask(validator, asked, _BRIEF)
    failed = {k: asked[k] for k, result in results.items() if _failed(result)}
    rows = {k for k in failed if failed[k].type == UNEXPECTED_ROWS}
    for chosen, form in ((rows, _ROWS), (failed.keys() - rows, _DETAILS)):
        if chosen:
            details = _ask(validator, {k: failed[k] for k in chosen}, form)
            results |= {k: result for k, result in details.items() if _failed(result)}
    return {k: check_of(asked[k], result, keys) for k, result in results.items()}


def _failed(result: Any) -> bool:
    """Whether it said no, rather than raised."""
    return not result.success and not raised(result)


def _ask(
    validator: Any, asked: Mapping[int, Expectation], form: Mapping[str, Any]
) -> dict[int, Any]:
    """GX's results by our key, since they come in no order; none may be missing."""
    results = []
    for chosen in _rounds(asked):
        configurations = [_configuration(key, e, form) for key, e in chosen.items()]
        results += validator.graph_validate(configurations, {"result_format": dict(form)})
    found = {result.expectation_config.meta[_KEY]: result for result in results}
    if found.keys() != asked.keys() or len(results) != len(asked):
        lost = sorted(asked[key].type for key in asked.keys() - found.keys())
        raise RuntimeError(f"Great Expectations gave no single result for {lost}")
    return found


def _rounds(asked: Mapping[int, Expectation]) -> list[dict[int, Expectation]]:
    """One round, but a second quantile check of a column waits: GX 1.24 fixes the metric's id
    before it adds the quantiles, so both would be judged by the first one's values."""
    first: dict[int, Expectation] = {}
    later: list[dict[int, Expectation]] = []
    columns: set[str] = set()
    for key, expectation in asked.items():
        column = expectation.kwargs.get("column", "")
        if expectation.type == QUANTILES and column in columns:
            later.append({key: expectation})
            continue
        if expectation.type == QUANTILES:
            columns.add(column)
        first[key] = expectation
    return [first, *later]


def _configuration(key: int, expectation: Expectation, form: Mapping[str, Any]) -> Any:
    kind, kwargs = expectation.type, dict(expectation.kwargs)
    if kind == UNEXPECTED_ROWS:
        kind = "unexpected_row_count" if form is _BRIEF else kind
        # GX hands the query to text(), which would bind ':word' even inside a string literal.
        kwargs["unexpected_rows_query"] = _BIND.sub(r"\\:", kwargs["unexpected_rows_query"])
    return remembered(kind, kwargs, {_KEY: key}, form["result_format"])
