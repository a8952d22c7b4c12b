"""Coverage on a terminal: what nobody watches first, then who watches what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from daywatch.cli.output import out, table

if TYPE_CHECKING:
    from daywatch.scorecard.coverage import Coverage, Covered


def print_coverage(found: Coverage) -> None:
    """Print teams and subjects by status, then every gap."""
    _print_statuses("teams", found.teams)
    _print_names("policies", found.policies)
    _print_names("techniques", found.techniques)
    out.print("\ngaps", style="bold")
    _say("policies without a production detection", found.unwatched_policies)
    _say("techniques without a production detection", found.unwatched_techniques)
    _say("sources that no detection reads", found.unread_sources)
    _say("files that cannot be read", found.broken)
    if found.gaps:
        rows = [(gap.detection, ", ".join(gap.lacks)) for gap in found.gaps]
        table("\nheaders that lack something", ("detection", "lacks"), rows)
    _print_stories(found)


def _print_statuses(title: str, covered: Iterable[Covered]) -> None:
    heads = ("team", "production", "experimental", "draft", "deprecated")
    rows = []
    for one in covered:
        by = one.detections
        kinds = (by.production, by.experimental, by.draft, by.deprecated)
        rows.append((one.id, *(len(kind) for kind in kinds)))
    table(title, heads, rows)


def _print_names(title: str, covered: Iterable[Covered]) -> None:
    rows = []
    for one in covered:
        by = one.detections
        others = {
            "experimental": by.experimental,
            "draft": by.draft,
            "deprecated": by.deprecated,
        }
        rest = "; ".join(
            f"{status}: {', '.join(names)}" for status, names in others.items() if names
        )
        rows.append((one.id, one.title, ", ".join(by.production), rest))
    table(f"\n{title}", ("id", "title", "production", "other"), rows)


def _say(what: str, names: Iterable[str]) -> None:
    out.print(f"{what}: {', '.join(names) or 'none'}", markup=False)


def _print_stories(found: Coverage) -> None:
    if found.stories is None:
        out.print(
            f"\nscenarios that nobody finds: not known. {found.stories_unknown}", markup=False
        )
        return
    rows = [
        (one.team, one.scenario, f"{one.found}/{one.runs}", ", ".join(one.flagged_by))
        for one in found.stories
    ]
    heads = ("team", "scenario", "runs found", "flagged by")
    table("\nabuse scenarios, those found least first", heads, rows)
    names = [one.scenario for one in found.unfound]
    _say("scenarios that nobody finds", names)
