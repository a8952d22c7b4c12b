"""What a detection is: the frozen models that the whole house passes around.

One detection is three files of one name (SQL, suite, row tests). These models are what the
parser makes of them; nobody else reads the files. Field names are the header's own keys.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, model_validator

from daywatch.catalog.basics import (
    CANARY,
    NAME,
    ColumnMap,
    ColumnType,
    Days,
    Frozen,
    Handle,
    Kind,
    Name,
    Scalar,
    Severity,
    Span,
    Status,
    Threshold,
    parse_days,
    parse_span,
)
from daywatch.catalog.rules import Breach, Change, Indicator, Persistence, Target
from daywatch.catalog.team import Hours, Owner, Person, Rung, Team

__all__ = [
    "CANARY",
    "NAME",
    "ROW_TESTS",
    "AlertSettings",
    "Breach",
    "BrokenFile",
    "Catalog",
    "Change",
    "ColumnMap",
    "ColumnType",
    "Days",
    "Detection",
    "Entity",
    "Frozen",
    "Handle",
    "Header",
    "Hours",
    "Indicator",
    "Kind",
    "Name",
    "Owner",
    "Persistence",
    "Person",
    "RowTest",
    "RuleException",
    "Rung",
    "Scalar",
    "ScoreStep",
    "ScoreSteps",
    "Severity",
    "Source",
    "SourceColumn",
    "Span",
    "Status",
    "Target",
    "Taxonomy",
    "Team",
    "Threshold",
    "parse_days",
    "parse_span",
]


# --- the header -----------------------------------------------------------------------------------


class Entity(Frozen):
    """Who is at risk: the column that holds the id and the points a row gives."""

    type: Name
    type_from: Name | None = Field(None, description="column that names the type of each row")
    column: Name
    score: float | str = Field(description="points, or a column that holds them")


class AlertSettings(Frozen):
    """Where a breach goes and which rows prove it."""

    channel: str | None = Field(None, description="default: the team's alerts channel")
    repeat_after: Days | None = None
    escalate_after: Span | None = None
    evidence: tuple[Name, ...] = ()
    order_by: str | None = Field(None, description="column, optionally followed by asc or desc")
    group_by: tuple[Name, ...] = ()


class RuleException(Frozen):
    """Rows somebody vouches for, until a date: {column: value} must all match."""

    match: dict[Name, Scalar]
    reason: str
    owner: str
    expires: date


class RowTest(NamedTuple):
    """What a row test takes and gives: input columns, output columns, named limits."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    limits: tuple[str, ...] = ()


ROW_TESTS: dict[str, RowTest] = {
    "beta_binomial_tail": RowTest(
        ("successes", "trials", "prior_mean", "prior_strength"), ("p_value",)
    ),
    "binomial_tail": RowTest(("successes", "trials", "expected_rate"), ("p_value",)),
    "connected_groups": RowTest(("node", "neighbours"), ("group", "size")),
    "larger": RowTest(("first", "second"), ("score",)),
    "points_at_least": RowTest(("value", "points"), ("score",), ("limit",)),
    "points_below": RowTest(("value", "points"), ("score",), ("limit",)),
    "poisson_tail": RowTest(("observed", "expected"), ("p_value",)),
    "q_values": RowTest(("p_value",), ("q_value",)),
}
"""Every row test by name; indicators/score.py computes them."""


class ScoreStep(Frozen):
    """A row test from the registry, applied between the SELECT and staging."""

    test: Name
    columns: dict[Name, Name] = Field(default_factory=dict, description="test input -> column")
    output: dict[Name, Name] = Field(default_factory=dict, description="test output -> column")
    limits: dict[Name, Threshold] = Field(
        default_factory=dict, description="test limit -> number, or the name of a parameter"
    )

    @model_validator(mode="after")
    def _as_registered(self) -> ScoreStep:
        if self.test not in ROW_TESTS:
            raise ValueError(f"there is no row test {self.test}; known are {', '.join(ROW_TESTS)}")
        wanted = ROW_TESTS[self.test]
        if set(self.columns) != set(wanted.inputs):
            raise ValueError(f"{self.test} takes the columns {', '.join(wanted.inputs)}")
        if set(self.output) != set(wanted.outputs):
            raise ValueError(f"{self.test} gives the output {', '.join(wanted.outputs)}")
        if set(self.limits) != set(wanted.limits):
            raise ValueError(f"{self.test} takes the limits {', '.join(wanted.limits) or 'none'}")
        return self


def _steps(value: Any) -> Any:
    """One step may be written without a list around it."""
    return [value] if isinstance(value, dict | ScoreStep) else value


ScoreSteps = Annotated[tuple[ScoreStep, ...], BeforeValidator(_steps)]


class Header(Frozen):
    """The YAML above the SELECT."""

    title: str = Field(min_length=3, max_length=120)
    description: str = Field(min_length=10)
    owner: Handle
    status: Status
    severity: Severity
    policy: Name
    techniques: tuple[str, ...] = ()
    grain: tuple[Name, ...] = Field(min_length=1)
    columns: ColumnMap = Field(min_length=1)
    lookback: Days = timedelta(days=1)
    schedule: str | None = None
    timeout: Span | None = None
    max_rows: int | None = Field(None, ge=1)
    parameters: dict[Name, Scalar] = Field(default_factory=dict)
    score: ScoreSteps = ()
    entities: tuple[Entity, ...] = ()
    confidential_columns: tuple[Name, ...] = Field(
        (), description="show a person too, beside entities and *_id; confidential teams only"
    )
    indicators: dict[Name, Indicator] = Field(default_factory=dict)
    alert: AlertSettings = AlertSettings()
    exceptions: tuple[RuleException, ...] = ()
    optional_upstreams: tuple[Name, ...] = ()
    runbook: str = Field(min_length=10)
    blind_spots: tuple[str, ...] = ()
    false_positives: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    version: int = 1


# --- sources, taxonomy ----------------------------------------------------------------------------


class SourceColumn(Frozen):
    """A source's column; `known_since` names the time since when a changing value is known."""

    type: ColumnType
    known_since: Name | None = None


class Source(Frozen):
    """A raw table that detections may read, from sql/sources.yaml."""

    name: Name
    title: str = ""
    columns: dict[Name, SourceColumn]
    day: Name | None = Field(None, description="partition column; none: a dimension, kept whole")
    day_from: Name | None = Field(
        None, description="its date is the day where a loaded file lacks the day column"
    )
    arrival: Name | None = Field(None, description="arrival time; builds read arrival <= cutoff")
    primary_key: tuple[Name, ...] = ()
    freshness: Span | None = Field(None, description="a day is complete so long after its end")
    min_rows_per_day: int = Field(1, ge=0, description="0 for sparse sources")
    required: bool = True


class Taxonomy(Frozen):
    """Policies and techniques that headers may name: id -> title."""

    policies: dict[str, str]
    techniques: dict[str, str] = Field(default_factory=dict)


# --- the whole ------------------------------------------------------------------------------------


class Detection(Frozen):
    """One detection, parsed, checked and ready to run."""

    team: Name
    table: Name
    path: Path
    header: Header
    sql: str = Field(description="the SELECT, verbatim")
    sql_line: int = Field(description="line of the file on which `sql` starts")
    sources: tuple[str, ...] = Field(description="raw tables it reads, sorted")
    upstreams: tuple[str, ...] = Field(description="risk tables it reads (stems), sorted")
    suite_path: Path
    cases_path: Path

    @property
    def name(self) -> str:
        """`<team>.<table>`, also the DAG id."""
        return f"{self.team}.{self.table}"

    @property
    def canary(self) -> bool:
        """Whether it is Daywatch's own proof of life: figures about findings leave it out."""
        return self.name == CANARY

    @property
    def sql_hash(self) -> str:
        """Changes when the query, its parameters, columns or score step change."""
        header = self.header
        score = "".join(step.model_dump_json() for step in header.score)
        parts = (self.sql, str(sorted(header.parameters.items())), str(header.columns), score)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]

    def severity_of(self, indicator: str) -> Severity:
        """The indicator's own severity, else the detection's."""
        return self.header.indicators[indicator].severity or self.header.severity


class BrokenFile(Frozen):
    """A file that could not become a detection; everything else still runs."""

    team: str
    table: str
    path: Path
    line: int | None
    fault: str
    remedy: str = ""

    @property
    def name(self) -> str:
        """The DAG id it would have had."""
        return f"{self.team}.{self.table}"


class Catalog(Frozen):
    """Everything there is to run, and every file that could not be read."""

    teams: dict[str, Team]
    sources: dict[str, Source]
    taxonomy: Taxonomy
    detections: dict[str, Detection] = Field(description="by <team>.<table>")
    broken: tuple[BrokenFile, ...] = ()

    def by_table(self, table: str) -> Detection | None:
        """The detection whose risk table has this stem."""
        return next((d for d in self.detections.values() if d.table == table), None)
