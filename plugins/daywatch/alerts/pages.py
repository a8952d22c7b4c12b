"""The preview pages: Block Kit drawn as Slack draws it, in files that need no network."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from daywatch.alerts.mrkdwn import plain_to_html, to_html

Kept = dict[str, Any]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    found = Environment(loader=loader, autoescape=select_autoescape(["j2", "html"]))
    found.filters["text_object"] = text_object
    found.filters["clock"] = _clock
    found.filters["plain"] = lambda text: Markup(plain_to_html(text))  # noqa: S704  escapes itself
    found.filters["unescaped"] = html.unescape  # a message's `text` is in Slack's escaping
    found.filters["safe_url"] = lambda url: url if re.match(r"https?://", str(url)) else "#"
    return found


def text_object(found: Kept | None) -> Markup:
    """HTML of a plain_text or mrkdwn object."""
    if not found:
        return Markup("")
    drawn = to_html if found.get("type") == "mrkdwn" else plain_to_html
    return Markup(drawn(str(found.get("text", ""))))  # noqa: S704  both escape all they are given


def message_page(kept: Kept, note: str) -> str:
    """One message with its thread."""
    return _environment().get_template("message.html.j2").render(kept=kept, note=note)


def index_page(entries: list[tuple[str, Kept]], note: str) -> str:
    """All previews, newest day first."""
    rows = [
        {
            "stem": stem,
            "day": stem[:10] if re.match(r"\d{4}-\d\d-\d\d", stem) else "",
            "channel": kept.get("channel", ""),
            "text": kept["message"].get("text", ""),
            "title": _title(kept),
            "replies": len(kept.get("replies", [])),
            "edits": kept.get("edits", 0),
        }
        for stem, kept in entries
    ]
    rows.sort(key=lambda row: (row["day"], row["stem"]), reverse=True)
    return _environment().get_template("index.html.j2").render(rows=rows, note=note)


def _title(kept: Kept) -> str:
    for block in kept["message"].get("blocks", []):
        if block.get("type") == "header":
            return str(block["text"]["text"])
    return str(kept["message"].get("text", ""))


def _clock(ts: str | None) -> str:
    try:
        at = datetime.fromtimestamp(float(ts or ""), UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return at.strftime("%Y-%m-%d %H:%M UTC")
