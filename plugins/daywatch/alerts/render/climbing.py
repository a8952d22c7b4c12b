"""An alert that nobody acknowledged climbs: to people in its thread, to a second channel."""

from __future__ import annotations

from daywatch.alerts import blocks as kit
from daywatch.alerts import phrases as say
from daywatch.alerts import text as words
from daywatch.alerts.facts import AlertFacts
from daywatch.alerts.render.message import Payload, plain_payload
from daywatch.alerts.team_facts import EscalationFacts, SummaryFacts


def escalation(facts: AlertFacts | SummaryFacts, climbed: EscalationFacts, key: str) -> Payload:
    """The reply in the thread that calls the step's people."""
    line = f"{_waited(climbed)}: {_what(facts)}"
    called = " ".join(filter(None, map(kit.mention, climbed.mentions[:20])))
    said = [f":rotating_light: *{words.fit(_waited(climbed), 200)}*", called]
    said += [words.fit(_what(facts), 400), "Acknowledge it above: that stops the ladder."]
    return plain_payload(line, key, kit.section("\n".join(part for part in said if part)))


def escalated_elsewhere(
    facts: AlertFacts | SummaryFacts, climbed: EscalationFacts, key: str
) -> Payload:
    """The post in a step's second channel, for people who do not read the alert's own."""
    line = f"{_waited(climbed)}: {_what(facts)}"
    called = " ".join(filter(None, map(kit.mention, climbed.mentions[:20])))
    where = kit.channel(climbed.channel)
    said = [
        f"*{words.fit(_waited(climbed), 200)}*",
        words.fit(_what(facts), 400),
        called,
        f"Its message, with buttons and runbook, is in {where}." if where else "",
        kit.link(climbed.link, "Open the alert") if climbed.link else "",
    ]
    return plain_payload(
        line,
        key,
        kit.header(f":rotating_light: {_severity(facts).upper()[:13]} · {_title(facts)}"),
        kit.section("\n".join(part for part in said if part)),
    )


def _waited(climbed: EscalationFacts) -> str:
    return (
        f"Not acknowledged for {words.span_of(climbed.waited)}: "
        f"step {climbed.step} of {climbed.steps}"
    )


def _what(facts: AlertFacts | SummaryFacts) -> str:
    if isinstance(facts, SummaryFacts):
        return f"{words.plural(facts.total, 'alert')} of {facts.team}, {words.day(facts.day)}"
    return f"{say.name_of(facts)}: {say.value_of(facts)}, {words.day(facts.day)}"


def _title(facts: AlertFacts | SummaryFacts) -> str:
    title = _what(facts) if isinstance(facts, SummaryFacts) else facts.title
    return words.clip(words.one_line(title), 110)


def _severity(facts: AlertFacts | SummaryFacts) -> str:
    return words.one_line(facts.severity)
