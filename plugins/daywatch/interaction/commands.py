"""/daywatch: the alerts and silences of the caller's teams, and how their detections fared."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from daywatch.alerts import silences
from daywatch.alerts.hours import span_of
from daywatch.alerts.silences import Match
from daywatch.alerts.text import escape, one_line
from daywatch.errors import DaywatchError
from daywatch.interaction import permits
from daywatch.interaction.model import How, Interaction, Reply
from daywatch.interaction.status import status_lines

if TYPE_CHECKING:
    from daywatch.catalog.team import Team
    from daywatch.interaction.desk import Desk

HELP = """\
*Daywatch* answers about the teams that you are one of, and only to you.
`/daywatch alerts`  open alerts
`/daywatch status`  how yesterday's detections fared
`/daywatch silences`  what is kept silent, until when
`/daywatch silence DETECTION[.INDICATOR] 3d REASON`  keep it silent, 30 days at most
`/daywatch unsilence ID`  end a silence
Buttons under an alert acknowledge, assign, snooze, resolve and silence it."""
MOST_LINES = 25
_TARGET = re.compile(r"[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62}){0,2}")


def command(request: Interaction, desk: Desk) -> Reply:
    """Answer one command. Raises DaywatchError for what cannot be done, in words for the caller."""
    verb, _, rest = one_line(request.text).partition(" ")
    run = _COMMANDS.get(verb.lower() or "help")
    if run is None:
        return Reply(How.FAULT, f"There is no `{escape(verb[:40])}`.\n{HELP}")
    if run is _help:
        return Reply(How.ASKED, HELP)
    teams = permits.teams_of(desk.teams(), request.user)
    if not teams:
        return _stranger(request, desk)
    return run(request, desk, teams, rest.strip())


Teams = Mapping[str, "Team"]


def _stranger(request: Interaction, desk: Desk) -> Reply:
    now = desk.now()
    with desk.state.transaction() as session:
        permits.record(session, request.user, "/daywatch", "command", "", now=now)
    me = f" (`{request.user}`)" if request.user else ""
    return Reply(
        How.REFUSED,
        f"No team file names you{me}. Ask a team to add you to `people` in its team.yaml.",
    )


def _help(request: Interaction, desk: Desk, teams: Teams, rest: str) -> Reply:
    return Reply(How.ASKED, HELP)


def _alerts(request: Interaction, desk: Desk, teams: Teams, rest: str) -> Reply:
    lines = [
        f"*{one.severity}* {escape(one.detection)} {escape(one.indicator)} · since "
        f"{one.first_day} · `{one.key[:8]}` · {_held_by(one)}"
        for team in teams
        for one in desk.state.open_alerts(team)
    ]
    return _listed("Open alerts", lines, "No alert is open.", teams)


def _held_by(one: Any) -> str:
    if one.assignee:
        return f"assigned to {escape(one.assignee)}"
    by = one.acknowledged_by
    return f"acknowledged by {escape(by)}" if by else "*nobody has acknowledged it*"


def _silences(request: Interaction, desk: Desk, teams: Teams, rest: str) -> Reply:
    now = desk.now()
    lines = [
        f"`{one.id}` {escape(_matched(one.match))} · until {one.expires_at:%Y-%m-%d %H:%M} UTC · "
        f"{escape(one.owner)}: {escape(one_line(one.reason))}"
        for team in teams
        for one in desk.state.silences_in_force(now, team)
    ]
    return _listed("Silences", lines, "Nothing is silenced.", teams)


def _matched(match: Mapping[str, Any]) -> str:
    said = [f"{name} {value}" for name, value in match.items() if value and value != "*"]
    return ", ".join(said) or "everything"


def _listed(title: str, lines: list[str], none: str, teams: Teams) -> Reply:
    names = escape(", ".join(team.title for team in teams.values()))
    if not lines:
        return Reply(How.ASKED, f"{none} ({names})")
    more = len(lines) - MOST_LINES
    tail = [f"… and {more} more: the command line lists all."] if more > 0 else []
    return Reply(How.ASKED, "\n".join([f"*{title}* ({names})", *lines[:MOST_LINES], *tail]))


def _unsilence(request: Interaction, desk: Desk, teams: Teams, rest: str) -> Reply:
    now = desk.now()
    found = next((one for one in desk.state.silences_in_force(now) if str(one.id) == rest), None)
    if found is None:
        raise DaywatchError(
            f"no silence {rest[:40]!r} is in force.", remedy="See /daywatch silences."
        )
    with desk.state.transaction() as session:
        if not _first(desk, session, request):
            return Reply(How.AGAIN)
        if found.team not in teams:
            permits.record(session, request.user, "unsilence", str(found.id), found.team, now=now)
            return Reply(How.REFUSED, permits.refusal(desk.teams().get(found.team), found.team))
        team = teams[found.team]
        actor = permits.actor_of(team, request.user)
        assert actor is not None
        silences.end(session, found.id, actor, channel=team.channels["alerts"], now=now)
    return Reply(How.DONE, f"The silence `{found.id}` has ended.")


def _silence(request: Interaction, desk: Desk, teams: Teams, rest: str) -> Reply:
    target, _, rest = rest.partition(" ")
    span, _, reason = rest.strip().partition(" ")
    name, match = _matching(target, desk, teams)
    until = desk.now() + span_of(span)
    if len(reason.strip()) < 3:
        raise DaywatchError("a silence needs a reason.", remedy="Say why after the time.")
    team = teams[name]
    actor = permits.actor_of(team, request.user)
    assert actor is not None
    with desk.state.transaction() as session:
        if not _first(desk, session, request):
            return Reply(How.AGAIN)
        found = silences.add(
            session,
            team=name,
            channel=team.channels["alerts"],
            match=match,
            reason=reason.strip(),
            owner=actor,
            until=until,
            now=desk.now(),
        )
        shown = found.id
    return Reply(How.DONE, f"Silence `{shown}` is set until {until:%Y-%m-%d %H:%M} UTC.")


def _matching(target: str, desk: Desk, teams: Teams) -> tuple[str, Match]:
    """Whose it is and what it covers: team.table, team.table.indicator, table, table.indicator."""
    if _TARGET.fullmatch(target):
        parts = target.split(".")
        named = [parts] if parts[0] in teams and len(parts) > 1 else [[t, *parts] for t in teams]
        for team, table, *indicator in named:
            if (desk.settings.sql_dir / team / f"{table}.sql").is_file() and len(indicator) < 2:
                return team, Match(f"{team}.{table}", indicator[0] if indicator else "*")
    raise DaywatchError(
        f"none of your teams has a detection {target[:80]!r}.",
        remedy="Write TEAM.TABLE, or TEAM.TABLE.INDICATOR for one of its indicators.",
    )


def _status(request: Interaction, desk: Desk, teams: Teams, rest: str) -> Reply:
    return Reply(How.ASKED, "\n".join(status_lines(desk, teams)))


def _first(desk: Desk, session: Any, request: Interaction) -> bool:
    return not request.mark or desk.state.first_time(session, request.mark, desk.now())


_COMMANDS: Mapping[str, Callable[[Interaction, Desk, Teams, str], Reply]] = {
    "help": _help,
    "alerts": _alerts,
    "silences": _silences,
    "unsilence": _unsilence,
    "silence": _silence,
    "status": _status,
}
