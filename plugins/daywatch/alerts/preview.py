"""Messages as files, where there is no token: JSON for machines, a page like Slack for people."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import tempfile
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
from daywatch.errors import Unavailable, Where

log = logging.getLogger(__name__)

NOTE = "Preview: nothing was sent, because Daywatch has no Slack token."


def draw_svg(chart: Mapping[str, Any]) -> str:
    """The chart as everybody draws it; imported when needed, since that takes a second."""
    from daywatch.charting import alert_chart

    return alert_chart.svg(chart)


class PreviewTransport:
    """Writes each message to `folder`: NAME.json and NAME.html, and an index of them all.

    Errors: `Unavailable` when the folder cannot be written.
    """

    name = "preview"
    sends = False

    def __init__(
        self,
        folder: Path,
        *,
        now: Callable[[], datetime] | None = None,
        draw: Callable[[Mapping[str, Any]], str] = draw_svg,
    ) -> None:
        self.folder, self._draw = folder, draw
        self._now = now or (lambda: datetime.now(UTC).replace(tzinfo=None))
        self._changed = False

    def post(self, message: Outgoing) -> Outcome:
        """Write a new message, or the same one over itself."""
        ts = f"{self._now().replace(tzinfo=UTC).timestamp():.6f}"
        kept = self._read(message.name) or {"ts": ts, "replies": [], "edits": 0}
        return self._save(message, kept)

    def update(self, message: Outgoing) -> Outcome:
        """Write the changed message, or the changed reply, over the old one."""
        kept = self._read(message.name) or {"ts": message.ts, "replies": [], "edits": 0}
        if any(reply["key"] == message.key for reply in kept["replies"]):
            return self.reply(message)
        kept["edits"] += 1
        return self._save(message, kept)

    def reply(self, message: Outgoing) -> Outcome:
        """Add to the thread of the message of the same name."""
        kept = self._read(message.name)
        if kept is None:
            return Outcome(Answer.GONE, error="its message's preview was removed")
        ts = f"{self._now().replace(tzinfo=UTC).timestamp():.6f}"
        said = {
            "key": message.key,
            "version": message.version,
            "ts": ts,
            "message": message.message,
            "chart": self._drawn(message),
        }
        kept["replies"] = [*(r for r in kept["replies"] if r["key"] != message.key), said]
        self._write(message.name, kept)
        return Outcome(Answer.OK, ts=ts, channel_id=None)

    def find(self, message: Outgoing, since: datetime) -> Found:
        """Look for one message."""
        return found_in(self.look(message.channel, since, {message.key}), message.key)

    def look(
        self,
        channel: str,
        since: datetime,
        keys: Collection[str],
        *,
        thread_ts: str | None = None,
        whole: bool = False,
    ) -> Look:
        """The files are the history."""
        seen = []
        for path in sorted(self.folder.glob("*.json")):
            kept = self._read(path.stem)
            for one in [kept, *kept["replies"]] if kept else []:
                if one.get("key") in keys:
                    seen.append(Seen(one["key"], one["ts"], one.get("version")))
        return Look(Sight.FOUND, tuple(seen))

    def delete(self, channel: str, ts: str) -> Outcome:
        """A preview is written over, so there is never a second one."""
        return Outcome(Answer.GONE)

    def upload(self, png: bytes, name: str, title: str) -> Outcome:
        """Pictures stand in the pages themselves."""
        return Outcome(Answer.DEAD, error="previews take no files")

    def finish(self) -> None:
        """Bring the index up to date."""
        if not self._changed and (self.folder / "index.html").exists():
            return
        from daywatch.alerts.pages import index_page

        self.folder.mkdir(parents=True, exist_ok=True)
        entries = [(p.stem, self._read(p.stem)) for p in sorted(self.folder.glob("*.json"))]
        page = index_page([(stem, kept) for stem, kept in entries if kept], NOTE)
        self._atomically(self.folder / "index.html", page)
        self._changed = False

    def _save(self, message: Outgoing, kept: dict[str, Any]) -> Outcome:
        kept |= {
            "note": NOTE,
            "sent": False,
            "channel": message.channel,
            "key": message.key,
            "version": message.version,
            "message": message.message,
            "chart": self._drawn(message),
        }
        self._write(message.name, kept)
        return Outcome(Answer.OK, ts=kept["ts"], channel_id=None)

    def _drawn(self, message: Outgoing) -> str:
        """The message's picture as SVG; nothing where it has none or none can be drawn."""
        if message.chart is None:
            return ""
        try:
            return self._draw(message.chart)
        except Exception:  # an extra must not hold up its message
            log.warning("the chart of %s cannot be drawn", message.name, exc_info=True)
            return ""

    def _write(self, name: str, kept: dict[str, Any]) -> None:
        from daywatch.alerts.pages import message_page

        stem = file_stem(name)
        text = json.dumps(kept, indent=2, ensure_ascii=False, sort_keys=True)
        self._atomically(self.folder / f"{stem}.json", text + "\n")
        self._atomically(self.folder / f"{stem}.html", message_page(kept, NOTE))
        self._changed = True

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            found = json.loads((self.folder / f"{file_stem(name)}.json").read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return None  # absent, or spoilt by somebody's editor: it is written anew
        return found if isinstance(found, dict) and "message" in found else None

    def _atomically(self, path: Path, text: str) -> None:
        """A reader sees the old file or the new one."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=".writing-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(temporary).replace(path)
        except OSError as error:
            raise Unavailable(
                f"a preview cannot be written: {error.strerror}.",
                remedy="Make room or make the folder writable, then run again.",
                where=Where(path),
            ) from error


def file_stem(name: str) -> str:
    """A file name of plain characters; a long one ends in its hash."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name).lstrip(".") or "message"
    if len(plain) <= 150:
        return plain
    return f"{plain[:130]}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:16]}"
