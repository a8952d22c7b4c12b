"""The processes of a run: senders, and the teller of the story. Any may be killed at any point.

Import this module first of all in a process: it arms `crash.point` before others take hold of it.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

import daywatch.crash

_FATE: list[tuple[random.Random, float, int]] = []


def _point(name: str) -> None:
    """A named step: die here at the run's rate, without clean-up."""
    for rng, rate, log in _FATE:
        if rng.random() < rate:
            os.write(log, f"{name}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)


daywatch.crash.point = _point


from daywatch.alerts.sender import Delivery, deliver  # noqa: E402
from daywatch.alerts.slack import SlackTransport  # noqa: E402
from daywatch.alerts.sweep import sweep  # noqa: E402
from daywatch.state import StateStore  # noqa: E402
from daywatch.state.engine import open_engine, state_url  # noqa: E402
from tests.chaos import story  # noqa: E402
from tests.chaos.clock import BUSY, IDLE, SharedClock  # noqa: E402
from tests.chaos.telling import tell  # noqa: E402
from tests.fakeslack.workspace import TOKEN  # noqa: E402

TIMEOUT_S = 0.1
"""Real seconds that a call may take; the fake hangs longer."""


@dataclass(frozen=True)
class Job:
    """What a process needs to know; it goes through a pipe."""

    slot: int
    clock: Path
    state: str
    slack: str
    seed: int
    kill_rate: float
    log: Path
    """one line per death: where"""
    progress: Path
    """events that were told; only the teller writes it"""
    alerts: int
    teams: int
    story_seed: int


def sender(job: Job) -> None:
    """Deliver, sweep, wait; as the `delivery` DAG does each minute, and each `alert` task."""
    clock = _begin(job)
    store = StateStore(open_engine(state_url(job.state)))
    transport = SlackTransport(TOKEN, base_url=job.slack, timeout=TIMEOUT_S)  # type: ignore[arg-type]
    try:
        while not clock.stopped:
            done = deliver(store, transport, clock, wait=clock.wait)
            sweep(store, transport, clock)
            clock.wait(_pause(done, clock), IDLE)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    store.close()


def _pause(done: Delivery, clock: SharedClock) -> float:
    """Until the next message is due, at least once a minute while any is under way."""
    if not (done.pending or done.ambiguous):
        return 1_800.0
    due = (done.next_at - clock()).total_seconds() if done.next_at else 60.0
    return min(max(due, 1.0), 60.0)


def teller(job: Job) -> None:
    """Tell the story from where the last teller died."""
    clock = _begin(job)
    store = StateStore(open_engine(state_url(job.state)))
    told = story.plots(job.alerts, random.Random(job.story_seed), job.teams)
    events = story.in_order(told)
    done = int(job.progress.read_text() or 0)
    try:
        for number, event in enumerate(events[done:], done + 1):
            gap = (event.at - clock()).total_seconds()
            if gap > 0:
                clock.wait(gap)
            if clock.stopped:
                return
            tell(store, event)
            daywatch.crash.point("teller.told")
            job.progress.write_text(str(number))
            clock.poke()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    store.close()


def _begin(job: Job) -> SharedClock:
    clock = SharedClock(job.clock, job.slot)
    clock.mark(BUSY)
    log = os.open(job.log, os.O_WRONLY | os.O_APPEND)
    _FATE[:] = [(random.Random(job.seed), job.kill_rate, log)]
    sys.stdout.flush()
    return clock
