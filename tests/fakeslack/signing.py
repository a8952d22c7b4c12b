"""What Slack sends to an app: interactivity payloads as forms, signed with the app's secret."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TEAM = {"id": "T0TEAM", "domain": "example"}


def signed(body: str, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """The headers of a request with this raw body, signed at that time (default: now)."""
    stamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
        "Content-Type": "application/x-www-form-urlencoded",
    }


def form(payload: dict[str, Any]) -> str:
    """The raw body of an interactivity request."""
    return urlencode({"payload": json.dumps(payload)})


def block_action(
    action_id: str,
    value: str,
    *,
    user: str,
    channel: str = "C00000001",
    ts: str = "1700000000.000001",
    block_id: str = "",
    option: str | None = None,
    response_url: str = "",
    trigger_id: str = "1.2.abc",
) -> dict[str, Any]:
    """A button was pressed, or with `option` an entry of a menu was chosen."""
    action: dict[str, Any] = {"action_id": action_id, "action_ts": ts}
    action["block_id"] = block_id or f"daywatch:{value}"
    if option is None:
        action |= {"type": "button", "value": value}
    else:
        action |= {"type": "static_select", "selected_option": {"value": option}}
    return {
        "type": "block_actions",
        "team": TEAM,
        "user": {"id": user, "username": user.lower(), "team_id": TEAM["id"]},
        "api_app_id": "A0DAYWATCH",
        "container": {"type": "message", "message_ts": ts, "channel_id": channel},
        "channel": {"id": channel, "name": "channel"},
        "message": {"ts": ts, "text": ""},
        "trigger_id": trigger_id,
        "response_url": response_url,
        "actions": [action],
    }


def view_submission(
    callback_id: str, private_metadata: str, values: dict[str, Any], *, user: str
) -> dict[str, Any]:
    """A modal was sent; `values` as Slack nests them: block_id, action_id, the element's state."""
    return {
        "type": "view_submission",
        "team": TEAM,
        "user": {"id": user, "username": user.lower(), "team_id": TEAM["id"]},
        "api_app_id": "A0DAYWATCH",
        "trigger_id": "1.2.abc",
        "view": {
            "id": "V00000001",
            "type": "modal",
            "callback_id": callback_id,
            "private_metadata": private_metadata,
            "state": {"values": values},
        },
    }
