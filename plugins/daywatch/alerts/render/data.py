"""Messages of the data channel: a data fault, never to be mistaken for a risk."""

from __future__ import annotations

from daywatch.alerts import blocks as kit
from daywatch.alerts import text as words
from daywatch.alerts.blocks import Block
from daywatch.alerts.facts import HeldBackFacts
from daywatch.alerts.render.message import Payload, payload
from daywatch.alerts.team_facts import NotRunFacts


def held_back(facts: HeldBackFacts, key: str, recovered: bool = False) -> Payload:
    """The data channel's message: a data fault, never to be mistaken for a risk."""
    what = f"{facts.detection}, {words.day(facts.day)}"
    if facts.warning:
        line = f"Data warning: {what}: published, with failed checks"
    elif recovered:
        line = f"Data repaired: {what}: now published"
    else:
        line = f"Held back for bad data: {what}: not published, not judged"
    return payload(line, key, lambda scale: _held_back_blocks(facts, key, recovered, scale))


def published_after_all(facts: HeldBackFacts, key: str) -> Payload:
    """The reply in the thread of a held-back day that has been published since."""
    line = f"Published now: {facts.detection}, {words.day(facts.day)}, and judged as usual."
    return payload(line, key, lambda _: [kit.section(f":white_check_mark: {words.fit(line, 600)}")])


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


def not_run(facts: NotRunFacts, key: str, recovered: bool = False) -> Payload:
    """Detections whose day never ran: nobody looked, so their silence is not safety."""
    many = words.plural(len(facts.detections), "detection")
    if recovered:
        line = f"Caught up: {many} of {facts.team} ran for {words.day(facts.day)}"
    else:
        line = f"Not run: {many} of {facts.team} never ran for {words.day(facts.day)}"
    return payload(line, key, lambda scale: _not_run_blocks(facts, key, recovered, scale))


def _not_run_blocks(facts: NotRunFacts, key: str, recovered: bool, scale: float) -> list[Block]:
    mark = ":white_check_mark: CAUGHT UP" if recovered else ":construction: NOT RUN"
    what = (
        "All of them have run since and were judged as usual."
        if recovered
        else "Nobody looked at this day: *silence about it is not safety*."
    )
    many = words.plural(len(facts.detections), "detection")
    team = words.fit(words.one_line(facts.team), 100)
    said = [f"*{many} of {team}*, {words.day(facts.day)} (UTC)", what]
    if facts.why:
        said.append(words.fit(words.one_line(facts.why), int(900 * scale)))
    found = [
        kit.header(f"{mark} · {words.clip(words.one_line(facts.team), 60)}, {many}"),
        kit.section("\n".join(said)),
        *kit.bullets("Detections", facts.detections, limit=int(2_400 * scale)),
    ]
    if facts.link:
        found.append(kit.section(kit.link(facts.link, "Open in Daywatch")))
    found.append(kit.context(f"A fault of the runs, not a risk alert · message {key[:8]}"))
    return found
