"""What is said back at once: private answers and forms. Nothing here ever raises or logs a text."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from daywatch.interaction.model import Interaction

log = logging.getLogger(__name__)

TIMEOUT_S = 5
ANSWERS = "hooks.slack.com"
"""Where Slack's response URLs lie."""


def quiet() -> logging.Logger:
    """A logger for the SDKs: they would write payloads, which hold names and texts."""
    logger = logging.getLogger(f"{__name__}.sdk")
    logger.setLevel(logging.CRITICAL)
    return logger


class Voice:
    """Speaks with a bot token; without one, only through response URLs."""

    def __init__(self, token: str | None, base_url: str) -> None:
        self._token, self._base = token, urlsplit(base_url)
        # No retries: a form's trigger is good for three seconds, a whisper is no alert.
        self.client = WebClient(
            token=token, base_url=base_url, timeout=TIMEOUT_S, retry_handlers=[], logger=quiet()
        )

    def whisper(self, request: Interaction, text: str) -> bool:
        """Tell the person alone; whether it was taken."""
        if self._answerable(request.answer_url) and self._answer(request.answer_url, text):
            return True
        if not (self._token and request.channel and request.user):
            return False
        return self._call(
            "chat.postEphemeral", channel=request.channel, user=request.user, text=text
        )

    def open(self, request: Interaction, view: Mapping[str, Any]) -> bool:
        """Open a form for whoever pressed the button; whether it was taken."""
        return self._call("views.open", trigger_id=request.trigger, view=dict(view))

    def _call(self, method: str, **arguments: Any) -> bool:
        try:
            self.client.api_call(method, json=arguments)
        except (SlackClientError, OSError, HTTPException, ValueError) as error:
            log.warning("%s failed: %s", method, _reason(error))
            return False
        return True

    def _answer(self, url: str, text: str) -> bool:
        hook = WebhookClient(url, timeout=TIMEOUT_S, retry_handlers=[], logger=quiet())
        try:
            answer = hook.send(text=text, response_type="ephemeral", replace_original=False)
        except (SlackClientError, OSError, HTTPException, ValueError) as error:
            log.warning("a response URL failed: %s", _reason(error))
            return False
        return answer.status_code == 200

    def _answerable(self, url: str) -> bool:
        """Whether a response URL is Slack's: a request must not send us elsewhere."""
        try:
            parts = urlsplit(url)
            known = (parts.scheme, parts.hostname) == ("https", ANSWERS)
            stand_in = (parts.scheme, parts.netloc) == (self._base.scheme, self._base.netloc)
        except ValueError:
            return False
        return bool(parts.netloc) and (known or stand_in)


def _reason(error: Exception) -> str:
    if isinstance(error, SlackApiError) and isinstance(error.response.data, dict):
        return str(error.response.data.get("error", "no"))[:80]
    return type(error).__name__
