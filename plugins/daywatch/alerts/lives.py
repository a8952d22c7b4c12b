"""The alerts of one indicator, brought in line with its episodes: opened, edited, ended, withdrawn.

An alert that nobody can have seen may still change its key or vanish; one that was posted keeps
its key and its message for life, and says in it what became of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from daywatch.alerts import outbox, render
from daywatch.alerts.facts import AlertFacts
from daywatch.alerts.render import EpisodeView
from daywatch.alerts.spells import Spell
from daywatch.state.models import Alert, BreachRow, OutboxMessage

KEPT_FACTS = 3
"""Days of facts kept with an alert, so that a day withdrawn later leaves something to show."""


class Lives:
    """One indicator's alerts in one transaction; counts what it changed."""

    def __init__(self, session: Session, detection: str, indicator: str, now: datetime) -> None:
        self.session, self.detection, self.indicator = session, detection, indicator
        self.now = now
        self.alerts = self._load()
        self.facts: dict[str, dict[str, Any]] = {}
        for alert in self.alerts:
            shown = alert.content["shown"]
            self.facts.setdefault(shown["day"], shown)
            self.facts.update(alert.content["facts"])
        self.opened: list[str] = []
        self.updated: list[str] = []
        self.ended: list[str] = []
        self.messages = 0

    def _load(self) -> list[Alert]:
        query = (
            select(Alert)
            .where(Alert.kind == "risk", Alert.detection == self.detection)
            .where(Alert.indicator == self.indicator)
            .order_by(Alert.first_day, Alert.key)
        )
        return list(self.session.scalars(query))

    def learn(self, facts: AlertFacts | None) -> None:
        """Add today's facts to those that the alerts kept."""
        if facts:
            self.facts[facts.day.isoformat()] = facts.to_json()

    def reconcile(self, episodes: Sequence[Spell]) -> None:
        """Make alerts and messages say what the episodes are; those that never page have none."""
        # Without any facts there is no alert to edit and, today being quiet, none to open.
        paging = [spell for spell in episodes if spell.paging and self.facts]
        if not paging and not self.alerts:
            return
        free = list(self.alerts)
        pairs: list[tuple[Spell, Alert | None]] = []
        for spell in paging:
            mine = self._match(spell, free)
            free = [alert for alert in free if alert is not mine]
            pairs.append((spell, mine))
        self._release({day for spell in paging for day in spell.paging})
        for alert in free:
            self._withdraw(alert, paging)
        for spell, found in pairs:
            self._bring_up_to_date(spell, self._keyed(spell, found))

    def retire(self) -> None:
        """Withdraw what is open: the indicator is judged no more, so nothing would ever end it."""
        for alert in self.alerts:
            if alert.state == "open":
                self._withdraw(alert, (), "Its indicator was renamed or is judged no more.")

    def _match(self, spell: Spell, free: Iterable[Alert]) -> Alert | None:
        """The alert that this episode lives on in: a seen one first, then the one of its key."""
        overlapping = [
            alert
            for alert in free
            if alert.first_day <= spell.last_day and alert.last_day >= spell.first_day
        ]

        def rank(alert: Alert) -> tuple[bool, bool, date]:
            return (self._unseen(alert), alert.first_day != spell.first_day, alert.first_day)

        return min(overlapping, key=rank, default=None)

    def _unseen(self, alert: Alert) -> bool:
        return outbox.unsent(outbox.find(self.session, alert.key))

    def _keyed(self, spell: Spell, alert: Alert | None) -> Alert:
        """The alert to use: a new one, or the one found unless it is unseen under another key."""
        facts = self._facts_of(spell)
        channel = facts.channel
        if alert is not None and not self._unseen(alert):
            return alert
        key = outbox.key_of(self.detection, self.indicator, channel, spell.first_day)
        if alert is not None and alert.key == key:
            return alert
        if alert is not None:
            self._forget(alert)
        return self._open(self._untaken(key), spell, facts)

    def _untaken(self, key: str) -> str:
        """The key, or another where a posted alert whose episode moved has it for life."""
        while self.session.get(Alert, key) is not None:
            key = outbox.key_of(key, "another episode")
        return key

    def _open(self, key: str, spell: Spell, facts: AlertFacts) -> Alert:
        alert = Alert(
            key=key,
            kind="risk",
            team=self.detection.partition(".")[0],
            detection=self.detection,
            indicator=self.indicator,
            channel=facts.channel,
            first_day=spell.first_day,
            last_day=spell.last_day,
            severity=facts.severity,
            state="open",
            quiet_days=0,
            opened_at=self.now,
            content={},
        )
        self.session.add(alert)
        self.session.flush()
        self.opened.append(key)
        return alert

    # --- one episode and its alert ---------------------------------------------------------------

    def _bring_up_to_date(self, spell: Spell, alert: Alert) -> None:
        self._claim_breaches(spell, alert)
        view = EpisodeView(
            first_day=spell.first_day,
            last_day=spell.last_day,
            days=len(spell.days),
            status="ended" if spell.ended_day else "open",
            ended_day=spell.ended_day,
        )
        facts = self._facts_of(spell)
        was_ended = alert.state == "ended"
        # Only days that page keep facts: an older one's are there or not as the order had it.
        known = [day.isoformat() for day in spell.paging if day.isoformat() in self.facts]
        kept = {day: self.facts[day] for day in known[-KEPT_FACTS:]}
        alert.quiet_days = spell.quiet
        if not self._say(alert, facts, view, kept):
            return
        alert.first_day, alert.last_day = spell.first_day, spell.last_day
        alert.severity = facts.severity
        self._set_state(alert, view)
        self._replies(alert, facts, view, was_ended)

    def _say(
        self, alert: Alert, facts: AlertFacts, view: EpisodeView, kept: dict[str, Any]
    ) -> bool:
        """Keep the content and put its message; False where it says so already."""
        shown = facts.to_json()
        content = {"facts": kept, "shown": shown, "episode": _view_json(view)}
        if alert.content == content:
            return False
        alert.content = content
        facts = AlertFacts.from_json(shown)
        self._put(alert, alert.key, "post", render.breach(facts, view, alert.key))
        if alert.key not in self.opened:
            self.updated.append(alert.key)
        return True

    def _put(self, alert: Alert, key: str, kind: str, payload: dict[str, Any]) -> None:
        name = f"{alert.first_day}-{self.detection}-{self.indicator}-{alert.key[:8]}"
        root = outbox.find(self.session, alert.key)
        if root is not None:
            name = root.payload["name"]  # a preview keeps its file through later days
        self.messages += outbox.put(
            self.session,
            key,
            payload,
            alert_key=alert.key,
            team=alert.team,
            thread_key=alert.key if kind == "reply" else None,
            kind=kind,
            channel=alert.channel,
            name=name,
            now=self.now,
        )

    def _set_state(self, alert: Alert, view: EpisodeView) -> None:
        if view.status == "open":
            alert.state, alert.ended_at = "open", None
        elif alert.state != "ended":
            alert.state, alert.ended_at = "ended", self.now
            self.ended.append(alert.key)

    def _replies(self, alert: Alert, facts: AlertFacts, view: EpisodeView, was_ended: bool) -> None:
        """The thread: recovery, its recall, and the reminder of a long episode; the rest goes."""
        wanted: dict[str, dict[str, Any]] = {}
        if view.status != "open":
            key = outbox.key_of(alert.key, view.status, view.ended_day or view.last_day)
            wanted[key] = render.recovery(facts, view, key)
        elif was_ended and self._told(alert):
            key = outbox.key_of(alert.key, "reopened", view.last_day)
            wanted[key] = render.reopened(facts, view, key)
        if view.status == "open" and facts.repeat_after_days:
            round_ = (view.last_day - view.first_day).days // facts.repeat_after_days
            if round_:
                key = outbox.key_of(alert.key, "reminder", str(round_))
                wanted[key] = render.reminder(facts, view, key)
        outbox.drop_unsent(self.session, alert.key, keep=frozenset({alert.key, *wanted}))
        for key, payload in wanted.items():
            self._put(alert, key, "reply", payload)

    def _told(self, alert: Alert) -> bool:
        """Whether the thread may hold a reply already, such as one that it is over."""
        replies = select(OutboxMessage).where(
            OutboxMessage.alert_key == alert.key, OutboxMessage.kind == "reply"
        )
        return any(not outbox.unsent(row) for row in self.session.scalars(replies))

    # --- alerts without an episode ----------------------------------------------------------------

    def _withdraw(
        self,
        alert: Alert,
        paging: Sequence[Spell],
        why: str = "A rebuilt day no longer breaches.",
    ) -> None:
        """Its breach is gone, or part of another alert: forget it unseen, or say so in it."""
        if self._unseen(alert):
            self._forget(alert)
            return
        inside = [s for s in paging if s.first_day <= alert.first_day <= s.last_day]
        note = (
            f"It goes on in the alert of the episode since {inside[0].first_day.isoformat()}."
            if inside
            else why
        )
        facts = AlertFacts.from_json(alert.content["shown"])
        days = int(alert.content["episode"]["days"])
        view = EpisodeView(alert.first_day, alert.last_day, days, "withdrawn", None, note)
        if self._say(alert, facts, view, alert.content["facts"]):
            self._set_state(alert, view)
            self._replies(alert, facts, view, was_ended=False)

    def _forget(self, alert: Alert) -> None:
        for row in self._breaches():
            if row.alert_key == alert.key:
                row.alert_key = None
        self.session.flush()
        self.messages += outbox.drop_unsent(self.session, alert.key)
        self.session.delete(alert)
        self.session.flush()

    # --- breaches and facts -----------------------------------------------------------------------

    def _breaches(self) -> list[BreachRow]:
        query = select(BreachRow).where(
            BreachRow.detection == self.detection, BreachRow.indicator == self.indicator
        )
        return list(self.session.scalars(query))

    def _release(self, paging: set[date]) -> None:
        for row in self._breaches():
            if row.alert_key and (row.day not in paging or row.unpaged):
                row.alert_key = None
        self.session.flush()

    def _claim_breaches(self, spell: Spell, alert: Alert) -> None:
        for row in self._breaches():
            if row.day in spell.paging and not row.unpaged and row.alert_key != alert.key:
                row.alert_key = alert.key
        self.session.flush()

    def _facts_of(self, spell: Spell) -> AlertFacts:
        """Facts of the newest paging day; where none were kept, the nearest with its figures."""
        known = [day for day in spell.paging if day.isoformat() in self.facts]
        if known:
            kept = AlertFacts.from_json(self.facts[known[-1].isoformat()])
            return replace(kept, first_day=spell.first_day)
        kept = AlertFacts.from_json(self.facts[max(self.facts)])
        row = next(r for r in self._breaches() if r.day == spell.paging[-1])
        return replace(
            kept,
            day=row.day,
            first_day=spell.first_day,
            value=row.value,
            reason=row.reason,
            severity=row.severity,
            numerator=None,
            denominator=None,
            baseline="",
            segments=(),
            evidence=(),
            recent=(),
            row_count=None,
        )


def _view_json(view: EpisodeView) -> dict[str, Any]:
    return {
        "first_day": view.first_day.isoformat(),
        "last_day": view.last_day.isoformat(),
        "days": view.days,
        "status": view.status,
        "ended_day": view.ended_day.isoformat() if view.ended_day else None,
        "note": view.note,
    }
