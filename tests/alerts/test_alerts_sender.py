"""Delivery against a fake Slack over real HTTP: once, in order, at its pace, edited in place."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from fake_slack import TOKEN, FakeSlack, Fault
from samples import NOW, Clock
from sending import MINUTE, answer, row, rows, run, say, trail, transport

from daywatch.alerts import outbox
from daywatch.alerts.sender import deliver
from daywatch.alerts.slack import SlackTransport
from daywatch.alerts.transport import Outgoing
from daywatch.errors import ConfigurationError
from daywatch.state import StateStore
from daywatch.state.models import OutboxMessage


def test_a_message_is_delivered_once_and_a_second_run_sends_nothing(
    store: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    say(store, "k1")
    assert run(store, slack, clock).sent == 1
    assert say(store, "k1") is False, "the same again is nothing new"
    again = run(store, slack, clock)
    assert (again.sent, again.updated, again.pending, again.overdue) == (0, 0, 0, 0)
    (message,) = slack.live
    assert slack.called("chat.postMessage") == 1 and message.key == "k1"
    assert trail(store, "k1") == ["message.sent"]


def test_a_change_edits_the_message_and_a_reply_goes_into_its_thread(
    store: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    say(store, "k1")
    run(store, slack, clock)
    say(store, "k1", "A breach, and another day")
    answer(store, "r1", "k1")
    done = run(store, slack, clock)
    assert (done.sent, done.updated) == (1, 1)
    (message,) = slack.live
    (reply,) = slack.replies
    assert message.edits == 1 and message.version == 2 and reply.thread_ts == message.ts
    assert all(one.delivered_version == one.version for one in rows(store))
    assert trail(store, "k1") == ["message.sent", "message.edited"]


def test_pages_go_before_replies_and_extras_and_nothing_before_its_thread(
    store: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    answer(store, "extra", "k1", priority=outbox.EXTRA)
    answer(store, "reply", "k1")
    say(store, "k1")
    say(store, "k2")
    run(store, slack, clock)
    assert [m.key for m in slack.messages] == ["k1", "k2", "reply", "extra"]


def test_a_reply_waits_for_the_message_of_its_thread(lite: StateStore, slack: FakeSlack) -> None:
    clock = Clock()
    say(lite, "k1", now=NOW + timedelta(minutes=5))
    answer(lite, "r1", "k1")
    assert run(lite, slack, clock).sent == 0
    clock.wait(5 * MINUTE)
    assert run(lite, slack, clock).sent == 2
    assert slack.replies[0].thread_ts == slack.live[0].ts


def test_an_editable_reply_is_edited_where_it_stands(lite: StateStore, slack: FakeSlack) -> None:
    clock = Clock()
    say(lite, "k1")
    answer(lite, "log", "k1", editable=True)
    run(lite, slack, clock)
    answer(lite, "log", "k1", "More, and more", editable=True)
    assert answer(lite, "log", "k1", "Not editable: said is said") is False
    assert run(lite, slack, clock).updated == 1
    (reply,) = slack.replies
    assert reply.edits == 1 and reply.body["text"] == "More, and more"
    assert len(slack.live) == 1


def test_a_reply_that_changed_while_it_was_sent_is_edited_afterwards(
    lite: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    say(lite, "k1")
    run(lite, slack, clock)
    answer(lite, "log", "k1", "first", editable=True)

    class Meanwhile(SlackTransport):
        def reply(self, message: Outgoing):  # type: ignore[no-untyped-def]
            outcome = super().reply(message)
            answer(lite, "log", "k1", "second", editable=True)
            return outcome

    deliver(lite, Meanwhile(TOKEN, base_url=slack.url), clock, wait=clock.wait)
    assert slack.replies[0].body["text"] == "second"
    assert row(lite, "log").delivered_version == row(lite, "log").version == 2


def test_a_message_that_a_human_deleted_is_never_posted_again(
    store: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    say(store, "k1")
    run(store, slack, clock)
    slack.human_deletes(slack.messages[0])
    say(store, "k1", "changed")
    run(store, slack, clock)
    answer(store, "r1", "k1")
    clock.wait(MINUTE)
    assert run(store, slack, clock).pending == 0
    say(store, "k1", "changed again")
    run(store, slack, clock)
    assert slack.live == [] and slack.replies == []
    assert {one.state for one in rows(store)} == {outbox.DELETED}


@pytest.mark.parametrize("deleted_parent", ["unthread", "thread_not_found"])
def test_a_reply_to_a_deleted_message_leaves_nothing_in_the_channel(
    lite: StateStore, slack: FakeSlack, deleted_parent: str
) -> None:
    """Slack takes such a reply as a message of its own; only its answer tells."""
    clock = Clock()
    slack.deleted_parent = deleted_parent
    say(lite, "k1")
    run(lite, slack, clock)
    slack.human_deletes(slack.messages[0])
    answer(lite, "r1", "k1")
    run(lite, slack, clock)
    assert slack.live == [] and slack.replies == []
    assert row(lite, "r1").state == outbox.DELETED


def test_the_pace_is_one_message_a_second_and_the_rest_is_left(
    lite: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    for number in range(6):
        say(lite, f"k{number}")
    done = run(lite, slack, clock, budget_seconds=3)
    assert (done.sent, done.pending) == (4, 2)
    assert clock() == NOW + timedelta(seconds=3)


def test_without_extras_pages_leave_and_charts_wait(lite: StateStore, slack: FakeSlack) -> None:
    clock = Clock()
    say(lite, "k1")
    answer(lite, "r1", "k1")
    answer(lite, "x1", "k1", priority=outbox.EXTRA)
    done = run(lite, slack, clock, extras=False)
    assert (done.sent, done.pending) == (2, 1)
    assert run(lite, slack, clock).sent == 1


def test_messages_past_their_deadline_are_counted(lite: StateStore, slack: FakeSlack) -> None:
    clock = Clock()
    say(lite, "k1")
    slack.fail("chat.postMessage", *[Fault("error", status=429, error="ratelimited")] * 9)
    run(lite, slack, clock)
    clock.wait(outbox.DEADLINE.total_seconds() + 1)
    done = run(lite, slack, clock)
    assert done.overdue == 1 and "1 OVERDUE" in done.sentence()


@pytest.mark.parametrize("minutes", [-10, -90])
def test_a_clock_that_goes_back_stops_nothing_for_long(
    lite: StateStore, slack: FakeSlack, minutes: int
) -> None:
    clock = Clock()
    say(lite, "k1", now=NOW - timedelta(hours=3))
    say(lite, "k2", now=NOW - timedelta(hours=3))

    class Killed(BaseException):
        pass

    class Dying(SlackTransport):
        def post(self, message: Outgoing):  # type: ignore[no-untyped-def]
            raise Killed  # it leaves a lease and a claim of a time that will not come for long

    with pytest.raises(Killed):
        deliver(lite, Dying(TOKEN, base_url=slack.url), clock, wait=clock.wait)
    clock.wait(minutes * MINUTE)
    assert run(lite, slack, clock).sent == 1, "the other message"
    clock.wait(3 * MINUTE)
    run(lite, slack, clock)
    assert sorted(m.key for m in slack.live) == ["k1", "k2"]


def test_a_fault_of_our_own_in_one_message_stops_no_other(
    lite: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    say(lite, "k1")
    say(lite, "k2")

    class Broken(SlackTransport):
        def post(self, message: Outgoing):  # type: ignore[no-untyped-def]
            if message.key == "k1":
                raise KeyError("our own")
            return super().post(message)

    done = deliver(lite, Broken(TOKEN, base_url=slack.url), clock, wait=clock.wait)
    assert (done.sent, done.dead) == (1, 1)
    assert row(lite, "k1").error == "internal: KeyError"
    assert row(lite, "k1").doubtful_since is not None
    assert trail(lite, "k1") == ["message.dead"]


def test_the_token_is_in_no_log_and_no_exception(
    lite: StateStore, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("slack_sdk").setLevel(logging.DEBUG)
    clock = Clock()
    say(lite, "k1")
    slack.fail("chat.postMessage", Fault("drop"), Fault("html"))
    slack.fail("conversations.history", Fault("error", error="invalid_auth"))
    done = run(lite, slack, clock)
    clock.wait(2 * MINUTE)
    run(lite, slack, clock)
    seen = caplog.text + repr(transport(slack)) + str(done) + "".join(r.error for r in rows(lite))
    assert TOKEN not in seen
    for bad in (f"{TOKEN}\nx", f"{TOKEN} x", f"{TOKEN}é"):
        with pytest.raises(ConfigurationError) as caught:
            SlackTransport(bad)
        assert TOKEN not in str(caught.value) and caught.value.__cause__ is None


def test_only_drawn_transitions_are_possible() -> None:
    deleted = OutboxMessage(key="k", state=outbox.DELETED)
    for state in (outbox.PENDING, outbox.SENT, outbox.CLAIMED, outbox.DEAD):
        with pytest.raises(outbox.TransitionError):
            outbox.move(deleted, state)
    assert deleted.state == outbox.DELETED
    sent = OutboxMessage(key="k", state=outbox.SENT)
    for state in (outbox.CLAIMED, outbox.DEAD, outbox.AMBIGUOUS, outbox.DELETED):
        with pytest.raises(outbox.TransitionError):
            outbox.move(sent, state)


def test_the_drawing_and_the_rule_are_the_same() -> None:
    """The docstring draws exactly the arrows that `move` allows."""
    drawn: dict[str, set[str]] = {}
    words = (outbox.__doc__ or "").replace(",\n", ", ").replace("\n              ", " ")
    for line in words.splitlines():
        if "-->" not in line and "->" not in line:
            continue
        before, after = line.rsplit(">", 1)[0], line.rsplit(">", 1)[1]
        starts = [
            s for s in outbox._ALLOWED if s in before.split("--")[0].replace(",", " ").split()
        ]
        told = after.split("(")[0]
        for start in starts:
            drawn.setdefault(start, set()).update(
                e for e in outbox._ALLOWED if e in told.replace(";", " ").split()
            )
    assert {s: e for s, e in outbox._ALLOWED.items() if e} == drawn
