"""Definite noes: rate limits, nobody there, dead letters and their second life."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from fake_slack import TOKEN, FakeSlack, Fault
from samples import Clock
from sending import MINUTE, answer, row, run, say, trail

from daywatch.alerts import outbox
from daywatch.alerts.sender import deliver
from daywatch.alerts.slack import SlackTransport
from daywatch.alerts.transport import open_transport
from daywatch.settings import Settings
from daywatch.state import StateStore


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("1", 1), ("1800", 1800), ("999999", 3600), (None, 30), ("soon", 30), ("nan", 30), ("-5", 1)],
)
def test_rate_limits_are_honoured_without_sleeping(
    lite: StateStore, slack: FakeSlack, header: str | None, seconds: int
) -> None:
    clock = Clock()
    say(lite, "a")
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
    say(lite, "a")
    done = deliver(lite, SlackTransport(TOKEN, base_url=nobody), clock, wait=clock.wait)
    assert (done.pending, done.ambiguous) == (1, 0)
    clock.wait(MINUTE)
    assert run(lite, slack, clock).sent == 1


@pytest.mark.parametrize("case", ["archived", "revoked", "invalid_auth", "channel_not_found"])
def test_permanent_errors_are_dead_letters_until_requeued(
    store: StateStore, slack: FakeSlack, case: str
) -> None:
    clock = Clock()
    say(store, "a")
    answer(store, "b", to="a")
    channels = dict(slack.channels)
    slack.revoked = case == "revoked"
    slack.archived = {"C00000001"} if case == "archived" else set()
    if case == "channel_not_found":
        slack.channels = {}
    if case == "invalid_auth":
        slack.fail("chat.postMessage", Fault("error", error="invalid_auth"))
    run(store, slack, clock)
    done = run(store, slack, clock)
    assert (done.dead, done.pending) == (2, 0), "the message and its reply"
    assert "2 dead letters" in done.sentence()
    slack.revoked, slack.archived, slack.channels = False, set(), channels
    assert run(store, slack, clock).sent == 0, "a dead letter stays dead by itself"
    with store.transaction() as session:
        assert outbox.requeue(session, clock(), actor="cli:ana") == 2
    assert run(store, slack, clock).sent == 2
    assert len(slack.live) == 1 and len(slack.replies) == 1
    assert trail(store, "a") == ["message.dead", "message.requeued", "message.sent"]


def test_without_a_token_messages_are_previews_and_with_one_they_go_to_slack(
    any_settings: Settings,
) -> None:
    assert open_transport(any_settings).sends is False
    assert open_transport(any_settings, "  ").sends is False
    assert open_transport(any_settings, TOKEN).sends is True


def test_a_token_that_comes_later_posts_what_changes_of_a_preview(
    lite: StateStore, slack: FakeSlack, any_settings: Settings
) -> None:
    clock = Clock()
    say(lite, "a")
    deliver(lite, open_transport(any_settings, now=clock), clock, wait=clock.wait)
    say(lite, "a", "A breach, a day later")
    assert run(lite, slack, clock).sent == 1
    assert len(slack.live) == 1 and slack.called("chat.update") == 0
    assert row(lite, "a").state == outbox.SENT


def test_without_a_token_a_store_that_sends_to_slack_is_left_alone(
    store: StateStore, slack: FakeSlack, any_settings: Settings
) -> None:
    """Somebody acts on a host that has no token: pages that wait must not end as previews."""
    clock = Clock()
    say(store, "a")
    run(store, slack, clock)
    say(store, "b")
    done = deliver(store, open_transport(any_settings, now=clock), clock, wait=clock.wait)
    assert (done.sent, done.pending) == (0, 1)
    assert "this store sends to Slack" in done.sentence()
    assert not any_settings.previews_dir.exists()
    clock.wait(MINUTE)
    assert run(store, slack, clock).sent == 1 and len(slack.live) == 2
