"""The two forms: how an alert turned out, and what shall be silent for how long."""

from __future__ import annotations

import json
from typing import Any

from daywatch.alerts.outcomes import Outcome
from daywatch.interaction.model import Interaction
from daywatch.interaction.parse import FORM
from daywatch.state.models import Alert

DURATIONS = {"1d": "1 day", "3d": "3 days", "7d": "7 days", "30d": "30 days"}
NOTE_LIMIT, REASON_LIMIT, SHORTEST_REASON = 2_000, 500, 3
View = dict[str, Any]


def resolve_form(alert: Alert, channel: str) -> View:
    """Outcome and comment."""
    outcomes = {one.value: one.words.capitalize() for one in Outcome}
    return _form(
        "resolve",
        "Resolve alert",
        "Resolve",
        alert,
        channel,
        [
            _select("outcome", "How did it turn out?", outcomes),
            _input("note", "Comment", NOTE_LIMIT, optional=True, hint="Everybody will read it."),
        ],
    )


def silence_form(alert: Alert, channel: str) -> View:
    """How long, what and why."""
    return _form(
        "silence",
        "Silence",
        "Silence",
        alert,
        channel,
        [
            _select("duration", "For how long?", DURATIONS, initial="1d"),
            _select("scope", "What?", scopes(alert)),
            _input("reason", "Why?", REASON_LIMIT, hint="The channel is told, now and at the end."),
        ],
    )


def scopes(alert: Alert) -> dict[str, str]:
    """What a silence set from this alert can cover, narrowest first."""
    found = {}
    if alert.detection and alert.indicator:
        found["indicator"] = f"This indicator: {alert.indicator}"
    if alert.detection:
        found["detection"] = f"This detection: {alert.detection}"
    return {**found, "severity": f"All {alert.severity} alerts of the team"}


def faults(request: Interaction) -> dict[str, str]:
    """Field -> what is wrong with it, shown in the form, which stays open; empty: all is well."""
    values, found = request.values, {}
    if request.action == "resolve" and values.get("outcome") not in set(Outcome):
        found["outcome"] = "Choose how it turned out."
    if request.action == "silence":
        if values.get("duration") not in DURATIONS:
            found["duration"] = "Choose for how long."
        if values.get("scope") not in ("indicator", "detection", "severity"):
            found["scope"] = "Choose what."
        if len(values.get("reason", "").strip()) < SHORTEST_REASON:
            found["reason"] = "Say why in a few words: others will ask."
    return found


def _form(
    action: str, title: str, submit: str, alert: Alert, channel: str, blocks: list[View]
) -> View:
    what = f"{alert.detection} {alert.indicator}".strip() or f"{alert.team}, {alert.severity}"
    return {
        "type": "modal",
        "callback_id": f"{FORM}{action}",
        "private_metadata": json.dumps({"alert": alert.key, "channel": channel}),
        "title": _plain(title, 24),
        "submit": _plain(submit, 24),
        "close": _plain("Cancel", 24),
        "blocks": [
            {"type": "context", "elements": [_plain(f"{what} · alert {alert.key[:8]}", 300)]},
            *blocks,
        ],
    }


def _select(name: str, label: str, options: dict[str, str], initial: str = "") -> View:
    entries = [{"text": _plain(text, 75), "value": value} for value, text in options.items()]
    element: View = {"type": "static_select", "action_id": name, "options": entries}
    first = next((entry for entry in entries if entry["value"] == initial), None)
    if first:
        element["initial_option"] = first
    return {"type": "input", "block_id": name, "label": _plain(label, 2_000), "element": element}


def _input(name: str, label: str, limit: int, *, optional: bool = False, hint: str = "") -> View:
    element = {
        "type": "plain_text_input",
        "action_id": name,
        "multiline": True,
        "max_length": limit,
    }
    block: View = {"type": "input", "block_id": name, "label": _plain(label, 2_000)}
    block |= {"element": element, "optional": optional}
    return block | ({"hint": _plain(hint, 2_000)} if hint else {})


def _plain(text: str, limit: int) -> View:
    return {"type": "plain_text", "text": text if len(text) <= limit else text[: limit - 1] + "…"}
