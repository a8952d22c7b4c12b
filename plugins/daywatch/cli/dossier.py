"""All that `daywatch show` tells about one detection: gathered first, then printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from daywatch.catalog.model import Detection
from daywatch.cli.output import out, table
from daywatch.confidential import caller, may_read

if TYPE_CHECKING:
    import pandas as pd

    from daywatch.house import House

SERIES_DAYS = 14


@dataclass(frozen=True)
class Dossier:
    """One detection, and what one of its days came to."""

    name: str
    header: dict[str, Any]
    lookback_days: int
    path: str
    sources: tuple[str, ...]
    upstreams: tuple[str, ...]
    day: date | None
    publication: Any
    runs: list[Any]
    checks: list[Any]
    series: dict[str, list[Any]]
    rows: list[dict[str, Any]]
    pseudonyms: bool = False
    """Whether ids are hidden, because the caller is no reader of the team."""


def read_dossier(house: House, detection: Detection, day: date | None, most: int) -> Dossier:
    """Read a detection's newest (or given) day from the stores."""
    day = day or house.state.newest_day(detection.name)
    publication = house.warehouse.publication(detection.table, day) if day else None
    frame = house.warehouse.read(detection, day, day).head(most) if publication and day else None
    hidden = not may_read(house.catalog.teams[detection.team], caller())
    return Dossier(
        name=detection.name,
        header=_header(house, detection, hidden),
        lookback_days=detection.header.lookback.days,
        path=str(detection.path),
        sources=detection.sources,
        upstreams=detection.upstreams,
        day=day,
        publication=publication,
        runs=house.state.runs(day=day, detection=detection.name, limit=12) if day else [],
        checks=house.state.checks(detection.name, day) if day else [],
        series=_series(house, detection, day) if day else {},
        rows=[] if frame is None else _shown(house, detection, _records(frame), hidden),
        pseudonyms=hidden,
    )


def _header(house: House, detection: Detection, hidden: bool) -> dict[str, Any]:
    header = detection.header.model_dump(mode="json", exclude_none=True)
    if hidden:
        mask = house.mask(detection)
        for exception in header["exceptions"]:
            exception["match"] = mask.row(exception["match"])
    return header


def _shown(
    house: House, detection: Detection, rows: list[dict[str, Any]], hidden: bool
) -> list[dict[str, Any]]:
    """Rows as the caller may see them; a look at a confidential team's ids is written down."""
    mask = house.mask(detection)
    if hidden:
        return [mask.row(row) for row in rows]
    if mask.closed and rows:
        seen = {"day": rows[0]["day"], "rows": len(rows)}
        with house.state.transaction() as session:
            house.state.audit(session, caller(), "rows.shown", detection.name, seen)
    return rows


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    known = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in known.to_dict("records")]


def _series(house: House, detection: Detection, day: date) -> dict[str, list[Any]]:
    first = day - timedelta(days=SERIES_DAYS - 1)
    found = {
        name: house.state.series(detection.name, name, first, day).get("", [])
        for name in detection.header.indicators
    }
    return {name: list(views) for name, views in found.items() if views}


def print_dossier(dossier: Dossier) -> None:
    """Print what a person wants to know first, first."""
    header = dossier.header
    out.print(f"[bold]{dossier.name}[/bold]  {header['title']}")
    out.print(header["description"], markup=False)
    out.print(
        f"{header['status']}, severity {header['severity']}, owner {header['owner']}, "
        f"policy {header['policy']}; {dossier.path}",
        markup=False,
    )
    reads = [*dossier.sources, *(f"risk.{up}" for up in dossier.upstreams)]
    out.print(f"reads {', '.join(reads)}; lookback {dossier.lookback_days} days", markup=False)
    _print_day(dossier)
    out.print("\n[bold]Runbook[/bold]")
    out.print(header["runbook"].rstrip(), markup=False)
    for key in ("blind_spots", "false_positives"):
        if header.get(key):
            out.print(f"[bold]{key.replace('_', ' ').capitalize()}[/bold]")
            for item in header[key]:
                out.print(f"  - {item}", markup=False)


def _print_day(dossier: Dossier) -> None:
    if dossier.day is None:
        out.print("never run; try `daywatch run " + dossier.name + "`", markup=False)
        return
    table(
        f"\nruns for {dossier.day}",
        ("step", "state", "rows", "started", "message"),
        [(r.step, r.state, r.rows, f"{r.started_at:%H:%M:%S}", r.message) for r in dossier.runs],
    )
    if dossier.checks:
        table(
            "\nchecks",
            ("ok", "severity", "expectation", "column", "seen", "examples"),
            [
                (
                    "ok" if c.success else "failed",
                    c.severity,
                    c.meaning or c.type,
                    c.column,
                    c.error or c.observed,
                    ", ".join(str(e) for e in c.examples[:5]),
                )
                for c in dossier.checks
            ],
        )
    for name, views in dossier.series.items():
        table(
            f"\nindicator {name}",
            ("day", "value", "verdict", "reason"),
            [(v.point.day, v.point.value, v.state.value, v.reason) for v in views],
        )
    if dossier.rows:
        heads = list(dossier.rows[0])
        title = "rows (ids are pseudonyms)" if dossier.pseudonyms else "rows"
        table(f"\n{title}", heads, [[row[h] for h in heads] for row in dossier.rows])
