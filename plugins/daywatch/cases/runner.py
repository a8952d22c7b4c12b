"""Run detections on the rows of their test files and say what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from daywatch.cases.bench import Bench, Benches
from daywatch.cases.compare import Row, rows_diff
from daywatch.cases.model import Case, load_cases
from daywatch.cases.mutation import Survivor, survivors
from daywatch.catalog.model import Catalog, Detection
from daywatch.errors import DaywatchError
from daywatch.indicators import State, Verdict
from daywatch.settings import Settings


@dataclass(frozen=True)
class CaseResult:
    """One case's outcome; `diff` says what was expected, found and missing."""

    name: str
    ok: bool
    diff: str = ""


@dataclass(frozen=True)
class Report:
    """All cases of one detection, and the mutants that no case noticed."""

    detection: str
    results: tuple[CaseResult, ...]
    survivors: tuple[Survivor, ...] = ()


def run_all(
    detections: Iterable[Detection],
    catalog: Catalog,
    settings: Settings,
    *,
    warehouse_url: str | None = None,
    mutate: bool = False,
) -> list[Report]:
    """Run every detection's cases on a temporary lake, and on PostgreSQL where a URL is given."""
    return [
        _report(one, catalog, settings, warehouse_url=warehouse_url, mutate=mutate)
        for one in detections
    ]


def _report(
    detection: Detection,
    catalog: Catalog,
    settings: Settings,
    *,
    warehouse_url: str | None,
    mutate: bool,
) -> Report:
    try:
        cases = load_cases(detection, catalog)
        results = _run(detection, catalog, settings, cases, None)
        if warehouse_url:
            results += _run(detection, catalog, settings, cases, warehouse_url)
        missed: Sequence[Survivor] = ()
        if mutate and all(result.ok for result in results):
            missed = survivors(cases, Benches(detection, catalog, settings), detection, case_diff)
    except DaywatchError as error:
        broken = CaseResult(detection.cases_path.name, False, str(error))
        return Report(detection.name, (broken,))
    return Report(detection.name, tuple(results), tuple(missed))


def run_cases(
    detection: Detection,
    catalog: Catalog,
    settings: Settings,
    *,
    warehouse_url: str | None = None,
) -> list[CaseResult]:
    """Run one detection's cases on a temporary lake, or in a scratch database beside the URL's.

    Errors: CatalogError for a test file that cannot be read, Unavailable for a warehouse.
    """
    return _run(detection, catalog, settings, load_cases(detection, catalog), warehouse_url)


def _run(
    detection: Detection,
    catalog: Catalog,
    settings: Settings,
    cases: Sequence[Case],
    warehouse_url: str | None,
) -> list[CaseResult]:
    benches = Benches(detection, catalog, settings)
    fresh = benches.postgres(warehouse_url) if warehouse_url else benches.lakes()
    mark = " [postgresql]" if warehouse_url else ""
    with fresh as stream:
        return [
            CaseResult(f"{case.name}{mark}", not diff, diff) for case, diff in _diffs(cases, stream)
        ]


def _diffs(cases: Sequence[Case], benches: Iterator[Bench]) -> Iterator[tuple[Case, str]]:
    # The case first: a bench that nobody wants need not be made.
    for case, bench in zip(cases, benches, strict=False):
        try:
            bench.lay_out(case)
            yield case, case_diff(case, *bench.run(case))
        except DaywatchError as error:
            yield case, f"{case.where}: {error}"


def case_diff(case: Case, found: Sequence[Row], verdicts: Mapping[str, Verdict]) -> str:
    """What the case expected otherwise; empty when all is as it should be."""
    parts = []
    if case.rows is not None:
        parts.append(rows_diff(case.rows, found, exact=True))
    if case.rows_at_least is not None:
        parts.append(rows_diff(case.rows_at_least, found, exact=False))
    if case.breaches is not None:
        parts.append(_breaches_diff(case.breaches, verdicts))
    said = "\n".join(part for part in parts if part)
    return f"{case.where}: {said}" if said else ""


def _breaches_diff(expected: Sequence[str], verdicts: Mapping[str, Verdict]) -> str:
    breached = {name for name, verdict in verdicts.items() if verdict.state is State.BREACH}
    lines = [
        f"  {'missing   ' if name in expected else 'unexpected'} {name}: {_why(verdicts.get(name))}"
        for name in sorted(breached ^ set(expected))
    ]
    return "\n".join(["breaches differ", *lines]) if lines else ""


def _why(verdict: Verdict | None) -> str:
    return f"{verdict.state}, {verdict.reason}" if verdict else "it has no breach rule"


def evidence(cases: Iterable[Case]) -> tuple[bool, bool]:
    """(some case fires, some case stays silent): what a production detection needs."""
    asked = list(cases)
    fires = any(case.breaches for case in asked)
    silent = any(
        case.breaches == () or (case.breaches is None and case.rows == ()) for case in asked
    )
    return fires, silent
