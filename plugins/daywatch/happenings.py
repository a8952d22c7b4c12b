"""What happened on the platform beside a series: policy changes and incidents, for its chart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from daywatch.alerts.facts import MAX_MARKS, ChartMark

if TYPE_CHECKING:
    from daywatch.catalog.model import Detection
    from daywatch.house import House

SOURCES = {
    "policy_changes": ("event_ts", "policy change", ("description", "market")),
    "incidents": ("opened_ts", "incident", ("incident_id", "severity", "team", "market")),
}
"""Raw table -> its time, what a mark of it is called, the columns of its label.

Only what was known when it happened: an incident's root cause is written later.
"""


def happenings(
    house: House, detection: Detection, first: date, last: date
) -> tuple[ChartMark, ...]:
    """The newest few of both in [first, last], oldest first, as the published day could know them.

    Where the catalogue has no such source, or its columns are others, there are none.
    """
    publication = house.warehouse.publication(detection.table, last)
    cutoff = publication.cutoff if publication else house.now()
    found: list[tuple[datetime, ChartMark]] = []
    for name, (by, what, columns) in SOURCES.items():
        source = house.catalog.sources.get(name)
        if source is None or not {by, *columns} <= set(source.columns):
            continue
        for row in house.warehouse.recent_rows(source, by, first, last, cutoff, MAX_MARKS):
            found.append((row[by], ChartMark(row[by].date(), what, _label(row, columns))))
    found.sort(key=lambda one: (one[0], one[1].label))
    return tuple(mark for _, mark in found[-MAX_MARKS:])


def _label(row: Mapping[str, Any], columns: tuple[str, ...]) -> str:
    return " ".join(str(row[column]) for column in columns if row[column])
