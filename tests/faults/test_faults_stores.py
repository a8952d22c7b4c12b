"""Databases and clocks that fail while a message is on its way."""

from __future__ import annotations

import contextlib
import resource
import sqlite3
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.alerts import invariants
from tests.alerts.samples import DAY, NOW, Clock, breach, judge
from tests.fakeslack import TOKEN, FakeSlack, Fault

from daywatch.alerts import outbox
from daywatch.alerts.sender import Delivery, deliver
from daywatch.alerts.slack import SlackTransport
from daywatch.errors import Unavailable
from daywatch.settings import Settings
from daywatch.state import StateStore, open_state


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    """A workspace with the sample's channel."""
    with FakeSlack() as server:
        yield server


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[StateStore]:
    """A state store in a file."""
    found = open_state(Settings(data_dir=tmp_path / "data", state_url="", slack_token=None))
    yield found
    found.close()


def run(store: StateStore, slack: FakeSlack, now: Clock) -> Delivery:
    """What an `alert` task delivers: the page, without the extras in its thread."""
    transport = SlackTransport(TOKEN, base_url=slack.url, timeout=1)
    return deliver(store, transport, now, wait=now.wait, extras=False)


def once(store: StateStore, slack: FakeSlack, now: datetime) -> None:
    """One message, delivered in time, and nothing else."""
    assert len(slack.live) == 1
    assert invariants.one_live_message_per_key(store, slack) == []
    assert invariants.none_past_its_deadline(store, now) == []
    assert [row.state for row in invariants.rows_of(store) if not row.thread_key] == [outbox.SENT]


@pytest.mark.postgres
def test_a_database_connection_that_is_cut_during_the_post_repeats_nothing(
    postgres_url: str, slack: FakeSlack
) -> None:
    store = open_state(Settings(state_url=postgres_url, slack_token=None))
    clock = Clock()
    judge(store, DAY, breach(DAY))

    def cut(method: str) -> None:
        if method == "chat.postMessage":
            with psycopg.connect(postgres_url, autocommit=True) as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

    slack.before = cut
    with contextlib.suppress(Unavailable):  # the next minute goes on
        run(store, slack, clock)
    slack.before = lambda method: None
    for _ in range(3):
        clock.wait(60)
        run(store, slack, clock)
    once(store, slack, clock())
    assert slack.called("chat.postMessage") == 1
    store.close()


@contextlib.contextmanager
def no_room() -> Iterator[None]:
    """No file of this process grows: the next write to the database's log fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_under_the_state_store_repeats_nothing(
    lite: StateStore, slack: FakeSlack
) -> None:
    """The answer of the post cannot be written down; once there is room, history tells it."""
    clock = Clock()
    judge(lite, DAY, breach(DAY))
    with contextlib.ExitStack() as stack:
        slack.before = lambda method: stack.enter_context(no_room()) if not slack.live else None
        with pytest.raises(Unavailable, match=r"full|I/O"):
            run(lite, slack, clock)
        assert len(slack.live) == 1
        clock.wait(180)
        with pytest.raises(Unavailable, match=r"full|I/O"):
            run(lite, slack, clock)
    slack.before = lambda method: None
    adopted = 0
    for _ in range(3):  # found abandoned first, looked for once its call must have ended
        adopted += run(lite, slack, clock).adopted
        clock.wait(60)
    assert adopted == 1
    once(lite, slack, clock())
    assert slack.called("chat.postMessage") == 1


def test_a_state_store_that_another_process_holds_is_waited_for(
    lite: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    judge(lite, DAY, breach(DAY))
    other = sqlite3.connect(str(lite.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    done: list[Delivery] = []
    sender = threading.Thread(target=lambda: done.append(run(lite, slack, clock)))
    sender.start()
    sender.join(1.0)
    assert sender.is_alive() and not slack.live, "it waits for the lock"
    other.execute("ROLLBACK")
    sender.join(30)
    other.close()
    assert done[0].sent == 1
    once(lite, slack, clock())


@pytest.mark.parametrize("skew", [-10, 10], ids=["ten-minutes-behind", "ten-minutes-ahead"])
@pytest.mark.parametrize("lost", [True, False], ids=["accepted", "not-accepted"])
def test_clocks_ten_minutes_apart_neither_lose_nor_repeat(
    lite: StateStore, skew: int, lost: bool
) -> None:
    """The sender that finds the unclear post has another clock than the one that made it."""
    slack_now = Clock()

    def seconds() -> float:
        return (slack_now() - datetime(1970, 1, 1)).total_seconds()

    with FakeSlack(clock=seconds) as slack:
        mine, other = Clock(), Clock(NOW + timedelta(minutes=skew))
        judge(lite, DAY, breach(DAY))
        slack.fail("chat.postMessage", Fault("drop", accept=lost))
        run(lite, slack, mine)
        for _ in range(16):
            for clock in (slack_now, mine, other):
                clock.wait(60)
            run(lite, slack, other)
            run(lite, slack, mine)
        once(lite, slack, max(mine(), other()))
        assert slack.called("chat.postMessage") == (1 if lost else 2)


def test_a_clock_that_is_set_back_ten_minutes_only_delays(
    lite: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    for n in range(3):
        judge(lite, DAY, breach(DAY, indicator=f"indicator_{n}", facts=breach(DAY).facts))
    deliver(
        lite,
        SlackTransport(TOKEN, base_url=slack.url, timeout=1),
        clock,
        wait=clock.wait,
        budget_seconds=0,
    )
    assert len(slack.live) == 1
    clock.at -= timedelta(minutes=10)
    for _ in range(12):
        run(lite, slack, clock)
        clock.wait(60)
    assert len(slack.live) == 3
    assert invariants.one_live_message_per_key(lite, slack) == []
