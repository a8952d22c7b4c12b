"""Stands for an app until its first request: Airflow's scheduler scans the plugin too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]


class SlackEvents:
    """The ASGI app of slack_events.py, imported when somebody first asks."""

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Serve one request."""
        from daywatch.web.slack_events import app

        await app(scope, receive, send)
