"""The page: one file, no network, no script; hostile text stays text, in a real browser too."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from daywatch.charting.drawing import apart
from daywatch.scorecard import score
from daywatch.scorecard.model import Budget
from daywatch.scorecard.page import page
from daywatch.scorecard.results import Scorecard
from tests.scorecard.builders import history, named, platform, rows, run, truth

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--dump-dom",
]
HOSTILE = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


@pytest.fixture(scope="module")
def card() -> Scorecard:
    """Two hostile platforms: found, missed, a twin that pages, two detections that overlap."""
    known = truth(
        [run("easy", 0, 1), run("stealth", 5, 6), run("benign", 3, 3)],
        {"farm.easy": ["a", "b"], "farm.stealth": ["c"], "farm.benign": ["t"]},
    )
    known = replace(
        known,
        scenarios={
            name: replace(one, scenario=f"{one.scenario}{HOSTILE}")
            for name, one in known.scenarios.items()
        },
    )
    scores = {0: {"a": 90, "x": 10}, 3: {"t": 40}, 7: {"y": 5}}
    trial = named("spam.trial", production=False)
    one = platform(
        known,
        history(rows(known, scores), [[0], [3], [7]]),
        history(rows(known, scores, trial), [], trial),
        label=f"seed {HOSTILE}",
    )
    hostile = Budget("spam", f"Spam {HOSTILE}", 20)
    return score([one, replace(one, label="seed 2")], [hostile])


def test_it_is_one_file_that_loads_nothing_and_runs_nothing(card: Scorecard) -> None:
    text = page(card)
    assert "<script" not in text and "<img" not in text
    namespaces = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert set(re.findall(r"https?://[^\s\"'<>]+", text)) <= namespaces
    assert "default-src 'none'" in text


def test_every_chart_is_drawn_twice_with_its_words(card: Scorecard) -> None:
    drawings = re.findall(r"<svg.*?</svg>", page(card), re.S)
    assert len(drawings) == 2 * 5
    words = [
        {(node.text or "").strip() for node in ElementTree.fromstring(one).iter()}
        for one in drawings
    ]
    assert {"missed", "easy", "stealth", "twin", "twin, paged"} <= words[0]
    assert {"ordinary", "twin", "abuse"} <= words[2]
    assert {"precision", "recall"} <= words[4]
    assert {"spam.farm", "spam.trial", "production", "experimental"} <= words[6]
    assert {"farm", "trial"} <= words[8]


def test_drawings_do_not_share_their_clip_paths() -> None:
    one, other = (apart('<clipPath id="a"/><g clip-path="url(#a)"/>') for _ in range(2))
    assert one != other
    [name] = re.findall(r'id="([^"]+)"', one)
    assert f"url(#{name})" in one


def test_an_empty_scorecard_has_a_page() -> None:
    text = page(score([], []))
    assert "no scenario in the scored days" in text and "<svg" not in text


@pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine")
def test_a_browser_shows_it_and_hostile_text_stays_text(card: Scorecard, tmp_path: Path) -> None:
    file = tmp_path / "card.html"
    file.write_text(page(card), encoding="utf-8")
    shown = subprocess.run(
        [str(BROWSER), *FLAGS, f"--user-data-dir={tmp_path / 'browser'}", file.as_uri()],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert "<title>Daywatch scorecard" in shown and "What the figures mean" in shown
    assert "<title>taken" not in shown and "<img" not in shown
    assert shown.count("<svg") == 2 * 5
    assert "&lt;img" in shown
