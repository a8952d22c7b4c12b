"""kill -9 of a real sender at every named step, on both stores: nothing lost, nothing repeated."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime

import pytest
from fake_slack import TOKEN, FakeSlack, Fault
from samples import Clock
from sending import MINUTE, answer, run, say, text, transport
from tests.alerts import invariants

from daywatch.alerts import blocks as kit
from daywatch.alerts.sender import STEPS
from daywatch.alerts.sweep import sweep
from daywatch.settings import Settings
from daywatch.state import StateStore, open_state

SENDER = """
import sys, time
from datetime import datetime, timedelta
from daywatch.alerts.sender import deliver
from daywatch.alerts.slack import SlackTransport
from daywatch.alerts.sweep import sweep
from daywatch.settings import Settings
from daywatch.state import open_state

state, url, token, at = sys.argv[1:]
began, start = time.monotonic(), datetime.fromisoformat(at)

def now():
    return start + timedelta(seconds=time.monotonic() - began)

store = open_state(Settings(state_url=state, slack_token=None))
transport = SlackTransport(token, base_url=url, timeout=2)
deliver(store, transport, now, budget_seconds=4, draw=lambda chart: b"png")
sweep(store, transport, now)
"""


class World:
    """A store, a workspace on the test's clock, and what has been said."""

    def __init__(self, settings: Settings) -> None:
        self.clock = Clock()
        self.url = settings.state_url or f"sqlite:///{settings.data / 'state.db'}"
        self.store: StateStore = open_state(settings)
        self.slack = FakeSlack(clock=self.seconds)

    def seconds(self) -> float:
        """The test's time as Slack counts it."""
        return (self.clock() - datetime(1970, 1, 1)).total_seconds()

    def go_on(self, rounds: int = 1) -> None:
        """Rounds of a sender that lives."""
        for _ in range(rounds):
            run(self.store, self.slack, self.clock, draw=lambda chart: b"png")
            sweep(self.store, transport(self.slack), self.clock)
            self.clock.wait(MINUTE)

    def kill_at(self, point: str) -> None:
        """A sender in a process of its own that dies at this point."""
        done = subprocess.run(
            [sys.executable, "-c", SENDER, self.url, self.slack.url, TOKEN, str(self.clock())],
            env=os.environ | {"DAYWATCH_CRASH_AT": point},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == -9, f"{point} was never reached: {done.stderr[-2000:]}"
        self.clock.wait(MINUTE)


def plain(world: World) -> None:
    """A page, and a reply that shows a chart."""
    say(world.store, "a")
    payload = text("Details", kit.chart("In words"))
    answer(world.store, "b", to="a", payload=payload, chart={"title": "x"}, editable=True)


def unclear(world: World) -> None:
    """A page whose answer was lost, its time to be looked for come."""
    plain(world)
    world.slack.fail("chat.postMessage", Fault("drop", accept=True))
    run(world.store, world.slack, world.clock)
    world.clock.wait(3 * MINUTE)


def unthreaded(world: World) -> None:
    """A human deletes the page; its reply then lands in the channel."""
    plain(world)
    run(world.store, world.slack, world.clock, extras=False)
    world.slack.human_deletes(world.slack.live[0])
    world.clock.wait(MINUTE)


def copied(world: World) -> None:
    """A second copy of the page has appeared late."""
    say(world.store, "a")
    world.slack.fail("chat.postMessage", Fault("drop", accept=True, late=10 * MINUTE))
    for _ in range(6):
        run(world.store, world.slack, world.clock)
        world.clock.wait(MINUTE)
    world.clock.wait(10 * MINUTE)
    world.slack.settle()
    assert len(world.slack.live) == 2


SCENES: dict[str, Callable[[World], None]] = {
    "sender.searched": unclear,
    "sender.decided": unclear,
    "slack.unthreaded": unthreaded,
} | {step: copied for step in STEPS if step.startswith("sweep.")}


@pytest.mark.parametrize("point", STEPS)
def test_killed_at_any_step_the_channel_comes_out_right(any_settings: Settings, point: str) -> None:
    world = World(any_settings)
    with world.slack:
        SCENES.get(point, plain)(world)
        world.kill_at(point)
        world.go_on(8)
        world.clock.wait(60 * MINUTE)
        world.go_on(2)
        gone = point == "slack.unthreaded"  # a human deleted the page, and its row cannot know
        human = {"a"} if gone else set()
        assert invariants.one_live_message_per_key(world.store, world.slack, human) == []
        assert {row.state for row in invariants.rows_of(world.store)} <= {"sent", "deleted"}
        assert len(world.slack.live) == (0 if gone else 1)
    world.store.close()
