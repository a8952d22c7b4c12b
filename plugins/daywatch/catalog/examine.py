"""One detection's file, read once: its model if it can run, and every fault if it cannot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlglot import exp

from daywatch.catalog.columns import contract_faults, nearest, output_columns, reference_faults
from daywatch.catalog.cron import daily_start
from daywatch.catalog.expressions import indicator_check
from daywatch.catalog.header import ParsedHeader, parse_header, read_split
from daywatch.catalog.model import Detection, Header, Source, Taxonomy, Team
from daywatch.catalog.people import people_faults
from daywatch.catalog.safety import safety_faults
from daywatch.catalog.sql import (
    Place,
    Query,
    parse_query,
    placeholder_faults,
    statement_text,
    used_placeholders,
)
from daywatch.catalog.tables import Reads, reads
from daywatch.catalog.yamlfile import Path_
from daywatch.errors import CatalogError, Where
from daywatch.settings import Settings


@dataclass(frozen=True)
class Ground:
    """What a detection stands on: sources, ids, the other risk tables, the engine's dialect."""

    settings: Settings
    sources: Mapping[str, Source]
    taxonomy: Taxonomy
    stems: frozenset[str]

    @property
    def dialect(self) -> str:
        """sqlglot's name for the SQL that the warehouse runs."""
        return "postgres" if self.settings.warehouse.startswith("postgres") else "duckdb"


@dataclass
class Examined:
    """A file under examination; `detection` is there when `faults` is empty."""

    team: str
    table: str
    path: Path
    faults: list[CatalogError] = field(default_factory=list)
    detection: Detection | None = None
    parsed: ParsedHeader | None = None
    query: Query | None = None
    used: set[str] = field(default_factory=set)

    def where(self, at: Path_) -> Where:
        """The line of a place in the header, or of its nearest parent that is written down."""
        lines = self.parsed.lines if self.parsed else {}
        ends = range(len(at), -1, -1)
        return Where(self.path, next((lines[at[:n]] for n in ends if at[:n] in lines), 1))


def examine(path: Path, team: Team, ground: Ground) -> Examined:
    """Read one detection's file and collect every fault in it, in the order of its lines."""
    seen = Examined(path.parent.name, path.stem, path)
    try:
        parts = read_split(path)
    except CatalogError as error:
        seen.faults.append(error)
        return seen
    seen.parsed = parse_header(parts, path)
    seen.faults.extend(seen.parsed.faults)
    place = Place(path, parts.sql_line)
    read = _read_query(seen, parts.sql, place, ground)
    header = seen.parsed.header
    if header is not None:
        _check_header(seen, header, team, ground)
    seen.faults.extend(_suite_faults(seen, ground))
    if header is None or read is None or seen.query is None or seen.faults:
        seen.faults.sort(key=lambda f: (f.where.line or 0) if f.where else 0)
        return seen
    seen.detection = Detection(
        team=seen.team,
        table=seen.table,
        path=path,
        header=header,
        sql=statement_text(seen.query),
        sql_line=parts.sql_line,
        sources=read.sources,
        upstreams=read.upstreams,
        suite_path=suite_path(seen.team, seen.table, ground.settings),
        cases_path=cases_path(seen.team, seen.table, ground.settings),
    )
    return seen


def suite_path(team: str, table: str, settings: Settings) -> Path:
    """Where the suite of `<team>.<table>` lies."""
    return settings.expectations_dir / team / f"{table}.yaml"


def cases_path(team: str, table: str, settings: Settings) -> Path:
    """Where the row tests of `<team>.<table>` lie."""
    return settings.cases_dir / team / f"{table}.yaml"


def _read_query(seen: Examined, sql: str, place: Place, ground: Ground) -> Reads | None:
    try:
        query = parse_query(sql, ground.dialect, place)
    except CatalogError as error:
        seen.faults.append(error)
        return None
    seen.query = query
    seen.used |= used_placeholders(query)
    seen.faults.extend(safety_faults(query))
    read = reads(query, ground.sources, ground.stems)
    seen.faults.extend(read.faults)
    if seen.parsed and seen.parsed.header:
        _check_optional(seen, seen.parsed.header, read)
    return read


def _check_optional(seen: Examined, header: Header, read: Reads) -> None:
    for n, name in enumerate(header.optional_upstreams):
        if name not in read.upstreams:
            fault = f"optional_upstreams names {name!r}, which the query does not read."
            hint = nearest(name, read.upstreams, "It reads")
            where = seen.where(("optional_upstreams", n))
            seen.faults.append(CatalogError(fault, remedy=hint, where=where))


def _check_header(seen: Examined, header: Header, team: Team, ground: Ground) -> None:
    assert seen.parsed is not None
    lines = seen.parsed.lines
    returned: Mapping[str, exp.Expr] = {}
    if seen.query is not None:
        declared = {*header.parameters, "day"}
        seen.faults += placeholder_faults(seen.query, declared, lambda n: nearest(n, declared))
        output = output_columns(seen.query)
        seen.faults += contract_faults(header, lines, output, seen.query)
        returned = output.columns
    seen.faults += reference_faults(header, lines, seen.path)
    checked = indicator_check(header, lines, seen.path, ground.dialect)
    seen.faults += checked.faults
    seen.faults += people_faults(
        header, lines, team, seen.path, seen.query, returned, ground.dialect
    )
    seen.used |= checked.used
    limits = [limit for step in header.score for limit in step.limits.values()]
    seen.used |= {limit for limit in limits if isinstance(limit, str)}
    seen.faults += _id_faults(seen, header, team, ground)


def _id_faults(
    seen: Examined, header: Header, team: Team, ground: Ground
) -> Iterator[CatalogError]:
    """Owner, policy, techniques, schedule and parameters must be ones that exist."""
    policies, techniques = ground.taxonomy.policies, ground.taxonomy.techniques
    named: list[tuple[Path_, str, Mapping[str, object], str]] = [
        (("owner",), header.owner, team.owners, f"the owners of sql/{team.name}/team.yaml"),
        (("policy",), header.policy, policies, "the policies of sql/taxonomy.yaml"),
    ]
    for n, technique in enumerate(header.techniques):
        at: Path_ = ("techniques", n)
        named.append((at, technique, techniques, "the techniques of sql/taxonomy.yaml"))
    for at, name, known, where in named:
        if name not in known:
            fault = f"{at[0]}: {name!r} is not among {where}."
            yield CatalogError(fault, remedy=nearest(name, known), where=seen.where(at))
    if header.schedule is not None and daily_start(header.schedule) is None:
        fault = f"schedule: {header.schedule!r} is not one time each day."
        remedy = "Write minute hour * * *, e.g. '30 4 * * *'."
        yield CatalogError(fault, remedy=remedy, where=seen.where(("schedule",)))
    if "day" in header.parameters:
        where_day = seen.where(("parameters", "day"))
        fault = "parameters must not name 'day': :day is the day that runs."
        yield CatalogError(fault, remedy="Choose another name.", where=where_day)


def _suite_faults(seen: Examined, ground: Ground) -> Iterator[CatalogError]:
    path = suite_path(seen.team, seen.table, ground.settings)
    if not path.is_file():
        yield CatalogError(
            "this suite is missing.",
            remedy="Every risk table has one, with at least a row-count expectation.",
            where=Where(path),
        )
