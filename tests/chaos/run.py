"""One run: a story told to a store, several senders, a faulty Slack, and deaths at random."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import func, or_, select

from daywatch.alerts import outbox
from daywatch.settings import Settings
from daywatch.state import StateStore, open_state
from daywatch.state.models import OutboxMessage
from tests.chaos import story
from tests.chaos.clock import BUSY, GONE, SharedClock
from tests.chaos.outcome import Endured, Outcome, judge
from tests.chaos.workers import Job, sender, teller
from tests.fakeslack import FakeSlack, RandomFaults


@dataclass(frozen=True)
class Plan:
    """How a run goes. `speed` is of the clock while anybody works; waiting costs nothing."""

    alerts: int = 1_000
    seed: int = 1
    senders: int = 3
    teams: int = 10
    fault_rate: float = 0.25
    kill_rate: float = 0.005
    """of the named points that are passed: a message passes about six, so 3 % of its steps"""
    sudden_rate: float = 0.002
    """kills per call at no named point: anywhere"""
    human_rate: float = 0.01
    """messages that a human deletes"""
    tiers: bool = False
    speed: float = 40.0
    limit_s: float = 3_600.0
    """real seconds after which the run is given up, as not settled"""


def context() -> ForkServerContext:
    """Processes are forked from one that has imported everything: a death costs 10 ms."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["tests.chaos.workers"])
    return found


def run(plan: Plan, state: str, say: Callable[[str], None] = lambda line: None) -> Outcome:
    """One run on the state store of this URL, which must be empty."""
    settings = Settings(data_dir=Path(tempfile.gettempdir()), state_url=state, slack_token=None)
    store = open_state(settings)
    clock = SharedClock.create(story.START, plan.speed, plan.senders + 1)
    channels = {name: f"C{n:08d}" for n, name in enumerate(story.teams(plan.teams), 1)}
    slack = FakeSlack(
        channels, clock=clock.seconds, tiers=plan.tiers, remember_calls=False, hang_s=2.0
    )
    slack.draw = RandomFaults(random.Random(plan.seed), plan.fault_rate)
    with tempfile.TemporaryDirectory(prefix="chaos") as folder, slack:
        conductor = _Conductor(plan, state, store, clock, slack, Path(folder), say)
        try:
            conductor.conduct()
            return judge(plan, store, slack, conductor.endured())
        finally:
            conductor.end()
            store.close()
            clock.close()


class _Conductor:
    """Starts the processes, starts them again when they die, and lets time jump."""

    def __init__(
        self,
        plan: Plan,
        state: str,
        store: StateStore,
        clock: SharedClock,
        slack: FakeSlack,
        folder: Path,
        say: Callable[[str], None],
    ) -> None:
        self.plan, self.state, self.store, self.clock = plan, state, store, clock
        self.slack, self.folder, self.say = slack, folder, say
        self.rng = random.Random(plan.seed + 1)
        self.context = context()
        self.log, self.progress = folder / "deaths", folder / "progress"
        self.log.touch()
        self.progress.write_text("0")
        self.processes: dict[int, BaseProcess] = {}
        self.deaths = self.sudden = self.broken = 0
        self.human: set[str] = set()
        self.started = time.monotonic()
        self.settled = self.told = False

    def conduct(self) -> None:
        """Until everything is delivered and looked after, or the real time is up."""
        for slot in range(self.plan.senders + 1):
            self._start(slot)
        told, calls = time.monotonic(), 0
        while not self.settled and time.monotonic() - self.started < self.plan.limit_s:
            self._raise_the_dead()
            if not self._advance():
                time.sleep(0.0005)
            made = sum(self.slack.counts.values())
            for _ in range(made - calls):
                self._strike()
            calls = made
            if time.monotonic() - told > 5:
                told = time.monotonic()
                self.say(self._where())

    def _start(self, slot: int) -> None:
        job = Job(
            slot=slot,
            clock=self.clock.path,
            state=self.state,
            slack=self.slack.url,
            seed=self.plan.seed * 1_000_003 + self.deaths * 31 + slot,
            kill_rate=self.plan.kill_rate,
            log=self.log,
            progress=self.progress,
            alerts=self.plan.alerts,
            teams=self.plan.teams,
            story_seed=self.plan.seed,
        )
        self.clock.mark(BUSY, slot=slot)
        target = sender if slot < self.plan.senders else teller
        process = self.context.Process(target=target, args=(job,), daemon=True)
        process.start()
        self.processes[slot] = process

    def _raise_the_dead(self) -> None:
        for slot, process in list(self.processes.items()):
            code = process.exitcode
            if code is None:
                continue
            process.close()
            del self.processes[slot]
            if code == 0 and slot == self.plan.senders:
                self.told = True
                self.clock.mark(GONE, slot=slot)
                continue
            self.deaths += 1
            self.broken += code != -signal.SIGKILL
            self._start(slot)

    def _strike(self) -> None:
        """Now and then a sender dies in the middle of anything, and a human deletes a message."""
        if self.rng.random() < self.plan.sudden_rate:
            slot = self.rng.randrange(self.plan.senders)
            pid = self.processes[slot].pid if slot in self.processes else None
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
                self.sudden += 1
        if self.rng.random() < self.plan.human_rate * 0.2:
            self._delete_one()

    def _delete_one(self) -> None:
        """Only what is known to be sent: a message in doubt would rightly be posted again."""
        with self.store.reading() as session:
            query = select(OutboxMessage.key).where(
                OutboxMessage.state == outbox.SENT, OutboxMessage.doubtful_since.is_(None)
            )
            keys = sorted(session.scalars(query))
        key = self.rng.choice(keys) if keys else ""
        live = self.slack.live_of(key)
        if len(live) == 1 and self.slack.next_late() is None:
            self.slack.human_deletes(live[0])
            self.human.add(key)

    def _advance(self) -> bool:
        """Let time jump when everybody waits; whether it did."""
        slots = self.clock.slots()
        if any(state == BUSY for state, _ in slots):
            return False
        wakes = [wake for state, wake in slots if state != GONE]
        late = self.slack.next_late()
        if late is not None:
            wakes.append(late)
        now = self.clock.seconds()
        gap = min(wakes) - now
        if gap <= 0:
            self.slack.settle()
            return False
        if gap > 30 and self.told and late is None:
            self.settled = self._is_settled()
        self.clock.skip(gap)
        self.slack.settle()
        return True

    def _is_settled(self) -> bool:
        with self.store.reading() as session:
            open_rows = select(func.count()).where(
                or_(
                    OutboxMessage.state.in_([outbox.PENDING, outbox.CLAIMED, outbox.AMBIGUOUS]),
                    OutboxMessage.doubtful_since.is_not(None),
                )
            )
            return not session.scalar(open_rows)

    def _where(self) -> str:
        """Progress, for people."""
        with self.store.reading() as session:
            query = select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
            counts = ", ".join(f"{n} {state}" for state, n in session.execute(query))
        told = self.progress.read_text()
        return (
            f"{self.clock():%d %H:%M:%S} events {told}; {counts}; {self.deaths} deaths, "
            f"{sum(self.slack.counts.values())} calls"
        )

    def endured(self) -> Endured:
        """What the run did."""
        where = Counter(self.log.read_text().split())
        where["anywhere"] = self.sudden
        hours = (self.clock() - story.START).total_seconds() / 3600
        return Endured(
            kills=self.deaths - self.broken,
            where=dict(where),
            broken=self.broken,
            human=frozenset(self.human),
            settled=self.settled,
            seconds=time.monotonic() - self.started,
            simulated_hours=hours,
        )

    def end(self) -> None:
        """Stop the processes of this run, by their own ids."""
        self.clock.stop()
        for process in self.processes.values():
            process.join(5)
            if process.exitcode is None:
                process.kill()
                process.join(5)
