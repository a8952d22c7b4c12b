"""Unclear answers: the channel's history decides, once for all; a late answer is believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from fake_slack import TOKEN, FakeSlack, Fault, rate_limited
from samples import NOW, Clock
from sending import CHANNEL_ID, MINUTE, answer, row, run, say

from daywatch.alerts import outbox
from daywatch.alerts.sender import deliver
from daywatch.alerts.slack import SlackTransport
from daywatch.alerts.transport import Outgoing
from daywatch.state import StateStore

LOST = [
    Fault("drop", accept=True),
    Fault("reset", accept=True),
    Fault("status", accept=True, status=500),
    Fault("status", accept=True, status=503),
    Fault("html", accept=True),
    Fault("truncated", accept=True),
    Fault("hang", accept=True),
    Fault("error", accept=True, error="internal_error"),
]


@pytest.mark.parametrize("fault", LOST, ids=lambda f: f.name)
def test_an_accepted_post_whose_answer_is_lost_is_adopted_not_repeated(
    lite: StateStore, slack: FakeSlack, fault: Fault
) -> None:
    clock = Clock()
    say(lite, "k1")
    slack.fail("chat.postMessage", fault)
    first = run(lite, slack, clock)
    assert (first.sent, first.ambiguous) == (0, 1)
    assert run(lite, slack, clock).adopted == 0, "too early: it may still appear"
    clock.wait(2 * MINUTE)
    second = run(lite, slack, clock)
    assert (second.adopted, second.sent, second.ambiguous) == (1, 0, 0)
    assert slack.called("chat.postMessage") == 1 and len(slack.live) == 1
    found = row(lite, "k1")
    assert (found.state, found.delivered_version) == (outbox.SENT, found.version)
    assert found.doubtful_since is not None and found.look_at is not None


@pytest.mark.parametrize(
    "fault", [Fault("drop"), Fault("status", status=500), Fault("html")], ids=lambda f: f.name
)
def test_a_post_that_was_not_accepted_is_posted_again_after_history_denies_it(
    lite: StateStore, slack: FakeSlack, fault: Fault
) -> None:
    clock = Clock()
    say(lite, "k1")
    slack.fail("chat.postMessage", fault)
    run(lite, slack, clock)
    clock.wait(2 * MINUTE)
    assert run(lite, slack, clock).sent == 1
    assert len(slack.live) == 1 and slack.called("chat.postMessage") == 2
    assert "blocks" in slack.live[0].body and "Possibly" not in str(slack.live[0].body)


def test_a_lost_answer_is_found_on_a_later_page_of_history(lite: StateStore) -> None:
    with FakeSlack(page=3) as slack:
        clock = Clock()
        say(lite, "k1")
        slack.fail("chat.postMessage", Fault("drop", accept=True))
        run(lite, slack, clock)
        for number in range(8):
            slack.human_says(CHANNEL_ID, f"chatter {number}")
        clock.wait(2 * MINUTE)
        assert run(lite, slack, clock).adopted == 1
        assert slack.called("conversations.history") == 3


def test_a_reply_whose_answer_is_lost_is_found_in_its_thread(
    lite: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    say(lite, "k1")
    run(lite, slack, clock)
    answer(lite, "r1", "k1")
    slack.fail("chat.postMessage", Fault("drop", accept=True))
    run(lite, slack, clock)
    clock.wait(2 * MINUTE)
    assert run(lite, slack, clock).adopted == 1
    assert len(slack.replies) == 1 and slack.called("conversations.replies") == 1


def test_one_reading_of_the_history_decides_all_unclear_messages(
    lite: StateStore, slack: FakeSlack
) -> None:
    """History may be had once a minute only; ten readings would end in blind repeats."""
    clock = Clock()
    for number in range(10):
        say(lite, f"k{number}")
        fault = Fault("drop", accept=number % 2 == 0)
        slack.fail("chat.postMessage", fault)
    run(lite, slack, clock)
    assert run(lite, slack, clock).ambiguous == 10
    clock.wait(3 * MINUTE)
    done = run(lite, slack, clock)
    assert (done.adopted, done.sent) == (5, 5)
    assert slack.called("conversations.history") == 1
    assert sorted(m.key for m in slack.live) == [f"k{n}" for n in range(10)]


def test_a_rate_limited_history_waits_as_long_as_it_is_told(
    lite: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    for number in range(3):
        say(lite, f"k{number}")
    slack.fail("chat.postMessage", *[Fault("drop", accept=True)] * 3)
    run(lite, slack, clock)
    slack.fail("conversations.history", rate_limited("55"), rate_limited("55"))
    clock.wait(2 * MINUTE)
    for _ in range(4):
        run(lite, slack, clock)
        clock.wait(30)
    run(lite, slack, clock)
    assert slack.called("conversations.history") == 3
    assert slack.called("chat.postMessage") == 3 == len(slack.live)


@pytest.mark.parametrize("error", ["missing_scope", "not_in_channel", ""])
def test_unreadable_history_waits_ten_minutes_and_then_repeats_marked(
    lite: StateStore, slack: FakeSlack, error: str
) -> None:
    clock = Clock()
    say(lite, "k1")
    slack.fail("chat.postMessage", Fault("drop"))
    fault = Fault("error", error=error) if error else Fault("status", status=500)
    slack.fail("conversations.history", *[fault] * 20)
    run(lite, slack, clock)
    for _ in range(9):
        clock.wait(MINUTE)
        assert run(lite, slack, clock).sent == 0
    clock.wait(3 * MINUTE)
    slack.fail("chat.postMessage", rate_limited("30"))
    assert run(lite, slack, clock).sent == 0
    clock.wait(MINUTE)
    assert run(lite, slack, clock).sent == 1
    assert "Possibly repeated" in str(slack.live[0].body["blocks"][-1]), "in spite of the 429"


def test_a_thread_that_is_gone_takes_its_unclear_reply_with_it(
    lite: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    say(lite, "k1")
    run(lite, slack, clock)
    answer(lite, "r1", "k1")
    slack.fail("chat.postMessage", Fault("drop"))
    run(lite, slack, clock)
    slack.human_deletes(slack.messages[0])
    clock.wait(2 * MINUTE)
    run(lite, slack, clock)
    assert row(lite, "r1").state == outbox.DELETED and slack.replies == []


def test_an_unclear_edit_is_made_again(lite: StateStore, slack: FakeSlack) -> None:
    clock = Clock()
    say(lite, "k1")
    run(lite, slack, clock)
    say(lite, "k1", "changed")
    slack.fail("chat.update", Fault("drop"))
    run(lite, slack, clock)
    clock.wait(MINUTE)
    assert run(lite, slack, clock).updated == 1
    assert slack.live[0].body["text"] == "changed" and slack.called("chat.postMessage") == 1


class Killed(BaseException):
    """As a power cut: nothing after it runs."""


@pytest.mark.parametrize("kind", ["post", "update"])
def test_a_sender_that_died_in_its_call_is_found_out(
    store: StateStore, slack: FakeSlack, kind: str
) -> None:
    """The claim is committed before the call, so a death in between leaves it behind."""
    clock = Clock()
    say(store, "k1")
    if kind == "update":
        run(store, slack, clock)
        say(store, "k1", "changed")
    claimed = clock() if kind == "post" else clock() + timedelta(seconds=1)  # the channel's pace

    class Dying(SlackTransport):
        def _call(self, method, **arguments):  # type: ignore[no-untyped-def]
            super()._call(method, **arguments)
            raise Killed  # the process dies with the answer in its hands

    with pytest.raises(Killed):
        deliver(store, Dying(TOKEN, base_url=slack.url), clock, wait=clock.wait)
    assert row(store, "k1").state == outbox.CLAIMED
    assert run(store, slack, clock).sent == 0, "its lease still runs"
    for _ in range(3):
        clock.wait(MINUTE)
        run(store, slack, clock)
    assert row(store, "k1").state == outbox.SENT
    assert row(store, "k1").doubtful_since == claimed
    assert len(slack.live) == slack.called("chat.postMessage") == 1


def test_a_fenced_out_sender_changes_nothing(lite: StateStore, slack: FakeSlack) -> None:
    """It slept past its lease; another adopted the message meanwhile."""
    clock = Clock()
    say(lite, "k1")

    class Slow(SlackTransport):
        def post(self, message: Outgoing):  # type: ignore[no-untyped-def]
            outcome = super().post(message)
            for _ in range(3):
                clock.wait(MINUTE)
                run(lite, slack, clock)
            return outcome

    done = deliver(lite, Slow(TOKEN, base_url=slack.url), clock, wait=clock.wait)
    assert done.sent == 0 and len(slack.live) == 1
    assert row(lite, "k1").state == outbox.SENT


def test_an_answer_that_comes_after_another_took_over_spares_the_search(
    lite: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    say(lite, "k1")

    class Slow(SlackTransport):
        def post(self, message: Outgoing):  # type: ignore[no-untyped-def]
            outcome = super().post(message)
            clock.wait(61)
            run(lite, slack, clock)
            assert row(lite, "k1").state == outbox.AMBIGUOUS
            return outcome

    done = deliver(lite, Slow(TOKEN, base_url=slack.url), clock, wait=clock.wait)
    assert done.sent == 1 and row(lite, "k1").state == outbox.SENT
    clock.wait(5 * MINUTE)
    run(lite, slack, clock)
    assert slack.called("conversations.history") == 0 and len(slack.live) == 1


def test_another_clock_ten_minutes_ahead_does_not_repeat_a_call_under_way(
    lite: StateStore, slack: FakeSlack
) -> None:
    clock, ahead = Clock(), Clock(NOW + timedelta(minutes=10))
    say(lite, "k1")

    class Slow(SlackTransport):
        def post(self, message: Outgoing):  # type: ignore[no-untyped-def]
            for _ in range(2):
                run(lite, slack, ahead)  # it takes the claim for abandoned
                ahead.wait(5)
            return super().post(message)

    deliver(lite, Slow(TOKEN, base_url=slack.url), clock, wait=clock.wait)
    for _ in range(4):
        ahead.wait(MINUTE)
        run(lite, slack, ahead)
    assert slack.called("chat.postMessage") == 1 and row(lite, "k1").state == outbox.SENT


def test_a_long_error_text_fits_the_table(lite: StateStore, slack: FakeSlack) -> None:
    clock = Clock()
    say(lite, "k1")

    class Wordy(SlackTransport):
        def post(self, message: Outgoing):  # type: ignore[no-untyped-def]
            return replace(super().post(message), error="\x00é" * 100_000)

    slack.fail("chat.postMessage", Fault("drop"))
    done = deliver(lite, Wordy(TOKEN, base_url=slack.url), clock, wait=clock.wait)
    assert len(row(lite, "k1").error) <= 500 and len(done.errors[0]) < 600
