"""Delivery against a fake Slack over real HTTP: once, whatever the network does."""

from __future__ import annotations

import logging
import socket
import threading
from datetime import timedelta

import pytest
from fake_slack import TOKEN, FakeSlack, Fault
from samples import DAY, NOW, Clock, breach, judge, quiet
from sqlalchemy import select

from daywatch.alerts import outbox
from daywatch.alerts.sender import Delivery, deliver
from daywatch.alerts.slack import SlackTransport
from daywatch.alerts.transport import open_transport
from daywatch.errors import ConfigurationError
from daywatch.settings import Settings
from daywatch.state import StateStore, open_state
from daywatch.state.models import OutboxMessage

MINUTES = 60.0


def run(store: StateStore, slack: FakeSlack, clock: Clock, **options: float) -> Delivery:
    transport = SlackTransport(TOKEN, base_url=slack.url, timeout=1)
    return deliver(store, transport, clock, wait=clock.wait, **options)


def rows(store: StateStore) -> list[OutboxMessage]:
    with store.reading() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def test_a_breach_is_delivered_once_and_a_second_run_sends_nothing(
    store: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    judge(store, DAY, breach(DAY))
    assert run(store, slack, clock).sent == 1
    judge(store, DAY, breach(DAY))
    again = run(store, slack, clock)
    assert (again.sent, again.updated, again.pending) == (0, 0, 0)
    (message,) = slack.live
    assert slack.called("chat.postMessage") == 1
    assert message.body["metadata"]["event_payload"]["key"] == rows(store)[0].key
    assert message.body["unfurl_links"] is False and "link_names" not in message.body


def test_a_later_day_edits_the_message_and_the_end_replies_in_its_thread(
    store: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    for offset, outcome in enumerate(
        [breach(DAY), breach(DAY + timedelta(days=1), 80.0), quiet(), quiet()]
    ):
        clock.at = NOW + timedelta(days=offset)
        judge(store, DAY + timedelta(days=offset), outcome, now=clock())
        run(store, slack, clock)
    (message,) = slack.live
    assert message.edits == 2 and "ENDED" in message.body["text"]
    (reply,) = slack.replies
    assert reply.thread_ts == message.ts and "Recovered" in reply.body["text"]
    assert {row.state for row in rows(store)} == {outbox.SENT}
    assert all(row.delivered_version == row.version for row in rows(store))


@pytest.mark.parametrize(
    "fault",
    [
        Fault("drop", accept=True),
        Fault("status", accept=True, status=500),
        Fault("status", accept=True, status=503),
        Fault("html", accept=True),
        Fault("truncated", accept=True),
        Fault("hang", accept=True),
        Fault("error", accept=True, error="internal_error"),
    ],
    ids=lambda f: f"{f.kind}{f.status if f.kind == 'status' else ''}{f.error}",
)
def test_an_accepted_post_whose_answer_is_lost_is_adopted_not_repeated(
    lite: StateStore, slack: FakeSlack, fault: Fault
) -> None:
    clock = Clock()
    judge(lite, DAY, breach(DAY))
    slack.fail("chat.postMessage", fault)
    first = run(lite, slack, clock)
    assert (first.sent, first.ambiguous) == (0, 1)
    assert run(lite, slack, clock).adopted == 0, "too early: it may still appear"
    clock.wait(2 * MINUTES)
    second = run(lite, slack, clock)
    assert (second.adopted, second.sent, second.ambiguous) == (1, 0, 0)
    assert slack.called("chat.postMessage") == 1 and len(slack.live) == 1
    (row,) = rows(lite)
    assert (row.state, row.delivered_version) == (outbox.SENT, row.version)


@pytest.mark.parametrize(
    "fault", [Fault("drop"), Fault("status", status=500), Fault("html")], ids=lambda f: f.kind
)
def test_a_post_that_was_not_accepted_is_posted_again_after_history_denies_it(
    lite: StateStore, slack: FakeSlack, fault: Fault
) -> None:
    clock = Clock()
    judge(lite, DAY, breach(DAY))
    slack.fail("chat.postMessage", fault)
    run(lite, slack, clock)
    clock.wait(2 * MINUTES)
    assert run(lite, slack, clock).sent == 1
    assert len(slack.live) == 1 and slack.called("chat.postMessage") == 2


def test_a_lost_answer_is_found_on_a_later_page_of_history(lite: StateStore) -> None:
    with FakeSlack(page=3) as slack:
        clock = Clock()
        judge(lite, DAY, breach(DAY))
        slack.fail("chat.postMessage", Fault("drop", accept=True))
        run(lite, slack, clock)
        for i in range(8):
            note = {"channel": "C00000001", "text": f"chatter {i}"}
            slack.answer("chat.postMessage", TOKEN, note)
        clock.wait(2 * MINUTES)
        assert run(lite, slack, clock).adopted == 1
        assert slack.called("conversations.history") == 3


def test_a_reply_whose_answer_is_lost_is_found_in_its_thread(
    lite: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    for offset, outcome in enumerate([breach(DAY), quiet(), quiet()]):
        judge(lite, DAY + timedelta(days=offset), outcome)
        if offset == 0:
            run(lite, slack, clock)
    slack.fail("chat.postMessage", Fault("drop", accept=True))
    run(lite, slack, clock)
    clock.wait(2 * MINUTES)
    assert run(lite, slack, clock).adopted == 1
    assert len(slack.replies) == 1 and slack.called("conversations.replies") == 1


def test_unreadable_history_waits_ten_minutes_and_then_repeats_marked(
    lite: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    judge(lite, DAY, breach(DAY))
    slack.fail("chat.postMessage", Fault("drop"))
    slack.fail("conversations.history", *[Fault("status", status=500)] * 20)
    run(lite, slack, clock)
    for _ in range(9):
        clock.wait(MINUTES)
        assert run(lite, slack, clock).sent == 0
    clock.wait(3 * MINUTES)
    assert run(lite, slack, clock).sent == 1
    assert "Possibly repeated" in str(slack.live[0].body["blocks"][-1])


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("1", 1), ("1800", 1800), ("999999", 3600), (None, 30), ("soon", 30), ("nan", 30), ("-5", 1)],
)
def test_rate_limits_are_honoured_without_sleeping(
    lite: StateStore, slack: FakeSlack, header: str | None, seconds: int
) -> None:
    clock = Clock()
    judge(lite, DAY, breach(DAY))
    headers = {"Retry-After": header} if header else {}
    slack.fail("chat.postMessage", Fault("error", status=429, error="ratelimited", headers=headers))
    waited: list[float] = []
    transport = SlackTransport(TOKEN, base_url=slack.url, timeout=1)
    done = deliver(lite, transport, clock, wait=waited.append)
    assert (done.sent, done.pending, waited) == (0, 1, [])
    assert done.next_at == clock() + timedelta(seconds=seconds)
    clock.wait(seconds - 0.5)
    assert run(lite, slack, clock, budget_seconds=0).sent == 0
    clock.wait(1)
    assert run(lite, slack, clock).sent == 1 and len(slack.live) == 1


def test_a_refused_connection_is_a_definite_no_and_is_tried_again(
    lite: StateStore, slack: FakeSlack
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/api/"
    clock = Clock()
    judge(lite, DAY, breach(DAY))
    done = deliver(lite, SlackTransport(TOKEN, base_url=nobody), clock, wait=clock.wait)
    assert (done.pending, done.ambiguous) == (1, 0)
    clock.wait(MINUTES)
    assert run(lite, slack, clock).sent == 1


@pytest.mark.parametrize("case", ["archived", "revoked", "invalid_auth", "channel_not_found"])
def test_permanent_errors_are_dead_letters_until_requeued(
    lite: StateStore, slack: FakeSlack, case: str
) -> None:
    clock = Clock()
    judge(lite, DAY, breach(DAY))
    for offset in (1, 2):
        judge(lite, DAY + timedelta(days=offset), quiet())
    channels = dict(slack.channels)
    slack.revoked = case == "revoked"
    slack.archived = {"C00000001"} if case == "archived" else set()
    if case == "channel_not_found":
        slack.channels = {}
    if case == "invalid_auth":
        slack.fail("chat.postMessage", Fault("error", error="invalid_auth"))
    run(lite, slack, clock)
    done = run(lite, slack, clock)
    assert (done.dead, done.pending) == (2, 0), "the message and its reply"
    assert "2 dead letters" in done.sentence()
    slack.revoked, slack.archived, slack.channels = False, set(), channels
    assert run(lite, slack, clock).sent == 0, "a dead letter stays dead by itself"
    with lite.transaction() as session:
        assert outbox.requeue(session, clock()) == 2
    assert run(lite, slack, clock).sent == 2
    assert len(slack.live) == 1 and len(slack.replies) == 1


def test_a_message_that_a_human_deleted_is_never_posted_again(
    store: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    judge(store, DAY, breach(DAY))
    run(store, slack, clock)
    slack.messages[0].deleted = True
    for offset in (1, 2, 3):
        outcome = breach(DAY + timedelta(days=1)) if offset == 1 else quiet()
        judge(store, DAY + timedelta(days=offset), outcome)
        clock.wait(MINUTES)
        run(store, slack, clock)
    clock.wait(MINUTES)
    run(store, slack, clock)
    assert slack.live == [] and slack.replies == []
    assert {row.state for row in rows(store)} == {outbox.DELETED}


def test_two_senders_at_once_send_each_message_once(
    any_settings: Settings, slack: FakeSlack
) -> None:
    stores = [open_state(any_settings) for _ in range(2)]
    outcomes = [breach(DAY, indicator=f"indicator_{i}", facts=breach(DAY).facts) for i in range(6)]
    for outcome in outcomes:
        judge(stores[0], DAY, outcome)
    together = threading.Barrier(2)
    first_posts = threading.Barrier(2)
    errors: list[BaseException] = []

    def overlap(method: str) -> None:
        # Hold the first post open until the other sender has had its try at the lease.
        if method == "chat.postMessage" and slack.called(method) == 1:
            first_posts.wait(20)

    slack.before = overlap

    def send(store: StateStore, first: bool) -> None:
        clock = Clock()
        try:
            together.wait(20)
            if first:
                run(store, slack, clock)
            else:
                while slack.called("chat.postMessage") == 0:
                    pass_time.wait(0.01)
                assert run(store, slack, clock).sent == 0, "the other holds the lease"
                first_posts.wait(20)
        except BaseException as error:
            errors.append(error)

    pass_time = threading.Event()
    threads = [
        threading.Thread(target=send, args=(store, i == 0)) for i, store in enumerate(stores)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert len(slack.live) == slack.called("chat.postMessage") == 6
    assert {row.state for row in rows(stores[0])} == {outbox.SENT}
    for store in stores:
        store.close()


def test_many_senders_racing_for_the_lease_send_each_message_once(
    any_settings: Settings, slack: FakeSlack
) -> None:
    stores = [open_state(any_settings) for _ in range(4)]
    for i in range(5):
        judge(stores[0], DAY, breach(DAY, indicator=f"indicator_{i}", facts=breach(DAY).facts))
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
    clock = Clock(NOW + timedelta(minutes=5))
    run(stores[0], slack, clock)
    keys = [m.body["metadata"]["event_payload"]["key"] for m in slack.live]
    assert len(keys) == len(set(keys)) == 5
    for store in stores:
        store.close()


def test_a_sender_that_died_after_the_claim_is_found_out(
    store: StateStore, slack: FakeSlack
) -> None:
    """The claim is committed before the call, so a death in between leaves it behind."""
    clock = Clock()
    judge(store, DAY, breach(DAY))

    class Killed(BaseException):
        pass

    class Dying(SlackTransport):
        def post(self, message: object) -> object:  # type: ignore[override]
            super().post(message)  # type: ignore[arg-type]
            raise Killed  # the process dies with the answer in its hands

    with pytest.raises(Killed):
        deliver(store, Dying(TOKEN, base_url=slack.url), clock, wait=clock.wait)
    (row,) = rows(store)
    assert row.state == outbox.CLAIMED
    assert run(store, slack, clock).sent == 0, "its lease still runs"
    clock.wait(2 * MINUTES)
    done = run(store, slack, clock)
    assert (done.adopted, done.sent) == (1, 0)
    assert len(slack.live) == slack.called("chat.postMessage") == 1


def test_a_fenced_out_sender_changes_nothing(lite: StateStore, slack: FakeSlack) -> None:
    """It slept past its lease; another adopted the message meanwhile."""
    clock = Clock()
    judge(lite, DAY, breach(DAY))

    class Slow(SlackTransport):
        def post(self, message):  # type: ignore[no-untyped-def]
            outcome = super().post(message)
            clock.wait(2 * MINUTES)
            assert run(lite, slack, clock).adopted == 1
            return outcome

    done = deliver(lite, Slow(TOKEN, base_url=slack.url), clock, wait=clock.wait)
    assert done.sent == 0 and len(slack.live) == 1
    assert rows(lite)[0].state == outbox.SENT


def test_the_pace_is_one_message_a_second_and_the_rest_is_left(
    lite: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    for i in range(6):
        judge(lite, DAY, breach(DAY, indicator=f"indicator_{i}", facts=breach(DAY).facts))
    done = run(lite, slack, clock, budget_seconds=3)
    assert (done.sent, done.pending) == (4, 2)
    assert clock() == NOW + timedelta(seconds=3)


def test_the_token_is_in_no_log_and_no_exception(
    lite: StateStore, slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("slack_sdk").setLevel(logging.DEBUG)
    clock = Clock()
    judge(lite, DAY, breach(DAY))
    slack.fail("chat.postMessage", Fault("drop"), Fault("html"))
    slack.fail("conversations.history", Fault("error", error="invalid_auth"))
    done = run(lite, slack, clock)
    clock.wait(2 * MINUTES)
    run(lite, slack, clock)
    transport = SlackTransport(TOKEN, base_url=slack.url)
    seen = caplog.text + repr(transport) + str(done) + "".join(r.error for r in rows(lite))
    assert TOKEN not in seen
    for bad in (f"{TOKEN}\nx", f"{TOKEN} x", f"{TOKEN}é"):
        with pytest.raises(ConfigurationError) as caught:
            SlackTransport(bad)
        assert TOKEN not in str(caught.value) and caught.value.__cause__ is None


def test_without_a_token_messages_are_previews_and_with_one_they_go_to_slack(
    settings: Settings,
) -> None:
    assert open_transport(settings).sends is False
    assert open_transport(settings, "  ").sends is False
    assert open_transport(settings, TOKEN).sends is True
    assert open_transport(settings.model_copy(update={"slack_token": None})).name == "preview"


def test_a_token_that_comes_later_posts_what_was_only_a_preview(
    lite: StateStore, slack: FakeSlack, settings: Settings
) -> None:
    clock = Clock()
    judge(lite, DAY, breach(DAY))
    deliver(lite, open_transport(settings, now=clock), clock, wait=clock.wait)
    judge(lite, DAY + timedelta(days=1), breach(DAY + timedelta(days=1)))
    assert run(lite, slack, clock).sent == 1
    assert len(slack.live) == 1 and slack.called("chat.update") == 0


def test_a_recovery_of_a_mere_preview_is_not_posted_alone(
    lite: StateStore, slack: FakeSlack, settings: Settings
) -> None:
    clock = Clock()
    for offset, outcome in enumerate([breach(DAY), quiet(), quiet()]):
        judge(lite, DAY + timedelta(days=offset), outcome)
    with lite.transaction() as session:
        reply = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "reply")).one()
        reply.not_before = clock() + timedelta(seconds=1)
    deliver(lite, open_transport(settings, now=clock), clock, wait=clock.wait)
    clock.wait(MINUTES)
    done = run(lite, slack, clock)
    assert (done.sent, done.pending) == (0, 0) and slack.messages == []


def test_only_drawn_transitions_are_possible() -> None:
    row = OutboxMessage(key="k", state=outbox.DELETED)
    for state in (outbox.PENDING, outbox.SENT, outbox.CLAIMED, outbox.DEAD):
        with pytest.raises(outbox.TransitionError):
            outbox.move(row, state)
    assert row.state == outbox.DELETED
