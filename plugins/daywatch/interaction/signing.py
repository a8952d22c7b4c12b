"""Whether a request over HTTP is Slack's, and of these five minutes. Never raises, logs nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from slack_sdk.signature import Clock, SignatureVerifier

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


class Signatures:
    """Checks with the app's signing secret; `now` gives seconds since the epoch."""

    def __init__(self, secret: str, now: Callable[[], float]) -> None:
        self._verifier = SignatureVerifier(secret, _Clock(now))

    def genuine(self, body: bytes, timestamp: str | None, signature: str | None) -> bool:
        """Whether Slack signed these bytes at that time, at most five minutes off ours."""
        # The SDK's verifier raises on all that these two refuse.
        if not _TIMESTAMP.fullmatch(timestamp or "") or not _SIGNATURE.fullmatch(signature or ""):
            return False
        try:
            return bool(self._verifier.is_valid(body, timestamp, signature))
        except UnicodeDecodeError:
            return False  # Slack sends forms and JSON, always UTF-8


class _Clock(Clock):
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now

    def now(self) -> float:
        return self._now()
