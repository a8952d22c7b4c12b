"""Facts to Block Kit, in the order an on-call reads: pure functions, tested against golden files.

What broke and how bad, how unusual, where it comes from, the worst rows, what to do now, links.
Each message fits Slack's limits and says what it cut; nothing from data can mention or link.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from daywatch.alerts import blocks as kit
from daywatch.alerts import phrases as say
from daywatch.alerts import text as words
from daywatch.alerts.blocks import Block
from daywatch.alerts.facts import AlertFacts, HeldBackFacts, SegmentFact

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


def breach(facts: AlertFacts, episode: EpisodeView, key: str) -> Payload:
    """The one live message of an episode, open or ended."""
    head = _head_of(facts, episode)
    return _payload(head, key, lambda scale: _breach_blocks(facts, episode, key, scale))


def recovery(facts: AlertFacts, episode: EpisodeView, key: str) -> Payload:
    """The reply in the thread that says it is over."""
    if episode.status == "withdrawn":
        note = words.one_line(episode.note)
        line = f"Withdrawn: {say.name_of(facts)} was judged again. {note}".strip()
    else:
        until = f", up to {words.short_day(episode.ended_day)}" if episode.ended_day else ""
        line = f"Recovered: {say.name_of(facts)} kept within its limits for two judged days{until}."
    spell = (
        f"It breached on {words.plural(episode.days, 'day')}, "
        f"{say.span(episode.first_day, episode.last_day)}."
    )
    body = f":white_check_mark: *{words.fit(line, 600)}*\n{spell}"
    return _payload(line, key, lambda _: [kit.section(body)])


def reopened(facts: AlertFacts, episode: EpisodeView, key: str) -> Payload:
    """The reply in the thread that takes a recovery back, after a day was rebuilt."""
    line = f"Not over: {say.name_of(facts)} breached again on {words.day(episode.last_day)}."
    body = f"{say.dot_of(facts)} *{words.fit(line, 600)}*\n{words.fit(facts.reason, 600)}"
    return _payload(line, key, lambda _: [kit.section(body)])


def reminder(facts: AlertFacts, episode: EpisodeView, key: str) -> Payload:
    """The reply in the thread of an episode that goes on and on (`repeat_after`)."""
    line = (
        f"Still breached: {say.name_of(facts)}, {words.plural(episode.days, 'day')} since "
        f"{words.short_day(episode.first_day)}, now {say.value_of(facts)}."
    )
    body = f"{say.dot_of(facts)} *{words.fit(line, 600)}*\n{words.fit(facts.reason, 600)}"
    return _payload(line, key, lambda _: [kit.section(body)])


def held_back(facts: HeldBackFacts, key: str, recovered: bool = False) -> Payload:
    """The data channel's message: a data fault, never to be mistaken for a risk."""
    what = f"{facts.detection}, {words.day(facts.day)}"
    if facts.warning:
        line = f"Data warning: {what}: published, with failed checks"
    elif recovered:
        line = f"Data repaired: {what}: now published"
    else:
        line = f"Held back for bad data: {what}: not published, not judged"
    return _payload(line, key, lambda scale: _held_back_blocks(facts, key, recovered, scale))


def published_after_all(facts: HeldBackFacts, key: str) -> Payload:
    """The reply in the thread of a held-back day that has been published since."""
    line = f"Published now: {facts.detection}, {words.day(facts.day)}, and judged as usual."
    return _payload(
        line, key, lambda _: [kit.section(f":white_check_mark: {words.fit(line, 600)}")]
    )


def _payload(line: str, key: str, compose: Callable[[float], list[Block]]) -> Payload:
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


# --- a breach -------------------------------------------------------------------------------------


def _breach_blocks(facts: AlertFacts, episode: EpisodeView, key: str, scale: float) -> list[Block]:
    found = [kit.header(_title(facts, episode)), kit.section(_what_broke(facts, episode))]
    if facts.baseline or facts.recent:
        found.append(kit.section(_how_unusual(facts)))
    found.extend(_where_from(facts, scale))
    if facts.evidence_columns and facts.evidence:
        found.extend(_worst_rows(facts, scale))
    if facts.runbook and episode.status == "open":
        found.append(kit.divider())
        found.append(kit.paragraph("What to do now", facts.runbook, int(2_400 * scale)))
    if facts.data_notes:
        notes = words.fit("; ".join(facts.data_notes), int(900 * scale))
        found.append(kit.section(f":warning: *Data*: {notes}"))
    found.extend(_small_print(facts, key, scale))
    return found


def _title(facts: AlertFacts, episode: EpisodeView) -> str:
    # The title is cut first: the severity and the state must survive any title.
    title = words.clip(words.one_line(facts.title), 110)
    if episode.status == "open":
        return f"{say.dot_of(facts)} {words.one_line(facts.severity).upper()[:13]} · {title}"
    return f":white_check_mark: {episode.status.upper()} · {title}"


def _what_broke(facts: AlertFacts, episode: EpisodeView) -> str:
    lines = [
        f"*{words.fit(words.one_line(facts.indicator), 80)}: {words.fit(say.value_of(facts), 200)}*"
        f"{words.fit(say.limits_of(facts), 200)}",
        words.fit(words.one_line(facts.reason), 600),
        f"{words.day(facts.day)} (UTC){_standing(episode)}",
    ]
    if episode.note:
        lines.append(f"_{words.fit(words.one_line(episode.note), 300).replace('_', ' ')}_")
    who = kit.mention(facts.owner_slack) if facts.severity in ("high", "critical") else ""
    if who and episode.status == "open":
        lines.append(f"On call: {who}")
    if facts.description:
        lines.append(f"\n{words.fit(words.one_line(facts.description), 500)}")
    return "\n".join(line for line in lines if line)


def _standing(episode: EpisodeView) -> str:
    span = say.span(episode.first_day, episode.last_day)
    if episode.status == "ended":
        ended = f", ended {words.short_day(episode.ended_day)}" if episode.ended_day else ""
        return f" · over after {words.plural(episode.days, 'breached day')}, {span}{ended}"
    if episode.days > 1:
        since = words.short_day(episode.first_day)
        return f" · {words.plural(episode.days, 'breached day')} since {since}"
    return " · first day"


def _how_unusual(facts: AlertFacts) -> str:
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


def _where_from(facts: AlertFacts, scale: float) -> list[Block]:
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


def _worst_rows(facts: AlertFacts, scale: float) -> list[Block]:
    rows = facts.evidence[: 10 if scale > 0.5 else 5]
    total = max(facts.row_count or 0, len(facts.evidence))
    title = "Worst rows" if total > 1 else "The one row"
    if facts.confidential:
        title += " (ids are pseudonyms)"
    return kit.table(
        facts.evidence_columns, rows, total=total, limit=int(2_600 * scale), title=title
    )


def _small_print(facts: AlertFacts, key: str, scale: float) -> list[Block]:
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


# --- held back ---------------------------------------------------------------------------------


def _held_back_blocks(facts: HeldBackFacts, key: str, recovered: bool, scale: float) -> list[Block]:
    state = "DATA WARNING" if facts.warning else "HELD BACK"
    mark = ":white_check_mark: DATA REPAIRED" if recovered else f":construction: {state}"
    what = (
        "The day was published and judged, but some checks failed."
        if facts.warning
        else "The day has been published since and judged as usual."
        if recovered
        else "The day was *not published and not judged*: silence about it is not safety."
    )
    found = [
        kit.header(f"{mark} · {words.clip(words.one_line(facts.title), 110)}"),
        kit.section(
            f"*{words.fit(facts.detection, 140)}*, {words.day(facts.day)} (UTC)\n{what}\n"
            f"{words.fit(words.one_line(facts.reason), int(1_500 * scale))}"
        ),
    ]
    if facts.checks:
        found.append(kit.section(_failing(facts, int(2_400 * scale))))
    if facts.data_notes:
        found.append(kit.context(words.fit("; ".join(facts.data_notes), int(900 * scale))))
    if facts.link:
        found.append(kit.section(kit.link(facts.link, "Open in Daywatch")))
    owner = f" · owner {words.fit(facts.owner, 80)}" if facts.owner else ""
    found.append(kit.context(f"A data fault, not a risk alert{owner} · message {key[:8]}"))
    return found


def _failing(facts: HeldBackFacts, limit: int) -> str:
    lines = [f"*Failed checks* ({len(facts.checks)})"]
    left = limit
    for shown, check in enumerate(facts.checks):
        line = f"• {words.fit(words.one_line(check), 300)}"
        left -= words.size(line) + 1
        if left < 60:
            lines.append(f"… and {len(facts.checks) - shown} more")
            break
        lines.append(line)
    return "\n".join(lines)


def _head_of(facts: AlertFacts, episode: EpisodeView) -> str:
    """The one line that a phone's lock screen shows."""
    title = words.clip(words.one_line(facts.title), 90)
    state = facts.severity.upper() if episode.status == "open" else episode.status.upper()
    unusual = f", {words.one_line(facts.baseline)}" if facts.baseline else ""
    return (
        f"{state}: {title}: {words.one_line(facts.indicator)} "
        f"{say.value_of(facts)}{say.limits_of(facts)} on {words.short_day(facts.day)}{unusual}"
    )
