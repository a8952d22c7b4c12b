"""The Slack app's manifest asks for the scopes that the methods we call need, and for no other."""

from __future__ import annotations

import re

import yaml
from tests.conftest import CHECKOUT

SCOPES = {
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "chat_delete": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "conversations_history": {"channels:history", "groups:history"},
    "conversations_replies": {"channels:history", "groups:history"},
    "conversations_list": {"channels:read", "groups:read"},
    "files_getUploadURLExternal": {"files:write"},
    "files_completeUploadExternal": {"files:write"},
    "views_open": set(),
    "views_update": set(),
    "auth_test": set(),
}
"""What Slack's documentation says each method needs of a bot token."""
METHOD = re.compile(r"\b((?:chat|conversations|files|views|auth|users|reactions)_[a-zA-Z]+)\(")


def test_the_scopes_are_those_of_the_methods_that_the_code_calls() -> None:
    called = {
        method
        for path in (CHECKOUT / "plugins" / "daywatch").rglob("*.py")
        if path.parent.name in ("alerts", "interaction", "web")
        for method in METHOD.findall(_calls(path.read_text()))
    }
    assert called - set(SCOPES) == set(), "say which scope these need"
    assert {"chat_postMessage", "chat_update", "conversations_history"} <= called
    manifest = yaml.safe_load((CHECKOUT / "deploy" / "slack" / "manifest.yaml").read_text())
    needed = set().union(*(SCOPES[method] for method in called)) | {"commands"}
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == needed
    [command] = manifest["features"]["slash_commands"]
    assert command["command"] == "/daywatch"


def _calls(text: str) -> str:
    """Uses of the client: called at once, or handed to what calls them."""
    return re.sub(r"(_client\.\w+)(?=[,)\s])", r"\1(", text)
