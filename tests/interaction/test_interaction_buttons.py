"""Buttons and forms over signed HTTP: what is done, shown, audited, refused and repeated."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from tests.fakeslack import Fault
from tests.fakeslack.faults import rate_limited
from tests.interaction.conftest import ANA, BO, CY, World, eventually, write_team

from daywatch.alerts import actions
from daywatch.alerts.outcomes import Outcome
from daywatch.alerts.people import Actor
from daywatch.interaction.modals import scopes


def test_an_acknowledgement_is_shown_in_the_message_at_once(world: World) -> None:
    answer = world.press("ack")
    assert (answer.status_code, answer.text) == (200, "")
    eventually(lambda: "Acknowledged by *Ana*" in world.shown())
    assert world.alert().acknowledged_by == "Ana"
    assert world.audited("alert.acknowledged") == [(f"slack:{ANA}", world.key)]
    assert world.told == []
    assert len(world.slack.live_of(world.key)) == 1


def test_the_second_is_told_privately_who_was_first(world: World) -> None:
    world.press("ack", ANA)
    eventually(lambda: world.alert().acknowledged_by == "Ana")
    world.press("ack", BO)
    eventually(lambda: bool(world.told))
    assert "Already acknowledged by Ana" in world.told[0]
    assert len(world.audited("alert.acknowledged")) == 1


def test_assign_gives_it_to_whoever_pressed(world: World) -> None:
    world.press("assign", BO)
    eventually(lambda: "Assigned to *bo*" in world.shown())
    assert world.alert().assignee == "bo"


@pytest.mark.parametrize(("option", "days"), [("1d", 1), ("7d", 7)])
def test_snooze_for_days(world: World, option: str, days: int) -> None:
    before = world.desk.now()
    world.press("snooze", option=option)
    eventually(lambda: world.alert().snoozed_until is not None)
    until = world.alert().snoozed_until
    assert until is not None and timedelta(0) <= until - before - timedelta(days=days)
    assert until - before < timedelta(days=days, seconds=30)


def test_snooze_until_the_value_falls(world: World) -> None:
    world.press("snooze", option="falls")
    eventually(lambda: world.alert().snoozed_until_falls)
    assert world.alert().snoozed_until is None
    eventually(lambda: "Snoozed until the value falls" in world.shown())


def test_resolve_asks_for_outcome_and_comment_and_records_them(world: World) -> None:
    world.press("resolve")
    eventually(lambda: bool(world.slack.views))
    view = world.slack.views[0]["view"]
    options = view["blocks"][1]["element"]["options"]
    assert [option["value"] for option in options] == [str(one) for one in Outcome]
    assert world.alert().resolution is None
    answer = world.send("resolve", {"outcome": "false_positive_data", "note": "late <rows>"})
    assert (answer.status_code, answer.text) == (200, "")
    eventually(lambda: world.alert().resolution == "false_positive_data")
    assert world.alert().resolution_note == "late <rows>"
    assert world.audited("alert.resolved") == [(f"slack:{ANA}", world.key)]
    eventually(lambda: "Resolved as *false positive: data*" in world.shown())
    assert "late &lt;rows&gt;" in world.shown()


def test_a_form_with_faults_stays_open_and_says_where(world: World) -> None:
    answer = world.send("silence", {"duration": "9y", "scope": "detection", "reason": " "})
    assert answer.json()["response_action"] == "errors"
    assert answer.json()["errors"].keys() == {"duration", "reason"}
    assert world.desk.state.silences_in_force(world.desk.now()) == []


@pytest.mark.parametrize(
    ("scope", "match"),
    [
        ("indicator", ("platform_abuse.signup_burst", "burst_networks", "*")),
        ("detection", ("platform_abuse.signup_burst", "*", "*")),
        ("severity", ("*", "*", "critical")),
    ],
)
def test_a_silence_covers_what_was_chosen_and_is_announced(
    world: World, scope: str, match: tuple[str, str, str]
) -> None:
    world.press("silence")
    eventually(lambda: bool(world.slack.views))
    assert scope in scopes(world.alert())
    world.send("silence", {"duration": "3d", "scope": scope, "reason": "launch of a game"})
    state = world.desk.state
    eventually(lambda: bool(state.silences_in_force(world.desk.now())))
    (silence,) = state.silences_in_force(world.desk.now())
    assert tuple(silence.match.values()) == match
    assert (silence.owner, silence.reason) == ("Ana", "launch of a game")
    assert timedelta(days=2.99) < silence.expires_at - world.desk.now() <= timedelta(days=3)
    eventually(lambda: any("launch of a game" in str(m.body) for m in world.slack.live))


@pytest.mark.parametrize("action", ["ack", "assign", "resolve", "silence"])
def test_a_person_of_another_team_is_told_privately_who_may(world: World, action: str) -> None:
    before = world.shown()
    world.press(action, CY)
    eventually(lambda: bool(world.told))
    assert "Only people of platform abuse may do that: Ana, bo" in world.told[0]
    assert world.audited("alert.refused") == [(f"slack:{CY}", world.key)]
    assert world.alert().acknowledged_by is None and world.alert().assignee is None
    assert world.slack.views == []
    assert world.shown() == before


def test_a_form_sent_by_a_stranger_does_nothing_and_says_so_in_the_channel(world: World) -> None:
    """A form has no response URL: the answer is an ephemeral message."""
    world.send("resolve", {"outcome": "duplicate", "note": ""}, user=CY)
    eventually(lambda: bool(world.slack.ephemeral))
    told = world.slack.ephemeral[0]
    assert (told["user"], told["channel"]) == (CY, "C00000001")
    assert "Ana, bo" in told["text"]
    assert world.alert().resolution is None
    assert world.audited("alert.refused") == [(f"slack:{CY}", world.key)]


def test_who_may_act_follows_the_team_file(world: World) -> None:
    world.press("ack", CY)
    eventually(lambda: len(world.told) == 1)
    write_team(world.settings.home, "platform_abuse", f"cyrus: {{slack: {CY}}}")
    world.press("ack", CY)
    eventually(lambda: world.alert().acknowledged_by == "cyrus")
    world.press("assign", ANA)
    eventually(lambda: len(world.told) == 2)
    assert world.alert().assignee is None


def test_a_broken_team_file_is_used_as_it_was(world: World) -> None:
    world.press("assign")
    eventually(lambda: world.alert().assignee == "Ana")
    (world.settings.home / "sql/platform_abuse/team.yaml").write_text("people: [")
    world.press("ack", BO)
    eventually(lambda: world.alert().acknowledged_by == "bo")


def test_a_broken_detection_keeps_nobody_from_acting(world: World) -> None:
    (world.settings.sql_dir / "platform_abuse/signup_burst.sql").write_text("-- no header")
    (world.settings.sql_dir / "sources.yaml").write_text("::")
    world.press("ack")
    eventually(lambda: world.alert().acknowledged_by == "Ana")


def test_an_alert_that_is_unknown_or_over_is_said_to_be(world: World) -> None:
    world.press("ack", key="f" * 64)
    eventually(lambda: len(world.told) == 1)
    assert "no alert" in world.told[0]
    with world.desk.state.transaction() as session:
        by = Actor("cli:root", "root")
        kind = Outcome.TRUE_POSITIVE
        actions.resolve(session, world.key, by, outcome=kind, note="", now=world.desk.now())
    world.press("ack")
    eventually(lambda: len(world.told) == 2)
    assert "is over" in world.told[1]
    world.press("resolve")
    world.send("resolve", {"outcome": "duplicate", "note": ""})
    eventually(lambda: bool(world.slack.ephemeral))
    assert "Already resolved as true positive by root" in world.slack.ephemeral[0]["text"]


def test_a_button_of_another_version_is_answered_and_a_link_is_not(world: World) -> None:
    assert world.press("escalate").status_code == 200
    eventually(lambda: len(world.told) == 1)
    assert "does not know this button" in world.told[0]


def test_two_people_at_once_are_one_acknowledgement(either: World) -> None:
    users = [ANA, BO] * 4
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda user: either.press("ack", user), users))
    eventually(lambda: len(either.told) == 7, 30)
    assert len(either.audited("alert.acknowledged")) == 1
    assert all("Already acknowledged" in text for text in either.told)
    either.deliver()
    assert either.slack.duplicated() == []


def test_slack_in_trouble_loses_no_action(world: World) -> None:
    """The edit waits in the outbox; a form that did not open is said so."""
    world.slack.fail("chat.update", rate_limited("1"), rate_limited("1"))
    world.slack.fail("views.open", Fault("error", error="expired_trigger_id"))
    world.press("ack")
    eventually(lambda: world.slack.faulted["429"] + world.slack.faulted["ratelimited"] > 0)
    assert world.alert().acknowledged_by == "Ana"
    world.press("silence")
    eventually(lambda: bool(world.told))
    assert "did not open the form" in world.told[0]
    eventually(lambda: world.deliver() or "Acknowledged by *Ana*" in world.shown())


def test_no_text_and_no_token_reaches_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    world.edge.said("begin")
    world.send("resolve", {"outcome": "duplicate", "note": "a private remark"})
    world.press("ack", CY)
    eventually(lambda: bool(world.told))
    assert f"resolve {world.key[:8]} by {ANA}: done" in caplog.text
    assert f"ack {world.key[:8]} by {CY}: refused" in caplog.text
    ours = [r.getMessage() for r in caplog.records if r.name.startswith(("daywatch", "slack"))]
    assert not any("private remark" in line or "xoxb" in line for line in ours)
