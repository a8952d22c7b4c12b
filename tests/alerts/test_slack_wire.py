"""What slack_sdk puts on the wire for each method we call, so that no version surprises."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from daywatch.alerts.slack import SlackTransport
from daywatch.alerts.transport import Answer, Outgoing

TOKEN = "xoxb-1-wire"
KEY = "a" * 64
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass
class Seen:
    """One raw request."""

    path: str
    kind: str
    token: str
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        """The fields, whatever they were packed in."""
        if self.kind.startswith(JSON):
            found: dict[str, Any] = json.loads(self.raw)
            return found
        return {name: values[0] for name, values in parse_qs(self.raw.decode()).items()}


@dataclass
class Wire:
    """A server that answers as if all were well, and remembers what it was sent."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)

    def answer(self) -> dict[str, Any]:
        """Whatever any of the methods needs."""
        return {
            "ok": True, "ts": "1.000001", "channel": "C00000001", "message": {"thread_ts": "1.0"},
            "messages": [], "channels": [{"id": "C00000001", "name": "ts-risk"}],
            "upload_url": f"{self.url.removesuffix('api/')}upload", "file_id": "F1",
        }  # fmt: skip


@pytest.fixture
def wire() -> Iterator[Wire]:
    found = Wire()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = self.headers.get("Authorization", "")
            kind = self.headers.get("Content-Type", "")
            found.seen.append(Seen(self.path, kind, token, raw))
            said = json.dumps(found.answer()).encode()
            self.send_response(200)
            self.send_header("Content-Type", JSON)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/api/"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


def message(**changes: Any) -> Outgoing:
    body = {
        "text": "A breach",
        "blocks": [{"type": "divider"}],
        "unfurl_links": False,
        "unfurl_media": False,
    }
    given: dict[str, Any] = {"key": KEY, "version": 3, "channel": "#ts-risk", "message": body}
    return Outgoing(**(given | changes))


def packed(value: Any) -> Any:
    """A field that a form carries as JSON text."""
    return json.loads(value) if isinstance(value, str) else value


def test_a_post_a_reply_and_an_edit(wire: Wire) -> None:
    transport = SlackTransport(TOKEN, base_url=wire.url)
    assert transport.post(message()).answer is Answer.OK
    assert transport.reply(message(thread_ts="1.0")).answer is Answer.OK
    assert transport.update(message(channel="C00000001", ts="1.0")).answer is Answer.OK
    post, reply, edit = wire.seen
    assert [one.path for one in wire.seen] == [
        "/api/chat.postMessage", "/api/chat.postMessage", "/api/chat.update",
    ]  # fmt: skip
    for one in wire.seen:
        assert one.kind.startswith(JSON) and one.token == f"Bearer {TOKEN}"
        assert TOKEN.encode() not in one.raw
        assert packed(one.body["blocks"]) == [{"type": "divider"}]
        assert packed(one.body["metadata"]) == {
            "event_type": "daywatch_alert",
            "event_payload": {"key": KEY, "version": 3},
        }
    common = {"channel", "text", "blocks", "metadata"}
    assert set(post.body) == common | {"unfurl_links", "unfurl_media"}
    assert set(reply.body) == set(post.body) | {"thread_ts"}
    assert set(edit.body) == common | {"ts"}
    assert (post.body["channel"], edit.body["channel"]) == ("#ts-risk", "C00000001")
    assert post.body["unfurl_links"] is False and post.body["unfurl_media"] is False


def test_history_is_read_with_all_metadata_from_the_asked_time_on(wire: Wire) -> None:
    transport = SlackTransport(TOKEN, base_url=wire.url)
    transport.look("#ts-risk", datetime(2026, 3, 3, 4, 30), {KEY})
    transport.look("C00000001", datetime(2026, 3, 3, 4, 30), {KEY}, thread_ts="1.0")
    named, history, replies = wire.seen
    assert named.path == "/api/conversations.list"
    assert named.body["types"] == "public_channel,private_channel"
    assert history.path == "/api/conversations.history"
    assert replies.path == "/api/conversations.replies" and replies.body["ts"] == "1.0"
    for one in (history, replies):
        assert one.kind.startswith(FORM) and one.token == f"Bearer {TOKEN}"
        assert one.body["channel"] == "C00000001" and one.body["limit"] == "200"
        assert one.body["include_all_metadata"] == "1"
        assert one.body["oldest"] == "1772512200.000000"


def test_a_chart_is_three_calls_and_the_file_goes_without_the_token(wire: Wire) -> None:
    done = SlackTransport(TOKEN, base_url=wire.url).upload(b"\x89PNG", "chart.png", "A breach")
    assert done.answer is Answer.OK and done.file_id == "F1"
    ticket, sent, complete = wire.seen
    assert ticket.path == "/api/files.getUploadURLExternal"
    assert (ticket.body["filename"], ticket.body["length"]) == ("chart.png", "4")
    assert sent.path == "/upload" and b"\x89PNG" in sent.raw and sent.token == ""
    assert complete.path == "/api/files.completeUploadExternal"
    assert packed(complete.body["files"]) == [{"id": "F1", "title": "A breach"}]
    assert "channel_id" not in complete.body, "private: only messages show it"


def test_a_deletion_names_channel_and_message_and_nothing_else(wire: Wire) -> None:
    SlackTransport(TOKEN, base_url=wire.url).delete("C00000001", "1.0")
    [one] = wire.seen
    assert one.path == "/api/chat.delete"
    assert {**one.body} == {"channel": "C00000001", "ts": "1.0"}
