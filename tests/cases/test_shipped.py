"""Every shipped detection holds up to its own cases, on both engines."""

from __future__ import annotations

import pytest

from daywatch.cases import evidence, load_cases, run_all
from daywatch.catalog import load_catalog
from daywatch.catalog.model import Catalog, Status
from daywatch.settings import Settings
from tests.conftest import CHECKOUT

SQL = CHECKOUT / "sql"


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    """The catalogue of this checkout."""
    catalog = load_catalog(Settings())
    assert catalog.detections
    return catalog


def test_every_file_is_a_detection(shipped: Catalog) -> None:
    offenders = [f"{one.path}:{one.line}: {one.fault} {one.remedy}" for one in shipped.broken]
    assert not offenders, "\n".join(offenders)


@pytest.mark.slow
@pytest.mark.parametrize("team", sorted(path.parent.name for path in SQL.glob("*/team.yaml")))
@pytest.mark.parametrize("engine", ["lake", "postgresql"])
def test_every_case_passes(
    shipped: Catalog, engine: str, team: str, settings: Settings, request: pytest.FixtureRequest
) -> None:
    """By team, so that a sweep over hundreds of cases shares the cores."""
    url = request.getfixturevalue("postgres_url") if engine == "postgresql" else None
    detections = [d for d in shipped.detections.values() if d.team == team]
    assert detections
    reports = run_all(detections, shipped, settings, warehouse_url=url)
    offenders = [
        f"{report.detection}, {result.name}: {result.diff}"
        for report in reports
        for result in report.results
        if not result.ok
    ]
    assert not offenders, "\n".join(offenders)


def test_production_detections_have_a_case_that_fires_and_one_that_stays_silent(
    shipped: Catalog,
) -> None:
    offenders = []
    for detection in shipped.detections.values():
        fires, silent = evidence(load_cases(detection, shipped))
        if detection.header.status is Status.PRODUCTION and not (fires and silent):
            missing = "fires" if not fires else "stays silent"
            offenders.append(f"{detection.cases_path}: no case {missing}")
    assert not offenders, "\n".join(offenders)
