"""The morning digest: the proof of silence, from the state store; one per team and day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from daywatch.alerts import outbox
from daywatch.catalog import load_catalog
from daywatch.digest import digest_facts, write_digest
from daywatch.state.models import Alert, BreachRow, OutboxMessage, Silence
from tests.content import HEADER, write_detection
from tests.tending.scene import TODAY, YESTERDAY, Scene, at

MORNING = at(9)


def team(scene: Scene, name: str = "spam"):
    return scene.house.catalog.teams[name]


def test_a_day_that_ran_is_told_as_proof(scene: Scene) -> None:
    scene.load()
    scene.run()
    scene.tend()
    scene.clock.now = MORNING
    facts = digest_facts(scene.house, team(scene), MORNING)
    assert (facts.day, facts.expected, facts.ran, facts.published) == (YESTERDAY, 1, 1, 1)
    (line,) = facts.breached
    assert line.startswith("spam.burst bursts (high): ")
    assert facts.held_back == facts.not_run == facts.dead_letters == facts.overdue == ()
    (bucket,) = facts.open_alerts
    assert "spam.burst bursts" in bucket.lines[0]
    assert "unacknowledged" in facts.unacknowledged[0]


def test_held_back_and_never_run_are_told_apart(lite: Scene) -> None:
    lite.run()  # no sign-ups at all: the source holds it back
    write_detection(lite.settings.home, "second")
    lite.house = replace(lite.house, catalog=load_catalog(lite.settings))
    lite.house.state.notice_detections(["spam.second", "spam.burst"], at(0))
    lite.clock.now = MORNING
    facts = digest_facts(lite.house, team(lite), MORNING)
    assert facts.held_back[0].startswith("spam.burst: ")
    assert facts.not_run == ("spam.second: never ran",)
    assert (facts.expected, facts.ran, facts.published) == (2, 1, 0)


def test_one_message_per_team_and_day_and_a_rerun_edits_it(scene: Scene) -> None:
    scene.clock.now = MORNING
    assert write_digest(scene.house, team(scene), MORNING)
    assert not write_digest(scene.house, team(scene), MORNING), "as it was"
    scene.tend()
    before = [line for line in scene.heard("spam") if "spam" in line.lower()]
    scene.load()
    scene.run()
    scene.clock.wait(60)
    assert write_digest(scene.house, team(scene), scene.clock.now)
    scene.tend()
    keys = outbox.key_of("digest", "spam", "#spam", YESTERDAY)
    (message,) = scene.slack.live_of(keys)
    assert message.edits == 1 and before
    written = [r for r in scene.house.state.audit_trail() if r.action == "digest.written"]
    assert len(written) == 2


def test_a_confidential_team_is_told_names_and_counts_only(lite: Scene) -> None:
    secret = "10.0.0 is somebody"
    lite.run()
    with lite.house.state.transaction() as session:
        session.execute(update(OutboxMessage).values(state="dead", error="channel_not_found"))
    closed = team(lite).model_copy(update={"confidential": True})
    teams = {**lite.house.catalog.teams, "spam": closed}
    lite.house = replace(lite.house, catalog=lite.house.catalog.model_copy(update={"teams": teams}))
    lite.house.state.engine.dispose()
    with lite.house.state.transaction() as session:
        session.connection().exec_driver_sql("UPDATE runs SET message = ?", (secret,))
    lite.clock.now = MORNING
    facts = digest_facts(lite.house, closed, MORNING)
    assert facts.held_back == ("spam.burst",)
    assert secret not in str(facts)


def test_what_needs_a_human_is_listed(lite: Scene) -> None:
    now = MORNING
    lite.clock.now = now
    with lite.house.state.transaction() as session:
        session.add(
            Silence(
                id="s1",
                team="spam",
                match={"detection": "spam.*", "indicator": "*", "severity": "*"},
                reason="known campaign",
                owner="Ana",
                created_at=now,
                starts_at=now - timedelta(hours=1),
                expires_at=now + timedelta(days=1),
            )
        )
        for number in range(6):
            session.add(alert(f"a{number}", now - timedelta(days=number), number))
        session.add(breach("spam.burst", TODAY - timedelta(days=70)))
        for key, state, deadline in (
            ("m1", "dead", -1),
            ("m2", "pending", -1),
            ("m3", "pending", 1),
        ):
            session.add(message(key, state, now, now + timedelta(hours=deadline)))
    lite.house.state.notice_detections([], now)
    lite.house.state.notice_detections(["spam.burst"], now - timedelta(days=90))
    facts = digest_facts(lite.house, team(lite), now)
    assert "known campaign" in facts.silences[0] and "spam.*" in facts.silences[0]
    assert [n.detection for n in facts.noisy] == ["spam.burst"] and facts.noisy[0].alerts == 6
    assert facts.noisy[0].false_share == 0.5
    assert len(facts.dead_letters) == len(facts.overdue) == 1
    assert facts.never_fires[0].since == f"last breached {TODAY - timedelta(days=70)}"
    assert len(facts.to_digest) == 1 and facts.budget == 10
    assert [bucket.age for bucket in facts.open_alerts] == ["over a day", "a day or less"]


def alert(key: str, opened: object, number: int) -> Alert:
    """The first two are resolved, one of them as false; the third went to the digest."""
    resolution = {0: "false_positive_logic", 1: "true_positive"}.get(number)
    return Alert(
        key=key,
        team="spam",
        detection="spam.burst",
        indicator="bursts",
        channel="#spam",
        first_day=YESTERDAY,
        last_day=YESTERDAY,
        severity="high",
        state="ended" if resolution else "open",
        opened_at=opened if number != 2 else at(8),
        content={},
        route="digest" if number == 2 else "page",
        resolution=resolution,
    )


def breach(detection: str, day: object) -> BreachRow:
    return BreachRow(
        detection=detection,
        indicator="bursts",
        segment="",
        day=day,
        severity="high",
        found_at=MORNING,
    )


def message(key: str, state: str, now: object, deadline: object) -> OutboxMessage:
    return OutboxMessage(
        key=key,
        team="spam",
        kind="post",
        channel="#spam",
        payload={"name": key, "message": {}},
        state=state,
        error="is_archived" if state == "dead" else "",
        not_before=now,
        created_at=now,
        deadline=deadline,
    )


def test_experimental_breaches_stand_apart(lite: Scene) -> None:
    trial = HEADER.replace("production", "experimental")
    write_detection(lite.settings.home, "burst", header=trial)
    lite.house = replace(lite.house, catalog=load_catalog(lite.settings))
    lite.load()
    lite.run()
    lite.clock.now = MORNING
    facts = digest_facts(lite.house, team(lite), MORNING)
    assert facts.breached == () and len(facts.experimental) == 1
