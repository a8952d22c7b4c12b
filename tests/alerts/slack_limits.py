"""Slack's limits as a check of any message, and text that tries to break out of one."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import strategies as st

from daywatch.alerts import blocks, text


def texts(value: Any) -> list[dict[str, Any]]:
    """Every text object of a message."""
    if isinstance(value, dict):
        own = [value] if value.get("type") in ("mrkdwn", "plain_text") else []
        return own + [found for inner in value.values() for found in texts(inner)]
    if isinstance(value, list):
        return [found for inner in value for found in texts(inner)]
    return []


def check(message: dict[str, Any], *, mention: str = "", mentions: tuple[str, ...] = ()) -> None:
    """Slack's limits, and nothing from data that mentions, links or breaks out."""
    ours = {mention, *mentions}
    encoded = json.dumps(message, allow_nan=False)
    encoded.encode("utf-8")
    json.dumps(message, ensure_ascii=False).encode("utf-8")
    assert 0 < len(message["blocks"]) <= 50
    assert blocks.weight(message["blocks"]) <= 12_000
    assert 0 < text.size(message["text"]) <= 4_000 and "\n" not in message["text"]
    assert message["unfurl_links"] is False and message["unfurl_media"] is False
    for block in message["blocks"]:
        if block["type"] == "header":
            assert 0 < text.size(block["text"]["text"]) <= 150
        if block["type"] == "section":
            assert 0 < text.size(block["text"]["text"]) <= 3_000
        if block["type"] == "context":
            assert 0 < len(block["elements"]) <= 10
        if block["type"] == "image":
            assert 0 < text.size(block["alt_text"]) <= 2_000
        if block["type"] == "actions":
            _actions(block)
    for found in texts(message["blocks"]):
        assert found["text"]
        if found["type"] == "mrkdwn":
            assert found["verbatim"] is True
            _only_our_angles(found["text"], ours)
            assert found["text"].count("```") % 2 == 0
    assert "<" not in message["text"] and ">" not in message["text"]
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", _all(message)
    )


def _actions(block: dict[str, Any]) -> None:
    assert len(block["block_id"]) <= 255 and 0 < len(block["elements"]) <= 25
    for one in block["elements"]:
        assert len(one["action_id"]) <= 255 and len(one.get("value", "")) <= 2_000
        labels = [
            one.get("text") or one["placeholder"],
            *(o["text"] for o in one.get("options", ())),
        ]
        assert all(0 < text.size(label["text"]) <= 75 for label in labels)
        assert all(len(option["value"]) <= 150 for option in one.get("options", ()))


def _all(message: dict[str, Any]) -> str:
    return message["text"] + "".join(found["text"] for found in texts(message["blocks"]))


def _only_our_angles(mrkdwn: str, ours: set[str]) -> None:
    for inside in re.findall(r"<([^>]*)>?", mrkdwn):
        linked = re.fullmatch(r"https?://[^|]+\|Open (in Daywatch|the alert)", inside)
        assert inside in ours or linked, inside
    stripped = re.sub(r"&(amp|lt|gt);", "", mrkdwn)
    assert "&" not in stripped, "an entity was cut, or something was not escaped"


ANY = st.text(st.characters(), max_size=60) | st.sampled_from(
    [
        "<!channel> <@U123> <#C1> <https://evil.example|click>",
        "&lt;!here&gt; & &amp;",
        "\u202eevil\u202c \u2066x\u2069 \x00\x07 \ud800 \udfff",
        "```\n*x* _y_ ~z~ `q` ```",
        "漢字" * 30 + "👩‍👩‍👧",
        "x" * 9_000,
        "&" * 5_000,
        '"\\' * 3_000,
        "\n" * 500,
        "",
    ]
)
