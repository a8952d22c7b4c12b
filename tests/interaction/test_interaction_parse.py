"""Payloads of any shape become interactions that harm nothing; forms and their faults agree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.fakeslack import block_action

from daywatch.interaction import modals, parse
from daywatch.interaction.model import Interaction, Kind

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=9,
)
KEYS = st.sampled_from(
    ["actions", "user", "view", "channel", "trigger_id", "response_url", "user_id", "text"]
)
BODIES = st.dictionaries(KEYS, JSON | st.dictionaries(st.sampled_from(["id", "state"]), JSON))


@given(BODIES)
def test_junk_is_parsed_without_a_word(body: dict[str, object]) -> None:
    for read in (parse.button, parse.modal, parse.command):
        found = read(body)
        assert found.user == "" or parse._USER.fullmatch(found.user)
        assert found.alert == ""
    modals.faults(parse.modal(body))


def test_a_menu_names_its_alert_by_the_block() -> None:
    key = "ab" * 32
    found = parse.button(block_action("snooze", key, user="U0ANA", option="7d"))
    assert (found.action, found.alert, found.choice, found.user) == ("snooze", key, "7d", "U0ANA")


def test_a_block_that_is_not_ours_is_no_action() -> None:
    found = parse.button(block_action("ack", "ab" * 32, user="U0ANA", block_id="link"))
    assert found.action == ""


def test_the_same_interaction_bears_the_same_mark_and_another_does_not() -> None:
    press = block_action("ack", "ab" * 32, user="U0ANA", trigger_id="1")
    again = press | {"response_url": "https://hooks.slack.com/other"}
    other = block_action("ack", "ab" * 32, user="U0ANA", trigger_id="2")
    assert parse.button(press).mark == parse.button(again).mark != parse.button(other).mark
    assert parse.button({}).mark == ""


def test_a_reason_of_blanks_is_none() -> None:
    values = {"duration": "1d", "scope": "detection", "reason": "   "}
    assert modals.faults(Interaction(Kind.MODAL, "silence", values=values)).keys() == {"reason"}
    good = values | {"reason": "because"}
    assert modals.faults(Interaction(Kind.MODAL, "silence", values=good)) == {}
