"""What the lab evaluated, as the scorecard takes it: the figures of `daywatch scorecard`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from daywatch.catalog.model import Catalog, Detection
from daywatch.runner import levels
from daywatch.scorecard import History, Platform, Scorecard, Truth, score
from daywatch.scorecard.matching import day_rows
from daywatch.scorecard.reading import budgets_of, named_apart, pages_within, watch_of
from daywatch.scorecard.score import scored_days
from daywatch.scorecard.truth import read_manifest, read_truth
from tests.tuning.evaluate import Evaluated, Lab


def pooled(
    folders: Sequence[Path],
    catalog: Catalog,
    detections: Sequence[Detection],
    newest: int | None = None,
) -> Scorecard:
    """One scorecard over several platforms' folders."""
    judged = [one for one in detections if one.header.status.judged and not one.canary]
    platforms = [evaluated_platform(folder, catalog, judged, newest) for folder in folders]
    return score(named_apart(platforms), budgets_of(catalog, judged))


def evaluated_platform(
    folder: Path, catalog: Catalog, detections: Sequence[Detection], newest: int | None = None
) -> Platform:
    """Every detection over all of the platform's days, of which the scored ones are kept."""
    label, first, last = read_manifest(folder)
    truth, wanted = read_truth(folder), scored_days(first, last, newest)
    lab, histories = Lab(folder, catalog), []
    for detection in (one for level in levels(detections) for one in level):
        found = lab.evaluate(detection, days_of(folder))
        histories.append(history_of(found, truth, wanted))
        print(f"{label} {detection.name} {found.seconds:.1f} s", flush=True)
    histories.sort(key=lambda one: [d.name for d in detections].index(one.watch.name))
    return Platform(label, tuple(wanted), truth, tuple(histories))


def history_of(found: Evaluated, truth: Truth, wanted: Sequence[date]) -> History:
    """A detection's evaluated days, held against the truth."""
    watch = watch_of(found.detection)
    by_day: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in found.rows:
        by_day[row["day"]].append(row)
    days = tuple(day_rows(watch, truth, day, by_day[day]) for day in wanted)
    pages = pages_within(found.pages, wanted) if watch.production else ()
    return History(watch, days, pages, found.seconds / max(1, found.days))


def days_of(folder: Path) -> list[date]:
    """The platform's days, oldest first."""
    return sorted(date.fromisoformat(part.name[3:]) for part in (folder / "logins").iterdir())
