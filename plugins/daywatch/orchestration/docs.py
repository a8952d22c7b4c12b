"""A detection's page in Airflow: the runbook that the on-call reads, made from the header."""

from __future__ import annotations

from collections.abc import Iterable

from daywatch.catalog.model import BrokenFile, Detection, Team


def detection_doc(detection: Detection, team: Team) -> str:
    """Markdown: what it says, what to do, what it reads, where it is blind."""
    header = detection.header
    parts = [
        f"# {header.title}",
        header.description.strip(),
        f"**{header.severity}** · {header.status} · policy `{header.policy}` · "
        f"owner `{header.owner}` · team {team.title}",
        _section("Runbook", header.runbook.strip()),
        _section("Indicators", _bullets(f"`{name}`" for name in header.indicators)),
        _section("Reads", _bullets(_inputs(detection))),
        _section("False positives", _bullets(header.false_positives)),
        _section("Blind spots", _bullets(header.blind_spots)),
        _section("References", _bullets(header.references)),
        f"Publishes `risk.{detection.table}`, one row per day and {', '.join(header.grain)}. "
        f"Messages go to {header.alert.channel or team.channels['alerts']}, held-back days "
        f"to {team.channels['data']}. One run is one UTC day: its partition key.",
    ]
    return "\n\n".join(part for part in parts if part)


def broken_doc(broken: BrokenFile) -> str:
    """Markdown: why this detection cannot run, and the remedy."""
    place = f"{broken.path.name}:{broken.line}" if broken.line else broken.path.name
    return "\n\n".join(
        [
            f"# {broken.name} cannot run",
            f"`{place}`: {broken.fault}",
            broken.remedy,
            "The file is left out until it is mended; all other detections run.",
        ]
    )


def _inputs(detection: Detection) -> list[str]:
    raw = [f"`{name}`" for name in detection.sources]
    return raw + [f"`risk.{table}`, waited for" for table in detection.upstreams]


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}" if body else ""


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
