"""One request over HTTP, from raw bytes to an answer. Messages are constant; no body is logged."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from slack_bolt.request import BoltRequest

from daywatch.errors import DaywatchError
from daywatch.interaction.edge import Edge
from daywatch.interaction.signing import Signatures

log = logging.getLogger(__name__)

LARGEST = 1_000_000
"""Bytes of a body; Slack's own are some ten thousand."""
TYPES = ("application/x-www-form-urlencoded", "application/json")


@dataclass(frozen=True)
class Answer:
    """Status, body and its type."""

    status: int
    body: str = ""
    type: str = "text/plain"


TOO_LARGE = Answer(413, "too large")
WRONG_TYPE = Answer(415, "not a form and not JSON")
FORGED = Answer(401, "not signed by Slack")
UNREADABLE = Answer(400, "not readable")
NOT_NOW = Answer(503, "the state store does not answer")
NOT_SET_UP = Answer(503, "no signing secret is set: see DAYWATCH_SLACK_SIGNING_SECRET")


def receive(
    edge: Callable[[], Edge],
    secret: str,
    body: bytes,
    headers: Mapping[str, str],
    now: Callable[[], float] = time.time,
) -> Answer:
    """Check, then act. Names of `headers` are in lower case; only genuine requests open `edge`."""
    if len(body) > LARGEST:
        return TOO_LARGE
    if headers.get("content-type", "").partition(";")[0].strip().lower() not in TYPES:
        return WRONG_TYPE
    signature = headers.get("x-slack-signature")
    genuine = Signatures(secret, now).genuine
    if not genuine(body, headers.get("x-slack-request-timestamp"), signature):
        return FORGED
    try:
        opened = edge()
        state = opened.desk.state
        with state.transaction() as session:
            if not state.first_time(session, f"http:{signature}", opened.desk.now()):
                return Answer(200)
        return _dispatch(opened, body.decode(), headers)
    except DaywatchError as error:
        log.error("an interaction was lost: %s", error)
        return NOT_NOW


def _dispatch(edge: Edge, body: str, headers: Mapping[str, str]) -> Answer:
    try:
        request = BoltRequest(body=body, headers=dict(headers))
        answer = edge.bolt.dispatch(request)
    except Exception as error:  # bolt trusts what is signed to be whole
        log.warning("a signed request could not be read: %s", type(error).__name__)
        return UNREADABLE
    if answer.status >= 500:
        return UNREADABLE
    kind = answer.headers.get("content-type", ["text/plain"])[0].partition(";")[0]
    return Answer(answer.status, answer.body or "", kind)
