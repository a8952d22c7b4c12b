"""Alerts without an episode: forgotten if nobody can know of them, withdrawn in place if not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from daywatch.alerts import history, outbox, telling
from daywatch.alerts.handled import handled_of
from daywatch.alerts.people import SYSTEM
from daywatch.alerts.render import EpisodeView
from daywatch.alerts.replies import write_replies
from daywatch.alerts.spells import Spell
from daywatch.alerts.summaries import Summaries, counted_as
from daywatch.state.models import Alert, BreachRow

REBUILT = "A rebuilt day no longer breaches."
RETIRED = "Its indicator was renamed or is judged no more."


def unseen(session: Session, alert: Alert) -> bool:
    """Whether nobody can know of it: its message cannot have been seen, and nobody acted on it."""
    if any(handled_of(alert).to_json()):
        return False
    return outbox.unsent(outbox.find(session, alert.key))


def forget(session: Session, alert: Alert, summaries: Summaries, now: datetime) -> int:
    """Delete an unseen alert and its messages; how many those were."""
    session.flush()
    session.execute(
        update(BreachRow).where(BreachRow.alert_key == alert.key).values(alert_key=None)
    )
    summaries.left(alert)
    messages = outbox.drop_unsent(session, alert.key)
    history.record(session, alert, SYSTEM, "alert.withdrawn", now, {"seen": False})
    session.delete(alert)
    session.flush()
    return messages


def withdraw(
    session: Session,
    alert: Alert,
    summaries: Summaries,
    now: datetime,
    *,
    into: Sequence[Spell] = (),
    why: str = REBUILT,
) -> int:
    """Its breach is gone, or part of another alert: say so in it; how many messages that wrote.

    One that somebody has resolved stays as it was said.
    """
    if alert.resolution:
        return 0
    inside = [spell for spell in into if spell.first_day <= alert.first_day <= spell.last_day]
    if inside:
        why = f"It goes on in the alert of the episode since {inside[0].first_day.isoformat()}."
    days = int(alert.content["episode"]["days"])
    view = EpisodeView(alert.first_day, alert.last_day, days, "withdrawn", None, why)
    episode = telling.view_json(view)
    if alert.content["episode"] == episode:
        return 0
    before = counted_as(alert)
    alert.content = {**alert.content, "episode": episode}
    if alert.state != "ended":
        alert.state, alert.ended_at = "ended", now
    alert.climbs_at = None
    history.record(session, alert, SYSTEM, "alert.withdrawn", now, {"why": why})
    summaries.moved(alert, before)
    messages = telling.parent(session, alert, now)
    messages += write_replies(session, alert, now, was_ended=False)
    return messages + history.write_log(session, alert, now)


def open_alerts(session: Session, detection: str, indicator: str) -> list[Alert]:
    """The indicator's open alerts."""
    query = select(Alert).where(
        Alert.kind == telling.RISK,
        Alert.detection == detection,
        Alert.indicator == indicator,
        Alert.state == "open",
    )
    return list(session.scalars(query.order_by(Alert.key).with_for_update()))
