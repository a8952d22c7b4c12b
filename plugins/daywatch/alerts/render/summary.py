"""Many alerts of one team and day in one message, worst first."""

from __future__ import annotations

from daywatch.alerts import blocks as kit
from daywatch.alerts import phrases as say
from daywatch.alerts import text as words
from daywatch.alerts.blocks import Block
from daywatch.alerts.handled import Handled
from daywatch.alerts.render import handling
from daywatch.alerts.render.message import Payload, payload
from daywatch.alerts.team_facts import SummaryFacts, SummaryLine, severity_rank

UNTOUCHED = Handled()
SUMMARY_LINES = 20
TO_DO = (
    "Acknowledge here, then take the worst first: those shown stand in this thread with their "
    "runbooks. So many on one day often have one cause: a bad load, a launch, one wave of abuse."
)


def summary(
    facts: SummaryFacts, key: str, handled: Handled = UNTOUCHED, *, is_open: bool = True
) -> Payload:
    """The one message for all of them; each has its own line here and its reply in the thread."""
    line = (
        f"{facts.severity.upper()}: {words.plural(facts.total, 'alert')} of {facts.team} "
        f"on {words.short_day(facts.day)}: {_counts(facts)}"
    )
    return payload(line, key, lambda scale: _blocks(facts, key, handled, is_open, scale))


def summary_raised(facts: SummaryFacts, key: str) -> Payload:
    """The reply in a summary's thread that calls people to its first critical or high member."""
    line = f"Now {facts.severity}: {_title(facts)}: {_counts(facts)}"
    who = kit.mention(facts.on_call)
    dot = say.DOTS.get(facts.severity, ":white_circle:")
    said = f"{dot} *{words.fit(line, 300)}*" + (f"\n{who}" if who else "")
    return payload(line, key, lambda _: [kit.section(said)])


def _blocks(
    facts: SummaryFacts, key: str, handled: Handled, is_open: bool, scale: float
) -> list[Block]:
    who = kit.mention(facts.on_call) if facts.severity in ("high", "critical") else ""
    said = [f"*{_counts(facts)}*", f"{words.day(facts.day)} (UTC)"]
    said += [f"{facts.over:,} of them over"] if facts.over and is_open else []
    said += [f"On call: {who}"] if who and is_open else []
    ranked = sorted(facts.lines, key=lambda found: severity_rank(found.severity))
    shown = ranked[:SUMMARY_LINES]
    return [
        kit.header(f"{_mark(facts, is_open)} · {words.clip(_title(facts), 110)}"),
        kit.section("\n".join(said)),
        *handling.who_did_what(handled),
        *handling.buttons(key, handled, is_open=is_open),
        *kit.bullets(
            "Worst first",
            [_line(found) for found in shown],
            limit=int(2_800 * scale),
            total=max(facts.total, len(facts.lines)),
            escaped=True,
        ),
        *([kit.section(f"*What to do now*\n{TO_DO}")] if is_open else []),
        kit.context(f"{'Buttons act on all of them · ' if is_open else ''}alert {key[:8]}"),
    ]


def _mark(facts: SummaryFacts, is_open: bool) -> str:
    if not is_open:
        return ":white_check_mark: OVER"
    return f"{say.DOTS.get(facts.severity, ':white_circle:')} {facts.severity.upper()[:13]}"


def _title(facts: SummaryFacts) -> str:
    return f"{words.plural(facts.total, 'alert')} of {words.one_line(facts.team)}"


def _counts(facts: SummaryFacts) -> str:
    ranked = sorted(facts.by_severity, key=lambda found: severity_rank(found[0]))
    return ", ".join(f"{count:,} {words.fit(name, 20)}" for name, count in ranked if count)


def _line(found: SummaryLine) -> str:
    dot = say.DOTS.get(found.severity, ":white_circle:")
    title = words.fit(words.one_line(found.title), 120)
    value = words.fit(words.one_line(found.value), 80)
    return f"{dot} {title}: *{value}* {words.code(found.indicator, 60)}"
