"""The canary is looked for where people would see it; its absence is told another way."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest

from daywatch import canary, heartbeat
from daywatch.alerts.preview import PreviewTransport
from daywatch.alerts.sender import deliver
from daywatch.canary import Sighting
from daywatch.catalog.model import CANARY
from daywatch.standing import day_standing
from tests.tending.scene import TODAY, YESTERDAY, Scene, at
from tests.tending.watcher import watcher

IN_TIME, TOO_LATE = at(6.6), at(7.5)
"""The canary flies at 06:30 and must be seen by 07:20."""


def told(scene: Scene, url: str) -> None:
    """Point the house at a watcher."""
    settings = scene.house.settings.model_copy(update={"heartbeat_url": url})
    scene.house = replace(scene.house, settings=settings)


def fly(scene: Scene, day: date = YESTERDAY) -> None:
    """Run the canary of the day and send its alert."""
    scene.run("canary", day)
    scene.tend()


def actions(scene: Scene) -> list[str]:
    """What the audit trail says of the canary, oldest first."""
    trail = reversed(scene.house.state.audit_trail())
    return [row.action for row in trail if row.action.startswith("canary.")]


def test_a_canary_is_seen_told_and_resolved(scene: Scene) -> None:
    with watcher() as outside:
        told(scene, outside.url)
        scene.clock.now = IN_TIME
        scene.run("canary")
        scene.tend()
        beat = canary.check(scene.house, scene.transport, YESTERDAY)
        assert beat.sighting is Sighting.SEEN and beat.alert_key
        assert outside.calls == ["/ping/secret"]
        canary.check(scene.house, scene.transport, YESTERDAY)
        scene.tend()
        assert outside.calls == ["/ping/secret"], "once a day"
    assert actions(scene) == ["canary.seen"]
    kept = scene.house.state.beat(YESTERDAY)
    assert kept and kept.seen_at and kept.heartbeat_at and not kept.error
    assert not [a for a in scene.house.state.open_alerts() if a.detection == CANARY]
    scene.clock.wait(120)
    scene.tend()
    assert len([m for m in scene.slack.live if "anary" in str(m.body["text"])]) == 1


def test_each_day_has_a_message_of_its_own(lite: Scene) -> None:
    days = [YESTERDAY - timedelta(days=1), YESTERDAY]
    for index, day in enumerate(days):
        lite.clock.now = at(6.6, TODAY - timedelta(days=1 - index))
        lite.house.state.notice_detections([*lite.house.catalog.detections], at(0, days[0]))
        fly(lite, day)
        lite.clock.wait(60)
        assert canary.check(lite.house, lite.transport, day).sighting is Sighting.SEEN
        lite.clock.wait(60)
        lite.tend()
    keys = {beat.alert_key for beat in lite.house.state.beats()}
    assert len(keys) == 2
    assert len([m for m in lite.slack.live if m.key in keys]) == 2
    assert lite.slack.duplicated() == []


def test_a_canary_that_never_flew_is_missed(lite: Scene) -> None:
    with watcher() as outside:
        told(lite, outside.url)
        lite.clock.now = TOO_LATE
        tended = lite.tend()
        assert [beat.sighting for beat in tended.canary] == [Sighting.MISSED]
        assert not tended.fine
        assert "never ran" in tended.canary[0].said
        assert outside.calls == ["/ping/secret/fail"]
        lite.tend(thorough=True)
        assert outside.calls == ["/ping/secret/fail"], "told once"
    assert actions(lite) == ["canary.missed"]
    standing = day_standing(lite.house, YESTERDAY)
    assert not standing.canary_well and not standing.fine
    assert "NOT SEEN" in standing.canary


def test_a_canary_whose_message_a_human_deleted_was_not_seen(lite: Scene) -> None:
    lite.clock.now = IN_TIME
    lite.run("canary")
    deliver(lite.house.state, lite.transport, lite.clock, wait=lite.clock.wait)
    (message,) = lite.slack.live
    lite.slack.human_deletes(message)
    beat = canary.check(lite.house, lite.transport, YESTERDAY)
    assert beat.sighting is Sighting.WAITING, "still in time"
    lite.clock.now = TOO_LATE
    beat = canary.check(lite.house, lite.transport, YESTERDAY)
    assert beat.sighting is Sighting.MISSED
    assert "not in the channel's history" in beat.said


def test_a_channel_that_is_archived_means_missed(lite: Scene) -> None:
    lite.clock.now = IN_TIME
    lite.slack.archived.add("C0DAYW001")
    fly(lite)
    lite.clock.now = TOO_LATE
    assert canary.check(lite.house, lite.transport, YESTERDAY).sighting is Sighting.MISSED


def test_a_missed_canary_is_told_on_a_host_without_a_token_too(lite: Scene) -> None:
    """The token may be Airflow's alone; `daywatch status` runs anywhere."""
    lite.clock.now = IN_TIME
    lite.slack.archived.add("C0DAYW001")
    fly(lite)
    lite.clock.now = TOO_LATE
    canary.check(lite.house, lite.transport, YESTERDAY)
    elsewhere = lite.house.settings.model_copy(update={"slack_token": None})
    beat = canary.standing(replace(lite.house, settings=elsewhere))
    assert beat.sighting is Sighting.MISSED and not beat.fine


def test_one_that_came_late_is_seen_after_all(lite: Scene) -> None:
    lite.clock.now = TOO_LATE
    lite.tend()
    lite.run("canary")
    lite.tend()
    lite.clock.wait(60)
    tended = lite.tend(thorough=True)
    assert [beat.sighting for beat in tended.canary] == [Sighting.SEEN]
    assert actions(lite) == ["canary.missed", "canary.seen"]
    assert day_standing(lite.house, YESTERDAY).canary_well


def test_previews_are_no_proof_and_say_so(lite: Scene) -> None:
    lite.clock.now = TOO_LATE
    settings = lite.house.settings.model_copy(update={"slack_token": None})
    lite.house = replace(lite.house, settings=settings)
    lite.run("canary")
    beat = canary.check(lite.house, PreviewTransport(settings.previews_dir), YESTERDAY)
    assert beat.sighting is Sighting.UNPROVED and beat.fine
    assert "no Slack token" in beat.sentence()
    assert lite.house.state.beat(YESTERDAY) is None
    assert "no proof" in day_standing(lite.house, YESTERDAY).canary


def test_a_day_beyond_the_horizon_sends_nothing_and_misses_nothing(lite: Scene) -> None:
    beat = canary.check(lite.house, lite.transport, TODAY - timedelta(days=9))
    assert beat.sighting is Sighting.UNPROVED


@pytest.mark.parametrize(("status", "hang_s"), [(500, 0), (404, 0), (200, 30)])
def test_a_watcher_that_fails_blocks_nothing_and_is_called_again(
    lite: Scene, status: int, hang_s: float
) -> None:
    lite.clock.now = IN_TIME
    lite.run("canary")
    deliver(lite.house.state, lite.transport, lite.clock, wait=lite.clock.wait)

    def quick(url: str, suffix: str = "") -> str:
        return heartbeat.call(url, suffix, timeout=0.3)

    with watcher(status, hang_s) as outside:
        told(lite, outside.url)
        started = time.monotonic()
        beat = canary.check(lite.house, lite.transport, YESTERDAY, call=quick)
        assert time.monotonic() - started < 5
        assert beat.sighting is Sighting.SEEN, "the canary itself was seen"
        assert "was not told" in beat.watcher
    kept = lite.house.state.beat(YESTERDAY)
    assert kept and kept.seen_at and not kept.heartbeat_at
    assert kept.error.startswith("heartbeat: ") and "secret" not in kept.error
    with watcher() as outside:
        told(lite, outside.url)
        lite.tend()
        assert outside.calls == ["/ping/secret"]
    kept = lite.house.state.beat(YESTERDAY)
    assert kept and kept.heartbeat_at and not kept.error


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/x", "not an address", "http:///x"]
)
def test_only_http_addresses_are_called(url: str) -> None:
    assert heartbeat.call(url) == "DAYWATCH_HEARTBEAT_URL is no http(s) address"


def test_a_watcher_nobody_answers_for_is_told_without_its_address() -> None:
    said = heartbeat.call("http://127.0.0.1:9/secret", timeout=0.5)
    assert "cannot be reached" in said and "secret" not in said


def test_an_edit_of_an_older_message_is_no_proof(lite: Scene) -> None:
    day = YESTERDAY - timedelta(days=1)
    lite.clock.now = at(6.6, YESTERDAY)
    lite.house.state.notice_detections([*lite.house.catalog.detections], at(0, day))
    lite.run("canary", day)
    deliver(lite.house.state, lite.transport, lite.clock, wait=lite.clock.wait)
    lite.clock.now = IN_TIME
    lite.run("canary")  # nobody looked for the day before, so its episode goes on
    deliver(lite.house.state, lite.transport, lite.clock, wait=lite.clock.wait)
    beat = canary.check(lite.house, lite.transport, YESTERDAY, until=lite.clock.now)
    assert beat.sighting is Sighting.MISSED
    assert "nothing new was posted" in beat.said


def test_a_token_that_was_revoked_is_a_missed_canary(lite: Scene) -> None:
    lite.clock.now = IN_TIME
    lite.slack.revoked = True
    lite.run("canary")
    assert not lite.tend().fine
    lite.clock.now = TOO_LATE
    assert canary.check(lite.house, lite.transport, YESTERDAY).sighting is Sighting.MISSED
