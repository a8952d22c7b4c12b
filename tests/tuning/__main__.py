"""`python -m tests.tuning NAME...`: what detections find, miss and wrongly page on one platform.

Make a platform with `python -m tests.tuning --make DIR --seed 1`. Tune on seeds 1 to 5 only:
6 to 10 are scored. Then `python -m tests.tuning lockstep --platform DIR [--platform DIR2]`.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from daywatch.catalog import load_catalog
from daywatch.catalog.model import Detection
from daywatch.runner import levels, select
from daywatch.settings import Settings
from tests.tuning.evaluate import Evaluated, Lab

END = date(2026, 11, 21)
AFTER = timedelta(days=3)
"""So long after a scenario's last day a page still counts as its doing."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.tuning", description=__doc__)
    parser.add_argument("names", nargs="*", help="detections, tables or teams")
    parser.add_argument("--platform", action="append", type=Path, default=[])
    parser.add_argument("--make", type=Path, help="generate a platform into this folder")
    parser.add_argument("--scenarios", nargs="*", help="with --make: only these")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=90, help="of the platform")
    parser.add_argument("--warm", type=int, default=0, help="days that are not evaluated")
    parser.add_argument("--rows", type=int, default=6, help="false findings to show a detection")
    chosen = parser.parse_args()
    if chosen.make:
        make(chosen.make, chosen.seed, chosen.days, chosen.scenarios)
    for platform in chosen.platform:
        print(f"\n=== {platform}")
        tune(platform, chosen.names, chosen.warm, chosen.rows)


def make(folder: Path, seed: int, days: int, scenarios: list[str] | None) -> None:
    from daywatch.platform import generate

    made = generate(folder, "S", days, END, seed, scenarios)
    print(f"{made.rows:,} rows; {len(made.injected)} runs of scenarios")


def tune(platform: Path, names: list[str], warm: int, most: int) -> None:
    catalog = load_catalog(Settings())
    for broken in catalog.broken:
        print(f"BROKEN {broken.path}:{broken.line}: {broken.fault} {broken.remedy}")
    lab = Lab(platform, catalog)
    truth = Truth(platform / "truth")
    days = sorted(date.fromisoformat(p.name[3:]) for p in (platform / "logins").iterdir())[warm:]
    for level in levels(select(catalog, names)):
        for detection in level:
            report(lab.evaluate(detection, days), truth, days, most)


class Truth:
    """What was injected, by entity and by metric."""

    def __init__(self, folder: Path) -> None:
        def rows(name: str) -> list[dict[str, Any]]:
            sql = f"from read_parquet('{folder / name}.parquet')"
            return duckdb.sql(sql).to_arrow_table().to_pylist()

        self.scenarios = {row["scenario_id"]: row for row in rows("truth_scenarios")}
        self.entities: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for row in rows("truth_entities"):
            self.entities[row["entity_type"], row["entity_id"]].append(row)
        self.shifts = rows("truth_metric_shifts")

    def of_entity(self, kind: str, entity: str, day: date, reach: timedelta) -> set[str]:
        return {
            row["scenario_id"]
            for row in self.entities.get((kind, entity), ())
            if row["ds_start"] <= day <= row["ds_end"] + reach
        }

    def of_metric(self, detection: Detection, day: date, reach: timedelta) -> set[str]:
        return {
            row["scenario_id"]
            for row in self.shifts
            if row["indicator"] in (detection.name, detection.table)
            and row["ds_start"] <= day <= row["ds_end"] + reach
        }


def report(found: Evaluated, truth: Truth, days: list[date], most: int) -> None:
    detection = found.detection
    rows = len(found.rows)
    print(f"\n{detection.name}: {rows} rows on {len(days)} days, {found.seconds:.1f} s")
    reach = detection.header.lookback
    hits: dict[str, set[tuple[str, str]]] = defaultdict(set)
    first: dict[str, date] = {}
    explained: dict[date, set[str]] = defaultdict(set)
    false: list[dict[str, Any]] = []
    flagged = 0
    for row in found.rows:
        whose: set[str] = set()
        scored = [e for e in detection.header.entities if _points(row, e.score) > 0]
        for entity in scored:
            key = (entity.type, str(row[entity.column]))
            for scenario in truth.of_entity(*key, row["day"], reach):
                whose.add(scenario)
                hits[scenario].add(key)
                first[scenario] = min(first.get(scenario, row["day"]), row["day"])
        explained[row["day"]] |= whose
        if scored:
            flagged += 1
            if not any(not truth.scenarios[s]["benign"] for s in whose):
                false.append({**row, "_benign": sorted(whose)})
    if detection.header.entities:
        print(f"  findings {flagged}, of them on no abuser {len(false)}")
    for scenario in sorted(hits, key=lambda s: truth.scenarios[s]["benign"]):
        run = truth.scenarios[scenario]
        kinds = {kind for kind, _ in hits[scenario]}
        total = sum(
            1 for (kind, _), of in truth.entities.items() if kind in kinds
            for row in of if row["scenario_id"] == scenario
        )  # fmt: skip
        delay = (first[scenario] - run["ds_start"]).days
        print(f"  {'TWIN ' if run['benign'] else 'finds'} {scenario:34} day +{delay}, "
              f"{len(hits[scenario])} of {total} {'/'.join(sorted(kinds))}")  # fmt: skip
    for name, episodes in sorted(found.pages.items()):
        for spell in episodes:
            why: set[str] = set()
            for day in spell.paging:
                why |= explained[day] | truth.of_metric(detection, day, AFTER)
            verdict = found.verdicts[name][spell.paging[0]]
            good = any(not truth.scenarios[s]["benign"] for s in why)
            label = "page " if good else "FALSE"
            span = f"{spell.first_day} to {spell.last_day} ({len(spell.paging)} days)"
            print(f"  {label} {name} {span}: {verdict.reason} <- {', '.join(sorted(why)) or '?'}")
    for row in false[:most]:
        print(f"    false finding: { {k: v for k, v in row.items() if v is not None} }")


def _points(row: dict[str, Any], score: float | str) -> float:
    return float(row[score] or 0) if isinstance(score, str) else float(score)


if __name__ == "__main__":
    main()
