"""I5: a backfill of old days pages nobody and tells each team once."""

from __future__ import annotations

from datetime import timedelta

from daywatch.backfill import backfill
from daywatch.house import utc_now
from daywatch.runner import select
from tests.tending.scene import TODAY, Scene, at


def test_a_backfill_is_one_message_per_team_and_no_page(lite: Scene) -> None:
    days = [TODAY - timedelta(days=ago) for ago in (20, 15, 10)]
    for day in days:
        lite.load(day)
    chosen = select(lite.house.catalog, ["burst", "canary"])
    lite.clock.now = utc_now()  # the workers' clock is the real one
    for _ in range(2):
        backfill(lite.house, chosen, days, workers=1)
    lite.clock.now = max(lite.clock.now, at(1))
    lite.tend()
    (line,) = lite.heard("spam")
    assert "3 breaches are older than the paging horizon" in line
    (message,) = [m for m in lite.slack.live if m.channel == "C0SPAM001"]
    assert "spam.burst: 3 breached days" in str(message.body["blocks"])
    ours = lite.heard("ts-daywatch")
    assert not [said for said in ours if "older than" in said], "the canary always breaches"
    assert lite.slack.duplicated() == []
