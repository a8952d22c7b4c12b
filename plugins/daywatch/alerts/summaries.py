"""Many alerts of one team, channel and day as one: a message with counts, and a thread.

The summary keeps its counts and its worst lines with it, so that one more member costs the same
whether it is the tenth or the ten thousandth. The first members have a reply each in its thread;
the rest are counted, and listed by `daywatch alerts`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from daywatch.alerts import history, ladder, outbox, phrases, render, telling
from daywatch.alerts.people import SYSTEM
from daywatch.alerts.team_facts import SummaryFacts, SummaryLine, severity_rank
from daywatch.catalog.model import Team
from daywatch.state.models import Alert, OutboxMessage

SHOWN_MEMBERS = 50
"""Members with a reply of their own; in a thread of thousands nobody finds anything."""
LINES = 20
URGENT = ("critical", "high")

Counted = tuple[str, bool]
"""How a summary counts a member: its severity, and whether it is over."""


def counted_as(alert: Alert) -> Counted | None:
    """How the alert's summary counts it; None where it is in none."""
    if alert.route != telling.IN_SUMMARY or not alert.summary_key:
        return None
    return alert.severity, alert.state != "open"


class Summaries:
    """The summaries that one transaction touches; `tell` writes each once, at its end."""

    def __init__(self, session: Session, now: datetime) -> None:
        self.session, self.now = session, now
        self._touched: dict[str, str] = {}
        """key -> its severity before"""

    def join(self, alert: Alert, team: Team) -> bool:
        """Make the alert a member of today's summary; whether it gets a reply of its own."""
        summary = self._today(alert, team)
        alert.route, alert.summary_key = telling.IN_SUMMARY, summary.key
        told = int(summary.content["told"])
        if told < SHOWN_MEMBERS:
            summary.content = {**summary.content, "told": told + 1}
        self._count(summary, None, counted_as(alert), alert)
        self._alarm(summary, alert.severity, team)
        details = {"summary": summary.key}
        history.record(self.session, alert, SYSTEM, "alert.grouped", self.now, details)
        return told < SHOWN_MEMBERS

    def moved(self, alert: Alert, before: Counted | None) -> None:
        """Count a member as it is now, and not as it was `before`."""
        after = counted_as(alert)
        if after is None or alert.summary_key is None:
            return
        summary = self._get(alert.summary_key)
        if summary is not None:
            self._count(summary, before, after, alert)

    def left(self, alert: Alert) -> None:
        """Count a member no more: it was never seen, and is gone."""
        if alert.summary_key and (summary := self._get(alert.summary_key)):
            self._count(summary, counted_as(alert), None, alert)

    def all_over(self, summary: Alert) -> None:
        """Every member has ended at once."""
        self._touch(summary)
        facts = telling.summary_facts_of(summary)
        _keep(summary, replace(facts, over=facts.total))

    def tell(self) -> int:
        """Put the messages of all touched summaries; how many that wrote."""
        messages = 0
        for key, severity in self._touched.items():
            summary = self._get(key)
            if summary is not None:
                messages += self._tell(summary, severity)
        self._touched.clear()
        return messages

    # --- one summary --------------------------------------------------------------------------

    def _today(self, alert: Alert, team: Team) -> Alert:
        key = outbox.key_of(telling.SUMMARY, alert.team, alert.channel, self.now.date())
        found = self._get(key)
        while found is not None and found.resolution:  # what is resolved stays as it was said
            key = outbox.key_of(key, "another")
            found = self._get(key)
        return found or self._open(key, alert, team)

    def _open(self, key: str, alert: Alert, team: Team) -> Alert:
        facts = SummaryFacts(team.title, alert.last_day, 0, (), (), on_call=ladder.on_call(team))
        summary = Alert(
            key=key,
            kind=telling.SUMMARY,
            team=alert.team,
            detection="",
            indicator="",
            channel=alert.channel,
            first_day=alert.last_day,
            last_day=alert.last_day,
            severity=alert.severity,
            state="open",
            quiet_days=0,
            opened_at=self.now,
            content={"facts": facts.to_json(), "told": 0},
            route=telling.PAGE,
            rungs=0,
            climbs_at=ladder.first_climb(team, alert.severity, self.now),
        )
        self.session.add(summary)
        self.session.flush()
        history.record(self.session, summary, SYSTEM, "alert.opened", self.now)
        return summary

    def _get(self, key: str) -> Alert | None:
        return self.session.get(Alert, key)

    def _touch(self, summary: Alert) -> None:
        self._touched.setdefault(summary.key, summary.severity)

    def _count(
        self, summary: Alert, before: Counted | None, after: Counted | None, alert: Alert
    ) -> None:
        self._touch(summary)
        facts = telling.summary_facts_of(summary)
        counts = dict(facts.by_severity)
        total, over = facts.total, facts.over
        for counted, sign in ((before, -1), (after, 1)):
            if counted is not None:
                severity, is_over = counted
                counts[severity] = counts.get(severity, 0) + sign
                total, over = total + sign, over + sign * is_over
        ranked = sorted(((n, c) for n, c in counts.items() if c > 0), key=_rank)
        lines = _lines(facts.lines, alert, gone=after is None)
        day = max(facts.day, alert.last_day)
        _keep(
            summary,
            replace(
                facts,
                day=day,
                total=total,
                over=over,
                by_severity=tuple(ranked),
                lines=lines,
                more=max(total - len(lines), 0),
            ),
        )
        summary.first_day = min(summary.first_day, alert.first_day)
        summary.last_day = day

    def _alarm(self, summary: Alert, severity: str, team: Team) -> None:
        """A new critical or high member is nobody's yet, whoever acknowledged the others."""
        if severity not in URGENT:
            return
        worse = severity_rank(severity) < severity_rank(summary.severity)
        if summary.acknowledged_by or worse or summary.state != "open":
            summary.acknowledged_by = summary.acknowledged_at = None
            summary.rungs = 0
            summary.climbs_at = ladder.first_climb(team, severity, self.now)

    def _tell(self, summary: Alert, severity_before: str) -> int:
        facts = telling.summary_facts_of(summary)
        if not facts.total and outbox.unsent(outbox.find(self.session, summary.key)):
            outbox.drop_unsent(self.session, summary.key)
            self.session.delete(summary)
            self.session.flush()
            return 0
        summary.severity = facts.severity
        self._end_or_reopen(summary, facts)
        unseen = outbox.unsent(outbox.find(self.session, summary.key))
        messages = telling.parent(self.session, summary, self.now)
        worse = severity_rank(summary.severity) < severity_rank(severity_before)
        if worse and summary.severity in URGENT and not unseen:
            key = outbox.key_of(summary.key, "raised", summary.severity)
            payload = render.summary_raised(facts, key)
            messages += telling.reply(self.session, summary, key, payload, self.now)
        return messages

    def _end_or_reopen(self, summary: Alert, facts: SummaryFacts) -> None:
        over = facts.over >= facts.total
        if over and summary.state == "open":
            summary.state, summary.ended_at, summary.climbs_at = "ended", self.now, None
            history.record(self.session, summary, SYSTEM, "alert.ended", self.now)
        elif not over and summary.state != "open" and not summary.resolution:
            summary.state, summary.ended_at = "open", None


def _keep(summary: Alert, facts: SummaryFacts) -> None:
    summary.content = {**summary.content, "facts": facts.to_json()}


def _rank(counted: tuple[str, int]) -> int:
    return severity_rank(counted[0])


def _lines(lines: tuple[SummaryLine, ...], alert: Alert, *, gone: bool) -> tuple[SummaryLine, ...]:
    """The worst lines, with the alert's own brought up to date, or away."""
    others = [line for line in lines if line.key != alert.key]
    if gone:
        return tuple(others)
    facts = telling.facts_of(alert)
    own = SummaryLine(
        alert.key,
        alert.severity,
        alert.detection,
        facts.title,
        alert.indicator,
        phrases.value_of(facts) if alert.state == "open" else "over",
    )
    ranked = sorted([*others, own], key=lambda line: severity_rank(line.severity))
    return tuple(ranked[:LINES])


# --- members --------------------------------------------------------------------------------------


def shown_members(session: Session, summary: Alert) -> list[Alert]:
    """Open members that have a reply of their own."""
    own = exists().where(OutboxMessage.key == Alert.key)
    query = select(Alert).where(Alert.summary_key == summary.key, Alert.state == "open", own)
    return list(session.scalars(query.order_by(Alert.key).with_for_update()))


def counted_members(session: Session, summary: Alert) -> list[str]:
    """Keys of the open members that are only counted."""
    own = exists().where(OutboxMessage.key == Alert.key)
    query = select(Alert.key).where(Alert.summary_key == summary.key, Alert.state == "open", ~own)
    return list(session.scalars(query.order_by(Alert.key)))
