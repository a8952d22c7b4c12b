"""Who did what to an alert, and the buttons to do something: right under what broke."""

from __future__ import annotations

from datetime import datetime

from daywatch.alerts import blocks as kit
from daywatch.alerts import text as words
from daywatch.alerts.blocks import Block
from daywatch.alerts.handled import Handled
from daywatch.alerts.outcomes import Outcome

SNOOZES = (("1d", "1 day"), ("7d", "7 days"), ("falls", "Until the value falls"))


def who_did_what(handled: Handled) -> list[Block]:
    """One short line for each thing done; nothing where nobody has done anything."""
    lines = [
        _resolved(handled),
        _by(":eyes: Acknowledged", handled.acknowledged_by, handled.acknowledged_at),
        f":bust_in_silhouette: Assigned to *{_name(handled.assignee)}*" if handled.assignee else "",
        "" if handled.resolution else _snoozed(handled),
        _climbed(handled),
    ]
    said = "\n".join(line for line in lines if line)
    return [kit.section(said)] if said else []


def buttons(key: str, handled: Handled, *, is_open: bool) -> list[Block]:
    """What can still be done: all while it is open, an outcome to record once it is over."""
    if handled.resolution:
        return []
    resolve = kit.button("Resolve…", "resolve", key)
    if not is_open:
        return [kit.actions(f"daywatch:{key}", [resolve])]
    found: list[Block] = []
    if not handled.acknowledged_by:
        found.append(kit.button("Acknowledge", "ack", key, style="primary"))
    found += [
        kit.button("Assign to me", "assign", key),
        kit.select("Snooze", "snooze", SNOOZES),
        resolve,
        kit.button("Silence…", "silence", key),
    ]
    return [kit.actions(f"daywatch:{key}", found)]


def _resolved(handled: Handled) -> str:
    if not handled.resolution:
        return ""
    how = _outcome(handled.resolution)
    line = _by(f":white_check_mark: Resolved as *{how}*", handled.resolved_by, handled.resolved_at)
    line = line or f":white_check_mark: Resolved as *{how}*"
    note = words.fit(words.one_line(handled.resolution_note), 500)
    return f"{line}\n> {note}" if note else line


def _outcome(value: str) -> str:
    try:
        return Outcome(value).words
    except ValueError:
        return _name(value)


def _snoozed(handled: Handled) -> str:
    if not (handled.snoozed_until or handled.snoozed_until_falls):
        return ""
    until = (
        "the value falls"
        if handled.snoozed_until_falls
        else words.clock(handled.snoozed_until or datetime.min)
    )
    by = f" by *{_name(handled.snoozed_by)}*" if handled.snoozed_by else ""
    return f":zzz: Snoozed until {until}{by}"


def _climbed(handled: Handled) -> str:
    if not handled.rungs:
        return ""
    return f":small_red_triangle: Escalated, step {handled.rungs}"


def _by(what: str, who: str, at: datetime | None) -> str:
    if not who:
        return ""
    return f"{what} by *{_name(who)}*" + (f", {words.clock(at)}" if at else "")


def _name(who: str) -> str:
    return words.fit(words.one_line(who).replace("*", ""), 80)
