"""Slack's size limits and rate limits, answered as Slack answers them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

TEXT, UPDATE_TEXT, ALL_BLOCKS, METADATA = 40_000, 4_000, 13_000, 8_000
ACTIONS, CONTEXT, FIELDS, OPTIONS, BLOCKS = 25, 10, 10, 100, 50
PER_MINUTE = {
    "conversations.list": 20,
    "conversations.history": 50,
    "conversations.replies": 50,
    "chat.update": 50,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "files.getUploadURLExternal": 100,
    "files.completeUploadExternal": 100,
    "views.open": 100,
}
"""Tiers 2, 3 and 4; chat.postMessage has a limit of its own: one a second and channel."""


class Tiers:
    """Token buckets per method, and one for each channel's posts."""

    def __init__(self) -> None:
        self._full: dict[str, tuple[float, float]] = {}

    def wait(self, method: str, channel: str, now: float) -> float:
        """Seconds to wait before this call; 0 when it is let through and counted."""
        if method == "chat.postMessage":
            return self._take(f"{method} {channel}", 1.0, 3.0, now)
        limit = PER_MINUTE.get(method)
        return self._take(method, limit / 60, float(limit), now) if limit else 0.0

    def _take(self, name: str, rate: float, size: float, now: float) -> float:
        level, at = self._full.get(name, (size, now))
        level = min(size, level + max(now - at, 0.0) * rate)
        if level < 1:
            self._full[name] = (level, now)
            return (1 - level) / rate
        self._full[name] = (level - 1, now)
        return 0.0


def message_error(given: dict[str, Any]) -> str:
    """The error for a message that Slack would not take; empty when it fits."""
    blocks = given.get("blocks") or []
    if not given.get("text") and not blocks and not given.get("attachments"):
        return "no_text"
    if not isinstance(blocks, list) or not all(isinstance(b, dict) for b in blocks):
        return "invalid_blocks_format"
    if len(blocks) > BLOCKS or not all(map(_block_fits, blocks)):
        return "invalid_blocks"
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(ids) != len(set(ids)):
        return "invalid_blocks"
    if sum(map(len, _texts(blocks))) > ALL_BLOCKS:
        return "msg_blocks_too_long"
    metadata = given.get("metadata")
    if metadata is not None and not isinstance(metadata.get("event_payload"), dict):
        return "invalid_metadata_format"
    return "metadata_too_large" if len(json.dumps(metadata)) > METADATA else ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name == "text" and isinstance(item, str):
                yield item
            else:
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _text_fits(text: Any, limit: int, *, plain: bool = False) -> bool:
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        return False
    if plain and text["type"] != "plain_text":
        return False
    return 1 <= len(text.get("text", "")) <= limit


def _block_fits(block: dict[str, Any]) -> bool:
    if len(block.get("block_id", "")) > 255:
        return False
    kind = block.get("type")
    if kind == "header":
        return _text_fits(block.get("text"), 150, plain=True)
    if kind == "section":
        return _section_fits(block)
    if kind == "actions":
        elements = block.get("elements", [])
        return 1 <= len(elements) <= ACTIONS and all(map(_element_fits, elements))
    if kind == "context":
        elements = block.get("elements", [])
        texts = [e for e in elements if e.get("type") != "image"]
        return 1 <= len(elements) <= CONTEXT and all(_text_fits(e, 3_000) for e in texts)
    if kind == "image":
        source = block.get("slack_file") or block.get("image_url")
        return bool(source) and 1 <= len(block.get("alt_text", "")) <= 2_000
    if kind == "table":
        rows = block.get("rows", [])
        return 1 <= len(rows) <= 100 and all(1 <= len(row) <= 20 for row in rows)
    return kind in ("divider", "rich_text", "markdown", "video", "input", "file")


def _section_fits(block: dict[str, Any]) -> bool:
    fields = block.get("fields")
    if "text" not in block and not fields:
        return False
    if "text" in block and not _text_fits(block["text"], 3_000):
        return False
    if "accessory" in block and not _element_fits(block["accessory"]):
        return False
    if fields is None:
        return True
    return 1 <= len(fields) <= FIELDS and all(_text_fits(f, 2_000) for f in fields)


def _element_fits(element: dict[str, Any]) -> bool:
    if len(element.get("action_id", "")) > 255:
        return False
    if element.get("type") == "button":
        named = _text_fits(element.get("text"), 75, plain=True)
        return (
            named
            and len(element.get("value", "")) <= 2_000
            and len(element.get("url", "")) <= 3_000
        )
    if "select" in element.get("type", "") or element.get("type") == "overflow":
        options = element.get("options", [])
        fits = [_text_fits(o.get("text"), 75) and len(o.get("value", "")) <= 150 for o in options]
        return len(options) <= OPTIONS and all(fits)
    return True
