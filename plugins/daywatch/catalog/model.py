"""What a detection is: the frozen models that the whole house passes around.

One detection is three files of one name (SQL, suite, row tests). These models are what the
parser makes of them; nobody else reads the files. Field names are the header's own keys.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

NAME = r"^[a-z][a-z0-9_]{0,62}$"
Name = Annotated[str, Field(pattern=NAME)]
Handle = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")]
"""A person or rota, as people write them: spam-oncall."""
Reader = Annotated[str, Field(pattern=r"^(group:)?[a-z_][a-z0-9_.-]{0,31}\$?$")]
"""A login of the operating system, or one of its groups: ana, group:integrity."""


class Frozen(BaseModel):
    """Parsed once at the edge; unknown keys are errors, nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ColumnType(StrEnum):
    """Column types of sources and risk tables, one spelling for every engine."""

    TEXT = "text"
    BIGINT = "bigint"
    INTEGER = "integer"
    DOUBLE = "double"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"


class Status(StrEnum):
    """How far a detection is trusted: what it may build, judge and page."""

    DRAFT = "draft"
    EXPERIMENTAL = "experimental"
    PRODUCTION = "production"
    DEPRECATED = "deprecated"

    @property
    def scheduled(self) -> bool:
        """Whether Airflow runs it every day."""
        return self is not Status.DRAFT

    @property
    def judged(self) -> bool:
        """Whether its indicators get verdicts."""
        return self in (Status.EXPERIMENTAL, Status.PRODUCTION)

    @property
    def pages(self) -> bool:
        """Whether a breach becomes a message to the on-call."""
        return self is Status.PRODUCTION


class Severity(StrEnum):
    """Field-standard severities, mildest first."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Kind(StrEnum):
    """What an indicator measures; decides how no rows and denominator 0 are read."""

    COUNT = "count"
    RATE = "rate"
    VALUE = "value"
    DURATION = "duration"


_DAYS = re.compile(r"^(\d{1,4})d$")
_SECONDS = re.compile(r"^(\d{1,6})(s|m|h)$")
_UNIT = {"s": 1, "m": 60, "h": 3600}


def parse_days(text: Any) -> Any:
    """`28d` -> 28 days; anything else is left for pydantic to refuse."""
    match = _DAYS.match(text) if isinstance(text, str) else None
    return timedelta(days=int(match[1])) if match else text


def parse_span(text: Any) -> Any:
    """`90s`, `15m` or `2h` -> a duration; anything else is left for pydantic to refuse."""
    match = _SECONDS.match(text) if isinstance(text, str) else None
    return timedelta(seconds=int(match[1]) * _UNIT[match[2]]) if match else text


Days = Annotated[timedelta, BeforeValidator(parse_days)]
Span = Annotated[timedelta, BeforeValidator(parse_span)]
Scalar = bool | int | float | date | str
Threshold = float | str  # a number, or the name of a parameter
ColumnMap = dict[Name, ColumnType]


def _percent(value: Any) -> Any:
    """`30%` -> 0.3; numbers pass."""
    if isinstance(value, str) and value.endswith("%"):
        return float(value[:-1]) / 100
    return value


Fraction = Annotated[float, BeforeValidator(_percent), Field(gt=0)]


# --- how an indicator is breached ---------------------------------------------------------------


class Target(Frozen):
    """A rate held against a target by its Wilson interval, so that small samples stay quiet.

    Breached when the whole interval lies on the wrong side of the bound.
    """

    at_least: Threshold | None = None
    at_most: Threshold | None = None
    confidence: float = Field(0.95, gt=0.5, lt=1)
    min_n: int = Field(30, ge=1, description="fewer observations: no verdict")

    @model_validator(mode="after")
    def _one_bound(self) -> Target:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give exactly one of at_least and at_most")
        return self


class Change(Frozen):
    """Movement against an earlier period; needs a minimum count because alone it cries wolf."""

    against: Literal["same_weekday"] | Days = "same_weekday"
    weeks: int = Field(4, ge=1, le=12, description="same_weekday: median of so many weeks")
    direction: Literal["up", "down", "both"] = "up"
    by: Fraction = Field(description="relative change, 50% or 0.5")
    min_count: Threshold = Field(description="the larger of both sides must reach it")


class Breach(Frozen):
    """One rule per key; several keys, or `all`, must hold together."""

    above: Threshold | None = None
    below: Threshold | None = None
    outside: tuple[Threshold, Threshold] | None = None
    target: Target | None = None
    change: Change | None = None
    all: tuple[Breach, ...] | None = None

    @model_validator(mode="after")
    def _some_rule(self) -> Breach:
        if not self.rules():
            raise ValueError("a breach needs one of above, below, outside, target, change, all")
        return self

    def rules(self) -> tuple[tuple[str, Any], ...]:
        """(rule name, its settings) of every rule that must hold, `all` flattened."""
        own = ("above", "below", "outside", "target", "change")
        flat = [(key, getattr(self, key)) for key in own if getattr(self, key) is not None]
        for inner in self.all or ():
            flat.extend(inner.rules())
        return tuple(flat)


class Persistence(Frozen):
    """Breached on at least `days` of the last `of` judged days before it counts."""

    days: int = Field(1, ge=1)
    of: int = Field(1, ge=1)

    @model_validator(mode="after")
    def _possible(self) -> Persistence:
        if self.days > self.of:
            raise ValueError("days cannot be more than of")
        return self


class Indicator(Frozen):
    """A named aggregate over the day's published rows, with the rule that breaches it."""

    value: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    filter: str | None = None
    by: tuple[Name, ...] = ()
    kind: Kind = Kind.COUNT
    unit: str = ""
    breach: Breach | None = None
    severity: Severity | None = None
    persistence: Persistence | None = None

    @model_validator(mode="after")
    def _value_or_rate(self) -> Indicator:
        rate = self.numerator is not None and self.denominator is not None
        if (self.value is not None) == rate or (self.kind is Kind.RATE) != rate:
            raise ValueError(
                "give value, or numerator and denominator with kind: rate (never a/b in value)"
            )
        return self


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


# --- teams, sources, taxonomy ---------------------------------------------------------------------


class Owner(Frozen):
    """A person or rota that the team file maps to Slack."""

    slack: str = Field("", description="user or user group id, e.g. U012 or S012")
    email: str = ""


class Team(Frozen):
    """sql/<team>/team.yaml."""

    name: Name
    title: str
    channels: dict[Literal["alerts", "data", "digest"], str]
    owners: dict[Handle, Owner] = Field(min_length=1)
    schedule: str = "0 4 * * *"
    timezone: str = "UTC"
    timeout: Span = timedelta(minutes=15)
    max_rows: int = Field(200_000, ge=1)
    ready_deadline: Span = Field(timedelta(hours=4), description="after the run's start")
    alert_budget_per_week: int = Field(10, ge=0)
    review_budget_per_day: int = Field(20, ge=1, description="findings the team can look at a day")
    confidential: bool = False
    portable: bool = Field(True, description="lint holds its SQL to sql/PORTABLE.md")
    readers: tuple[Reader, ...] = Field((), description="may see a confidential team's ids")


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
