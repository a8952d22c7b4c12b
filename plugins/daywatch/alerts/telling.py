"""How an alert is told: its live message from what was kept, and the replies in its thread.

By its route an alert has a message and thread of its own (page), one of the first replies in the
thread of its summary, or no message at all (digest, silenced).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from daywatch.alerts import outbox, render
from daywatch.alerts.facts import AlertFacts
from daywatch.alerts.handled import handled_of
from daywatch.alerts.render import EpisodeView, Payload
from daywatch.alerts.team_facts import SummaryFacts
from daywatch.state.models import Alert

RISK, SUMMARY = "risk", "summary"
PAGE, IN_SUMMARY, DIGEST, SILENCED = "page", "summary", "digest", "silenced"


def facts_of(alert: Alert) -> AlertFacts:
    """What its message was last rendered from."""
    return AlertFacts.from_json(alert.content["shown"])


def summary_facts_of(alert: Alert) -> SummaryFacts:
    """What a summary's message was last rendered from."""
    return SummaryFacts.from_json(alert.content["facts"])


def name_of(alert: Alert) -> str:
    """The alert in a sentence: detection and indicator, or how many it sums up."""
    if alert.kind == SUMMARY:
        return f"the summary of {summary_facts_of(alert).total} alerts"
    return " ".join(part for part in (alert.detection, alert.indicator) if part)


def view_of(alert: Alert) -> EpisodeView:
    """Where its episode stood when it was last rendered."""
    kept = alert.content["episode"]
    ended = kept["ended_day"]
    return EpisodeView(
        date.fromisoformat(kept["first_day"]),
        date.fromisoformat(kept["last_day"]),
        int(kept["days"]),
        kept["status"],
        date.fromisoformat(ended) if ended else None,
        kept["note"],
    )


def view_json(view: EpisodeView) -> dict[str, Any]:
    """What `view_of` reads."""
    return {
        "first_day": view.first_day.isoformat(),
        "last_day": view.last_day.isoformat(),
        "days": view.days,
        "status": view.status,
        "ended_day": view.ended_day.isoformat() if view.ended_day else None,
        "note": view.note,
    }


def parent(session: Session, alert: Alert, now: datetime, *, joins: bool = False) -> int:
    """Put the alert's live message as it stands now; how many messages that wrote.

    `joins`: the alert gets a reply of its own in the thread of its summary.
    """
    alert.content = {**alert.content, "handled": handled_of(alert).to_json()}
    session.flush()
    if alert.kind == SUMMARY or (alert.kind == RISK and alert.route == PAGE):
        return _put(session, alert, alert.key, _live(alert), now, kind="post", thread=None)
    if alert.kind != RISK or alert.route != IN_SUMMARY:
        return 0
    if not joins and outbox.find(session, alert.key) is None:
        return 0  # one of those that the summary only counts
    thread = alert.summary_key
    return _put(session, alert, alert.key, _live(alert), now, kind="reply", thread=thread)


def _live(alert: Alert) -> Payload:
    handled = handled_of(alert)
    if alert.kind == SUMMARY:
        return render.summary(
            summary_facts_of(alert), alert.key, handled, is_open=alert.state == "open"
        )
    return render.breach(facts_of(alert), view_of(alert), alert.key, handled)


def reply(
    session: Session,
    alert: Alert,
    key: str,
    payload: Payload,
    now: datetime,
    *,
    priority: int | None = None,
    editable: bool = False,
    chart: dict[str, Any] | None = None,
) -> int:
    """Put a reply into the alert's own thread; nothing where it has none."""
    if alert.kind != SUMMARY and alert.route != PAGE:
        return 0
    return _put(
        session,
        alert,
        key,
        payload,
        now,
        kind="reply",
        thread=alert.key,
        priority=priority,
        editable=editable,
        chart=chart,
    )


def details_key(alert: Alert) -> str:
    """Of the reply with chart and worst rows."""
    return outbox.key_of(alert.key, "details")


def details(session: Session, alert: Alert, now: datetime) -> int:
    """The first reply of a page: chart and worst entities, kept up to date."""
    key, facts = details_key(alert), facts_of(alert)
    payload = render.details(facts, key)
    chart = facts.chart.to_json() if facts.chart else None
    return reply(
        session, alert, key, payload, now, priority=outbox.EXTRA, editable=True, chart=chart
    )


def _put(
    session: Session,
    alert: Alert,
    key: str,
    payload: Payload,
    now: datetime,
    *,
    kind: str,
    thread: str | None,
    priority: int | None = None,
    editable: bool = True,
    chart: dict[str, Any] | None = None,
) -> int:
    # A preview keeps its file through later days, and holds what is in the message's thread.
    owner = session.get_one(Alert, thread) if thread else alert
    root = outbox.find(session, owner.key)
    name = root.payload["name"] if root is not None else _file_name(owner)
    return outbox.put(
        session,
        key,
        payload,
        alert_key=alert.key,
        team=alert.team,
        thread_key=thread,
        kind=kind,
        channel=alert.channel,
        name=name,
        now=now,
        priority=priority,
        editable=editable,
        chart=chart,
    )


def _file_name(alert: Alert) -> str:
    what = f"{alert.detection}-{alert.indicator}" if alert.kind == RISK else alert.kind
    return f"{alert.first_day}-{what}-{alert.key[:8]}"
