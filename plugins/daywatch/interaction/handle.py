"""From an interaction to what is done and said: who may act is asked first, every time.

All of one interaction is one transaction: that it was taken, the change, the audit row and the
message that shows it. So the same interaction sent again does nothing, and one that failed can be
sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from daywatch.alerts import actions, silences
from daywatch.alerts.actions import Acted
from daywatch.alerts.hours import span_of
from daywatch.alerts.outcomes import Outcome
from daywatch.alerts.silences import Match
from daywatch.alerts.text import escape
from daywatch.errors import DaywatchError, Unavailable
from daywatch.interaction import modals, permits
from daywatch.interaction.commands import command
from daywatch.interaction.model import How, Interaction, Kind, Reply

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from daywatch.alerts.people import Actor
    from daywatch.catalog.team import Team
    from daywatch.interaction.desk import Desk
    from daywatch.state.models import Alert

SNOOZES: Mapping[str, timedelta | None] = {
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    "falls": None,
}
NOT_KNOWN = "Daywatch does not know this button (any more). `/daywatch help` lists what it does."


def handle(request: Interaction, desk: Desk) -> Reply:
    """Do it, or say why not. Whatever goes wrong is said to the person, in plain words."""
    try:
        if request.kind is Kind.COMMAND:
            return command(request, desk)
        return _about_alert(request, desk)
    except Unavailable:
        return Reply(How.FAULT, "Daywatch's state store does not answer now. Try again soon.")
    except DaywatchError as error:
        return Reply(How.FAULT, escape(str(error)))


def _about_alert(request: Interaction, desk: Desk) -> Reply:
    form = _FORMS.get(request.action) if request.kind is Kind.BUTTON else None
    act = (_BUTTONS if request.kind is Kind.BUTTON else _SENT).get(request.action)
    if (form is None and act is None) or not request.alert:
        return Reply(How.FAULT, NOT_KNOWN)
    if request.kind is Kind.MODAL and (faults := modals.faults(request)):
        return Reply(How.FAULT, escape(" ".join(faults.values())))
    now, teams = desk.now(), desk.teams()
    with desk.state.transaction() as session:
        if request.mark and not desk.state.first_time(session, request.mark, now):
            return Reply(How.AGAIN)
        alert = actions.find(session, request.alert)
        team = teams.get(alert.team)
        actor = permits.actor_of(team, request.user)
        if team is None or actor is None:
            permits.record(session, request.user, request.action, alert.key, alert.team, now=now)
            return Reply(How.REFUSED, permits.refusal(team, alert.team))
        if form is not None:
            return Reply(How.ASKED, view=form(alert, request.channel))
        assert act is not None
        acted = act(_Act(session, alert, team, actor, request, desk))
    return Reply(How.DONE) if acted.done else Reply(How.ALREADY, escape(acted.said))


class _Act:
    """One action under way: an open transaction, the alert, and who does what to it."""

    def __init__(
        self,
        session: Session,
        alert: Alert,
        team: Team,
        actor: Actor,
        request: Interaction,
        desk: Desk,
    ) -> None:
        self.session, self.alert, self.team = session, alert, team
        self.actor, self.request, self.now = actor, request, desk.now()


def _acknowledge(act: _Act) -> Acted:
    return actions.acknowledge(act.session, act.alert.key, act.actor, now=act.now)


def _assign(act: _Act) -> Acted:
    name = act.actor.name
    return actions.assign(act.session, act.alert.key, act.actor, to=name, now=act.now)


def _snooze(act: _Act) -> Acted:
    if act.request.choice not in SNOOZES:
        raise DaywatchError("that is no time to snooze for.", remedy="Choose 1 day or 7 days.")
    span = SNOOZES[act.request.choice]
    return actions.snooze(
        act.session,
        act.alert.key,
        act.actor,
        until=act.now + span if span else None,
        until_falls=span is None,
        now=act.now,
    )


def _resolve(act: _Act) -> Acted:
    values = act.request.values
    return actions.resolve(
        act.session,
        act.alert.key,
        act.actor,
        outcome=Outcome(values["outcome"]),
        note=values.get("note", ""),
        now=act.now,
    )


def _silence(act: _Act) -> Acted:
    values, alert = act.request.values, act.alert
    found = silences.add(
        act.session,
        team=act.team.name,
        channel=act.team.channels["alerts"],
        match=_match(values["scope"], alert),
        reason=values["reason"].strip(),
        owner=act.actor,
        until=act.now + span_of(values["duration"]),
        now=act.now,
    )
    return Acted(True, f"Silence {found.id} is set.")


def _match(scope: str, alert: Alert) -> Match:
    if scope not in modals.scopes(alert):
        raise DaywatchError("this alert is about several detections.", remedy="Silence its lines.")
    if scope == "severity":
        return Match(severity=alert.severity)
    indicator = alert.indicator if scope == "indicator" else "*"
    return Match(detection=alert.detection, indicator=indicator)


_BUTTONS: Mapping[str, Callable[[_Act], Acted]] = {
    "ack": _acknowledge,
    "assign": _assign,
    "snooze": _snooze,
}
_SENT: Mapping[str, Callable[[_Act], Acted]] = {"resolve": _resolve, "silence": _silence}
_FORMS: Mapping[str, Callable[[Alert, str], modals.View]] = {
    "resolve": modals.resolve_form,
    "silence": modals.silence_form,
}
