"""/daywatch status: whether a team's silence means safety, in a line or two for each team."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from daywatch.alerts.text import escape
from daywatch.catalog import load_catalog
from daywatch.house import open_house
from daywatch.standing import NOT_RUN, DetectionDay, day_rows

if TYPE_CHECKING:
    from daywatch.catalog.team import Team
    from daywatch.interaction.desk import Desk


def status_lines(desk: Desk, teams: Mapping[str, Team]) -> list[str]:
    """Yesterday (UTC) for each team: what ran, breached, was held back; what is open or stuck."""
    day = desk.now().date() - timedelta(days=1)
    catalog = load_catalog(desk.settings)
    lines = [f"*{day}* (UTC)"]
    with open_house(desk.settings, catalog=catalog, lazily=True) as house:
        for name, team in teams.items():
            ours = [
                one
                for one in catalog.detections.values()
                if one.team == name and one.header.status.scheduled
            ]
            lines.append(f"*{escape(team.title)}*: {_fared(day_rows(house, day, ours))}")
            broken = [one.name for one in catalog.broken if one.team == name]
            if broken:  # they never run, so that their silence means nothing
                lines.append(f"{len(broken)} broken files: {escape(', '.join(broken[:10]))}")
            lines.append(_standing(desk, name))
    return lines


def _fared(rows: tuple[DetectionDay, ...]) -> str:
    bad = [f"{row.detection} {_why(row)}" for row in rows if not row.done]
    said = f"{sum(row.done for row in rows)} of {len(rows)} detections ran, "
    said += f"{sum(bool(row.breaches) for row in rows)} breached"
    return said + (f". {escape('; '.join(bad[:10]))}" if bad else "")


def _why(row: DetectionDay) -> str:
    if row.held_back:
        return "held back"
    return "failed" if row.failed else NOT_RUN if row.build == NOT_RUN else "not done"


def _standing(desk: Desk, team: str) -> str:
    opened = desk.state.open_alerts(team)
    waiting = sum(not one.acknowledged_by for one in opened)
    quiet = len(desk.state.silences_in_force(desk.now(), team))
    stuck = desk.state.stuck_messages(desk.now(), team)
    dead = sum(one.dead for one in stuck)
    return (
        f"{len(opened)} alerts open, {waiting} unacknowledged; {quiet} silences; "
        f"{dead} messages undeliverable, {len(stuck) - dead} late"
    )
