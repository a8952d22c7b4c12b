"""I2, I6: a day that never ran is told, once, until it has run; whoever is dead."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from daywatch import pipeline
from daywatch.catalog import load_catalog
from daywatch.digest import digest_facts
from daywatch.house import open_house
from daywatch.standing import day_standing
from daywatch.tending import tend
from tests.content import HEADER, write_detection
from tests.tending.scene import TODAY, YESTERDAY, Scene, at

LATE = at(9)
"""After 08:45, when the team's day should have ended."""


def test_a_dead_scheduler_is_told_to_every_team_once(scene: Scene) -> None:
    scene.clock.now = at(7.2)
    scene.tend()
    assert scene.heard("spam-data") == [], "not due yet"
    scene.clock.now = LATE
    tended = scene.tend()
    assert tended.not_run == 2, "one message for each of the two teams"
    (told,) = scene.heard("spam-data")
    assert "Not run" in told and "spam" in told
    (ours,) = [line for line in scene.heard("ts-daywatch") if "Not run" in line]
    assert "daywatch" in ours
    for _ in range(3):
        scene.clock.wait(60)
        assert scene.tend().not_run == 0
    assert len(scene.heard("spam-data")) == 1
    assert scene.slack.duplicated() == []
    trail = [row for row in scene.house.state.audit_trail() if row.action == "day.not_run"]
    assert {row.actor for row in trail} == {"daywatch"} and len(trail) == 2


def test_the_message_is_closed_when_all_have_run(scene: Scene) -> None:
    write_detection(scene.settings.home, "second")
    scene.house = replace(scene.house, catalog=load_catalog(scene.settings))
    scene.house.warehouse.prepare(scene.house.catalog)
    scene.house.state.notice_detections(["spam.second", *known(scene)], at(0))
    scene.clock.now = LATE
    scene.tend()
    (told,) = scene.heard("spam-data")
    assert "2 detections" in told
    scene.load()
    scene.run()
    assert scene.tend().not_run == 1
    (told,) = scene.heard("spam-data")
    assert "1 detection " in told, "edited as one ran late"
    scene.run("second")
    scene.tend()
    (told,) = scene.heard("spam-data")
    assert "Caught up" in told
    assert not day_standing(scene.house, YESTERDAY).absent or all(
        "spam" not in line for line in day_standing(scene.house, YESTERDAY).absent
    )


def known(scene: Scene) -> list[str]:
    return sorted(scene.house.state.known_detections())


def test_ten_paused_days_are_told_for_the_horizon_and_counted_for_the_rest(lite: Scene) -> None:
    lite.house.state.notice_detections([], at(0))  # the canary left long ago
    lite.house.state.notice_detections(["spam.burst"], at(0, TODAY - timedelta(days=20)))
    lite.clock.now = LATE
    tended = lite.tend()
    assert tended.not_run == 3, "one message for each day of the paging horizon"
    assert len(lite.heard("spam-data")) == 3
    facts = digest_facts(lite.house, lite.house.catalog.teams["spam"], LATE)
    earlier = [line for line in facts.not_run if "earlier days" in line]
    assert earlier == [f"spam.burst: 20 earlier days since {TODAY - timedelta(days=21)}"]
    assert "spam.burst: never ran" in facts.not_run


def test_a_detection_that_left_is_not_missed_and_one_that_comes_back_is_new(lite: Scene) -> None:
    catalog = lite.house.catalog
    gone = catalog.model_copy(
        update={"detections": {n: d for n, d in catalog.detections.items() if n != "spam.burst"}}
    )
    lite.clock.now = LATE
    lite.house = replace(lite.house, catalog=gone)
    lite.tend()
    assert lite.heard("spam-data") == []
    assert "spam.burst" not in lite.house.state.known_detections()
    lite.house = replace(lite.house, catalog=catalog)
    lite.tend()
    assert lite.heard("spam-data") == [], "its days without it were nobody's to run"
    assert lite.house.state.known_detections()["spam.burst"] == LATE


def test_a_broken_file_says_its_fault(lite: Scene) -> None:
    write_detection(lite.settings.home, "burst", header=HEADER.replace("lookback", "lokback"))
    lite.house = replace(lite.house, catalog=load_catalog(lite.settings))
    lite.clock.now = LATE
    lite.tend()
    (message,) = [m for m in lite.slack.live if "spam" in str(m.body["text"])]
    assert "burst.sql:10" in str(message.body["blocks"]), message.body["blocks"]


def test_a_build_that_died_counts_as_not_run(lite: Scene) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        lite.house.state.step("spam.burst", YESTERDAY, "build", "r"),
    ):
        raise KeyboardInterrupt
    # Killed: it never wrote its end.
    with lite.house.state.transaction() as session:
        session.connection().exec_driver_sql(
            "UPDATE runs SET state = 'running', finished_at = NULL, started_at = ?",
            (at(4).isoformat(sep=" "),),
        )
    lite.clock.now = LATE
    lite.tend()
    (message,) = [m for m in lite.slack.live if "Not run" in str(m.body["text"])][:1]
    assert "its build began and never ended" in str(message.body["blocks"])


def test_a_held_back_day_has_its_own_message_and_is_not_missed(lite: Scene) -> None:
    lite.run()  # no sign-ups: held back
    lite.clock.now = LATE
    lite.tend()
    assert not [line for line in lite.heard("spam-data") if "Not run" in line]


def test_built_and_never_validated_is_told(lite: Scene) -> None:
    lite.load()
    burst = lite.house.catalog.detections["spam.burst"]
    pipeline.build(lite.house, burst, YESTERDAY, run_id="r1")
    lite.clock.now = LATE
    lite.tend()
    assert "was built and never validated" in str([m.body["blocks"] for m in lite.slack.live])


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_ten_minutes_off_tells_nobody_wrongly(lite: Scene, minutes: int) -> None:
    """A run that ends as late as it may, seen by a clock that is off, is not called missing."""
    lite.load()
    last_moment = at(8.25) + timedelta(minutes=minutes)  # deadline and timeout used up
    lite.clock.now = last_moment
    lite.tend()
    assert lite.heard("spam-data") == []
    lite.run()
    lite.clock.now = LATE + timedelta(minutes=minutes)
    lite.tend()
    assert lite.heard("spam-data") == []


def test_two_rounds_at_once_tell_once(scene: Scene) -> None:
    scene.clock.now = LATE
    houses = [open_house(scene.settings) for _ in range(2)]
    start, results = threading.Barrier(2), []

    def work(index: int) -> None:
        with houses[index] as house:
            mine = replace(house, now=lambda: LATE)
            start.wait()
            results.append(tend(mine, scene.transport, budget_seconds=3, wait=lambda s: None))

    threads = [threading.Thread(target=work, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(results) == 2
    assert not [tended.faults for tended in results if tended.faults]
    scene.clock.wait(120)
    scene.tend()
    assert scene.slack.duplicated() == []
    assert len(scene.heard("spam-data")) == 1
