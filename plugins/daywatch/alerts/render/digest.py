"""A team's morning page: proof of silence, what needs a human, then the rest."""

from __future__ import annotations

from daywatch.alerts import blocks as kit
from daywatch.alerts import text as words
from daywatch.alerts.blocks import Block
from daywatch.alerts.render.message import Payload, payload
from daywatch.alerts.team_facts import DigestFacts

Part = tuple[str, tuple[str, ...]]
"""A heading and its lines."""


def digest(facts: DigestFacts, key: str) -> Payload:
    """One message a team and day."""
    line = f"{facts.team}, {words.day(facts.day)}: {_proof(facts)}"
    return payload(line, key, lambda scale: _blocks(facts, key, scale))


def _blocks(facts: DigestFacts, key: str, scale: float) -> list[Block]:
    urgent = [part for part in _needs_a_human(facts) if part[1]]
    sign = ":warning:" if urgent else ":white_check_mark:"
    found = [
        kit.header(f"{words.clip(words.one_line(facts.team), 80)} · {words.day(facts.day)}"),
        kit.section(f"{sign} *{words.fit(words.one_line(_proof(facts)), 500)}*"),
    ]
    limit = int(900 * scale)
    if urgent:
        who = kit.mention(facts.on_call)
        found.append(kit.section(f"*Needs a human*{f' {who}' if who else ''}"))
    for title, lines in urgent:
        found += kit.bullets(title, lines, limit=limit)
    if urgent:
        found.append(kit.divider())
    for title, lines in _to_know(facts):
        found += kit.bullets(title, lines, limit=limit)
    if facts.link:
        found.append(kit.section(kit.link(facts.link, "Open in Daywatch")))
    budget = f"{facts.budget_used} of {facts.budget} alerts of the week's budget used · "
    return [*found, kit.context(f"{budget if facts.budget else ''}digest · message {key[:8]}")]


def _needs_a_human(facts: DigestFacts) -> list[Part]:
    """Where silence would not be safety, or somebody waits."""
    return [
        ("Canary", (facts.canary,) if facts.canary and not facts.canary_well else ()),
        ("Not run", facts.not_run),
        ("Held back for bad data", facts.held_back),
        ("Messages that cannot be delivered", facts.dead_letters),
        ("Messages overdue", facts.overdue),
        ("Not acknowledged", facts.unacknowledged),
    ]


def _to_know(facts: DigestFacts) -> list[Part]:
    ages = [(f"Open alerts, {bucket.age}", bucket.lines) for bucket in facts.open_alerts]
    noisy = tuple(
        f"{found.detection}: {words.plural(found.alerts, 'alert')} in 28 days"
        + ("" if found.false_share is None else f", {found.false_share:.0%} false")
        for found in facts.noisy
    )
    quiet = tuple(f"{found.detection}: {found.since}" for found in facts.never_fires)
    return [
        ("Breached", facts.breached),
        *ages,
        ("Over the week's budget, told only here", facts.to_digest),
        ("Silences in force", facts.silences),
        ("Noisy", noisy),
        ("Never fire", quiet),
        ("Experimental", facts.experimental),
        ("Older days", facts.backfilled),
        ("Canary", (facts.canary,) if facts.canary and facts.canary_well else ()),
    ]


def _proof(facts: DigestFacts) -> str:
    if facts.proof:
        return facts.proof
    held = f", {len(facts.held_back)} held back for bad data" if facts.held_back else ""
    missing = f", {len(facts.not_run)} not run" if facts.not_run else ""
    ran = f"{facts.ran} of {facts.expected} detections ran"
    return f"{ran}, {len(facts.breached)} breached{held}{missing}."
