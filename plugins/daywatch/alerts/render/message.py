"""A message as Slack takes it, and where the episode that it speaks of stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from daywatch.alerts import blocks as kit
from daywatch.alerts import text as words
from daywatch.alerts.blocks import Block

Payload = dict[str, Any]
EVENT_TYPE = "daywatch_alert"
_SCALES = (1.0, 0.7, 0.45, 0.25)


@dataclass(frozen=True)
class EpisodeView:
    """Where an episode stands; `days` are its breached days, `note` what else must be said."""

    first_day: date
    last_day: date
    days: int = 1
    status: str = "open"
    """open, ended, withdrawn"""
    ended_day: date | None = None
    note: str = ""


def payload(line: str, key: str, compose: Callable[[float], list[Block]]) -> Payload:
    """The message with the largest scale of its long parts that fits Slack's limit in all."""
    composed: list[Block] = []
    for scale in _SCALES:
        # Context of nothing but blanks is a block that Slack refuses.
        composed = [b for b in compose(scale) if b.get("elements") != []][: kit.MAX_BLOCKS]
        if kit.weight(composed) <= kit.MAX_TOTAL:
            break
    return {
        "text": words.fit(words.one_line(line), 300),
        "blocks": composed,
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": key}},
        "unfurl_links": False,
        "unfurl_media": False,
    }


def plain_payload(line: str, key: str, *found: Block) -> Payload:
    """A short message whose blocks need no scaling."""
    return payload(line, key, lambda _: list(found))
