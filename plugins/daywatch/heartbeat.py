"""The dead man's switch: a watcher outside that misses our call when everything here is dead."""

from __future__ import annotations

import http.client
import threading
import urllib.error
import urllib.request
from urllib.parse import urlsplit, urlunsplit

TIMEOUT_S = 5.0
"""For each step of the call; twice that for all of it, however slowly the other side drips."""
FAIL = "/fail"
"""What watchers such as healthchecks.io take for "it ran, and it is not well"."""


def call(url: str, suffix: str = "", *, timeout: float = TIMEOUT_S) -> str:
    """GET the watcher's address; empty when it took the call, else why not (never the address).

    Never raises and never waits for longer than twice the timeout. The path often holds a secret.
    """
    try:
        address = _address(url, suffix)
    except ValueError:
        return "DAYWATCH_HEARTBEAT_URL is no http(s) address"
    said = ["it does not answer"]

    def get() -> None:
        said[0] = _get(address, timeout)

    thread = threading.Thread(target=get, daemon=True, name="heartbeat")
    thread.start()
    thread.join(2 * timeout)
    return said[0]


def _address(url: str, suffix: str) -> str:
    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError
    return urlunsplit(
        parts._replace(path=parts.path.rstrip("/") + suffix if suffix else parts.path)
    )


def _get(address: str, timeout: float) -> str:
    request = urllib.request.Request(address, headers={"User-Agent": "daywatch"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=timeout):  # noqa: S310 (http or https only)
            return ""
    except urllib.error.HTTPError as error:
        return f"it answered {error.code}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None)
        return f"it cannot be reached: {type(reason or error).__name__}"
