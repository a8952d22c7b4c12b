"""Replies in an alert's thread: over, not over, still going on, awake again."""

from __future__ import annotations

from daywatch.alerts import blocks as kit
from daywatch.alerts import phrases as say
from daywatch.alerts import text as words
from daywatch.alerts.facts import AlertFacts
from daywatch.alerts.render.message import EpisodeView, Payload, payload


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
    return payload(line, key, lambda _: [kit.section(body)])


def reopened(facts: AlertFacts, episode: EpisodeView, key: str) -> Payload:
    """The reply in the thread that takes a recovery back, after a day was rebuilt."""
    line = f"Not over: {say.name_of(facts)} breached again on {words.day(episode.last_day)}."
    body = f"{say.dot_of(facts)} *{words.fit(line, 600)}*\n{words.fit(facts.reason, 600)}"
    return payload(line, key, lambda _: [kit.section(body)])


def reminder(facts: AlertFacts, episode: EpisodeView, key: str) -> Payload:
    """The reply in the thread of an episode that goes on and on (`repeat_after`)."""
    line = (
        f"Still breached: {say.name_of(facts)}, {words.plural(episode.days, 'day')} since "
        f"{words.short_day(episode.first_day)}, now {say.value_of(facts)}."
    )
    body = f"{say.dot_of(facts)} *{words.fit(line, 600)}*\n{words.fit(facts.reason, 600)}"
    return payload(line, key, lambda _: [kit.section(body)])


def snooze_over(facts: AlertFacts, episode: EpisodeView, key: str, who: str = "") -> Payload:
    """The reply in the thread that says that a snooze has run out while the alert is open."""
    line = (
        f"Snooze over: {say.name_of(facts)} is still breached, "
        f"{words.plural(episode.days, 'day')} since {words.short_day(episode.first_day)}."
    )
    whose = f"\nSnoozed by {words.fit(words.one_line(who), 80)}." if who else ""
    body = f":alarm_clock: *{words.fit(line, 600)}*{whose}\n{words.fit(facts.reason, 600)}"
    return payload(line, key, lambda _: [kit.section(body)])
