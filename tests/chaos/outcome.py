"""What a run came to: lost, duplicated, late, and what it had to withstand."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from daywatch.alerts import outbox
from daywatch.state import StateStore
from daywatch.state.models import Alert, OutboxMessage
from tests.alerts import invariants
from tests.chaos import story
from tests.fakeslack import FakeSlack

if TYPE_CHECKING:
    from tests.chaos.run import Plan


@dataclass(frozen=True)
class Endured:
    """What a run did to the system."""

    kills: int
    where: dict[str, int]
    """named point, or 'anywhere' -> deaths"""
    broken: int
    """processes that ended by an exception of their own"""
    human: frozenset[str]
    """keys that a human deleted"""
    settled: bool
    seconds: float
    simulated_hours: float


@dataclass(frozen=True)
class Outcome:
    """One run's figures; it passed when nothing is wrong."""

    store: str
    seed: int
    alerts: int
    messages: int
    lost: int
    duplicated_before_sweep: int
    duplicated: int
    late: int
    dead: int
    pace_violations: int
    kills: int
    faults: int
    calls: int
    broken: int
    human_deleted: int
    settled: bool
    seconds: float
    simulated_hours: float
    wrong: tuple[str, ...]
    """every offender against I1, I2 and I6, and alerts that are not as the story ends"""
    where: dict[str, int]
    fault_kinds: dict[str, int]

    @property
    def passed(self) -> bool:
        """Nothing lost, repeated, astray, unsettled or broken."""
        return self.settled and not (self.wrong or self.lost or self.duplicated or self.broken)

    def line(self) -> str:
        """One line for people."""
        verdict = "ok  " if self.passed else "FAIL"
        return (
            f"{verdict} {self.store:8} seed {self.seed:4}: {self.alerts} alerts, "
            f"{self.messages} messages: lost {self.lost}, duplicated "
            f"{self.duplicated_before_sweep} before and {self.duplicated} after the sweep, "
            f"late {self.late}, dead {self.dead}, too fast {self.pace_violations}; "
            f"{self.kills} kills, {self.faults} faults in {self.calls} calls, "
            f"{self.human_deleted} deleted by humans, {self.simulated_hours:.0f} h in "
            f"{self.seconds:.0f} s" + ("" if self.settled else ", NOT SETTLED")
        )

    def to_json(self) -> dict[str, object]:
        """All figures."""
        return asdict(self) | {"passed": self.passed}


def judge(plan: Plan, store: StateStore, slack: FakeSlack, endured: Endured) -> Outcome:
    """Hold what people see against the outbox, and the alerts against the story."""
    rows = invariants.rows_of(store)
    keys = [row.key for row in rows]
    twice = [key for key in keys if len(slack.ever_of(key)) > 1]
    wrong = invariants.one_live_message_per_key(store, slack, endured.human)
    wrong += unsettled(rows)
    wrong += fates(plan, store)
    return Outcome(
        store=store.engine.dialect.name,
        seed=plan.seed,
        alerts=plan.alerts,
        messages=len(rows),
        lost=len(lost(rows, slack, endured.human)),
        duplicated_before_sweep=len(twice),
        duplicated=len(slack.duplicated()),
        late=sum(map(was_late, rows)),
        dead=sum(row.state == outbox.DEAD for row in rows),
        pace_violations=len(slack.pace_violations),
        kills=endured.kills,
        faults=sum(slack.faulted.values()),
        calls=sum(slack.counts.values()),
        broken=endured.broken,
        human_deleted=len(endured.human),
        settled=endured.settled,
        seconds=endured.seconds,
        simulated_hours=endured.simulated_hours,
        wrong=tuple(wrong),
        where=endured.where,
        fault_kinds=dict(slack.faulted),
    )


def lost(rows: list[OutboxMessage], slack: FakeSlack, human: frozenset[str]) -> list[str]:
    """Messages that no human deleted and that nobody can see."""
    gone = {row.key for row in rows if row.state == outbox.DELETED}
    parents = {row.key: row.thread_key for row in rows}
    taken = human | {key for key in gone if parents[key] in human}
    return [row.key for row in rows if row.key not in taken and not slack.live_of(row.key)]


def unsettled(rows: list[OutboxMessage]) -> list[str]:
    """Rows that are not where a row ends."""
    return [
        f"{row.key} is left {row.state}: {row.error}"
        for row in rows
        if row.state not in (outbox.SENT, outbox.DELETED)
    ]


def was_late(row: OutboxMessage) -> bool:
    """First shown after its deadline, an hour."""
    return row.sent_at is not None and row.sent_at > row.created_at + outbox.DEADLINE


def fates(plan: Plan, store: StateStore) -> list[str]:
    """Alerts that are not as the story left them."""
    told = story.plots(plan.alerts, random.Random(plan.seed), plan.teams)
    with store.reading() as session:
        known: dict[str, list[Alert]] = {}
        for alert in session.scalars(select(Alert).where(Alert.kind == "risk")):
            known.setdefault(alert.detection, []).append(alert)
    wrong = []
    for plot in told:
        states = [alert.state for alert in known.get(plot.detection, ())]
        wanted = "open" if plot.fate == "open" else "ended"
        if states != [wanted] and not (plot.fate == "withdrawn" and states == []):
            wrong.append(f"{plot.detection} should be one alert, {wanted}, and is {states}")
    return wrong
