"""A detection's row tests, as far as lint looks: are there any, does one fire, is one silent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from daywatch.catalog.model import Detection, Status
from daywatch.catalog.yamlfile import load_yaml_file
from daywatch.errors import CatalogError, Where


def evidence_faults(detection: Detection) -> Iterator[CatalogError]:
    """A missing or empty test file; in production, no case that fires or none that is silent."""
    path = detection.cases_path
    try:
        data, lines = load_yaml_file(path)
    except CatalogError as error:
        yield CatalogError(error.fault, remedy=error.remedy or "Write cases.", where=error.where)
        return
    cases = data.get("cases") if isinstance(data, dict) else None
    if not isinstance(cases, list) or not cases:
        remedy = "Write cases: with one that fires and one that stays silent."
        yield CatalogError("there are no cases in this test.", remedy=remedy, where=Where(path, 1))
        return
    if detection.header.status is not Status.PRODUCTION:
        return
    where = Where(path, lines.get(("cases",), 1))
    expected = [case.get("expect") for case in cases if isinstance(case, dict)]
    if not any(_fires(one) for one in expected):
        fault = "no case fires, and the detection is in production."
        yield CatalogError(fault, remedy="Add one whose breaches are named.", where=where)
    if not any(_silent(one) for one in expected):
        fault = "no case stays silent, and the detection is in production."
        yield CatalogError(fault, remedy="Add one with breaches: [] or rows: [].", where=where)


def _fires(expect: Any) -> bool:
    return isinstance(expect, dict) and bool(expect.get("breaches"))


def _silent(expect: Any) -> bool:
    if not isinstance(expect, dict):
        return False
    return not expect.get("breaches") and (expect.get("breaches") == [] or expect.get("rows") == [])
