"""risk.entity_risk adds up every production detection that names an entity, and never staff."""

from __future__ import annotations

from daywatch.catalog import load_catalog
from daywatch.catalog.model import Catalog, Detection
from daywatch.settings import Settings

NOT_AT_RISK = {"comment", "grant", "queue", "rule", "trend"}
"""Things that nobody acts on as on an account: one comment, a rule of ours."""


def entities_of(catalog: Catalog) -> list[tuple[Detection, str, str]]:
    """(detection, type or the column that names it, column) of what should be added up."""
    return [
        (detection, entity.type_from or f"'{entity.type}'", entity.column)
        for detection in catalog.detections.values()
        for entity in detection.header.entities
        if detection.header.status.pages
        and not catalog.teams[detection.team].confidential
        and detection.table != "entity_risk"
        and entity.type not in NOT_AT_RISK
    ]


def test_every_entity_of_a_production_detection_is_added_up() -> None:
    catalog = load_catalog(Settings())
    risk = catalog.detections["risk.entity_risk"]
    lines = [line for line in risk.sql.splitlines() if " from risk." in line]
    wanted = entities_of(catalog)
    missing = [
        f"{detection.name}: {column} as {kind}"
        for detection, kind, column in wanted
        if not any(
            line.endswith(f" from risk.{detection.table}")
            and f"'{detection.table}'" in line
            and f" {kind}" in line
            and column in line
            and ", score from" in line
            for line in lines
        )
    ]
    assert not missing, f"add a line to {risk.path}: " + "; ".join(missing)
    assert len(lines) == len(wanted), "a line of entity_risk feeds on no entity of a header"
    assert set(risk.header.optional_upstreams) == set(risk.upstreams)


def test_staff_are_never_in_it() -> None:
    catalog = load_catalog(Settings())
    confidential = {
        d.table for d in catalog.detections.values() if catalog.teams[d.team].confidential
    }
    assert not confidential & set(catalog.detections["risk.entity_risk"].upstreams)
