"""The morning page of a lead and an on-call: proof of silence, then what needs a human."""

from __future__ import annotations

from daywatch.alerts import blocks as kit
from daywatch.alerts import text as words
from daywatch.alerts.blocks import Block
from daywatch.alerts.render.message import Payload, payload
from daywatch.alerts.team_facts import DigestFacts


def digest(facts: DigestFacts, key: str) -> Payload:
    """One message a team and day."""
    line = f"{facts.team}, {words.day(facts.day)}: {_proof(facts)}"
    return payload(line, key, lambda scale: _blocks(facts, key, scale))


def _blocks(facts: DigestFacts, key: str, scale: float) -> list[Block]:
    found = [
        kit.header(f"{words.clip(words.one_line(facts.team), 80)} · {words.day(facts.day)}"),
        kit.section(f"*{words.fit(words.one_line(_proof(facts)), 500)}*"),
    ]
    limit = int(900 * scale)
    for title, lines in _parts(facts):
        found += kit.bullets(title, lines, limit=limit)
    return [*found, kit.context(f"Daywatch's digest · message {key[:8]}")]


def _parts(facts: DigestFacts) -> list[tuple[str, tuple[str, ...]]]:
    ages = [(f"Open alerts, {bucket.age}", bucket.lines) for bucket in facts.open_alerts]
    noisy = tuple(
        f"{found.detection}: {words.plural(found.alerts, 'alert')} in 28 days"
        + ("" if found.false_share is None else f", {found.false_share:.0%} false")
        for found in facts.noisy
    )
    quiet = tuple(f"{found.detection}: {found.since}" for found in facts.never_fires)
    return [
        ("Not acknowledged", facts.unacknowledged),
        ("Held back for bad data", facts.held_back),
        ("Not run", facts.not_run),
        ("Messages that cannot be delivered", facts.dead_letters),
        ("Messages overdue", facts.overdue),
        ("Breached", facts.breached),
        *ages,
        (f"Over the budget ({facts.budget_used} of {facts.budget} used)", facts.to_digest),
        ("Silences in force", facts.silences),
        ("Noisy", noisy),
        ("Never fire", quiet),
        ("Experimental", facts.experimental),
        ("Older days", facts.backfilled),
        ("Canary", (facts.canary,) if facts.canary else ()),
    ]


def _proof(facts: DigestFacts) -> str:
    if facts.proof:
        return facts.proof
    held = f", {len(facts.held_back)} held back for bad data" if facts.held_back else ""
    missing = f", {len(facts.not_run)} not run" if facts.not_run else ""
    ran = f"{facts.ran} of {facts.expected} detections ran"
    return f"{ran}, {len(facts.breached)} breached{held}{missing}."
