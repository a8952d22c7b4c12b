"""Charts on their way to Slack: uploaded once, shown by the message, and never in its way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from fake_slack import FakeSlack, Fault
from samples import Clock
from sending import MINUTE, answer, row, run, say, text

from daywatch.alerts import blocks as kit
from daywatch.alerts import outbox
from daywatch.state import StateStore

CHART = {"title": "Bursts", "points": []}


def draw(chart: Mapping[str, Any]) -> bytes:
    return b"\x89PNG of " + str(chart["title"]).encode()


def pictured(store: StateStore, title: str = "Bursts") -> None:
    """A message, and a reply in its thread that shows a chart."""
    say(store, "a")
    payload = text(f"Details of {title}", kit.chart("The chart in words"))
    answer(store, "b", to="a", payload=payload, chart=CHART | {"title": title}, editable=True)


def images(slack: FakeSlack) -> list[str]:
    """The files that the one reply shows."""
    [reply] = slack.replies
    return [b["slack_file"]["id"] for b in reply.body["blocks"] if b["type"] == "image"]


def test_the_reply_shows_a_private_file_that_was_uploaded_once(
    store: StateStore, slack: FakeSlack
) -> None:
    pictured(store)
    run(store, slack, Clock(), draw=draw)
    [file_id] = images(slack)
    assert slack.files[file_id].content == b"\x89PNG of Bursts"
    assert row(store, "b").file_id == file_id
    assert slack.called("files.completeUploadExternal") == 1


def test_another_chart_is_another_file_in_the_same_message(
    lite: StateStore, slack: FakeSlack
) -> None:
    clock = Clock()
    pictured(lite)
    run(lite, slack, clock, draw=draw)
    [first] = images(slack)
    pictured(lite, "Bursts, a day later")
    clock.wait(MINUTE)
    run(lite, slack, clock, draw=draw)
    [second] = images(slack)
    assert first != second and slack.files[second].content.endswith(b"a day later")
    assert len(slack.replies) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", status=500),
        Fault("drop"),
        Fault("error", error="not_allowed_token_type"),
        Fault("error", status=429, error="ratelimited", headers={"Retry-After": "1"}),
    ],
    ids=["500", "drop", "scope", "429"],
)
def test_an_upload_that_never_works_leaves_the_message_without_its_picture(
    lite: StateStore, slack: FakeSlack, fault: Fault
) -> None:
    clock = Clock()
    pictured(lite)
    slack.fail("files.getUploadURLExternal", *[fault] * 9)
    for _ in range(6):
        run(lite, slack, clock, draw=draw)
        clock.wait(MINUTE)
    assert len(slack.live) == 1, "the page did not wait"
    assert images(slack) == [] and row(lite, "b").state == outbox.SENT


def test_a_chart_that_cannot_be_drawn_is_left_out(lite: StateStore, slack: FakeSlack) -> None:
    def broken(chart: Mapping[str, Any]) -> bytes:
        raise ValueError("no such chart")

    clock = Clock()
    pictured(lite)
    for _ in range(6):
        run(lite, slack, clock, draw=broken)
        clock.wait(MINUTE)
    assert images(slack) == [] and slack.called("files.getUploadURLExternal") == 0


def test_a_file_that_slack_still_processes_is_shown_a_little_later(lite: StateStore) -> None:
    clock = Clock()

    def seconds() -> float:
        return clock().timestamp()

    with FakeSlack(clock=seconds) as slack:
        slack.processing_s = 8.0
        pictured(lite)
        for _ in range(4):
            run(lite, slack, clock, draw=draw)
            clock.wait(10)
        assert len(images(slack)) == 1 and len(slack.replies) == 1
