"""Several senders on one store: each message once."""

from __future__ import annotations

import threading
from datetime import timedelta

from fake_slack import FakeSlack
from samples import NOW, Clock
from sending import rows, run, say

from daywatch.alerts import outbox
from daywatch.settings import Settings
from daywatch.state import StateStore, open_state


def test_while_one_sender_holds_the_lease_another_sends_nothing(
    any_settings: Settings, slack: FakeSlack
) -> None:
    stores = [open_state(any_settings) for _ in range(2)]
    for number in range(6):
        say(stores[0], f"m{number}")
    first_post, tried = threading.Event(), threading.Event()
    errors: list[BaseException] = []

    def overlap(method: str) -> None:
        # Hold the first post open until the other sender has had its try at the lease.
        if method == "chat.postMessage" and not first_post.is_set():
            first_post.set()
            tried.wait(20)

    def send() -> None:
        try:
            run(stores[0], slack, Clock())
        except BaseException as error:
            errors.append(error)

    slack.before = overlap
    sender = threading.Thread(target=send)
    sender.start()
    assert first_post.wait(20)
    assert run(stores[1], slack, Clock()).sent == 0, "the other holds the lease"
    tried.set()
    sender.join(60)
    assert errors == []
    assert len(slack.live) == slack.called("chat.postMessage") == 6
    assert {row.state for row in rows(stores[0])} == {outbox.SENT}
    for store in stores:
        store.close()


def test_many_senders_racing_for_the_lease_send_each_message_once(
    any_settings: Settings, slack: FakeSlack
) -> None:
    stores = [open_state(any_settings) for _ in range(4)]
    for number in range(5):
        say(stores[0], f"m{number}")
    together = threading.Barrier(4)
    errors: list[BaseException] = []

    def send(store: StateStore) -> None:
        clock = Clock()
        try:
            together.wait(20)
            for _ in range(4):
                run(store, slack, clock)
                clock.wait(1)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=send, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    run(stores[0], slack, Clock(NOW + timedelta(minutes=5)))
    keys = [m.body["metadata"]["event_payload"]["key"] for m in slack.live]
    assert len(keys) == len(set(keys)) == 5
    for store in stores:
        store.close()
