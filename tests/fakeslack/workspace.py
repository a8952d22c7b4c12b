"""One workspace: channels, messages, threads and files, changed by API calls and by humans.

Faithful where it matters: posts are not idempotent; updates, deletes and history want the
channel's id; metadata comes back only when asked for; history is paged, newest first, without
thread replies; a reply to a message that is gone becomes a message of its own (Slack does not
refuse it, and only the answer without `thread_ts` tells).
"""

from __future__ import annotations

import bisect
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fakeslack import limits

TOKEN = "xoxb-000-very-secret-token"
APP_TOKEN = "xapp-1-very-secret-app-token"
APP, BOT, BOT_USER = "A0DAYWATCH", "B0DAYWATCH", "U0DAYWATCH"


@dataclass
class Message:
    """A message as the workspace keeps it."""

    channel: str
    ts: str
    body: dict[str, Any]
    thread_ts: str | None = None
    edits: int = 0
    deleted: bool = False
    broadcast: bool = False
    human: bool = False

    @property
    def key(self) -> str:
        """The idempotency key in its metadata, or nothing."""
        return str(self._payload().get("key", ""))

    @property
    def version(self) -> int:
        """The version in its metadata: which rendering people see."""
        return int(self._payload().get("version", 0))

    def _payload(self) -> dict[str, Any]:
        return (self.body.get("metadata") or {}).get("event_payload") or {}


@dataclass
class File:
    """An uploaded file; usable in blocks once complete and processed."""

    id: str
    name: str
    length: int
    content: bytes = b""
    usable_at: float | None = None


class Workspace:
    """All state, and Slack's JSON for each method. Every public method is safe among threads."""

    def __init__(self, channels: dict[str, str] | None = None, page: int = 200) -> None:
        self.channels = channels or {"ts-platform-abuse": "C00000001", "quality-data": "C00000002"}
        self.page = page
        self.clock: Callable[[], float] = time.time
        self.messages: list[Message] = []
        self.ephemeral: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self.files: dict[str, File] = {}
        self.processing_s = 0.0
        """how long a completed file is not yet usable in blocks"""
        self.revoked = False
        self.archived: set[str] = set()
        self.unreadable: set[str] = set()
        """ids of channels whose history the bot may not read"""
        self.deleted_parent = "unthread"
        """what a reply to a deleted message gets: unthread (as Slack does), or thread_not_found"""
        self.socket_url = "wss://localhost/unused"
        self.pace_violations: list[tuple[str, float]] = []
        """posts that came sooner after the channel's last than a second: channel and gap"""
        self.tiers: limits.Tiers | None = None
        self._last_post: dict[str, float] = {}
        self._lock = threading.RLock()
        self._count = 0
        self._in_channel: dict[str, list[Message]] = {}
        self._at: dict[tuple[str, str], Message] = {}
        self._threads: dict[tuple[str, str], list[Message]] = {}
        self._by_key: dict[str, list[Message]] = {}
        self._methods: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "auth.test": self._auth,
            "chat.postMessage": self._post,
            "chat.postEphemeral": self._whisper,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.list": self._list,
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._complete,
            "views.open": self._view,
            "views.update": self._view,
        }

    # --- what people see ------------------------------------------------------------------------

    @property
    def live(self) -> list[Message]:
        """What people see in the channels, threads not counted."""
        return [m for m in self.messages if not m.thread_ts and not m.deleted]

    @property
    def replies(self) -> list[Message]:
        """What people see in threads."""
        return [m for m in self.messages if m.thread_ts and not m.deleted]

    def live_of(self, key: str) -> list[Message]:
        """The messages of this key that people see; more than one is a duplicate."""
        with self._lock:
            return [m for m in self._by_key.get(key, ()) if not m.deleted]

    def ever_of(self, key: str) -> list[Message]:
        """The messages of this key that were ever there, deleted ones too."""
        with self._lock:
            return list(self._by_key.get(key, ()))

    def duplicated(self) -> list[str]:
        """Keys that people see more than once."""
        with self._lock:
            return [k for k, of in self._by_key.items() if sum(not m.deleted for m in of) > 1]

    def lost(self, keys: list[str]) -> list[str]:
        """Those of `keys` that were never seen in any channel."""
        return [key for key in keys if not self.ever_of(key)]

    def human_deletes(self, message: Message) -> None:
        """A person with the right to do so takes a message away."""
        with self._lock:
            message.deleted = True

    def human_says(self, channel: str, text: str, thread_ts: str | None = None) -> Message:
        """A person writes."""
        with self._lock:
            given = {"text": text}
            return self._add(self._id(channel) or channel, given, thread_ts, human=True)

    # --- calls ------------------------------------------------------------------------------------

    def answer(self, method: str, token: str, given: dict[str, Any]) -> dict[str, Any]:
        """Slack's JSON for one call."""
        with self._lock:
            if method == "apps.connections.open":
                ok = token == APP_TOKEN
                return {"ok": True, "url": self.socket_url} if ok else no("not_allowed_token_type")
            if self.revoked:
                return no("token_revoked")
            if token != TOKEN:
                return no("invalid_auth")
            known = self._methods.get(method)
            return known(given) if known else no("unknown_method")

    def too_fast(self, method: str, given: dict[str, Any]) -> float:
        """Seconds that this call must wait by Slack's tiers; 0 where they are off or kept."""
        with self._lock:
            now = self.clock()
            channel = self._id(str(given.get("channel", ""))) or ""
            if method == "chat.postMessage":
                gap = now - self._last_post.get(channel, -1e9)
                if gap < 0.95:
                    self.pace_violations.append((channel, gap))
                self._last_post[channel] = now
            return self.tiers.wait(method, channel, now) if self.tiers else 0.0

    def _auth(self, given: dict[str, Any]) -> dict[str, Any]:
        return {
            "ok": True,
            "url": "https://example.slack.com/",
            "team": "T",
            "team_id": "T0TEAM",
            "user": "daywatch",
            "user_id": BOT_USER,
            "bot_id": BOT,
            "is_enterprise_install": False,
        }

    def _id(self, channel: str) -> str | None:
        if channel in self.channels.values():
            return channel
        return self.channels.get(channel.removeprefix("#"))

    def _add(
        self,
        channel: str,
        given: dict[str, Any],
        thread_ts: str | None,
        *,
        broadcast: bool = False,
        human: bool = False,
    ) -> Message:
        self._count += 1
        ts = f"{int(self.clock())}.{self._count:06d}"
        held = self._in_channel.setdefault(channel, [])
        if held and _order(held[-1].ts) >= _order(ts):  # a clock that went back
            ts = f"{int(float(held[-1].ts))}.{self._count:06d}"
        message = Message(channel, ts, given, thread_ts, broadcast=broadcast, human=human)
        self.messages.append(message)
        held.append(message)
        self._at[channel, ts] = message
        if thread_ts:
            self._threads.setdefault((channel, thread_ts), []).append(message)
        if message.key:
            self._by_key.setdefault(message.key, []).append(message)
        return message

    def _post(self, given: dict[str, Any]) -> dict[str, Any]:
        channel = self._id(str(given.get("channel", "")))
        if channel is None:
            return no("channel_not_found")
        if channel in self.archived:
            return no("is_archived")
        error = limits.message_error(given) or self._file_error(given)
        if error:
            return no(error)
        thread, gone = given.get("thread_ts") or None, False
        if thread:
            parent = self._at.get((channel, thread))
            thread = parent.thread_ts or parent.ts if parent else thread
            gone = parent is None or (parent.deleted and not self._thread(channel, thread))
        if gone and self.deleted_parent != "unthread":
            return no("thread_not_found")
        body = given | {"text": str(given.get("text", ""))[: limits.TEXT]}
        broadcast = _true(given.get("reply_broadcast"))
        message = self._add(channel, body, None if gone else thread, broadcast=broadcast)
        shown = self._shown(message, metadata=True)
        return {"ok": True, "channel": channel, "ts": message.ts, "message": shown}

    def _file_error(self, given: dict[str, Any]) -> str:
        for block in given.get("blocks") or []:
            if block.get("type") == "image" and "slack_file" in block:
                found = self.files.get(str(block["slack_file"].get("id", "")))
                if found is None or found.usable_at is None or found.usable_at > self.clock():
                    return "invalid_blocks"
        return ""

    def _update(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["channel"] not in self.channels.values():
            return no("channel_not_found")  # unlike postMessage, it takes no names
        if given["channel"] in self.archived:
            return no("is_inactive")
        message = self._at.get((given["channel"], given["ts"]))
        if message is None or message.deleted:
            return no("message_not_found")
        if message.human:
            return no("cant_update_message")
        error = limits.message_error(given) or self._file_error(given)
        if not error and len(str(given.get("text", ""))) > limits.UPDATE_TEXT:
            error = "msg_too_long"
        if error:
            return no(error)
        message.body = message.body | given
        message.edits += 1
        return {"ok": True, "channel": message.channel, "ts": message.ts, "text": given.get("text")}

    def _delete(self, given: dict[str, Any]) -> dict[str, Any]:
        if given["channel"] not in self.channels.values():
            return no("channel_not_found")
        message = self._at.get((given["channel"], given["ts"]))
        if message is None or message.deleted:
            return no("message_not_found")
        if message.human:
            return no("cant_delete_message")
        message.deleted = True
        return {"ok": True, "channel": message.channel, "ts": message.ts}

    def _whisper(self, given: dict[str, Any]) -> dict[str, Any]:
        if self._id(str(given.get("channel", ""))) is None:
            return no("channel_not_found")
        if not given.get("user"):
            return no("user_not_in_channel")
        self.ephemeral.append(given)
        return {"ok": True, "message_ts": f"{int(self.clock())}.000000"}

    def _view(self, given: dict[str, Any]) -> dict[str, Any]:
        view = given.get("view")
        if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
            return no("invalid_arguments")
        if len(view.get("private_metadata", "")) > 3_000 or len(view.get("blocks", [])) > 100:
            return no("invalid_arguments")
        self.views.append(given)
        return {"ok": True, "view": view | {"id": f"V{len(self.views):08d}"}}

    # --- reading ----------------------------------------------------------------------------------

    def _history(self, given: dict[str, Any]) -> dict[str, Any]:
        refused = self._unreadable(given)
        if refused:
            return no(refused)
        held = self._in_channel.get(given["channel"], [])
        start = bisect.bisect_left(
            held, _order(given.get("oldest") or "0"), key=lambda m: _order(m.ts)
        )
        seen = [m for m in held[start:] if not m.thread_ts or m.broadcast]
        seen = [m for m in seen if not m.deleted or self._thread(m.channel, m.ts)]
        if given.get("latest"):
            seen = [m for m in seen if _order(m.ts) <= _order(given["latest"])]
        return self._paged(seen[::-1], given, 100)

    def _replies(self, given: dict[str, Any]) -> dict[str, Any]:
        refused = self._unreadable(given)
        if refused:
            return no(refused)
        channel = given["channel"]
        root = self._at.get((channel, given["ts"]))
        if root is None:
            return no("thread_not_found")
        root = self._at.get((channel, root.thread_ts), root) if root.thread_ts else root
        replies = self._thread(channel, root.ts)
        if root.deleted and not replies:
            return no("thread_not_found")
        oldest = _order(given.get("oldest") or "0")
        return self._paged([root, *(m for m in replies if _order(m.ts) >= oldest)], given, 1_000)

    def _thread(self, channel: str, ts: str) -> list[Message]:
        return [m for m in self._threads.get((channel, ts), ()) if not m.deleted]

    def _unreadable(self, given: dict[str, Any]) -> str:
        if given.get("channel") not in self.channels.values():
            return "channel_not_found"
        return "missing_scope" if given["channel"] in self.unreadable else ""

    def _paged(self, found: list[Message], given: dict[str, Any], default: int) -> dict[str, Any]:
        start = int(given.get("cursor") or 0)
        end = start + min(self.page, int(given.get("limit", default)))
        whole = _true(given.get("include_all_metadata"))
        cursor = str(end) if end < len(found) else ""
        return {
            "ok": True,
            "messages": [self._shown(m, whole) for m in found[start:end]],
            "has_more": bool(cursor),
            "response_metadata": {"next_cursor": cursor},
        }

    def _shown(self, message: Message, metadata: bool) -> dict[str, Any]:
        if message.deleted:  # kept as a stone above its replies
            return {"type": "message", "subtype": "tombstone", "ts": message.ts, "hidden": True}
        shown: dict[str, Any] = {"type": "message", "ts": message.ts}
        shown["text"] = message.body.get("text", "")
        if message.human:
            shown["user"] = "U0SOMEBODY"
        else:
            shown |= {"user": BOT_USER, "bot_id": BOT, "app_id": APP}
        if "blocks" in message.body:
            shown["blocks"] = message.body["blocks"]
        replies = self._thread(message.channel, message.ts)
        if message.thread_ts or replies:
            shown["thread_ts"] = message.thread_ts or message.ts
        if replies:
            shown |= {"reply_count": len(replies), "latest_reply": replies[-1].ts}
        if message.broadcast:
            shown["subtype"] = "thread_broadcast"
        if metadata and "metadata" in message.body:
            shown["metadata"] = message.body["metadata"]
        return shown

    def _list(self, given: dict[str, Any]) -> dict[str, Any]:
        listed = [
            {"id": i, "name": n, "is_archived": i in self.archived, "is_member": True}
            for n, i in self.channels.items()
            if not (_true(given.get("exclude_archived")) and i in self.archived)
        ]
        start = int(given.get("cursor") or 0)
        end = start + int(given.get("limit", 100))
        cursor = str(end) if end < len(listed) else ""
        return {
            "ok": True,
            "channels": listed[start:end],
            "response_metadata": {"next_cursor": cursor},
        }

    # --- files ------------------------------------------------------------------------------------

    def _upload_url(self, given: dict[str, Any]) -> dict[str, Any]:
        if not given.get("filename") or int(given.get("length") or 0) < 1:
            return no("invalid_arguments")
        name = f"F{len(self.files) + 1:08d}"
        self.files[name] = File(name, str(given["filename"]), int(given["length"]))
        return {"ok": True, "upload_url": f"{self.upload_base}{name}", "file_id": name}

    upload_base = "http://127.0.0.1/upload/"

    def uploaded(self, name: str, content: bytes) -> bool:
        """The bytes of a file arrive at its upload URL."""
        with self._lock:
            if name not in self.files or not content:
                return False
            self.files[name].content = content
            return True

    def _complete(self, given: dict[str, Any]) -> dict[str, Any]:
        listed = given.get("files") or []
        found = [self.files.get(str(item.get("id"))) for item in listed]
        if not found or any(f is None or not f.content for f in found):
            return no("file_not_found")
        for item in found:
            if item is not None and item.usable_at is None:
                item.usable_at = self.clock() + self.processing_s
        return {"ok": True, "files": [{"id": f.id, "title": f.name} for f in found if f]}


def no(error: str) -> dict[str, Any]:
    """Slack's refusal."""
    return {"ok": False, "error": error}


def _order(ts: str | float) -> tuple[int, int]:
    """A ts as numbers that compare exactly; a float has not the digits."""
    whole, _, part = str(ts).partition(".")
    return int(whole or 0), int((part + "000000")[:6])


def _true(value: Any) -> bool:
    return str(value).lower() in ("1", "true")
