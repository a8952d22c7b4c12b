"""The truth beside a generated platform: what was injected, and when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from daywatch.errors import ConfigurationError, Where
from daywatch.scorecard.model import Scenario, Span, Truth


def read_truth(platform: Path) -> Truth:
    """The truth of the platform in a folder; without one there is nothing to hold up against."""
    folder = platform / "truth"
    if not (folder / "truth_scenarios.parquet").is_file():
        raise ConfigurationError(
            "there is no ground truth here to score against.",
            remedy="Run `daywatch demo generate` (a synthetic platform with its truth), "
            "then `daywatch backfill`.",
            where=Where(folder),
        )
    scenarios = [_scenario(row) for row in _rows(folder / "truth_scenarios.parquet")]
    return Truth(
        scenarios={one.id: one for one in scenarios},
        entities=_spans(folder / "truth_entities.parquet", ("entity_type", "entity_id")),
        shifts=_spans(folder / "truth_metric_shifts.parquet", ("indicator",)),
    )


def _rows(file: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(file).to_pylist()
    return rows


def _scenario(row: Mapping[str, Any]) -> Scenario:
    return Scenario(
        row["scenario_id"],
        row["scenario"],
        row["team"],
        row["strength"],
        bool(row["benign"]),
        row["ds_start"],
        row["ds_end"],
    )


def _spans(file: Path, key: tuple[str, ...]) -> dict[Any, list[Span]]:
    """Spans by one column, or by several as a tuple of texts."""
    found: dict[Any, list[Span]] = {}
    for row in _rows(file):
        named = tuple(str(row[column]) for column in key)
        span = Span(row["scenario_id"], row["ds_start"], row["ds_end"])
        found.setdefault(named if len(key) > 1 else named[0], []).append(span)
    return found


def read_manifest(platform: Path) -> tuple[str, date, date]:
    """(label, first day, last day) of the platform in a folder."""
    file = platform / "generated.json"
    try:
        made = json.loads(file.read_text(encoding="utf-8"))
        first, last = (date.fromisoformat(made[end]) for end in ("first_day", "last_day"))
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(
            "the platform's own note of its days is missing or cannot be read.",
            remedy="Run `daywatch demo generate` again.",
            where=Where(file),
        ) from error
    return f"seed {made.get('seed', '?')}", first, last
