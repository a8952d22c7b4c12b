"""The live message of a breach, in the order an on-call reads.

What broke and how bad, how unusual, where it comes from, the worst rows, what to do now.
"""

from __future__ import annotations

from daywatch.alerts import blocks as kit
from daywatch.alerts import phrases as say
from daywatch.alerts import text as words
from daywatch.alerts.blocks import Block
from daywatch.alerts.facts import AlertFacts
from daywatch.alerts.handled import Handled
from daywatch.alerts.render import handling, parts
from daywatch.alerts.render.message import EpisodeView, Payload, payload

UNTOUCHED = Handled()


def breach(
    facts: AlertFacts, episode: EpisodeView, key: str, handled: Handled = UNTOUCHED
) -> Payload:
    """The one live message of an episode, open or ended."""
    head = _head_of(facts, episode)
    return payload(head, key, lambda scale: _breach_blocks(facts, episode, key, handled, scale))


def _breach_blocks(
    facts: AlertFacts, episode: EpisodeView, key: str, handled: Handled, scale: float
) -> list[Block]:
    found = [kit.header(_title(facts, episode)), kit.section(_what_broke(facts, episode))]
    found.extend(handling.who_did_what(handled))
    # Before the long parts: nobody should have to scroll at 3 am to say that they are on it.
    found.extend(handling.buttons(key, handled, is_open=episode.status == "open"))
    if facts.baseline or facts.recent:
        found.append(kit.section(parts.how_unusual(facts)))
    found.extend(parts.where_from(facts, scale))
    if facts.evidence_columns and facts.evidence:
        found.extend(parts.worst_rows(facts, scale))
    if facts.runbook and episode.status == "open":
        found.append(kit.divider())
        found.append(kit.paragraph("What to do now", facts.runbook, int(2_400 * scale)))
    if facts.data_notes:
        notes = words.fit("; ".join(facts.data_notes), int(900 * scale))
        found.append(kit.section(f":warning: *Data*: {notes}"))
    found.extend(parts.small_print(facts, key, scale))
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


def _head_of(facts: AlertFacts, episode: EpisodeView) -> str:
    """The one line that a phone's lock screen shows."""
    title = words.clip(words.one_line(facts.title), 90)
    state = facts.severity.upper() if episode.status == "open" else episode.status.upper()
    unusual = f", {words.one_line(facts.baseline)}" if facts.baseline else ""
    return (
        f"{state}: {title}: {words.one_line(facts.indicator)} "
        f"{say.value_of(facts)}{say.limits_of(facts)} on {words.short_day(facts.day)}{unusual}"
    )
