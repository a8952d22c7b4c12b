"""What an on-call looks up in an alert's thread: the chart, the worst rows, the history."""

from __future__ import annotations

from collections.abc import Sequence

from daywatch.alerts import blocks as kit
from daywatch.alerts import phrases as say
from daywatch.alerts import text as words
from daywatch.alerts.blocks import Block
from daywatch.alerts.facts import AlertFacts
from daywatch.alerts.render.message import Payload, payload
from daywatch.alerts.team_facts import LogEntry

DETAIL_ROWS = 20


def details(facts: AlertFacts, key: str) -> Payload:
    """The chart's place, which the sender fills, and up to 20 of the worst rows."""
    line = f"Details: {say.name_of(facts)}, {words.day(facts.day)}"
    return payload(line, key, lambda scale: _details(facts, line, scale))


def _details(facts: AlertFacts, line: str, scale: float) -> list[Block]:
    found = [kit.section(f"*{words.fit(line, 300)}*")]
    if facts.chart is not None:
        found.append(kit.chart(_in_words(facts)))
    if facts.evidence_columns and facts.evidence:
        found += kit.table(
            facts.evidence_columns,
            facts.evidence[:DETAIL_ROWS],
            total=max(facts.row_count or 0, len(facts.evidence)),
            limit=int(2_800 * scale),
            title="Worst rows",
        )
    return found


def _in_words(facts: AlertFacts) -> str:
    """The picture for those who do not see it."""
    days = facts.chart.points if facts.chart else ()
    breached = sum(point.breached for point in days)
    return (
        f"{say.name_of(facts)}: {words.plural(len(days), 'day')} to {words.day(facts.day)}, "
        f"last value {say.value_of(facts)}{say.limits_of(facts)}, "
        f"{words.plural(breached, 'breached day')}"
    )


def log(title: str, entries: Sequence[LogEntry], key: str) -> Payload:
    """The history of this alert, and what was sent to whom, newest last."""
    line = f"History: {words.clip(words.one_line(title), 140)}"
    said = [
        f"{words.clock(entry.at)} · {words.clip(words.one_line(entry.actor), 60)}: "
        f"{words.clip(words.one_line(entry.what), 200)}"
        for entry in entries
    ]
    return payload(
        line, key, lambda scale: [*kit.bullets(line, said, limit=int(2_800 * scale), last=True)]
    )
