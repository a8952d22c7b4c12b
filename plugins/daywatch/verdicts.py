"""What people decide about findings, kept as the raw table `entity_verdicts`.

Detections read it like any source: risk.entity_risk leaves out what was closed as a false
positive. A row is only ever added; a later verdict on the same entity stands beside the earlier.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from daywatch.alerts.outcomes import Outcome
from daywatch.catalog.model import NAME
from daywatch.errors import ConfigurationError

if TYPE_CHECKING:
    from daywatch.catalog.model import Detection
    from daywatch.house import House

SOURCE = "entity_verdicts"


@dataclass(frozen=True)
class EntityVerdict:
    """One decision about one entity that one detection found; a row of `entity_verdicts`."""

    verdict_id: str
    ds: date
    decided_ts: datetime
    detection: str
    entity_type: str
    entity_id: str
    outcome: str
    reason: str
    actor: str
    ingest_ts: datetime


def record(
    house: House, detection: Detection, entity: str, outcome: Outcome, reason: str, actor: str
) -> EntityVerdict:
    """Add a verdict on `entity` (`type:id`, or an id where the detection has one type).

    Raises ConfigurationError for an unknown type, a missing source, and confidential teams, whose
    verdicts stay in their own case system.
    """
    source = house.catalog.sources.get(SOURCE)
    if source is None:
        raise ConfigurationError(
            f"there is no source {SOURCE}.", remedy="Declare it in sql/sources.yaml."
        )
    if house.catalog.teams[detection.team].confidential:
        raise ConfigurationError(
            f"{detection.team} is confidential: its verdicts name people.",
            remedy="Keep them in the team's own case system.",
        )
    kind, identity = _entity(detection, entity)
    now = house.now()
    verdict = EntityVerdict(
        verdict_id=uuid.uuid4().hex,
        ds=now.date(),
        decided_ts=now,
        detection=detection.table,
        entity_type=kind,
        entity_id=identity,
        outcome=str(outcome),
        reason=reason,
        actor=actor,
        ingest_ts=now,
    )
    _store(house, verdict)
    return verdict


def _entity(detection: Detection, entity: str) -> tuple[str, str]:
    entities = detection.header.entities
    types = list(dict.fromkeys(one.type for one in entities))
    by_row = any(one.type_from for one in entities)  # each row says its own type
    kind, colon, identity = entity.partition(":")
    if colon and identity and (kind in types or (by_row and re.fullmatch(NAME, kind))):
        return kind, identity
    if len(types) == 1 and not by_row and entity and not (colon and kind.isalpha()):
        return types[0], entity
    raise ConfigurationError(
        f"{entity!r} names no entity of {detection.name}.",
        remedy=f"Write TYPE:ID; it finds {', '.join(types) or 'no entities'}.",
    )


def _store(house: House, verdict: EntityVerdict) -> None:
    import pyarrow as pa

    from daywatch.warehouse.columns import arrow_schema

    source = house.catalog.sources[SOURCE]
    schema = arrow_schema({name: column.type for name, column in source.columns.items()})
    rows = pa.Table.from_pylist([asdict(verdict)], schema=schema)
    house.warehouse.load_arrow(source, rows, append=True)
    with house.state.transaction() as session:
        house.state.audit(
            session,
            verdict.actor,
            "entity.verdict",
            f"{verdict.detection} {verdict.entity_type}:{verdict.entity_id}",
            {"outcome": verdict.outcome, "reason": verdict.reason, "id": verdict.verdict_id},
        )
