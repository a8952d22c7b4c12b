"""A Slack on loopback over real HTTP: the few methods that we call, and faults on demand.

Faithful where it matters: posts are not idempotent, updates need the channel's id, metadata comes
back from history only when asked for, history is paged and newest first.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "xoxb-000-very-secret-token"


@dataclass
class Fault:
    """One scripted answer. `accept`: the message is taken all the same, before the answer."""

    kind: str
    """status, error, drop, html, truncated, hang"""
    accept: bool = False
    status: int = 200
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Message:
    """A message as the workspace keeps it."""

    channel: str
    ts: str
    body: dict[str, Any]
    thread_ts: str | None = None
    edits: int = 0
    deleted: bool = False


class FakeSlack:
    """Use as a context manager; `url` is the base URL for WebClient."""

    def __init__(self, channels: dict[str, str] | None = None, page: int = 200) -> None:
        self.channels = channels or {"ts-platform-abuse": "C00000001", "quality-data": "C00000002"}
        self.page = page
        self.messages: list[Message] = []
        self.faults: dict[str, list[Fault]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.before: Callable[[str], None] = lambda method: None
        self.revoked = False
        self.archived: set[str] = set()
        self._lock = threading.RLock()
        self._count = 0
        self._release = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/"

    def __enter__(self) -> FakeSlack:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._release.set()
        self._server.shutdown()
        self._server.server_close()

    def fail(self, method: str, *faults: Fault) -> None:
        """Answer the next calls of `method` so, in order; then normally again."""
        self.faults.setdefault(method, []).extend(faults)

    @property
    def live(self) -> list[Message]:
        """What people see in the channels, threads not counted."""
        return [m for m in self.messages if not m.thread_ts and not m.deleted]

    @property
    def replies(self) -> list[Message]:
        """What people see in threads."""
        return [m for m in self.messages if m.thread_ts and not m.deleted]

    def called(self, method: str) -> int:
        """How often a method was called."""
        return sum(name == method for name, _ in self.calls)

    # --- the workspace ---------------------------------------------------------------------------

    def answer(self, method: str, token: str, given: dict[str, Any]) -> dict[str, Any]:
        """Slack's JSON for one call."""
        with self._lock:
            if self.revoked:
                return _no("token_revoked")
            if token != TOKEN:
                return _no("invalid_auth")
            known: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
                "auth.test": lambda _: {"ok": True, "team": "T", "user_id": "U0"},
                "chat.postMessage": self._post,
                "chat.update": self._update,
                "conversations.history": self._history,
                "conversations.replies": self._replies,
                "conversations.list": self._list,
            }
            return known[method](given) if method in known else _no("unknown_method")

    def _id(self, channel: str) -> str | None:
        if channel in self.channels.values():
            return channel
        return self.channels.get(channel.removeprefix("#"))

    def _post(self, given: dict[str, Any]) -> dict[str, Any]:
        channel = self._id(given["channel"])
        if channel is None:
            return _no("channel_not_found")
        if channel in self.archived:
            return _no("is_archived")
        if len(given.get("blocks", [])) > 50:
            return _no("invalid_blocks")
        self._count += 1
        ts = f"{time.time():.0f}.{self._count:06d}"
        self.messages.append(Message(channel, ts, given, given.get("thread_ts")))
        return {"ok": True, "channel": channel, "ts": ts, "message": {"text": given.get("text")}}

    def _update(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["channel"] not in self.channels.values():
            return _no("channel_not_found")  # unlike postMessage, it takes no names
        for message in self.messages:
            if message.ts == given["ts"] and not message.deleted:
                message.body = message.body | given
                message.edits += 1
                return {"ok": True, "channel": message.channel, "ts": message.ts}
        return _no("message_not_found")

    def _history(self, given: dict[str, Any]) -> dict[str, Any]:
        found = [m for m in self.messages if not m.thread_ts]
        return self._paged(found, given)

    def _replies(self, given: dict[str, Any]) -> dict[str, Any]:
        found = [m for m in self.messages if given["ts"] in (m.ts, m.thread_ts)]
        return self._paged(found, given)

    def _paged(self, found: list[Message], given: dict[str, Any]) -> dict[str, Any]:
        if given["channel"] not in self.channels.values():
            return _no("channel_not_found")
        oldest = float(given.get("oldest") or 0)
        found = [m for m in found if m.channel == given["channel"] and not m.deleted]
        found = sorted((m for m in found if float(m.ts) >= oldest), key=lambda m: m.ts)[::-1]
        start = int(given.get("cursor") or 0)
        end = start + min(self.page, int(given.get("limit", 100)))
        whole = str(given.get("include_all_metadata", "")).lower() in ("1", "true")
        shown = [_seen(m, whole) for m in found[start:end]]
        cursor = str(end) if end < len(found) else ""
        return {"ok": True, "messages": shown, "response_metadata": {"next_cursor": cursor}}

    def _list(self, given: dict[str, Any]) -> dict[str, Any]:
        channels = [{"id": i, "name": n} for n, i in self.channels.items()]
        return {"ok": True, "channels": channels, "response_metadata": {"next_cursor": ""}}


def _seen(message: Message, metadata: bool) -> dict[str, Any]:
    shown = {"ts": message.ts, "text": message.body.get("text", "")}
    if metadata and "metadata" in message.body:
        shown["metadata"] = message.body["metadata"]
    return shown


def _no(error: str) -> dict[str, Any]:
    return {"ok": False, "error": error}


def _handler(slack: FakeSlack) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            method = urlsplit(self.path).path.rsplit("/", 1)[-1]
            given = self._given()
            slack.calls.append((method, given))
            slack.before(method)
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            queue = slack.faults.get(method, [])
            fault = queue.pop(0) if queue else None
            if fault is None:
                return self._json(200, slack.answer(method, token, given))
            if fault.accept:
                slack.answer(method, token, given)
            return self._break(fault)

        def _given(self) -> dict[str, Any]:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            query = {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
            if "json" in self.headers.get("Content-Type", ""):
                return query | json.loads(raw)
            form = {k: v[0] for k, v in parse_qs(raw).items()}
            for name in ("blocks", "metadata"):
                if name in form:
                    form[name] = json.loads(form[name])
            return query | form

        def _break(self, fault: Fault) -> None:
            if fault.kind == "drop":
                self.close_connection = True
                self.connection.close()
            elif fault.kind == "hang":
                slack._release.wait(30)
                self.close_connection = True
            elif fault.kind == "html":
                self._send(200, b"<html>proxy says hello</html>", "text/html", {})
            elif fault.kind == "truncated":
                self._send(200, b'{"ok": true, "chan', "application/json", {})
            elif fault.kind == "status":
                self._send(fault.status, b"oops", "text/plain", fault.headers)
            else:
                self._json(fault.status, _no(fault.error), fault.headers)

        def _json(
            self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None
        ) -> None:
            self._send(status, json.dumps(body).encode(), "application/json", headers or {})

        def _send(self, status: int, body: bytes, kind: str, headers: dict[str, str]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler
