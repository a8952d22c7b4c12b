"""The one door to slack_sdk: calls without retries, answers classified by what is certain."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from http.client import HTTPException
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError
from slack_sdk.web import SlackResponse

from daywatch import crash
from daywatch.alerts.answers import NO_ACCESS, classify
from daywatch.alerts.render import EVENT_TYPE
from daywatch.alerts.transport import (
    Answer,
    Found,
    Look,
    Outcome,
    Outgoing,
    Seen,
    Sight,
    found_in,
)
from daywatch.errors import ConfigurationError

TIMEOUT_S = 10
"""Below the sender's lease, or a slow answer would come after somebody else took over."""
UPDATE_TEXT = 4_000
"""chat.update refuses a longer `text`; what people read stands in the blocks."""
PAGES = 20
"""Pages of history (200 messages each) to look through before calling it unreadable."""

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
        """chat.postMessage into a thread.

        Where the thread's message was deleted, Slack posts into the channel instead and says so
        only by leaving `thread_ts` out: such a stray is taken away again.
        """
        outcome = self._call(
            self._client.chat_postMessage,
            channel=message.channel,
            thread_ts=message.thread_ts,
            **_body(message),
        )
        if outcome.answer is not Answer.OK or outcome.threaded is not False:
            return outcome
        crash.point("slack.unthreaded")
        self.delete(str(outcome.channel_id), str(outcome.ts))
        return Outcome(Answer.GONE, error="the message of its thread was deleted")

    def update(self, message: Outgoing) -> Outcome:
        """chat.update; the channel must be Slack's id, as the post's answer gave it."""
        body = _body(message)
        del body["unfurl_links"], body["unfurl_media"]
        body["text"] = body["text"][:UPDATE_TEXT]
        return self._call(self._client.chat_update, channel=message.channel, ts=message.ts, **body)

    def find(self, message: Outgoing, since: datetime) -> Found:
        """Look for one message."""
        keys = {message.key}
        look = self.look(message.channel, since, keys, thread_ts=message.thread_ts)
        return found_in(look, message.key)

    def look(
        self,
        channel: str,
        since: datetime,
        keys: Collection[str],
        *,
        thread_ts: str | None = None,
        whole: bool = False,
    ) -> Look:
        """conversations.history or .replies, paged, by the keys in the messages' metadata."""
        oldest = f"{since.replace(tzinfo=UTC).timestamp():.6f}"
        seen: list[Seen] = []
        try:
            found = self._channel_id(channel)
            for message in self._history(found, oldest, thread_ts):
                payload = _key_payload(message)
                if payload.get("key") in keys:
                    seen.append(_seen(payload, message))
                if not whole and len({one.key for one in seen}) == len(keys):
                    break
        except _UnreadableError as error:
            return Look(Sight.UNREADABLE, error=str(error))
        except (SlackClientError, OSError, HTTPException, ValueError) as error:
            return self._unread(channel, classify(error))
        return Look(Sight.FOUND, tuple(seen), found)

    def delete(self, channel: str, ts: str) -> Outcome:
        """chat.delete."""
        return self._call(self._client.chat_delete, channel=channel, ts=ts)

    def upload(self, png: bytes, name: str, title: str) -> Outcome:
        """Three calls, the last without a channel: a private file that only messages show."""
        try:
            ticket = self._client.files_getUploadURLExternal(filename=name, length=len(png))
            self._send_bytes(str(ticket["upload_url"]), png)
            file_id = str(ticket["file_id"])
            self._client.files_completeUploadExternal(files=[{"id": file_id, "title": title}])
        except (SlackClientError, OSError, HTTPException, ValueError, KeyError) as error:
            return classify(error)
        return Outcome(Answer.OK, file_id=file_id)

    def finish(self) -> None:
        """Nothing is buffered."""

    def _call(self, method: Callable[..., SlackResponse], **arguments: Any) -> Outcome:
        try:
            answer = method(**arguments)
            ts, channel = answer.get("ts"), answer.get("channel")
        except (SlackClientError, OSError, HTTPException, ValueError) as error:
            return classify(error)
        if not ts or not channel:
            return Outcome(Answer.AMBIGUOUS, error="an answer without ts and channel")
        shown = answer.get("message")
        threaded = bool(shown.get("thread_ts")) if isinstance(shown, dict) else None
        return Outcome(Answer.OK, ts=str(ts), channel_id=str(channel), threaded=threaded)

    def _unread(self, channel: str, outcome: Outcome) -> Look:
        """Why the history told nothing."""
        if outcome.error == "channel_not_found":
            self._ids.pop(channel.removeprefix("#"), None)  # of a channel that was made anew
        if outcome.answer is Answer.GONE:
            return Look(Sight.GONE, error=outcome.error)
        hopeless = outcome.answer is Answer.DEAD and outcome.error in NO_ACCESS
        sight = Sight.DEAD if hopeless else Sight.UNREADABLE
        return Look(sight, error=outcome.error, retry_after=outcome.retry_after)

    def _send_bytes(self, url: str, content: bytes) -> None:
        """A POST without the token: the address itself is the permission."""
        if not url.startswith(("https://", "http://")):
            raise ValueError("an upload address that is none")
        request = Request(url, data=content, method="POST")  # noqa: S310  checked above
        request.add_header("Content-Type", "application/octet-stream")
        proxy = self._client.proxy
        opener = build_opener(*([ProxyHandler({"http": proxy, "https": proxy})] if proxy else []))
        with opener.open(request, timeout=self._client.timeout) as answer:
            answer.read(1_000)

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
    body = {name: value for name, value in message.message.items() if name != "link_names"}
    body |= {"text": str(body.get("text", "")), "unfurl_links": False, "unfurl_media": False}
    payload = {"key": message.key, "version": message.version}
    body["metadata"] = {"event_type": EVENT_TYPE, "event_payload": payload}
    if message.possibly_repeated:
        note = {"type": "mrkdwn", "text": "_Possibly repeated: Slack's history was unreadable._"}
        body["blocks"] = [*body.get("blocks", [])[:49], {"type": "context", "elements": [note]}]
    return body


def _seen(payload: dict[str, Any], message: dict[str, Any]) -> Seen:
    version = payload.get("version")
    known = version if isinstance(version, int) else None
    return Seen(str(payload["key"]), str(message.get("ts")), known)


def _key_payload(message: dict[str, Any]) -> dict[str, Any]:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return {}
    payload = metadata.get("event_payload")
    return payload if isinstance(payload, dict) else {}
