"""Socket Mode: the same edge over a socket that we open, for those without a public address."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Event
from typing import TYPE_CHECKING, Protocol

from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk.errors import SlackApiError, SlackClientError

from daywatch.errors import ConfigurationError
from daywatch.interaction.desk import Desk
from daywatch.interaction.edge import Edge
from daywatch.interaction.voice import Voice, quiet

if TYPE_CHECKING:
    from pydantic import SecretStr

    from daywatch.settings import Settings

log = logging.getLogger(__name__)

Said = Callable[[str], None]
PING_S, LONGEST_WAIT_S = 10.0, 60.0
_HOPELESS = {
    "invalid_auth",
    "not_authed",
    "not_allowed_token_type",
    "token_revoked",
    "missing_scope",
}


class _Client(Protocol):
    def is_connected(self) -> bool: ...


@dataclass
class Listener:
    """Listens until `stop` is set, through every outage; `said` hears a line for each change."""

    settings: Settings
    said: Said
    stop: Event = field(default_factory=Event)
    ping_s: float = PING_S

    def run(self) -> None:
        """Raises ConfigurationError for missing or refused tokens, before anything else."""
        token = _needed(self.settings.slack_token, "DAYWATCH_SLACK_TOKEN", "xoxb-")
        app_token = _needed(self.settings.slack_app_token, "DAYWATCH_SLACK_APP_TOKEN", "xapp-")
        desk = Desk(self.settings)
        try:
            edge = Edge(desk, Voice(token, self.settings.slack_base_url), self.said)
            handler = SocketModeHandler(
                edge.bolt, app_token, logger=quiet(), ping_interval=self.ping_s
            )
            try:
                self._connect(handler)
                self._watch(handler.client)
            finally:
                handler.close()  # type: ignore[no-untyped-call]
        finally:
            desk.close()

    def _connect(self, handler: SocketModeHandler) -> None:
        """The first connection; later ones are made anew by the SDK itself."""
        wait = 1.0
        while not self.stop.is_set():
            try:
                return handler.connect()  # type: ignore[no-untyped-call, no-any-return]
            except (SlackClientError, OSError, HTTPException, ValueError) as error:
                self._told(error)
            handler.client.wss_uri = None  # its ticket is good for one try
            self.stop.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT_S)
        return None

    def _told(self, error: Exception) -> None:
        """Say what is in the way; raise where waiting cannot help."""
        known = isinstance(error, SlackApiError) and isinstance(error.response.data, dict)
        why = str(error.response.data.get("error")) if known else type(error).__name__  # type: ignore[attr-defined]
        if why in _HOPELESS:
            raise ConfigurationError(
                f"Slack refuses DAYWATCH_SLACK_APP_TOKEN: {why}.",
                remedy="Make one under Basic Information, App-Level Tokens: connections:write.",
            ) from error
        self.said(f"no connection to Slack yet: {why}")

    def _watch(self, client: _Client) -> None:
        """Say when the connection comes and goes, until it is time to stop."""
        was = False
        while not self.stop.is_set():
            now = client.is_connected()
            if now != was:
                self.said("listening" if now else "connection lost, connecting again")
            was = now
            self.stop.wait(0.5)


def _needed(token: SecretStr | None, name: str, begins: str) -> str:
    found = token.get_secret_value().strip() if token else ""
    if not found.startswith(begins):
        fault = f"{name} is not set." if not found else f"{name} does not begin with {begins}."
        raise ConfigurationError(
            fault, remedy="README, section Slack, says where your app shows its tokens."
        )
    return found
