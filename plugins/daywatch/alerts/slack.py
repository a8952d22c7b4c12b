"""The one door to slack_sdk: calls without retries, answers classified by what is certain."""

from __future__ import annotations

import logging
import math
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from daywatch.alerts.render import EVENT_TYPE
from daywatch.alerts.transport import Answer, Found, Outcome, Outgoing, Sight
from daywatch.errors import ConfigurationError

TIMEOUT_S = 10
"""Below the sender's lease, or a slow answer would come after somebody else took over."""
DEFAULT_RETRY_S, LONGEST_RETRY_S = 30.0, 3600.0
PAGES = 20
"""Pages of history (200 messages each) to look through before calling it unreadable."""

_LATER = {"ratelimited", "rate_limited", "message_limit_exceeded"}
_GONE = {"message_not_found", "thread_not_found"}
_UNSURE = {
    "fatal_error",
    "internal_error",
    "service_unavailable",
    "request_timeout",
}
_CHANNEL_ID = re.compile(r"^[CGD][A-Z0-9]{7,}$")
_TOKEN = re.compile(r"^[\x21-\x7e]+$")


class SlackTransport:
    """Delivers with a bot token through Slack's Web API."""

    name = "slack"
    sends = True

    def __init__(
        self, token: str, *, base_url: str = WebClient.BASE_URL, timeout: int = TIMEOUT_S
    ) -> None:
        token = token.strip()
        if not _TOKEN.match(token):
            # http.client would quote the whole header, token included, in its own error.
            raise ConfigurationError(
                "the Slack token holds characters that no token has.",
                remedy="Set it again, in one line, without blanks or quotes.",
            )
        # A retry of the SDK's posts twice when an accepted call loses its answer (delivery.md).
        self._client = WebClient(
            token=token, base_url=base_url, timeout=timeout, retry_handlers=[], logger=_quiet()
        )
        self._ids: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"SlackTransport({self._client.base_url!r})"

    def post(self, message: Outgoing) -> Outcome:
        """chat.postMessage."""
        return self._call(self._client.chat_postMessage, channel=message.channel, **_body(message))

    def reply(self, message: Outgoing) -> Outcome:
        """chat.postMessage into a thread."""
        return self._call(
            self._client.chat_postMessage,
            channel=message.channel,
            thread_ts=message.thread_ts,
            **_body(message),
        )

    def update(self, message: Outgoing) -> Outcome:
        """chat.update; the channel must be Slack's id, as the post's answer gave it."""
        body = _body(message)
        body.pop("unfurl_links", None)
        body.pop("unfurl_media", None)
        return self._call(self._client.chat_update, channel=message.channel, ts=message.ts, **body)

    def find(self, message: Outgoing, since: datetime) -> Found:
        """conversations.history or .replies, paged, by the key in the message's metadata."""
        oldest = f"{since.replace(tzinfo=UTC).timestamp():.6f}"
        try:
            channel = self._channel_id(message.channel)
            for found in self._history(channel, oldest, message.thread_ts):
                payload = _key_payload(found)
                if payload.get("key") == message.key:
                    version = payload.get("version")
                    known = version if isinstance(version, int) else None
                    return Found(Sight.FOUND, str(found.get("ts")), channel, known)
        except _UnreadableError as error:
            return Found(Sight.UNREADABLE, error=str(error))
        except (SlackClientError, OSError, HTTPException, ValueError) as error:
            outcome = _classify(error)
            dead = outcome.answer is Answer.DEAD
            return Found(Sight.DEAD if dead else Sight.UNREADABLE, error=outcome.error)
        return Found(Sight.ABSENT, channel_id=channel)

    def finish(self) -> None:
        """Nothing is buffered."""

    def _call(self, method: Callable[..., SlackResponse], **arguments: Any) -> Outcome:
        try:
            answer = method(**arguments)
            ts, channel = answer.get("ts"), answer.get("channel")
        except (SlackClientError, OSError, HTTPException, ValueError) as error:
            return _classify(error)
        if not ts or not channel:
            return Outcome(Answer.AMBIGUOUS, error="an answer without ts and channel")
        return Outcome(Answer.OK, ts=str(ts), channel_id=str(channel))

    def _history(self, channel: str, oldest: str, thread: str | None) -> Iterator[dict[str, Any]]:
        cursor: str | None = None
        for _ in range(PAGES):
            if thread:
                page = self._client.conversations_replies(
                    channel=channel,
                    ts=thread,
                    oldest=oldest,
                    cursor=cursor,
                    limit=200,
                    include_all_metadata=True,
                )
            else:
                page = self._client.conversations_history(
                    channel=channel,
                    oldest=oldest,
                    cursor=cursor,
                    limit=200,
                    include_all_metadata=True,
                )
            yield from page.get("messages") or []
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if not cursor:
                return
        raise _UnreadableError(f"more than {PAGES} pages of history")

    def _channel_id(self, channel: str) -> str:
        """Slack's id of a channel; history takes nothing else."""
        name = channel.removeprefix("#")
        if _CHANNEL_ID.match(name):
            return name
        cursor: str | None = None
        for _ in range(PAGES):
            if name in self._ids:
                return self._ids[name]
            page = self._client.conversations_list(
                cursor=cursor,
                limit=200,
                exclude_archived=True,
                types="public_channel,private_channel",
            )
            self._ids.update({str(c["name"]): str(c["id"]) for c in page.get("channels") or []})
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
            if not cursor:
                break
        if name not in self._ids:
            raise _UnreadableError(f"no channel {channel} among those the bot can list")
        return self._ids[name]


class _UnreadableError(Exception):
    """History that cannot be read to its end proves nothing."""


def _quiet() -> logging.Logger:
    """A logger that never writes request or answer: at DEBUG the SDK logs whole messages."""
    logger = logging.getLogger(f"{__name__}.sdk")
    logger.setLevel(logging.CRITICAL)
    return logger


def _body(message: Outgoing) -> dict[str, Any]:
    """The rendered message; the version goes beside the key, so that history tells it."""
    body = dict(message.message)
    payload = {"key": message.key, "version": message.version}
    body["metadata"] = {"event_type": EVENT_TYPE, "event_payload": payload}
    if message.possibly_repeated:
        note = {"type": "mrkdwn", "text": "_Possibly repeated: Slack's history was unreadable._"}
        body["blocks"] = [*body["blocks"][:49], {"type": "context", "elements": [note]}]
    return body


def _key_payload(message: dict[str, Any]) -> dict[str, Any]:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return {}
    payload = metadata.get("event_payload")
    return payload if isinstance(payload, dict) else {}


def _classify(error: Exception) -> Outcome:
    """What an error makes certain; anything not known for sure is ambiguous."""
    if isinstance(error, SlackApiError):
        return _classify_answer(error.response)
    # urllib's URLError means that the request was never wholly written; these, not even begun.
    reason = error.reason if isinstance(error, URLError) else None
    never_sent = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
    if isinstance(reason, never_sent):
        return Outcome(Answer.RETRY, error=f"no connection: {type(reason).__name__}")
    return Outcome(Answer.AMBIGUOUS, error=f"no clear answer: {type(reason or error).__name__}")


def _classify_answer(response: Any) -> Outcome:
    status = int(getattr(response, "status_code", 0) or 0)
    data = getattr(response, "data", None)
    error = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or error in _LATER:
        return Outcome(Answer.RETRY, error="rate limited", retry_after=_retry_after(response))
    if status != 200 or not re.fullmatch(r"[a-z0-9_]{1,80}", error) or error in _UNSURE:
        known = f": {error}" if re.fullmatch(r"[a-z0-9_]{1,80}", error) else ""
        return Outcome(Answer.AMBIGUOUS, error=f"HTTP {status} without a clear answer{known}")
    return Outcome(Answer.GONE if error in _GONE else Answer.DEAD, error=error)


def _retry_after(response: Any) -> float:
    """Seconds to wait; a missing or junk header means a cautious default, a huge one is capped."""
    headers = {str(k).lower(): v for k, v in dict(getattr(response, "headers", {}) or {}).items()}
    value = headers.get("retry-after", "")
    value = value[0] if isinstance(value, list) and value else value
    try:
        seconds = float(str(value))
    except ValueError:
        return DEFAULT_RETRY_S
    return DEFAULT_RETRY_S if math.isnan(seconds) else min(max(seconds, 1.0), LONGEST_RETRY_S)
