"""Messages for the sender, put without a judge; and one delivery of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fake_slack import TOKEN, FakeSlack
from samples import NOW, Clock
from sqlalchemy import select

from daywatch.alerts import outbox
from daywatch.alerts.sender import Delivery, deliver
from daywatch.alerts.slack import SlackTransport
from daywatch.state import StateStore
from daywatch.state.models import AuditRow, OutboxMessage

CHANNEL, CHANNEL_ID = "#ts-platform-abuse", "C00000001"
MINUTE = 60.0


def text(words: str, *blocks: dict[str, Any]) -> dict[str, Any]:
    """A message as the renderer gives it."""
    section = {"type": "section", "text": {"type": "mrkdwn", "text": words}}
    return {"text": words, "blocks": [section, *blocks]}


def say(
    store: StateStore,
    key: str,
    words: str = "A breach",
    *,
    kind: str = "post",
    channel: str = CHANNEL,
    now: datetime = NOW,
    **options: Any,
) -> bool:
    """Put one message into the outbox."""
    payload = options.pop("payload", None) or text(words)
    with store.transaction() as session:
        return outbox.put(
            session, key, payload, kind=kind, channel=channel, name=key, now=now, **options
        )


def answer(store: StateStore, key: str, to: str, words: str = "More", **options: Any) -> bool:
    """Put a reply into the thread of another message."""
    return say(store, key, words, kind="reply", thread_key=to, **options)


def run(store: StateStore, slack: FakeSlack, clock: Clock, **options: Any) -> Delivery:
    """One delivery to the fake Slack."""
    return deliver(store, transport(slack), clock, wait=clock.wait, **options)


def transport(slack: FakeSlack) -> SlackTransport:
    """The real transport, at the fake's address."""
    return SlackTransport(TOKEN, base_url=slack.url, timeout=1)


def rows(store: StateStore) -> list[OutboxMessage]:
    """The outbox, oldest first."""
    with store.reading() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def row(store: StateStore, key: str) -> OutboxMessage:
    """One row of it."""
    (found,) = (one for one in rows(store) if one.key == key)
    return found


def trail(store: StateStore, key: str) -> list[str]:
    """What the audit trail says of a message, in order."""
    with store.reading() as session:
        query = select(AuditRow.action).where(AuditRow.object == key).order_by(AuditRow.id)
        return list(session.scalars(query))


def seconds(count: float) -> timedelta:
    """A span."""
    return timedelta(seconds=count)
