"""/daywatch: answers to the caller alone, about the caller's teams."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.interaction.conftest import ANA, CY, World, eventually

from daywatch.alerts import silences
from daywatch.alerts.people import Actor
from daywatch.alerts.silences import Match


def test_help_teaches_anybody(world: World) -> None:
    for text in ("", "help", "HELP  me"):
        assert "/daywatch silence DETECTION" in world.type(text, "U0STRANGER")


def test_an_unknown_word_is_said_with_the_help(world: World) -> None:
    answer = world.type("explode <!channel>")
    assert answer.startswith("There is no `explode`.")
    assert "/daywatch alerts" in answer and "<!channel>" not in answer


@pytest.mark.parametrize("text", ["alerts", "silences", "status", "unsilence 1", "silence a 1d b"])
def test_whom_no_team_names_is_refused_and_told_the_own_id(world: World, text: str) -> None:
    assert "No team file names you (`U0STRANGER`)" in world.type(text, "U0STRANGER")
    assert world.audited("alert.refused") == [("slack:U0STRANGER", "command")]


def test_alerts_lists_those_of_the_callers_teams(world: World) -> None:
    listed = world.type("alerts")
    assert "*critical* platform_abuse.signup_burst burst_networks · since 2026-03-02" in listed
    assert f"`{world.key[:8]}`" in listed
    assert "nobody has acknowledged it" in listed
    world.press("ack")
    eventually(lambda: world.alert().acknowledged_by == "Ana")
    assert "acknowledged by Ana" in world.type("alerts")
    assert world.type("alerts", CY) == "No alert is open. (quality)"


@pytest.mark.parametrize(
    ("target", "detection", "indicator"),
    [
        ("signup_burst", "platform_abuse.signup_burst", "*"),
        ("platform_abuse.signup_burst", "platform_abuse.signup_burst", "*"),
        ("signup_burst.bursts", "platform_abuse.signup_burst", "bursts"),
        ("platform_abuse.signup_burst.bursts", "platform_abuse.signup_burst", "bursts"),
    ],
)
def test_silence_takes_a_detection_and_an_indicator(
    world: World, target: str, detection: str, indicator: str
) -> None:
    assert "is set until" in world.type(f"silence {target} 3d  new  game launches")
    (silence,) = world.desk.state.silences_in_force(world.desk.now())
    assert (silence.match["detection"], silence.match["indicator"]) == (detection, indicator)
    assert silence.reason == "new game launches"
    assert silence.expires_at - world.desk.now() > timedelta(days=2.99)
    listed = world.type("silences")
    assert f"`{silence.id}`" in listed and "Ana: new game launches" in listed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("silence", "none of your teams has a detection"),
        ("silence backlog_age 3d not ours", "none of your teams has a detection"),
        ("silence ../../etc/passwd 3d x y z", "none of your teams has a detection"),
        ("silence signup_burst.a.b 3d too deep", "none of your teams has a detection"),
        ("silence signup_burst soon because", "is no time"),
        ("silence signup_burst 3d", "needs a reason"),
        ("silence signup_burst 31d too long", "30 days"),
        ("silence signup_burst 999d far too long", "30 days"),
        ("unsilence nothing", "no silence"),
    ],
)
def test_what_cannot_be_done_is_said_in_plain_words(world: World, text: str, said: str) -> None:
    assert said in world.type(text)
    assert world.desk.state.silences_in_force(world.desk.now()) == []


def test_unsilence_ends_a_silence_of_the_own_team_only(world: World) -> None:
    world.type("silence signup_burst 3d a game")
    (silence,) = world.desk.state.silences_in_force(world.desk.now())
    refused = world.type(f"unsilence {silence.id}", CY)
    assert "Only people of platform abuse may do that" in refused
    assert world.audited("alert.refused") == [(f"slack:{CY}", silence.id)]
    assert len(world.desk.state.silences_in_force(world.desk.now())) == 1
    assert "has ended" in world.type(f"unsilence {silence.id}")
    assert world.desk.state.silences_in_force(world.desk.now()) == []
    assert world.audited("silence.ended") == [(f"slack:{ANA}", silence.id)]


def test_another_teams_silences_are_not_shown(world: World) -> None:
    now = world.desk.now()
    with world.desk.state.transaction() as session:
        silences.add(
            session,
            team="quality",
            channel="#quality-data",
            match=Match("quality.backlog_age"),
            reason="secret plans",
            owner=Actor("cli:cy", "Cy"),
            until=now + timedelta(days=1),
            now=now,
        )
    assert world.type("silences").startswith("Nothing is silenced.")
    assert "secret plans" in world.type("silences", CY)


def test_what_others_wrote_cannot_mention_anybody(world: World) -> None:
    world.type("silence backlog_age 2d <!channel> look <@U0ANA>", CY)
    listed = world.type("silences", CY)
    assert "<!channel>" not in listed and "<@" not in listed
    assert "&lt;!channel&gt;" in listed


def test_status_tells_how_each_team_stands(world: World) -> None:
    status = world.type("status")
    assert "*platform abuse*: 0 of 11 detections ran, 0 breached" in status
    assert "platform_abuse.co_share not run" in status
    assert "broken" not in status
    assert "1 alerts open, 1 unacknowledged; 0 silences" in status
    assert "quality" not in status


def test_status_names_broken_files_since_they_never_run(world: World) -> None:
    (world.settings.sql_dir / "platform_abuse/co_share.sql").write_text("select 1")
    status = world.type("status")
    assert "0 of 10 detections ran" in status
    assert "1 broken files: platform_abuse.co_share" in status
