"""All three files of a detection held against each other: what `daywatch lint` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from daywatch.cases.model import load_cases
from daywatch.catalog import load_catalog
from daywatch.catalog.lint import Finding, lint
from daywatch.catalog.model import Catalog, Detection
from daywatch.errors import CatalogError
from daywatch.runner import select
from daywatch.settings import Settings
from daywatch.validation.suite import load_suite


def review(settings: Settings, names: Sequence[str] = ()) -> list[Finding]:
    """The catalogue's findings, and those of suites and row tests, in the order of files.

    Raises ConfigurationError for a name that nothing has.
    """
    findings = lint(settings, names)
    catalog = load_catalog(settings)
    broken = {one.name for one in catalog.broken}
    chosen = select(catalog, [n for n in names if n not in broken]) if names else None
    for detection in chosen or catalog.detections.values():
        findings += _companions(detection, catalog)
    return sorted(dict.fromkeys(findings), key=lambda f: (str(f.path), f.line or 0, f.fault))


def _companions(detection: Detection, catalog: Catalog) -> Iterator[Finding]:
    """Faults of the suite and of the row tests; the first of each file."""
    readers: list[tuple[str, Callable[[], object]]] = [
        ("suite", lambda: load_suite(detection)),
        ("cases", lambda: load_cases(detection, catalog)),
    ]
    for code, read in readers:
        try:
            read()
        except CatalogError as error:
            where = error.where
            path = where.path if where else detection.path
            if code == "cases" and not detection.cases_path.is_file():
                continue  # the catalogue's lint says so
            yield Finding(
                path=type(detection.path)(path),
                line=where.line if where else None,
                level="error",
                code=code,
                fault=error.fault,
                remedy=error.remedy,
            )
