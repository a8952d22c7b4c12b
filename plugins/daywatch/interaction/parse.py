"""Slack's payloads as `Interaction`s. Nothing here raises: what is missing or junk is empty."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from daywatch.interaction.model import Interaction, Kind

PREFIX = "daywatch:"
"""Of our actions blocks' ids; the alert's key follows."""
FORM = "daywatch_"
"""Of our forms' callback ids; the action follows."""
_USER = re.compile(r"[UW][A-Z0-9]{2,20}")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{2,20}")
_KEY = re.compile(r"[0-9a-f]{6,64}")
_LONGEST = 4_000


def button(body: Mapping[str, Any]) -> Interaction:
    """A pressed button or a chosen entry (block_actions)."""
    action = _first(body.get("actions"))
    block = _text(action, "block_id")
    key = _text(action, "value") or block.removeprefix(PREFIX)
    return Interaction(
        Kind.BUTTON,
        _text(action, "action_id") if block.startswith(PREFIX) else "",
        user=_user(body),
        mark=_mark("button", _text(body, "trigger_id"), _text(action, "action_ts")),
        alert=_known(_KEY, key),
        choice=_text(action, "selected_option", "value"),
        trigger=_text(body, "trigger_id"),
        channel=_known(_CHANNEL, _text(body, "channel", "id")),
        answer_url=_text(body, "response_url"),
    )


def modal(body: Mapping[str, Any]) -> Interaction:
    """A form that was sent (view_submission)."""
    held = _json(_text(body, "view", "private_metadata"))
    return Interaction(
        Kind.MODAL,
        _text(body, "view", "callback_id").removeprefix(FORM),
        user=_user(body),
        mark=_mark("modal", _text(body, "view", "id"), _text(body, "view", "hash")),
        alert=_known(_KEY, _text(held, "alert")),
        values=_values(body),
        channel=_known(_CHANNEL, _text(held, "channel")),
    )


def command(body: Mapping[str, Any]) -> Interaction:
    """/daywatch and what was typed after it."""
    return Interaction(
        Kind.COMMAND,
        "command",
        user=_known(_USER, _text(body, "user_id")),
        mark=_mark("command", _text(body, "trigger_id")),
        text=_text(body, "text"),
        trigger=_text(body, "trigger_id"),
        channel=_known(_CHANNEL, _text(body, "channel_id")),
        answer_url=_text(body, "response_url"),
    )


def _values(body: Mapping[str, Any]) -> dict[str, str]:
    """Field -> what was entered; block and element bear the field's name."""
    state = _at(body, "view", "state", "values")
    fields = state if isinstance(state, Mapping) else {}
    entered = {str(name): _at(fields, name, name) for name in fields}
    return {
        name: _text(element, "selected_option", "value") or _text(element, "value")
        for name, element in entered.items()
    }


def _user(body: Mapping[str, Any]) -> str:
    return _known(_USER, _text(body, "user", "id"))


def _known(pattern: re.Pattern[str], text: str) -> str:
    """The text if it looks as it must, else nothing: it goes into logs and queries."""
    return text if pattern.fullmatch(text) else ""


def _mark(*parts: str) -> str:
    """Empty where Slack named nothing to know the interaction by."""
    if not any(parts[1:]):
        return ""
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return f"act:{hashlib.sha256(joined).hexdigest()}"


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else {}


def _at(value: Any, *path: str) -> Any:
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def _text(value: Any, *path: str) -> str:
    found = _at(value, *path)
    return found[:_LONGEST] if isinstance(found, str) else ""


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {}
