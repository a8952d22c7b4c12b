"""What was begun and never finished, finished: published days that nobody judged, lost records."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from daywatch import judging, pipeline
from daywatch.catalog.model import Detection
from daywatch.runner import new_run_id

if TYPE_CHECKING:
    from daywatch.house import House
    from daywatch.state.watch import Unjudged
    from daywatch.warehouse.base import Publication

log = logging.getLogger(__name__)

GRACE = timedelta(minutes=10)
"""A day published so lately is about to be judged by the run that published it."""
QUIET = timedelta(hours=1)
"""History of a detection that published so lately is being filled: its backfill judges it."""
FIRST_DAY = date(2010, 1, 1)


def forgotten(house: House) -> dict[str, list[Unjudged]]:
    """Days published and never judged, by detection, that no run is still busy with."""
    found: dict[str, list[Unjudged]] = {}
    for one in house.state.all_unjudged():
        detection = house.catalog.by_table(one.table)
        if detection is not None and _judges(detection):
            found.setdefault(detection.name, []).append(one)
    now, horizon = house.now(), house.settings.paging_horizon_days
    return {name: days for name, days in found.items() if _left_alone(days, now, horizon)}


def _judges(detection: Detection) -> bool:
    return detection.header.status.judged and bool(detection.header.indicators)


def _left_alone(days: Sequence[Unjudged], now: datetime, horizon_days: int) -> bool:
    """Whether nobody works on them: a page waits minutes, history as long as a backfill may run.

    Recent days beside unjudged history wait too: without it they would be judged by half a series.
    """
    history = any((now.date() - one.day).days > horizon_days for one in days)
    newest = max(one.published_at for one in days)
    return now - newest >= (QUIET if history else GRACE)


def judge_forgotten(house: House, detection: Detection, days: Sequence[Unjudged]) -> int:
    """Measure and judge these days as their own run would have; how many messages that gave."""
    recent = house.now().date() - timedelta(days=house.settings.paging_horizon_days)
    old = [one.day for one in days if one.day < recent]
    for day in old:
        judging.measure(house, detection, day)
    messages = judging.judge(house, detection, old[0]).messages if old else 0
    for day in (one.day for one in days if one.day >= recent):
        run_id = new_run_id("sweep")
        messages += pipeline.judge_published(house, detection, day, run_id=run_id).messages
    log.warning("%s: %d published days had never been judged", detection.name, len(days))
    return messages


def repair_mirror(house: House) -> int:
    """Copy publications that the warehouse recorded and the state store does not know; how many.

    The lake's record is the state store itself, so it cannot differ.
    """
    if house.settings.warehouse.startswith("lake:"):
        return 0
    return sum(_mirror(house, detection) for detection in house.catalog.detections.values())


def _mirror(house: House, detection: Detection) -> int:
    last = house.now().date()
    known = {p.day: p for p in house.state.publications(detection.table, FIRST_DAY, last)}
    lost = [
        theirs
        for theirs in house.warehouse.publications(detection.table, FIRST_DAY, last)
        if _differs(theirs, known.get(theirs.day))
    ]
    for publication in lost:
        house.state.mirror(publication)
    if lost:
        log.warning("%s: %d publications were missing in the mirror", detection.name, len(lost))
    return len(lost)


def _differs(theirs: Publication, ours: Publication | None) -> bool:
    if ours is None:
        return True
    same = (theirs.run_id, theirs.content_hash) == (ours.run_id, ours.content_hash)
    return not same and theirs.published_at >= ours.published_at
