"""The alerts of one indicator, brought in line with its episodes: opened, edited, ended, withdrawn.

An alert that nobody can know of may still change its key or vanish; one that was posted, or that
somebody acted on, keeps its key and its message for life, and says in it what became of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from daywatch.alerts import endings, history, outbox, routing, snoozing, telling
from daywatch.alerts.facts import AlertFacts
from daywatch.alerts.handled import handled_of
from daywatch.alerts.people import SYSTEM
from daywatch.alerts.render import EpisodeView
from daywatch.alerts.replies import write_replies
from daywatch.alerts.routing import Policy
from daywatch.alerts.spells import Spell
from daywatch.alerts.summaries import Summaries, counted_as
from daywatch.alerts.window import Window
from daywatch.state.models import Alert

KEPT_FACTS = 3
"""Days of facts kept with an alert, so that a day withdrawn later leaves something to show."""
CARRIED = ("acknowledged_by", "acknowledged_at", "assignee", "snoozed_by", "snoozed_until")
"""What people did, taken along into another channel."""


class Lives:
    """One indicator's alerts near one day, in one transaction; counts what it changed."""

    def __init__(
        self, session: Session, window: Window, policy: Policy, summaries: Summaries, now: datetime
    ) -> None:
        self.session, self.window, self.policy = session, window, policy
        self.summaries, self.now = summaries, now
        self.opened: list[str] = []
        self.updated: list[str] = []
        self.ended: list[str] = []
        self.messages = 0

    def reconcile(self) -> None:
        """Make alerts and messages say what the episodes are; those that never page have none."""
        # Without any facts there is no alert to edit and, today being quiet, none to open.
        paging = [spell for spell in self.window.spells if spell.paging and self.window.facts]
        if not paging and not self.window.alerts:
            return
        free = list(self.window.alerts)
        pairs: list[tuple[Spell, Alert | None]] = []
        for spell in paging:
            mine = self._match(spell, free)
            free = [alert for alert in free if alert is not mine]
            pairs.append((spell, mine))
        self.window.release()
        moved = {alert.key: self._moves(alert, paging) for alert in free}
        for alert in free:
            self._let_go(alert, paging, moved[alert.key])
        for spell, found in pairs:
            if found is None and spell.resolved_through:
                continue  # somebody settled it, under an alert of another channel or rule
            alert = self._keyed(spell, found)
            for gone in free:
                if moved[gone.key] is spell and alert.key in self.opened:
                    self._carry(gone, alert)
            self._bring_up_to_date(spell, alert)

    # --- which alert an episode lives in ------------------------------------------------------

    def _match(self, spell: Spell, free: Iterable[Alert]) -> Alert | None:
        """The alert that this episode lives on in: a seen one first, then the one of its key."""
        channel = self.window.facts_of(spell).channel
        fitting = [
            alert
            for alert in free
            if alert.first_day <= spell.last_day
            and alert.last_day >= spell.first_day
            and (alert.resolved_through is None) == (spell.resolved_through is None)
            and (alert.channel == channel or spell.closed_on is not None)
        ]

        def rank(alert: Alert) -> tuple[bool, bool, bool, date]:
            elsewhere = alert.channel != channel
            rekeyed = alert.first_day != spell.first_day
            return (self._unseen(alert), elsewhere, rekeyed, alert.first_day)

        return min(fitting, key=rank, default=None)

    def _moves(self, alert: Alert, paging: list[Spell]) -> Spell | None:
        """The open episode that goes on in another channel: the header has changed."""
        for spell in paging:
            inside = spell.first_day <= alert.last_day and alert.first_day <= spell.last_day
            lives = inside and spell.closed_on is None and alert.resolution is None
            if lives and alert.channel != self.window.facts_of(spell).channel:
                return spell
        return None

    def _unseen(self, alert: Alert) -> bool:
        return endings.unseen(self.session, alert)

    def _keyed(self, spell: Spell, alert: Alert | None) -> Alert:
        """The alert to use: a new one, or the one found unless it is unseen under another key."""
        facts = self.window.facts_of(spell)
        if alert is not None and not self._unseen(alert):
            return alert
        key = outbox.key_of(
            self.window.detection, self.window.indicator, facts.channel, spell.first_day
        )
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
        wait = self.policy.escalate_after
        alert = Alert(
            key=key,
            kind=telling.RISK,
            team=self.window.detection.partition(".")[0],
            detection=self.window.detection,
            indicator=self.window.indicator,
            channel=facts.channel,
            first_day=spell.first_day,
            last_day=spell.last_day,
            severity=facts.severity,
            state="open",
            quiet_days=0,
            opened_at=self.now,
            content={"escalate_after": wait.total_seconds()} if wait is not None else {},
            route=telling.PAGE,
            rungs=0,
            snoozed_until_falls=False,
            resolution_note="",
        )
        self.session.add(alert)
        self.session.flush()
        self.opened.append(key)
        details = {"severity": facts.severity, "day": facts.day}
        history.record(self.session, alert, SYSTEM, "alert.opened", self.now, details)
        return alert

    def _carry(self, gone: Alert, alert: Alert) -> None:
        for name in CARRIED:
            setattr(alert, name, getattr(gone, name))
        alert.snoozed_until_falls = gone.snoozed_until_falls

    # --- one episode and its alert ------------------------------------------------------------

    def _bring_up_to_date(self, spell: Spell, alert: Alert) -> None:
        self.window.claim(spell, alert)
        before = counted_as(alert)
        was_ended = alert.state == "ended"
        changed = self._learn(spell, alert)
        snoozing.follow(self.session, alert, spell.quiet, self.policy, self.now)
        if alert.state == "open":
            told = routing.settle(self.session, alert, self.policy, self.summaries, self.now)
        else:
            told = self._ended_unrouted(alert)
        changed |= alert.content.get("handled", {}) != handled_of(alert).to_json()
        if not changed and not told:
            return
        self._tell(alert, told, before, was_ended)

    def _ended_unrouted(self, alert: Alert) -> bool:
        """An episode that was over before anybody was told of it: routed as if it were open."""
        if alert.content.get("routed"):
            return False
        told = routing.settle(self.session, alert, self.policy, self.summaries, self.now)
        alert.climbs_at = None
        return told

    def _learn(self, spell: Spell, alert: Alert) -> bool:
        """Keep what the episode is now with the alert; False where it was so already."""
        facts = self.window.facts_of(spell)
        view = _view(spell, alert)
        alert.quiet_days = spell.quiet
        content = {
            "facts": self.window.kept_facts(spell, KEPT_FACTS),
            "shown": facts.to_json(),
            "episode": telling.view_json(view),
        }
        if all(alert.content.get(name) == value for name, value in content.items()):
            return False
        alert.content = {**alert.content, **content}
        alert.first_day, alert.last_day = spell.first_day, spell.last_day
        alert.severity = facts.severity
        if view.status == "open":
            alert.state, alert.ended_at = "open", None
        elif alert.state != "ended":
            alert.state, alert.ended_at, alert.climbs_at = "ended", self.now, None
            self.ended.append(alert.key)
        return True

    def _tell(
        self, alert: Alert, told: bool, before: tuple[str, bool] | None, was_ended: bool
    ) -> None:
        new = alert.key in self.opened
        if alert.key in self.ended:
            history.record(self.session, alert, SYSTEM, "alert.ended", self.now)
        elif not new:
            details = {"day": alert.last_day}
            history.record(self.session, alert, SYSTEM, "alert.updated", self.now, details)
        if not new:
            self.updated.append(alert.key)
        if before is not None:
            self.summaries.moved(alert, before)
        joins = told and bool(alert.content.get("joins"))
        self.messages += telling.parent(self.session, alert, self.now, joins=joins)
        if alert.route == telling.PAGE:
            telling.details(self.session, alert, self.now)
        self.messages += write_replies(self.session, alert, self.now, was_ended=was_ended)
        if not new:
            history.write_log(self.session, alert, self.now)

    # --- alerts without an episode ------------------------------------------------------------

    def _let_go(self, alert: Alert, paging: list[Spell], moved: Spell | None) -> None:
        if self._unseen(alert):
            self._forget(alert)
            return
        if moved is not None:
            into: list[Spell] = []
            why = f"It goes on in {self.window.facts_of(moved).channel}."
        else:
            into, why = paging, endings.REBUILT
        was_open = alert.state == "open"
        wrote = endings.withdraw(self.session, alert, self.summaries, self.now, into=into, why=why)
        self.messages += wrote
        if was_open and alert.state == "ended":
            self.ended.append(alert.key)

    def _forget(self, alert: Alert) -> None:
        self.messages += endings.forget(self.session, alert, self.summaries, self.now)
        for row in self.window.breaches:
            self.session.refresh(row)


def _view(spell: Spell, alert: Alert) -> EpisodeView:
    ended_day = spell.ended_day
    if spell.resolved_through is not None:  # it ended as the message said when it was resolved
        kept = alert.content.get("episode", {}).get("ended_day")
        ended_day = date.fromisoformat(kept) if kept else None
    over = spell.ended_day is not None or spell.resolved_through is not None
    return EpisodeView(
        first_day=spell.first_day,
        last_day=spell.last_day,
        days=len(spell.days),
        status="ended" if over else "open",
        ended_day=ended_day,
    )
