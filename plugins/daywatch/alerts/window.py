"""What of an indicator's past one judged day can change: so that years of it are never loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from daywatch.alerts.facts import AlertFacts
from daywatch.alerts.spells import Spell, Stretch
from daywatch.state.models import Alert, BreachRow


def stretches(session: Session, detection: str, indicator: str) -> list[Stretch]:
    """What people have resolved of the indicator."""
    query = select(Alert.first_day, Alert.resolved_through).where(
        Alert.kind == "risk",
        Alert.detection == detection,
        Alert.indicator == indicator,
        Alert.resolved_through.is_not(None),
    )
    return [(first, through) for first, through in session.execute(query) if through]


def near(found: Sequence[Spell], day: date) -> list[Spell]:
    """The episodes that the day's verdict can have changed.

    Those were not closed before it; of the later ones only the first can have been parted from
    an episode that the day belonged to.
    """
    touched: list[Spell] = []
    for spell in found:
        if spell.closed_on is not None and spell.closed_on < day:
            continue
        touched.append(spell)
        if spell.first_day > day:
            break
    return touched


class Window:
    """The episodes near one day, with their alerts, breaches and facts."""

    def __init__(
        self,
        session: Session,
        detection: str,
        indicator: str,
        day: date,
        found: Sequence[Spell],
        today: AlertFacts | None,
    ) -> None:
        self.session, self.detection, self.indicator = session, detection, indicator
        self.spells = near(found, day)
        self.first = min([day, *(spell.first_day for spell in self.spells)])
        self.last = max([day, *(spell.last_day for spell in self.spells)])
        self.alerts = self._alerts()
        self.breaches = self._breaches()
        self.facts: dict[str, dict[str, Any]] = {}
        for alert in self.alerts:
            shown = alert.content["shown"]
            self.facts.setdefault(shown["day"], shown)
            self.facts.update(alert.content["facts"])
        if today:
            self.facts[today.day.isoformat()] = today.to_json()

    def _alerts(self) -> list[Alert]:
        query = (
            select(Alert)
            .where(Alert.kind == "risk", Alert.detection == self.detection)
            .where(Alert.indicator == self.indicator)
            .where(Alert.first_day <= self.last, Alert.last_day >= self.first)
            .order_by(Alert.first_day, Alert.key)
            .with_for_update()
        )
        return list(self.session.scalars(query.execution_options(populate_existing=True)))

    def _breaches(self) -> list[BreachRow]:
        query = (
            select(BreachRow)
            .where(BreachRow.detection == self.detection, BreachRow.indicator == self.indicator)
            .where(BreachRow.day >= self.first, BreachRow.day <= self.last)
        )
        return list(self.session.scalars(query))

    def release(self) -> None:
        """Breaches of days that page no more leave their alerts."""
        paging = {day for spell in self.spells for day in spell.paging}
        for row in self.breaches:
            if row.alert_key and (row.day not in paging or row.unpaged):
                row.alert_key = None
        self.session.flush()

    def claim(self, spell: Spell, alert: Alert) -> None:
        """The episode's breaches are this alert's."""
        for row in self.breaches:
            if row.day in spell.paging and not row.unpaged and row.alert_key != alert.key:
                row.alert_key = alert.key
        self.session.flush()

    def kept_facts(self, spell: Spell, most: int) -> dict[str, Any]:
        """The facts of the episode's newest days: those that page, whatever order they came in."""
        known = [day.isoformat() for day in spell.paging if day.isoformat() in self.facts]
        return {day: self.facts[day] for day in known[-most:]}

    def facts_of(self, spell: Spell) -> AlertFacts:
        """Facts of the newest paging day; where none were kept, the nearest with its figures."""
        known = [day for day in spell.paging if day.isoformat() in self.facts]
        if known:
            kept = AlertFacts.from_json(self.facts[known[-1].isoformat()])
            return replace(kept, first_day=spell.first_day)
        kept = AlertFacts.from_json(self.facts[max(self.facts)])
        row = next(r for r in self.breaches if r.day == spell.paging[-1])
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
            chart=None,
            row_count=None,
        )
