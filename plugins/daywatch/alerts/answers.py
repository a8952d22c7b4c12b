"""What an answer of Slack makes certain, and what it leaves open."""

from __future__ import annotations

import math
import re
import socket
import ssl
from typing import Any
from urllib.error import URLError

from slack_sdk.errors import SlackApiError

from daywatch.alerts.transport import Answer, Outcome

DEFAULT_RETRY_S, LONGEST_RETRY_S = 30.0, 3600.0

_LATER = {"ratelimited", "rate_limited", "message_limit_exceeded", "team_added_to_org"}
_GONE = {"message_not_found", "thread_not_found"}
_UNSURE = {
    "fatal_error",
    "internal_error",
    "service_unavailable",
    "request_timeout",
}
NO_ACCESS = {
    "account_inactive",
    "channel_not_found",
    "invalid_auth",
    "not_authed",
    "token_expired",
    "token_revoked",
}
"""Errors after which reading the history is hopeless until somebody repairs something; others,
such as a missing scope, leave posting possible."""


def classify(error: Exception) -> Outcome:
    """What an error makes certain; anything not known for sure is ambiguous."""
    if isinstance(error, SlackApiError):
        return classify_answer(error.response)
    # urllib's URLError means that the request was never wholly written; these, not even begun.
    reason = error.reason if isinstance(error, URLError) else None
    never_sent = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
    if isinstance(reason, never_sent):
        return Outcome(Answer.RETRY, error=f"no connection: {type(reason).__name__}")
    return Outcome(Answer.AMBIGUOUS, error=f"no clear answer: {type(reason or error).__name__}")


def classify_answer(response: Any) -> Outcome:
    status = int(getattr(response, "status_code", 0) or 0)
    data = getattr(response, "data", None)
    error = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or error in _LATER:
        return Outcome(Answer.RETRY, error="rate limited", retry_after=_retry_after(response))
    if status != 200 or not re.fullmatch(r"[a-z0-9_]{1,80}", error) or error in _UNSURE:
        known = f": {error}" if re.fullmatch(r"[a-z0-9_]{1,80}", error) else ""
        return Outcome(Answer.AMBIGUOUS, error=f"HTTP {status} without a clear answer{known}")
    return Outcome(Answer.GONE if error in _GONE else Answer.DEAD, error=error)


def _retry_after(response: Any) -> float:
    """Seconds to wait; a missing or junk header means a cautious default, a huge one is capped."""
    headers = {str(k).lower(): v for k, v in dict(getattr(response, "headers", {}) or {}).items()}
    value = headers.get("retry-after", "")
    value = value[0] if isinstance(value, list) and value else value
    try:
        seconds = float(str(value))
    except ValueError:
        return DEFAULT_RETRY_S
    return DEFAULT_RETRY_S if math.isnan(seconds) else min(max(seconds, 1.0), LONGEST_RETRY_S)
