"""Where messages go, as one small protocol: Slack, or previews where there is no token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from daywatch.settings import Settings


@dataclass(frozen=True)
class Outgoing:
    """One message on its way. `channel` is a name or Slack's id; `thread_ts` makes it a reply."""

    key: str
    version: int
    channel: str
    message: dict[str, Any]
    name: str = ""
    ts: str | None = None
    thread_ts: str | None = None
    possibly_repeated: bool = False


class Answer(StrEnum):
    """What is known after one call."""

    OK = "ok"
    RETRY = "retry"
    """a definite no that may be a yes later"""
    DEAD = "dead"
    """a definite no that stays one until somebody repairs something"""
    GONE = "gone"
    """the message to edit, or its thread, was deleted by a human"""
    AMBIGUOUS = "ambiguous"
    """it may have been accepted; only the channel's history knows"""


@dataclass(frozen=True)
class Outcome:
    """The answer to a post, update or reply, with the message's address where it is known."""

    answer: Answer
    ts: str | None = None
    channel_id: str | None = None
    error: str = ""
    retry_after: float | None = None
    """seconds that the other side asked for"""


class Sight(StrEnum):
    """What a look into the channel's history found."""

    FOUND = "found"
    ABSENT = "absent"
    UNREADABLE = "unreadable"
    DEAD = "dead"


@dataclass(frozen=True)
class Found:
    """A message by its key; `version` is the one that is shown, where it is known."""

    sight: Sight
    ts: str | None = None
    channel_id: str | None = None
    version: int | None = None
    error: str = field(default="")


class Transport(Protocol):
    """One way to deliver. Calls never raise for what the other side does: they answer."""

    name: str
    sends: bool
    """False for previews: every summary says then that nothing was sent."""

    def post(self, message: Outgoing) -> Outcome:
        """Post a new message."""
        ...

    def reply(self, message: Outgoing) -> Outcome:
        """Post into the thread of `thread_ts`."""
        ...

    def update(self, message: Outgoing) -> Outcome:
        """Edit the message at `ts`."""
        ...

    def find(self, message: Outgoing, since: datetime) -> Found:
        """Look for the message's key in the channel (or thread) since a naive UTC time."""
        ...

    def finish(self) -> None:
        """Called once after the last message of a delivery."""
        ...


def open_transport(
    settings: Settings, token: str | None = None, *, now: Callable[[], datetime] | None = None
) -> Transport:
    """Slack with the given token (an Airflow connection's) or the settings', else previews."""
    found = token or (settings.slack_token.get_secret_value() if settings.slack_token else "")
    if found.strip():
        # slack_sdk costs import time that previews need not pay.
        from daywatch.alerts.slack import SlackTransport

        return SlackTransport(found, base_url=settings.slack_base_url)
    from daywatch.alerts.preview import PreviewTransport

    return PreviewTransport(settings.previews_dir, now=now)
