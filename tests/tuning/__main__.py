"""`python -m tests.tuning NAME...`: what detections find, miss and wrongly page on one platform.

Make a platform with `python -m tests.tuning --make DIR --seed 1`. Tune on seeds 1 to 5 only:
6 to 10 are scored. Then `python -m tests.tuning lockstep --platform DIR [--platform DIR2]`.
With `--scorecard` the platforms are pooled into what `daywatch scorecard` would say of them.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from daywatch.catalog import load_catalog
from daywatch.runner import levels, select
from daywatch.scorecard.matching import day_rows, why
from daywatch.scorecard.model import Cause, Entity, Page, Truth
from daywatch.scorecard.reading import watch_of
from daywatch.scorecard.truth import read_truth
from daywatch.settings import Settings
from tests.tuning.card import days_of, history_of, pooled
from tests.tuning.evaluate import Evaluated, Lab

END = date(2026, 11, 21)


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
    parser.add_argument("--scorecard", action="store_true", help="pool the platforms, print all")
    parser.add_argument("--html", type=Path, help="with --scorecard: also write the page")
    chosen = parser.parse_args()
    if chosen.make:
        make(chosen.make, chosen.seed, chosen.days, chosen.scenarios)
    if chosen.scorecard:
        card(chosen.platform, chosen.names, chosen.html)
        return
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
    truth, days = read_truth(platform), days_of(platform)[warm:]
    for level in levels(select(catalog, names)):
        for detection in level:
            report(lab.evaluate(detection, days), truth, days, most)


def card(platforms: list[Path], names: list[str], html: Path | None) -> None:
    """The whole scorecard, from the quick evaluation."""
    from daywatch.cli.scored import print_scorecard

    catalog = load_catalog(Settings())
    found = pooled(platforms, catalog, select(catalog, names))
    print_scorecard(found)
    if html:
        from daywatch.scorecard.page import page

        html.write_text(page(found), encoding="utf-8")


def report(found: Evaluated, truth: Truth, days: list[date], most: int) -> None:
    detection = found.detection
    print(f"\n{detection.name}: {len(found.rows)} rows on {len(days)} days, {found.seconds:.1f} s")
    watch = watch_of(detection)
    hits: dict[str, set[Entity]] = defaultdict(set)
    first: dict[str, date] = {}
    false: list[dict[str, Any]] = []
    flagged = 0
    for row in found.rows:
        for finding in day_rows(watch, truth, row["day"], [row]).findings:
            flagged += 1
            for scenario, entity in finding.hits:
                hits[scenario].add(entity)
                first[scenario] = min(first.get(scenario, row["day"]), row["day"])
            if finding.cause is not Cause.ABUSE:
                benign = sorted({scenario for scenario, _ in finding.hits})
                false.append({**row, "_benign": benign})
    if detection.header.entities:
        print(f"  findings {flagged}, of them on no abuser {len(false)}")
    for scenario in sorted(hits, key=lambda s: truth.scenarios[s].benign):
        run = truth.scenarios[scenario]
        kinds = {kind for kind, _ in hits[scenario]}
        total = sum(
            1 for (kind, _), spans in truth.entities.items() if kind in kinds
            for span in spans if span.scenario == scenario
        )  # fmt: skip
        delay = (first[scenario] - run.first_day).days
        print(f"  {'TWIN ' if run.benign else 'finds'} {scenario:34} day +{delay}, "
              f"{len(hits[scenario])} of {total} {'/'.join(sorted(kinds))}")  # fmt: skip
    print_pages(found, truth, days)
    for row in false[:most]:
        print(f"    false finding: { {k: v for k, v in row.items() if v is not None} }")


def print_pages(found: Evaluated, truth: Truth, days: list[date]) -> None:
    reasons = history_of(found, truth, days).reasons(truth)
    for name, episodes in sorted(found.pages.items()):
        for spell in episodes:
            whose = why(Page(name, spell.paging), reasons)
            verdict = found.verdicts[name][spell.paging[0]]
            label = "page " if truth.cause(whose) is Cause.ABUSE else "FALSE"
            span = f"{spell.first_day} to {spell.last_day} ({len(spell.paging)} days)"
            reason = ", ".join(sorted(whose)) or "?"
            print(f"  {label} {name} {span}: {verdict.reason} <- {reason}")


if __name__ == "__main__":
    main()
