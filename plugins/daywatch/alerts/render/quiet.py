"""Silences are announced when they begin and when they end: nobody is silenced in silence."""

from __future__ import annotations

from daywatch.alerts import blocks as kit
from daywatch.alerts import text as words
from daywatch.alerts.render.message import Payload, plain_payload
from daywatch.alerts.team_facts import SilenceFacts


def silence_set(facts: SilenceFacts, key: str) -> Payload:
    """The post in the team's channel that says what stays quiet until when, and who wants it."""
    until = words.clock(facts.until)
    line = f"Silenced until {until}: {facts.match}, by {facts.owner}: {facts.reason}"
    said = [
        f":no_bell: *Silenced until {until}*: {words.code(facts.match, 200)}",
        f"By *{_name(facts.owner)}*: {words.fit(words.one_line(facts.reason), 600)}",
    ]
    command = words.code(f"daywatch silence end {facts.id}")
    how = f"It is judged as ever, and told in the digest. End it: {command}"
    return plain_payload(line, key, kit.section("\n".join(said)), kit.context(how))


def silence_ended(facts: SilenceFacts, key: str) -> Payload:
    """The post that says that its alerts page again."""
    how = f"ended by {facts.ended_by}" if facts.ended_by else "ran out"
    line = f"Silence over: {facts.match}: {how}"
    how = f"Ended by *{_name(facts.ended_by)}*" if facts.ended_by else "It ran out"
    said = [
        f":bell: *Silence over*: {words.code(facts.match, 200)}",
        f"{how}. It was {_name(facts.owner)}'s: {words.fit(words.one_line(facts.reason), 600)}",
    ]
    return plain_payload(line, key, kit.section("\n".join(said)))


def _name(who: str) -> str:
    return words.fit(words.one_line(who).replace("*", ""), 80)
