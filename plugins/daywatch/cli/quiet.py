"""What is kept quiet, what is stuck, and the morning's page: silence, outbox, requeue, digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from daywatch.cli.oncall import me, send_now
from daywatch.cli.options import Json, parse_day
from daywatch.cli.output import out, print_json, table
from daywatch.errors import ConfigurationError
from daywatch.settings import get_settings

if TYPE_CHECKING:
    from daywatch.alerts.silences import Match
    from daywatch.house import House
    from daywatch.state.tally import StuckMessage

SHORTEST = 6
"""Characters of a key that name a message, as of an alert."""


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(
        help="Keep alerts silent for a reason and a time, 30 days at most; see and end silences.",
        no_args_is_help=True,
    )
    group.command("add")(add)
    group.command("list")(list_)
    group.command("end")(end)
    app.add_typer(group, name="silence")
    for command in (outbox, requeue, digest):
        app.command()(command)


def add(
    team: Annotated[str, typer.Argument(help="Whose alerts.")],
    for_: Annotated[str, typer.Option("--for", help="3d or 12h; 30 days at most.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; the channel is told.")],
    detection: Annotated[str, typer.Option("--detection", help="Its name; * and ? count.")] = "*",
    indicator: Annotated[str, typer.Option("--indicator", help="Only this one.")] = "*",
    severity: Annotated[str, typer.Option("--severity", help="Only this one.")] = "*",
    json: Json = False,
) -> None:
    """Silence a team's alerts that match. They are judged as ever, and page when it is over.

    Example: daywatch silence add platform_abuse --detection signup_burst --for 3d --reason "event"
    """
    from daywatch.alerts import silences
    from daywatch.alerts.hours import span_of
    from daywatch.alerts.silences import Match
    from daywatch.house import open_house

    with open_house(get_settings(), lazily=True) as house:
        if team not in house.catalog.teams:
            known = ", ".join(house.catalog.teams)
            raise ConfigurationError(f"there is no team {team!r}.", remedy=f"Teams are {known}.")
        now, match = house.now(), Match(detection, indicator, severity)
        _refuse_in_vain(house, team, match)
        with house.state.transaction() as session:
            kept = silences.add(
                session,
                team=team,
                channel=house.catalog.teams[team].channels["alerts"],
                match=match,
                reason=reason,
                owner=me(),
                until=now + span_of(for_),
                now=now,
            )
            said = {"id": kept.id, "team": team, "match": match.words(), "until": kept.expires_at}
        send_now(house)
    if json:
        return print_json(said)
    until = f"{said['until']:%Y-%m-%d %H:%M}"
    out.print(f"{said['id']}: {team}, {said['match']}: silent until {until} UTC", markup=False)
    return None


def _refuse_in_vain(house: House, team: str, match: Match) -> None:
    """A silence that nothing of the team can ever match is a mistyped one."""
    covered = (
        match.covers(one.name, name, str(one.severity_of(name)))
        for one in house.catalog.detections.values()
        if one.team == team
        for name in one.header.indicators
    )
    if not any(covered):
        raise ConfigurationError(
            f"nothing of {team} matches {match.words()}.",
            remedy="`daywatch list` and `daywatch show` name detections, indicators, severities.",
        )


def list_(
    team: Annotated[str, typer.Option("--team", help="Only this team's.")] = "",
    json: Json = False,
) -> None:
    """List the silences in force."""
    from daywatch.house import open_house

    with open_house(get_settings(), lazily=True) as house:
        found = house.state.silences_in_force(house.now(), team or None)
    if json:
        return print_json({"silences": found})
    heads = ("id", "team", "what", "until (UTC)", "owner", "reason")
    rows = [
        (s.id, s.team, _words(dict(s.match)), f"{s.expires_at:%Y-%m-%d %H:%M}", s.owner, s.reason)
        for s in found
    ]
    return table(f"{len(found)} silences in force", heads, rows)


def _words(match: dict[str, str]) -> str:
    named = [f"{name} {value}" for name, value in match.items() if value != "*"]
    return ", ".join(named) or "everything"


def end(
    silence: Annotated[str, typer.Argument(help="Its id, as `silence list` shows it.")],
    json: Json = False,
) -> None:
    """End a silence now; what it hid and is still open pages."""
    from daywatch.alerts import silences
    from daywatch.house import open_house

    with open_house(get_settings(), lazily=True) as house:
        kept = {s.id: s.team for s in house.state.silences_in_force(house.now())}
        team = house.catalog.teams.get(kept.get(silence, ""))
        with house.state.transaction() as session:
            channel = team.channels["alerts"] if team else ""
            ended = silences.end(session, silence, me(), channel=channel, now=house.now())
        send_now(house)
    if json:
        print_json({"id": silence, "ended": ended})
    else:
        out.print(f"{silence} {'has ended' if ended else 'was over already'}", markup=False)
    raise typer.Exit(0 if ended else 1)


def outbox(
    state: Annotated[
        str, typer.Option("--state", help="pending, claimed, ambiguous, dead; none: what is stuck.")
    ] = "",
    json: Json = False,
) -> None:
    """List messages that are dead or past their deadline (exit code 1 if any), or in a state.

    Example: daywatch outbox; daywatch outbox --state ambiguous
    """
    from daywatch.house import open_house

    with open_house(get_settings(), lazily=True) as house:
        stuck = house.state.stuck_messages(house.now())
        counts = house.state.outbox_counts()
        listed = house.state.messages_in(state) if state else []
    if json:
        print_json({"counts": counts, "stuck": stuck, "messages": listed})
    elif state:
        shown = [(m.key[:8], m.kind, m.channel, m.attempts, m.error) for m in listed]
        heads = ("key", "kind", "channel", "attempts", "why")
        table(f"{counts.get(state, 0)} {state}", heads, shown)
    else:
        _print_stuck(counts, stuck)
    raise typer.Exit(1 if stuck else 0)


def _print_stuck(counts: dict[str, int], stuck: list[StuckMessage]) -> None:
    said = ", ".join(f"{n} {name}" for name, n in sorted(counts.items())) or "no messages"
    heads = ("key", "channel", "team", "fate", "since (UTC)", "why")
    rows = [
        (m.key[:8], m.channel, m.team, "dead" if m.dead else "late",
         f"{m.created_at:%Y-%m-%d %H:%M}", m.error)
        for m in stuck
    ]  # fmt: skip
    table(f"{said}; {len(stuck)} stuck", heads, rows)


def requeue(
    keys: Annotated[list[str] | None, typer.Argument(help="Keys, or their beginnings.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every dead letter.")] = False,
    json: Json = False,
) -> None:
    """Give dead letters another life, after what killed them was repaired (`daywatch outbox`).

    Example: daywatch requeue --all
    """
    from daywatch.alerts.outbox import requeue as again
    from daywatch.house import open_house

    if bool(keys) == all_:
        raise ConfigurationError("nothing is named.", remedy="Give keys, or --all.")
    with open_house(get_settings(), lazily=True) as house:
        dead = [m.key for m in house.state.stuck_messages(house.now()) if m.dead]
        chosen = dead if all_ else [_dead(dead, one) for one in keys or ()]
        with house.state.transaction() as session:
            count = sum(again(session, house.now(), key, actor=me().id) for key in chosen)
        send_now(house)
        counts = house.state.outbox_counts()
    if json:
        print_json({"requeued": count, "counts": counts})
    else:
        out.print(f"{count} requeued; {counts.get('dead', 0)} dead now", markup=False)
    raise typer.Exit(1 if counts.get("dead") else 0)


def _dead(dead: list[str], prefix: str) -> str:
    """The one dead letter whose key begins so."""
    found = [key for key in dead if key.startswith(prefix)]
    if len(prefix) < SHORTEST or len(found) != 1:
        fault = f"{len(found)} dead letters begin with {prefix!r}."
        remedy = f"Give {SHORTEST} characters or more of one that `daywatch outbox` lists."
        raise ConfigurationError(fault, remedy=remedy)
    return found[0]


def digest(
    team: Annotated[str, typer.Argument(help="Whose.")],
    day: Annotated[str, typer.Option("--day", help="UTC day: YYYY-MM-DD or -3.")] = "yesterday",
    json: Json = False,
) -> None:
    """Print a team's morning digest without sending it."""
    from daywatch.alerts import render
    from daywatch.digest import digest_facts
    from daywatch.house import open_house

    with open_house(get_settings(), lazily=True) as house:
        found = house.catalog.teams.get(team)
        if found is None:
            known = ", ".join(house.catalog.teams)
            raise ConfigurationError(f"there is no team {team!r}.", remedy=f"Teams are {known}.")
        facts = digest_facts(house, found, house.now(), parse_day(day))
    if json:
        return print_json(facts)
    for block in render.digest(facts, "0" * 64)["blocks"]:
        for part in [block.get("text"), *(block.get("elements") or ())]:
            if part and part.get("text"):
                out.print(str(part["text"]), markup=False)
    return None
