"""Messages about several alerts, a team, a ladder or a silence: what they say, and never do."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import DAY, FULL, KEY, NOW, facts_on
from slack_limits import ANY, check
from team_samples import CHART, DIGEST, TEAM_MESSAGES

from daywatch.alerts import blocks, phrases, render
from daywatch.alerts.facts import AlertFacts
from daywatch.alerts.handled import Handled
from daywatch.alerts.render import EpisodeView
from daywatch.alerts.team_facts import (
    AgeBucket,
    DigestFacts,
    EscalationFacts,
    LogEntry,
    NotRunFacts,
    PastFacts,
    SilenceFacts,
    SummaryFacts,
    SummaryLine,
)

GOLDEN = Path(__file__).parent / "golden"
LINES = st.lists(ANY, max_size=40).map(tuple)


@pytest.mark.parametrize("name", TEAM_MESSAGES)
def test_a_message_says_what_its_golden_file_says(name: str) -> None:
    path = GOLDEN / f"{name}.json"
    if os.environ.get("DAYWATCH_UPDATE_GOLDEN"):
        path.write_text(
            json.dumps(TEAM_MESSAGES[name], indent=1, ensure_ascii=False) + "\n", "utf-8"
        )
    assert json.loads(path.read_text("utf-8")) == TEAM_MESSAGES[name]


def test_a_day_that_never_ran_never_looks_like_a_risk_alert() -> None:
    said = json.dumps([TEAM_MESSAGES["not_run"], TEAM_MESSAGES["not_run_over"]])
    assert "not a risk alert" in said and not any(dot in said for dot in phrases.DOTS.values())


def test_the_digest_puts_what_needs_a_human_first() -> None:
    said = json.dumps(TEAM_MESSAGES["digest"]["blocks"], ensure_ascii=False)
    order = ["10 of 12", "Needs a human", "Not run", "Held back", "Not acknowledged", "Breached"]
    places = [said.index(word) for word in order]
    assert places == sorted(places) and "<!subteam^S0SPAM>" in said
    unseen = render.digest(replace(DIGEST, canary="not seen", canary_well=False), KEY)
    shown = json.dumps(unseen["blocks"])
    assert shown.index("not seen") < shown.index("Not run")
    calm = DigestFacts(team="Risk", day=DAY, expected=4, ran=4, published=4, on_call="S0RISK")
    quiet = json.dumps(render.digest(calm, KEY)["blocks"])
    assert "Needs a human" not in quiet and "subteam" not in quiet and "white_check_mark" in quiet


def test_buttons_go_when_there_is_nothing_left_to_do() -> None:
    def actions(name: str) -> list[str]:
        found = [b for b in TEAM_MESSAGES[name]["blocks"] if b["type"] == "actions"]
        return [one["action_id"] for block in found for one in block["elements"]]

    assert actions("breach_handled") == ["assign", "snooze", "resolve", "silence"]
    assert actions("breach_resolved") == actions("summary_over") == []
    assert "ack" in actions("summary")


# --- text from data -----------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(who=ANY, note=ANY, outcome=ANY, title=ANY, step=st.integers(1, 9))
def test_whatever_people_write_stays_text(
    who: str, note: str, outcome: str, title: str, step: int
) -> None:
    facts = AlertFacts.from_json(
        facts_on(DAY, title=title, chart=replace(CHART, title=title)).to_json()
    )
    handled = Handled(
        acknowledged_by=who, acknowledged_at=NOW, assignee=who, snoozed_by=who, snoozed_until=NOW,
        resolution=outcome, resolution_note=note, resolved_by=who, resolved_at=NOW, rungs=step,
    )  # fmt: skip
    view = EpisodeView(DAY, DAY, note=note)
    owner = blocks.mention(facts.owner_slack).strip("<>")
    climbed = EscalationFacts(
        step, 9, (who, "U0LEAD"), timedelta(minutes=45), link=note, channel=who
    )
    for message in (
        render.breach(facts, view, KEY, handled),
        render.details(facts, KEY),
        render.log(title, [LogEntry(NOW, who, note)] * 60, KEY),
        render.snooze_over(facts, view, KEY, who),
        render.escalation(facts, climbed, KEY),
        render.escalated_elsewhere(facts, climbed, KEY),
    ):
        mentions = (owner, blocks.mention(who).strip("<>"), "@U0LEAD")
        check(message, mentions=mentions)


@settings(max_examples=40, deadline=None)
@given(lines=LINES, team=ANY, on_call=ANY, link=ANY, count=st.integers(0, 10**7))
def test_whatever_a_team_has_fits(
    lines: tuple[str, ...], team: str, on_call: str, link: str, count: int
) -> None:
    kept = tuple(SummaryLine(one, one, one, one, one, one) for one in lines)
    summary = SummaryFacts(team, DAY, count, ((team, count), ("high", 1)), kept, 9, on_call, link)
    summary = SummaryFacts.from_json(summary.to_json())
    silence = SilenceFacts(team, team, on_call, link, team, NOW, on_call)
    digest = DigestFacts(
        team, DAY, count, count, count, held_back=lines, not_run=lines, breached=lines,
        open_alerts=(AgeBucket(team, lines),), unacknowledged=lines, dead_letters=lines,
        overdue=lines, silences=lines, to_digest=lines, budget=count, experimental=lines,
        backfilled=lines, canary=team, proof=team, on_call=on_call, link=link,
    )  # fmt: skip
    absent = NotRunFacts.from_json(NotRunFacts(team, DAY, lines, on_call, link).to_json())
    past = PastFacts(DAY, DAY, tuple((one, count) for one in lines))
    for message in (
        render.summary(summary, KEY),
        render.summary(summary, KEY, is_open=False),
        render.summary_raised(summary, KEY),
        render.not_run(absent, KEY),
        render.not_run(absent, KEY, recovered=True),
        render.digest(digest, KEY),
        render.silence_set(silence, KEY),
        render.silence_ended(silence, KEY),
        render.past(past, KEY),
    ):
        check(message, mention=blocks.mention(on_call).strip("<>"))


def test_only_known_ids_are_called() -> None:
    climbed = EscalationFacts(1, 1, ("<!channel>", "S0SPAM"), timedelta(hours=1))
    said = json.dumps(render.escalation(FULL, climbed, KEY))
    assert "<!subteam^S0SPAM>" in said and not re.search("<!channel", said)
