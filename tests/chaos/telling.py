"""Tell one event to the real alerts room, in one transaction, as the pipeline does."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from daywatch.alerts import IndicatorOutcome, actions, apply
from daywatch.alerts.people import Actor
from daywatch.catalog.model import Severity
from daywatch.indicators.model import Point, State, Verdict
from daywatch.state import StateStore
from daywatch.state.models import Alert
from tests.chaos import story
from tests.chaos.story import Event

INDICATOR = "bursts"
ANA = Actor("slack:U0ANA", "Ana")


def tell(store: StateStore, event: Event) -> None:
    """Save the verdict, apply the outcome; or let somebody acknowledge."""
    if event.kind == story.ACK:
        return _acknowledge(store, event)
    outcome = _outcome(event)
    point = Point(event.day, outcome.verdict.value)
    store.save_points(event.detection, INDICATOR, event.day, event.kind, {"": point})
    with store.transaction() as session:
        _judge(store, session, event, outcome)
    return None


def _acknowledge(store: StateStore, event: Event) -> None:
    """Somebody presses the button of the alert that is open, if one is."""
    with store.transaction() as session:
        query = select(Alert.key).where(Alert.detection == event.detection, Alert.state == "open")
        for key in session.scalars(query):
            actions.acknowledge(session, key, ANA, now=event.at)


def _judge(store: StateStore, session: Session, event: Event, outcome: IndicatorOutcome) -> None:
    store.save_verdict(
        session,
        event.detection,
        INDICATOR,
        "",
        event.day,
        outcome.verdict,
        input_hash="i",
        rule_hash="r",
        now=event.at,
    )
    apply(session, [outcome], detection=event.detection, day=event.day, now=event.at)


def _outcome(event: Event) -> IndicatorOutcome:
    if event.kind != story.BREACH:
        calm = Verdict(State.OK, 20.0, "20 is not above 50.")
        return IndicatorOutcome(INDICATOR, "count", Severity.HIGH, calm, breached=False)
    over = Verdict(State.BREACH, event.value, f"{event.value:g} is above 50.", limit_high=50.0)
    return IndicatorOutcome(
        INDICATOR, "count", Severity.HIGH, over, breached=True, facts=story.facts(event)
    )
