"""The comment detections on labelled comments: made-up ones, and the real ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from daywatch.catalog import load_catalog
from daywatch.settings import Settings
from tests.comments.score_comments import Comment, Score, flags, read_comments, report, score

REAL = sorted(Path(__file__).resolve().parents[3].glob("shared/data/youtube_comments/*.csv"))
NOON = datetime(2026, 3, 2, 12)


def _comment(key: str, text: str, spam: bool, days: int = 0, dated: bool = True) -> Comment:
    return Comment(
        key, f"by {key}", NOON + timedelta(days=days) if dated else None, text, spam, "x"
    )


MADE_UP = [
    _comment("copy1", "my cousin fixes bicycles under the old stone bridge", True),
    _comment("copy2", "My cousin fixes BICYCLES under the old stone bridge!!", True, days=20),
    _comment("link", "nice https://example.com/x", True),
    _comment("undated", "subscribe to me", True, dated=False),
    _comment("missed", "hello there", True),
    _comment("fine", "I love this song", False),
    _comment("quoted", "who else came from www.example.org", False),
]


def test_each_detection_names_what_it_should(settings: Settings) -> None:
    found = flags(load_catalog(settings), MADE_UP, None)
    assert found == {
        "comment_copypaste": {"copy1", "copy2"},
        "comment_promotion": {"link", "quoted"},
    }


def test_a_comment_without_a_date_counts_as_missed() -> None:
    flagged = {"copy1", "link", "undated", "quoted"}
    assert score(MADE_UP, flagged) == Score(n=7, spam=5, flagged=3, hits=2)
    assert score([c for c in MADE_UP if c.at], flagged) == Score(n=6, spam=4, flagged=3, hits=2)
    assert score(MADE_UP, flagged).precision == pytest.approx(2 / 3)
    assert score(MADE_UP, flagged).recall == pytest.approx(2 / 5)


@pytest.mark.skipif(not REAL, reason="the labelled comments lie beside the checkout, not in it")
def test_real_comments_that_were_never_looked_at(settings: Settings) -> None:
    """A guard against regressions, below what was measured (.980 and .846), not a target."""
    comments = read_comments(REAL)
    flagged = flags(load_catalog(settings), comments, None)
    together = set[str]().union(*flagged.values())
    held_out = [c for c in comments if c.at and c.file[:9] not in ("Youtube01", "Youtube02")]
    assert score(held_out, together).precision >= 0.95
    assert score(held_out, together).recall >= 0.80
    assert len(list(report(comments, flagged))) == 19
