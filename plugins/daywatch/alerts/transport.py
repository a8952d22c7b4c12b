"""Where messages go, as one small protocol: Slack, or previews where there is no token."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
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
    chart: Mapping[str, Any] | None = None
    """facts of its picture, for a transport that draws for itself"""


class Answer(StrEnum):
    """What is known after one call."""

    OK = "ok"
    RETRY = "retry"
    """a definite no that may be a yes later"""
    DEAD = "dead"
    """a definite no that stays one until somebody repairs something"""
    GONE = "gone"
    """the message to edit or to delete, or its thread, was deleted by a human"""
    AMBIGUOUS = "ambiguous"
    """it may have been accepted; only the channel's history knows"""


@dataclass(frozen=True)
class Outcome:
    """The answer to a call, with the address of the message or the id of the file it made."""

    answer: Answer
    ts: str | None = None
    channel_id: str | None = None
    error: str = ""
    retry_after: float | None = None
    """seconds that the other side asked for"""
    file_id: str | None = None
    threaded: bool | None = None
    """whether the message stands in a thread, where the answer tells"""
    unclear: bool = False
    """DEAD is not to be tried again, and may have been accepted all the same"""


class Sight(StrEnum):
    """What a look into the channel's history found."""

    FOUND = "found"
    ABSENT = "absent"
    UNREADABLE = "unreadable"
    DEAD = "dead"
    GONE = "gone"
    """the thread to look into was deleted by a human"""


@dataclass(frozen=True)
class Seen:
    """One message in the history; `version` is the one that it shows, where it is known."""

    key: str
    ts: str
    version: int | None = None


@dataclass(frozen=True)
class Look:
    """What one reading of a channel or a thread showed of the keys that were looked for."""

    sight: Sight
    """FOUND: it was read, whatever was there"""
    seen: tuple[Seen, ...] = ()
    channel_id: str | None = None
    error: str = ""
    retry_after: float | None = None

    def of(self, key: str) -> list[Seen]:
        """The copies of one message, oldest first."""
        return sorted((s for s in self.seen if s.key == key), key=lambda s: moment(s.ts))


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

    def look(
        self,
        channel: str,
        since: datetime,
        keys: Collection[str],
        *,
        thread_ts: str | None = None,
        whole: bool = False,
    ) -> Look:
        """Read the history once for many keys; `whole`: on to its end, for every copy."""
        ...

    def delete(self, channel: str, ts: str) -> Outcome:
        """Take a message of our own away."""
        ...

    def upload(self, png: bytes, name: str, title: str) -> Outcome:
        """Keep a picture where messages can show it; OK has its `file_id`."""
        ...

    def finish(self) -> None:
        """Called once after the last message of a delivery."""
        ...


def moment(ts: str) -> tuple[int, int]:
    """Slack's ts as numbers that compare exactly; a float has not the digits."""
    whole, _, part = ts.partition(".")
    return int(whole or 0), int((part + "000000")[:6])


def found_in(look: Look, key: str) -> Found:
    """What a look says of one key; of several copies the oldest counts."""
    if look.sight is not Sight.FOUND:
        return Found(look.sight, error=look.error)
    copies = look.of(key)
    if not copies:
        return Found(Sight.ABSENT, channel_id=look.channel_id)
    return Found(Sight.FOUND, copies[0].ts, look.channel_id, copies[0].version)


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
