"""Every fault of every file, with its line: what `daywatch lint` prints and CI fails on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from daywatch.catalog.columns import nearest
from daywatch.catalog.cron import start_after_day_end
from daywatch.catalog.discovery import Shelf
from daywatch.catalog.evidence import evidence_faults
from daywatch.catalog.examine import Examined
from daywatch.catalog.history import mutable_faults, unknown_column_faults
from daywatch.catalog.model import Catalog, ColumnType, Detection, Source, Team
from daywatch.catalog.portable import portable_faults
from daywatch.errors import CatalogError, ConfigurationError, Where
from daywatch.settings import Settings

Level = Literal["error", "warning"]
SHORT_RUNBOOK = 120
"""Characters under which a runbook tells an on-call nothing."""


LONGEST_QUERY = 80
"""Lines of a shipped SELECT: two screens, which a stranger can still hold in the head."""


@dataclass(frozen=True)
class Finding:
    """One fault: place, what is wrong, what to do; errors fail CI, warnings do not."""

    path: Path
    line: int | None
    level: Level
    code: str
    fault: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{Where(self.path, self.line)}: {self.fault} {self.remedy}".rstrip()


def lint(settings: Settings, names: Sequence[str] = ()) -> list[Finding]:
    """All findings over sql/, or of the named detections or teams, in the order of files.

    Raises ConfigurationError for a name that nothing has, and where sources.yaml or taxonomy.yaml
    cannot be read.
    """
    shelf = Shelf(settings)
    catalog = shelf.everything()
    chosen = _chosen(shelf, names)
    findings: set[Finding] = set()
    for seen in chosen:
        findings.update(_finding(fault, "error", "broken") for fault in seen.faults)
        if seen.detection is not None:
            findings.update(_detection_findings(seen, seen.detection, catalog))
    teams = {seen.team for seen in chosen} if names else set(shelf.teams)
    for team in teams:
        held = shelf.team(team)
        if isinstance(held, CatalogError):
            findings.add(_finding(held, "error", "team"))
    return sorted(findings, key=lambda f: (str(f.path), f.line or 0, f.level, f.fault))


def _chosen(shelf: Shelf, names: Sequence[str]) -> list[Examined]:
    seen = list(shelf.seen.values())
    if not names:
        return seen
    handles = {s.path: {s.team, s.table, f"{s.team}.{s.table}"} for s in seen}
    known = set().union(*handles.values(), shelf.teams)
    for name in names:
        if name not in known:
            fault = f"there is no detection or team {name!r}."
            raise ConfigurationError(fault, remedy=nearest(name, known))
    return [s for s in seen if handles[s.path] & set(names)]


def _detection_findings(
    seen: Examined, detection: Detection, catalog: Catalog
) -> Iterator[Finding]:
    query = seen.query
    assert query is not None
    team = catalog.teams[detection.team]
    sources = {name: catalog.sources[name] for name in detection.sources}
    upstreams = {
        stem: found for stem in detection.upstreams if (found := catalog.by_table(stem)) is not None
    }
    errors: list[tuple[str, Callable[[], Iterable[CatalogError]]]] = [
        ("unknown-column", lambda: unknown_column_faults(query, sources, upstreams)),
        ("mutable-column", lambda: mutable_faults(query, sources)),
        ("evidence", lambda: evidence_faults(detection)),
        ("too-early", lambda: _start_faults(seen, detection, team, sources)),
    ]
    if team.portable:
        doubles = _doubles(detection, sources, upstreams)
        errors.append(("portable", lambda: portable_faults(query, doubles)))
        errors.append(("long-query", lambda: _length_faults(detection)))
    for code, find in errors:
        yield from (_finding(fault, "error", code) for fault in find())
    for code, fault in _warnings(seen, detection):
        yield _finding(fault, "warning", code)


def _finding(fault: CatalogError, level: Level, code: str) -> Finding:
    where = fault.where or Where("sql")
    return Finding(Path(where.path), where.line, level, code, fault.fault, fault.remedy)


def _doubles(
    detection: Detection, sources: Mapping[str, Source], upstreams: Mapping[str, Detection]
) -> set[str]:
    """Names of columns that hold doubles in everything the query reads."""
    names = {
        name
        for source in sources.values()
        for name, column in source.columns.items()
        if column.type is ColumnType.DOUBLE
    }
    for found in upstreams.values():
        names |= {n for n, kind in found.header.columns.items() if kind is ColumnType.DOUBLE}
    return names


def _start_faults(
    seen: Examined, detection: Detection, team: Team, sources: Mapping[str, Source]
) -> Iterator[CatalogError]:
    """A run must not start before its UTC day has ended and its sources have arrived."""
    schedule = detection.header.schedule or team.schedule
    margin = start_after_day_end(schedule, team.timezone)
    late = max((s.freshness or timedelta() for s in sources.values()), default=timedelta())
    if margin is None or margin >= late:
        return
    slowest = [s.name for s in sources.values() if (s.freshness or timedelta()) == late]
    fault = f"the run starts {_span(margin)} after its UTC day ends ({schedule!r}, {team.timezone})"
    need = f", but {', '.join(slowest)} arrives up to {_span(late)} after it." if late else "."
    own = detection.header.schedule is not None
    where = seen.where(("schedule",)) if own else Where(seen.path.parent / "team.yaml", 1)
    yield CatalogError(fault + need, remedy="Start later.", where=where)


def _length_faults(detection: Detection) -> Iterator[CatalogError]:
    lines = len(detection.sql.splitlines())
    if lines > LONGEST_QUERY:
        yield CatalogError(
            f"the query is {lines} lines long; {LONGEST_QUERY} is the most.",
            remedy="Split it into two detections, one reading the other as risk.<table>.",
            where=Where(detection.path, detection.sql_line + LONGEST_QUERY),
        )


def _span(length: timedelta) -> str:
    hours = length.total_seconds() / 3600
    return f"{hours:g}h"


def _warnings(seen: Examined, detection: Detection) -> Iterator[tuple[str, CatalogError]]:
    header = detection.header
    for name in header.parameters:
        if name not in seen.used:
            fault = f"the parameter {name!r} is never used."
            where = seen.where(("parameters", name))
            yield "unused-parameter", CatalogError(fault, remedy="Remove it.", where=where)
    if len(header.runbook.strip()) < SHORT_RUNBOOK:
        remedy = "Say what to open first, how to tell abuse from a benign cause, and what to do."
        fault = "the runbook is too short to act on."
        where = seen.where(("runbook",))
        yield "short-runbook", CatalogError(fault, remedy=remedy, where=where)
    if not header.blind_spots:
        remedy = "Say what this detection cannot see."
        where = Where(seen.path, 2)
        yield "blind-spots", CatalogError("blind_spots is missing.", remedy=remedy, where=where)
    for n, entity in enumerate(header.entities):
        if not isinstance(entity.score, str):
            fault = f"entities.{n}.score: {entity.score:g} points for every row."
            remedy = "Return a column score, 0 where the row is no finding, and name it."
            where = seen.where(("entities", n, "score"))
            yield "constant-score", CatalogError(fault, remedy=remedy, where=where)
    if header.status.judged and not header.indicators:
        remedy = "Without one nothing is ever judged."
        fault = "there is no indicator."
        yield "no-indicator", CatalogError(fault, remedy=remedy, where=Where(seen.path, 2))
