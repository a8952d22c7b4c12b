"""The parts of a breach's message, each of which can be cut to size."""

from __future__ import annotations

from daywatch.alerts import blocks as kit
from daywatch.alerts import phrases as say
from daywatch.alerts import text as words
from daywatch.alerts.blocks import Block
from daywatch.alerts.facts import AlertFacts, SegmentFact


def how_unusual(facts: AlertFacts) -> str:
    lines = ["*How unusual*"]
    if facts.baseline:
        lines.append(words.fit(words.one_line(facts.baseline), 500))
    known = [value for _, value in facts.recent if value is not None]
    if known:
        low, high = say.bare(facts, min(known)), say.bare(facts, max(known))
        lines.append(
            f"`{say.sparkline([value for _, value in facts.recent])}` "
            f"{words.plural(len(facts.recent), 'day')} to {words.short_day(facts.recent[-1][0])}, "
            f"{words.escape(low)} to {words.escape(high)}"
        )
    return "\n".join(lines)


def where_from(facts: AlertFacts, scale: float) -> list[Block]:
    if not facts.segments:
        return []
    first = facts.segments[0]
    sentence = f"{words.code(first.label, 120)} {words.escape(_explains(facts, first))}"
    found = f"*Where it comes from*\n{sentence}"
    if len(facts.segments) == 1:
        return [kit.section(found)]
    rows = [
        [s.label, say.bare(facts, s.value), _usual(facts, s), _share(s)] for s in facts.segments
    ]
    return [
        kit.section(found),
        *kit.table(
            ["segment", "value", "usual", "of excess"],
            rows,
            total=len(rows),
            limit=int(1_400 * scale),
            title="By segment",
        ),
    ]


def _explains(facts: AlertFacts, segment: SegmentFact) -> str:
    usual = f" against the usual {_usual(facts, segment)}" if segment.usual is not None else ""
    if segment.share is None:
        return f"is at {say.number(facts, segment.value)}{usual}."
    return f"explains {_share(segment)} of the excess: {say.number(facts, segment.value)}{usual}."


def _usual(facts: AlertFacts, segment: SegmentFact) -> str:
    return "-" if segment.usual is None else say.bare(facts, segment.usual)


def _share(segment: SegmentFact) -> str:
    return "-" if segment.share is None else f"{segment.share * 100:.0f} %"


def worst_rows(facts: AlertFacts, scale: float) -> list[Block]:
    rows = facts.evidence[: 10 if scale > 0.5 else 5]
    total = max(facts.row_count or 0, len(facts.evidence))
    title = "Worst rows" if total > 1 else "The one row"
    if facts.confidential:
        title += " (ids are pseudonyms)"
    return kit.table(
        facts.evidence_columns, rows, total=total, limit=int(2_600 * scale), title=title
    )


def small_print(facts: AlertFacts, key: str, scale: float) -> list[Block]:
    limit = int(900 * scale)
    harmless = "; ".join(facts.false_positives)
    blind = "; ".join(facts.blind_spots)
    hints = [
        f"*Often harmless*: {words.fit(harmless, limit)}" if harmless else "",
        f"*Cannot see*: {words.fit(blind, limit)}" if blind else "",
    ]
    owner = f"owner {facts.owner}" if facts.owner else ""
    named = " · ".join(
        words.fit(words.one_line(part), 100)
        for part in (facts.detection, facts.policy, owner, f"alert {key[:8]}")
        if part
    )
    opened = kit.link(facts.link, "Open in Daywatch") if facts.link else ""
    found = [kit.context(*hints)] if any(hints) else []
    return [*found, *([kit.section(opened)] if opened else []), kit.context(named)]
