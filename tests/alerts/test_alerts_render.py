"""Messages: golden files for what they say, properties for what they may never do."""

from __future__ import annotations

import json
import os
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import DAY, FULL, KEY, facts_on
from slack_limits import ANY, check
from team_samples import TEAM_MESSAGES

from daywatch.alerts import blocks, phrases, render, text
from daywatch.alerts.facts import AlertFacts, HeldBackFacts, SegmentFact
from daywatch.alerts.render import EpisodeView
from daywatch.alerts.text import unwrapped
from daywatch.confidential import pseudonym
from daywatch.errors import ConfigurationError

GOLDEN = Path(__file__).parent / "golden"
HELD = HeldBackFacts(
    detection="quality.backlog_age",
    title="Oldest review waiting",
    team="quality",
    channel="#quality-data",
    day=DAY,
    reason="The source review_tasks has 12 rows; at least 200 were expected by 06:00 UTC.",
    checks=("row count is between 1 and 500,000: 0", "age is never null [age]: 14 unexpected"),
    owner="quality-oncall",
    link="http://localhost:8080/dags/quality.backlog_age",
)
LAST = DAY + timedelta(days=2)
OPEN = EpisodeView(DAY, DAY)
LATER = EpisodeView(DAY - timedelta(days=2), DAY, days=3)
ENDED = EpisodeView(DAY, LAST, days=2, status="ended", ended_day=LAST + timedelta(days=2))
GONE = EpisodeView(DAY, DAY, status="withdrawn", note="A rebuilt day no longer breaches.")
RATE = AlertFacts(
    detection="risk.violative_views",
    title="Violative view rate",
    team="risk",
    indicator="vvr",
    severity="high",
    channel="C0RISK0001",
    day=DAY,
    kind="rate",
    value=0.00213,
    numerator=639.0,
    denominator=300_000.0,
    limit_high=0.0018,
    reason="0.213 % (0.198 to 0.229 %) lies above the target of 0.18 %.",
    confidential=True,
    evidence_columns=("staff",),
    evidence=((pseudonym(4711, "test key"),),),
    recent=((DAY - timedelta(days=1), None), (DAY, 0.00213)),
)

MESSAGES = {
    "breach_full": render.breach(FULL, OPEN, KEY),
    "breach_third_day": render.breach(FULL, LATER, KEY),
    "breach_rate_confidential": render.breach(RATE, OPEN, KEY),
    "breach_ended": render.breach(FULL, ENDED, KEY),
    "breach_withdrawn": render.breach(FULL, GONE, KEY),
    "recovery": render.recovery(FULL, ENDED, KEY),
    "reopened": render.reopened(FULL, LATER, KEY),
    "reminder": render.reminder(FULL, LATER, KEY),
    "held_back": render.held_back(HELD, KEY),
    "held_back_repaired": render.held_back(HELD, KEY, recovered=True),
    "held_back_published": render.published_after_all(HELD, KEY),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_says_what_its_golden_file_says(name: str) -> None:
    path = GOLDEN / f"{name}.json"
    if os.environ.get("DAYWATCH_UPDATE_GOLDEN"):
        path.write_text(json.dumps(MESSAGES[name], indent=1, ensure_ascii=False) + "\n", "utf-8")
    assert json.loads(path.read_text("utf-8")) == MESSAGES[name]


def test_every_golden_file_is_checked() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(MESSAGES) | set(TEAM_MESSAGES)


def test_the_order_is_the_one_an_on_call_reads_in() -> None:
    said = json.dumps(MESSAGES["breach_full"]["blocks"], ensure_ascii=False)
    order = ["CRITICAL", "63 networks", "How unusual", "Where it comes from", "Worst rows"]
    order += ["What to do now", "Often harmless", "Open in Daywatch"]
    places = [said.index(words) for words in order]
    assert places == sorted(places)


def test_a_held_back_day_never_looks_like_a_risk_alert() -> None:
    for name in ("held_back", "held_back_repaired"):
        said = json.dumps(MESSAGES[name], ensure_ascii=False)
        assert "not a risk alert" in said
        assert not any(dot in said for dot in phrases.DOTS.values())
        assert not re.search("CRITICAL|HIGH|MEDIUM|LOW", said)


# --- limits and escaping ------------------------------------------------------------------------


NUMBER = st.none() | st.floats() | st.integers(-(10**18), 10**18).map(float)
DATES = st.dates(date(1990, 1, 1), date(2100, 1, 1))
MANY = st.lists(ANY, max_size=15).map(tuple)


@st.composite
def any_facts(draw: st.DrawFn) -> AlertFacts:
    columns = draw(st.lists(ANY, max_size=15).map(tuple))
    width = st.integers(0, len(columns) + 1)
    row = width.flatmap(lambda n: st.lists(ANY, min_size=n, max_size=n).map(tuple))
    return AlertFacts(
        detection=draw(ANY),
        title=draw(ANY),
        team=draw(ANY),
        indicator=draw(ANY),
        severity=draw(st.sampled_from(list(phrases.DOTS)) | ANY),
        channel="#x",
        day=draw(DATES),
        value=draw(NUMBER),
        reason=draw(ANY),
        description=draw(ANY),
        policy=draw(ANY),
        owner=draw(ANY),
        owner_slack=draw(ANY),
        kind=draw(st.sampled_from(["count", "rate", "value", "duration"])),
        unit=draw(ANY),
        numerator=draw(NUMBER),
        denominator=draw(NUMBER),
        limit_low=draw(NUMBER),
        limit_high=draw(NUMBER),
        baseline=draw(ANY),
        segments=draw(
            st.lists(st.builds(SegmentFact, ANY, NUMBER, NUMBER, NUMBER), max_size=20).map(tuple)
        ),
        evidence_columns=columns,
        evidence=draw(st.lists(row, max_size=30).map(tuple)),
        row_count=draw(st.none() | st.integers(0, 10**9)),
        runbook=draw(ANY),
        link=draw(ANY),
        blind_spots=draw(MANY),
        false_positives=draw(MANY),
        data_notes=draw(MANY),
        recent=draw(st.lists(st.tuples(DATES, NUMBER), max_size=80).map(tuple)),
        confidential=draw(st.booleans()),
    )


@settings(max_examples=60, deadline=None)
@given(facts=any_facts(), view=st.sampled_from([OPEN, LATER, ENDED, GONE]))
def test_any_facts_give_messages_within_slacks_limits(facts: AlertFacts, view: EpisodeView) -> None:
    kept = facts.to_json()
    json.dumps(kept, allow_nan=False).encode()
    restored = AlertFacts.from_json(json.loads(json.dumps(kept)))
    assert restored.to_json() == kept, "what was kept is kept again as it is"
    mention = blocks.mention(restored.owner_slack).strip("<>")
    for message in (
        render.breach(restored, view, KEY),
        render.recovery(restored, view, KEY),
        render.reopened(restored, view, KEY),
        render.reminder(restored, view, KEY),
    ):
        check(message, mention=mention)


@settings(max_examples=30, deadline=None)
@given(
    names=st.tuples(ANY, ANY, ANY, ANY, ANY),
    checks=st.lists(ANY, max_size=60).map(tuple),
    warning=st.booleans(),
)
def test_any_data_fault_gives_messages_within_slacks_limits(
    names: tuple[str, ...], checks: tuple[str, ...], warning: bool
) -> None:
    detection, title, reason, owner, link = names
    facts = HeldBackFacts(
        detection, title, "team", "#x", DAY, reason, checks, owner, link, warning, checks
    )
    kept = HeldBackFacts.from_json(facts.to_json())
    for message in (
        render.held_back(kept, KEY),
        render.held_back(kept, KEY, recovered=True),
        render.published_after_all(kept, KEY),
    ):
        check(message)


def test_all_long_at_once_still_fits_and_says_what_was_cut() -> None:
    long = facts_on(
        DAY,
        runbook="Step & look.\n" * 2_000,
        description="d" * 5_000,
        reason="r" * 5_000,
        evidence_columns=tuple(f"column_{i}" for i in range(12)),
        evidence=tuple(tuple("x" * 100 for _ in range(12)) for _ in range(100)),
        row_count=10_000,
        blind_spots=("b" * 3_000,),
        false_positives=("f" * 3_000,),
        data_notes=("n" * 3_000,),
    )
    message = render.breach(AlertFacts.from_json(long.to_json()), OPEN, KEY)
    check(message, mention="!subteam^S012SPAM")
    said = json.dumps(message, ensure_ascii=False)
    assert "of 10,000 rows shown" in said and "more columns left out" in said
    assert "long cells cut" in said and "more characters)" in said


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://a.example/|x> <!channel>", "ftp://x", "https://a b"]
)
def test_only_plain_web_addresses_become_links(link: str) -> None:
    said = json.dumps(render.breach(facts_on(DAY, link=link), OPEN, KEY))
    assert "Open in Daywatch" in said and f"<{link}" not in said


def test_only_slack_ids_become_mentions() -> None:
    assert blocks.mention("U012ABC") == "<@U012ABC>"
    assert blocks.mention("S012ABC") == "<!subteam^S012ABC>"
    for bad in ("channel", "!channel", "U1>", "", "u012abc", "U012\nABC"):
        assert blocks.mention(bad) == ""


def test_tables_line_up_whatever_the_script() -> None:
    rows = [["漢字漢字", "1"], ["ab", "1,234"], ["e\u0301", "-3.5"]]
    (section,) = blocks.table(["name", "n"], rows, total=3, limit=2_000, title="T")
    lines = section["text"]["text"].split("```")[1].strip("\n").split("\n")
    assert [text.width(line) for line in lines] == [14, 14, 14, 14]


def test_numbers_read_as_people_write_them() -> None:
    said = [text.number(v) for v in (1234.0, 0.5, 1e20, 0.00001, None, float("nan"), -3.0)]
    assert said == ["1,234", "0.5", "1e+20", "1e-05", "no data", "no data", "-3"]
    assert text.number(0.0123, "rate") == "1.23 %"
    assert text.number(90.0, "duration", "min") == "90 min"


def test_a_sparkline_shows_gaps_and_survives_extremes() -> None:
    assert phrases.sparkline([1.0, None, 8.0]) == "▁·█"
    assert phrases.sparkline([5.0, 5.0]) == "▁▁"
    assert len(phrases.sparkline([-1.7e308, 1.7e308])) == 2
    assert phrases.sparkline([]) == ""


def test_a_pseudonym_is_stable_keyed_and_needs_its_key() -> None:
    assert pseudonym(4711, "k") == pseudonym("4711", b"k") != pseudonym(4711, "other")
    assert re.fullmatch("p-[0-9a-f]{10}", pseudonym("\ud800", "k"))
    with pytest.raises(ConfigurationError):
        pseudonym(4711, "")


def test_a_runbook_broken_for_the_file_reads_whole_on_a_phone() -> None:
    runbook = "First look.\n1. Open the three\n   largest networks\n2. Close.\n\n```\na\nb\n```\n"
    assert unwrapped(runbook) == (
        "First look.\n1. Open the three largest networks\n2. Close.\n\n```\na\nb\n```"
    )
