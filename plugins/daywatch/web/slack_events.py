"""POST /daywatch/slack/events in Airflow's api-server: where Slack sends what people press.

Airflow's login does not stand before it, and need not: only what Slack has signed is looked at
(interaction/receive.py). Each worker process opens the state store once, with its first request.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from daywatch.interaction import receive
from daywatch.interaction.desk import Desk
from daywatch.interaction.edge import Edge
from daywatch.interaction.receive import Answer
from daywatch.interaction.voice import Voice
from daywatch.settings import get_settings
from daywatch.web.connection import web_settings

if TYPE_CHECKING:
    from daywatch.settings import Settings

log = logging.getLogger(__name__)


class Counter:
    """The process's edge, opened by the first genuine request."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings, self._lock = settings, threading.Lock()
        self._edge: Edge | None = None

    def edge(self) -> Edge:
        """Raises Unavailable while the state store does not answer; the next request asks again."""
        with self._lock:
            if self._edge is None:
                settings = self._settings()
                token = settings.slack_token.get_secret_value() if settings.slack_token else None
                self._edge = Edge(Desk(settings), Voice(token, settings.slack_base_url))
            return self._edge

    def close(self) -> None:
        """Let go of the store."""
        with self._lock:
            if self._edge is not None:
                self._edge.desk.close()
                self._edge = None


def make_app(
    secret: Callable[[], str],
    counter: Counter,
) -> FastAPI:
    """The app; `secret` is asked at each request, empty where none is set."""
    app = FastAPI(title="Daywatch: Slack", docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/events")
    async def events(request: Request) -> Response:
        return _response(await _answer(request))

    async def _answer(request: Request) -> Answer:
        known = secret()
        if not known:
            return receive.NOT_SET_UP
        body = await _body(request)
        if body is None:
            return receive.TOO_LARGE
        headers = {name.lower(): value for name, value in request.headers.items()}
        return await run_in_threadpool(receive.receive, counter.edge, known, body, headers)

    return app


async def _body(request: Request) -> bytes | None:
    """The raw bytes, read no further than is allowed; None: there are more."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > receive.LARGEST:
                return None
    except ClientDisconnect:
        return b""  # nobody waits for an answer; no signature fits it
    return body


def _response(answer: Answer) -> Response:
    return Response(answer.body, status_code=answer.status, media_type=answer.type)


def _secret() -> str:
    """The signing secret of the environment, empty where none is set or settings cannot be read."""
    try:
        found = get_settings().slack_signing_secret
    except ValueError as error:  # by pydantic; it would quote what it could not use
        log.error("a DAYWATCH_* setting cannot be used: %s", type(error).__name__)
        return ""
    return found.get_secret_value().strip() if found else ""


app = make_app(_secret, Counter(web_settings))
