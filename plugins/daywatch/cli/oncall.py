"""What the on-call does without Slack: alerts, ack, assign, snooze, resolve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from daywatch.cli.options import Json
from daywatch.cli.output import out, print_json, table
from daywatch.cli.verdict import OUTCOMES
from daywatch.errors import ConfigurationError
from daywatch.settings import get_settings

if TYPE_CHECKING:
    from daywatch.alerts.actions import Acted
    from daywatch.alerts.people import Actor
    from daywatch.house import House
    from daywatch.state.tally import AlertLine

Keys = Annotated[list[str], typer.Argument(help="Alerts: at least six characters of each key.")]


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    for command in (alerts, ack, assign, snooze, resolve):
        app.command()(command)


def alerts(
    key: Annotated[str, typer.Argument(help="One alert, whole; none: the open ones.")] = "",
    team: Annotated[str, typer.Option("--team", help="Only this team's.")] = "",
    state: Annotated[str, typer.Option("--state", help="open, ended or all.")] = "open",
    severity: Annotated[str, typer.Option("--severity", help="Only this one.")] = "",
    unacknowledged: Annotated[
        bool, typer.Option("--unacknowledged", help="Only those that nobody is on.")
    ] = False,
    json: Json = False,
) -> None:
    """List alerts, or tell one whole: its life, who did what, and its messages.

    Example: daywatch alerts --unacknowledged; daywatch alerts 5f1d0c9b
    """
    from daywatch.house import open_house

    with open_house(get_settings(), lazily=True) as house:
        if key:
            return _one(house, key, json)
        found = [
            one
            for one in _listed(house, team or None, state)
            if severity in ("", one.severity) and not (unacknowledged and one.acknowledged_by)
        ]
    if json:
        return print_json({"alerts": found})
    heads = ("key", "severity", "alert", "since", "told", "who has it", "climbs")
    which = "" if state == "all" else f"{state} "
    return table(f"{len(found)} {which}alerts", heads, [_row(one) for one in found])


def _listed(house: House, team: str | None, state: str) -> list[AlertLine]:
    if team is not None and team not in house.catalog.teams:
        known = ", ".join(house.catalog.teams)
        raise ConfigurationError(f"there is no team {team!r}.", remedy=f"Teams are {known}.")
    if state == "open":
        return house.state.open_alerts(team)
    if state not in ("ended", "all"):
        raise ConfigurationError(f"{state!r} is no state.", remedy="Write open, ended or all.")
    return house.state.listed_alerts(team, None if state == "all" else state)


def _row(one: AlertLine) -> tuple[Any, ...]:
    held = one.resolution or one.assignee or one.acknowledged_by or "nobody"
    climbs = f"{one.climbs_at:%m-%d %H:%M}" if one.climbs_at else None
    name = f"{one.detection} {one.indicator}"
    return one.key[:8], one.severity, name, one.first_day, one.route, held, climbs


def _one(house: House, prefix: str, json: bool) -> None:
    from daywatch.alerts import actions, history, telling
    from daywatch.alerts.handled import handled_of

    with house.state.transaction() as session:
        alert = actions.find(session, prefix)
        handled = handled_of(alert).to_json()
        told = history.entries(session, alert)
        about = {
            "key": alert.key,
            "alert": telling.name_of(alert),
            "severity": alert.severity,
            "channel": alert.channel,
            "state": alert.state,
            "told": alert.route,
            "first_day": alert.first_day,
            "last_day": alert.last_day,
            "opened_at": alert.opened_at,
        }
    messages = house.state.messages_of(str(about["key"]))
    if json:
        return print_json({**about, "handled": handled, "history": told, "messages": messages})
    for name, value in [*about.items(), *handled.items()]:
        if value not in (None, "", False, 0):
            out.print(f"{name.replace('_', ' '):<16} {value}", markup=False)
    heads = ("when (UTC)", "who", "what")
    lines = [(f"{entry.at:%Y-%m-%d %H:%M}", entry.actor, entry.what) for entry in told]
    table("history", heads, lines)
    rows = [(m.key[:8], m.kind, m.channel, m.state, m.error) for m in messages]
    return table("messages", ("key", "kind", "channel", "state", "why"), rows)


def ack(keys: Keys, json: Json = False) -> None:
    """Acknowledge alerts: you are on it, and they climb no further.

    Example: daywatch ack 5f1d0c9b
    """
    from daywatch.alerts import actions

    _act(keys, json, lambda s, k, who, house: actions.acknowledge(s, k, who, now=house.now()))


def assign(
    keys: Keys,
    to: Annotated[str, typer.Option("--to", help="A handle of `people` in the team's file.")],
    json: Json = False,
) -> None:
    """Make alerts somebody's work; they climb until that person acknowledges.

    Example: daywatch assign 5f1d0c9b --to spam_lead
    """
    from daywatch.alerts import actions

    def act(session: Any, key: str, who: Actor, house: House) -> Acted:
        name = _name_of(house, actions.find(session, key).team, to)
        return actions.assign(session, key, who, to=name, now=house.now())

    _act(keys, json, act)


def _name_of(house: House, team: str, handle: str) -> str:
    people = house.catalog.teams[team].people if team in house.catalog.teams else {}
    if handle not in people:
        known = ", ".join(people) or "nobody yet"
        raise ConfigurationError(
            f"{handle!r} is not among the people of {team}.",
            remedy=f"Its team.yaml names {known}.",
        )
    return people[handle].name or handle


def snooze(
    keys: Keys,
    for_: Annotated[str, typer.Option("--for", help="1d, 7d or 12h; 30 days at most.")] = "",
    until_falls: Annotated[
        bool, typer.Option("--until-falls", help="Until a judged day without a breach.")
    ] = False,
    json: Json = False,
) -> None:
    """Keep alerts quiet for a while: no reminders, no escalation; their messages are still edited.

    Example: daywatch snooze 5f1d0c9b --for 1d
    """
    from daywatch.alerts import actions
    from daywatch.alerts.hours import span_of

    if bool(for_) == until_falls:
        raise ConfigurationError("a snooze has one end.", remedy="Give --for or --until-falls.")
    span = None if until_falls else span_of(for_)

    def act(session: Any, key: str, who: Actor, house: House) -> Acted:
        until = house.now() + span if span else None
        return actions.snooze(
            session, key, who, until=until, until_falls=until_falls, now=house.now()
        )

    _act(keys, json, act)


def resolve(
    keys: Keys,
    outcome: Annotated[str, typer.Option("--outcome", help=", ".join(OUTCOMES))],
    note: Annotated[str, typer.Option("--note", help="What it was; others will read it.")] = "",
    json: Json = False,
) -> None:
    """Say how alerts turned out. An open episode ends with it; a later breach is a new alert.

    Example: daywatch resolve 5f1d0c9b --outcome false_positive_logic --note "carrier NAT"
    """
    from daywatch.alerts import actions
    from daywatch.alerts.outcomes import Outcome

    if outcome not in OUTCOMES:
        raise ConfigurationError(
            f"{outcome!r} is no outcome.", remedy=f"Outcomes are {', '.join(OUTCOMES)}."
        )

    def act(session: Any, key: str, who: Actor, house: House) -> Acted:
        how = Outcome(outcome)
        return actions.resolve(session, key, who, outcome=how, note=note, now=house.now())

    _act(keys, json, act)


# --- how ------------------------------------------------------------------------------------------

Act = Callable[[Any, str, "Actor", "House"], "Acted"]


def me() -> Actor:
    """Who types the command, as messages and the audit trail name them."""
    from daywatch.alerts.people import Actor
    from daywatch.confidential.people import caller

    return Actor(f"cli:{caller()}", caller())


def _act(keys: Sequence[str], json: bool, act: Act) -> None:
    """Do it to each alert in a transaction of its own, then let the messages show it at once."""
    from daywatch.alerts import actions
    from daywatch.house import open_house

    done = []
    with open_house(get_settings(), lazily=True) as house:
        with house.state.transaction() as session:  # one that is mistyped stops all, not the rest
            wanted = [actions.find(session, prefix).key for prefix in keys]
        for key in wanted:
            with house.state.transaction() as session:
                acted = act(session, key, me(), house)
            done.append({"key": key, "done": acted.done, "said": acted.said})
        send_now(house)
    if json:
        print_json({"alerts": done})
    else:
        for one in done:
            out.print(f"{str(one['key'])[:8]}  {one['said']}", markup=False)
    raise typer.Exit(0 if all(one["done"] for one in done) else 1)


def send_now(house: House) -> None:
    """Edits leave at once where they can; what does not, the delivery sends."""
    from daywatch.alerts.sender import deliver
    from daywatch.alerts.transport import open_transport

    transport = open_transport(house.settings)
    deliver(house.state, transport, house.now, budget_seconds=5, extras=False)
