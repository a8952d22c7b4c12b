"""Charts in messages: drawn here, kept by Slack, shown by a block. An extra, never the alert."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from daywatch.alerts.transport import Answer, Outcome, Transport

log = logging.getLogger(__name__)

Draw = Callable[[Mapping[str, Any]], bytes]
"""A PNG of a chart's facts."""
TRIES = 3
"""Failures of whatever kind after which the message goes without its picture."""
BLOCK = "chart"
"""The block_id of the place that the picture goes to."""
UNSHOWN = {"invalid_blocks", "invalid_blocks_format"}
"""What Slack answers to a message whose picture it is still processing."""


def draw_png(chart: Mapping[str, Any]) -> bytes:
    """The chart as everybody draws it; imported when needed, since that takes a second."""
    from daywatch.charting import alert_chart

    return alert_chart.png(chart)


def has_place(message: Mapping[str, Any]) -> bool:
    """Whether a message has a place for a picture."""
    return any(block.get("block_id") == BLOCK for block in message.get("blocks") or ())


def filled(message: Mapping[str, Any], file_id: str | None) -> dict[str, Any]:
    """The message with its picture in place, or without the place where there is no picture."""
    blocks = message.get("blocks")
    if blocks is None or not has_place(message):
        return dict(message)
    shown = [
        block | {"slack_file": {"id": file_id}} if block.get("block_id") == BLOCK else block
        for block in blocks
        if file_id or block.get("block_id") != BLOCK
    ]
    return dict(message) | {"blocks": shown}


def make(chart: Mapping[str, Any], title: str, draw: Draw, transport: Transport) -> Outcome:
    """Draw and upload; whatever goes wrong is an answer."""
    try:
        png = draw(chart)
    except Exception as error:  # a picture that cannot be drawn must not hold up its message
        log.warning("the chart of %s cannot be drawn", title, exc_info=True)
        return Outcome(Answer.DEAD, error=f"chart: {type(error).__name__}")
    return transport.upload(png, "chart.png", title)


def pause(tries: int) -> timedelta:
    """Time for Slack to process a file, or to come back: 5 s, 10 s, 20 s."""
    return timedelta(seconds=5 * 2 ** min(tries, 6))
