"""What a backfill found in days too old to page: one message, no alert."""

from __future__ import annotations

from datetime import date

from daywatch.alerts import blocks as kit
from daywatch.alerts import text as words
from daywatch.alerts.render.message import Payload, payload
from daywatch.alerts.team_facts import PastFacts


def past(facts: PastFacts, key: str) -> Payload:
    """The digest channel's line about a backfill, and which detections it is about."""
    line = (
        f"Backfill of {_span(facts.first, facts.last)}: "
        f"{words.plural(facts.total, 'breach').replace('breachs', 'breaches')} "
        f"{'is' if facts.total == 1 else 'are'} older than the paging horizon: recorded, not paged"
    )
    said = [f"{name}: {words.plural(days, 'breached day')}" for name, days in facts.detections]
    return payload(
        line,
        key,
        lambda scale: [
            kit.section(f":card_index: *{words.fit(line, 600)}*"),
            *kit.bullets("By detection", said, limit=int(2_400 * scale)),
        ],
    )


def _span(first: date, last: date) -> str:
    return words.day(first) if first == last else f"{words.day(first)} to {words.day(last)}"
