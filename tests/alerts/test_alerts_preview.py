"""Previews: the whole way from a breach to files, with a real state store."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import lifelines
from samples import DAY, FULL, KEY, NOW, Clock, breach, facts_on, judge, quiet

from daywatch.alerts import Policy, render
from daywatch.alerts.mrkdwn import to_html
from daywatch.alerts.pages import message_page
from daywatch.alerts.preview import NOTE, file_stem
from daywatch.alerts.render import EpisodeView
from daywatch.alerts.sender import deliver
from daywatch.alerts.transport import open_transport
from daywatch.settings import Settings
from daywatch.state import StateStore


def test_a_breach_becomes_a_json_file_a_page_and_an_index(
    store: StateStore, any_settings: Settings
) -> None:
    judge(store, DAY, breach(DAY))
    clock = Clock()
    done = deliver(store, open_transport(any_settings), clock, wait=clock.wait)
    assert (done.sent, done.pending, done.dead) == (2, 0, 0)
    assert "nothing was sent" in done.sentence()
    folder = any_settings.previews_dir
    (found,) = folder.glob("*.json")
    assert found.stem.startswith("2026-03-02-platform_abuse.signup_burst-burst_networks-")
    kept = json.loads(found.read_text("utf-8"))
    assert kept["sent"] is False and kept["note"] == NOTE
    page = found.with_suffix(".html").read_text("utf-8")
    assert NOTE in page and "177.54.12" in page
    index = (folder / "index.html").read_text("utf-8")
    assert f'href="{found.stem}.html"' in index and "nothing was sent" in index
    assert not list(folder.glob(".writing-*"))


def test_running_the_day_again_writes_nothing_new(
    store: StateStore, any_settings: Settings
) -> None:
    clock = Clock()
    for _ in range(2):
        judge(store, DAY, breach(DAY))
        done = deliver(store, open_transport(any_settings), clock, wait=clock.wait)
    assert done.sent == done.updated == 0
    assert len(list(any_settings.previews_dir.glob("*.json"))) == 1


def test_later_days_edit_the_file_and_the_end_is_a_reply(lite: StateStore, tmp_path: Path) -> None:
    clock = Clock()
    settings = Settings(data_dir=tmp_path, state_url="", slack_token=None)
    days = [breach(DAY), breach(DAY + timedelta(days=1), 70.0), quiet(), quiet()]
    for offset, outcome in enumerate(days):
        clock.at = NOW + timedelta(days=offset)
        judge(lite, DAY + timedelta(days=offset), outcome, now=clock())
        deliver(lite, open_transport(settings, now=clock), clock, wait=clock.wait)
    (found,) = settings.previews_dir.glob("*.json")
    kept = json.loads(found.read_text("utf-8"))
    assert kept["edits"] == 2  # the second day, and the end
    assert "ENDED" in kept["message"]["blocks"][0]["text"]["text"]
    said = [reply["message"]["text"].partition(":")[0] for reply in kept["replies"]]
    assert sorted(said) == ["Details", "History", "Recovered"]


def test_a_page_needs_no_network_and_runs_no_script() -> None:
    evil = facts_on(DAY, title='<script>alert(1)</script>"><img src=x>', runbook="<!channel> <b>")
    payload = render.breach(evil, EpisodeView(DAY, DAY), KEY)
    page = message_page(
        {"message": payload, "ts": "1772512200.000000", "channel": "#x", "replies": []}, NOTE
    )
    assert "<script" not in page and "<img" not in page and "<b>&lt;" not in page
    assert "src=" not in page.replace("&lt;img src=x&gt;", "")
    assert "@import" not in page and "url(" not in page


def test_markup_is_drawn_as_slack_draws_it() -> None:
    assert to_html("*bold* and _it_ and ~no~") == "<b>bold</b> and <i>it</i> and <s>no</s>"
    assert to_html("`a*b*`") == "<code>a*b*</code>"
    assert to_html("```\na &lt; b\n```") == "<pre>a &lt; b</pre>"
    assert to_html("2 * 3 * 4 snake_case_name") == "2 * 3 * 4 snake_case_name"
    link = to_html("<https://example.org/?a=1&amp;b=2|see>")
    assert link == '<a href="https://example.org/?a=1&amp;b=2" rel="noreferrer">see</a>'
    assert "mention" in to_html("<!subteam^S012>") and "<script" not in to_html("<script>")
    assert "javascript" not in to_html("<javascript:alert(1)|x>") or "href" not in to_html(
        "<javascript:alert(1)|x>"
    )


def test_file_names_stay_in_the_folder() -> None:
    assert "/" not in file_stem("../../etc/passwd") and not file_stem("../x").startswith(".")
    assert len(file_stem("x" * 1000)) <= 150
    assert FULL.title


def test_the_members_of_a_summary_stand_in_its_preview(lite: StateStore, tmp_path: Path) -> None:
    clock = Clock()
    settings = Settings(data_dir=tmp_path, state_url="", slack_token=None)
    for number in range(5):
        lifelines.run(
            lite,
            DAY,
            lifelines.one(severity="low"),
            policy=Policy(lifelines.team(summary_over=3)),
            detection=f"{lifelines.TEAM_NAME}.low_{number}",
        )
    deliver(lite, open_transport(settings, now=clock), clock, wait=clock.wait)
    [found] = settings.previews_dir.glob("*summary*.json")
    assert len(json.loads(found.read_text("utf-8"))["replies"]) == 2
