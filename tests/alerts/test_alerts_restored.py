"""The state store is put back from a backup: what was sent since is found, not repeated."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fake_slack import FakeSlack
from lifelines import ANA, DAY, day, one, run
from samples import NOW, Clock
from sending import MINUTE, rows, transport
from sending import run as send
from tests.alerts import invariants

from daywatch.alerts import restored
from daywatch.alerts.sweep import sweep
from daywatch.errors import ConfigurationError
from daywatch.settings import Settings
from daywatch.state import StateStore, open_state


def tell(store: StateStore, offset: int, *detections: str) -> None:
    for name in detections:
        run(store, day(offset), one(day(offset)), detection=f"platform_abuse.{name}",
            now=NOW + timedelta(days=offset))  # fmt: skip


def test_what_was_sent_since_the_backup_is_adopted(tmp_path: Path) -> None:
    """Alerts opened, edited and recovered after the backup; then the day is judged again."""
    clock = Clock()

    def seconds() -> float:
        return (clock() - datetime(1970, 1, 1)).total_seconds()

    settings = Settings(data_dir=tmp_path, state_url="", slack_token=None)
    file, copy = tmp_path / "state.db", tmp_path / "backup.db"
    with FakeSlack(clock=seconds) as slack:
        store = open_state(settings)
        tell(store, 0, "before")
        send(store, slack, clock)
        clock.wait(MINUTE)
        tell(store, 0, "waiting")
        store.close()
        backup = clock()
        shutil.copy(file, copy)

        store = open_state(settings)
        clock.wait(24 * 60 * MINUTE)
        tell(store, 1, "before", "after")
        for _ in range(3):
            send(store, slack, clock)
            clock.wait(MINUTE)
        known = len(slack.live), len(slack.replies)
        store.close()

        for old in tmp_path.glob("state.db*"):
            old.unlink()
        shutil.copy(copy, file)
        store = open_state(settings)
        with store.transaction() as session:
            assert restored.mark(session, backup, ANA, now=clock(), horizon_days=3) == 2
        tell(store, 1, "before", "after")
        for _ in range(6):
            send(store, slack, clock)
            sweep(store, transport(slack), clock)
            clock.wait(MINUTE)
        assert (len(slack.live), len(slack.replies)) == known
        assert {row.state for row in rows(store)} == {"sent"}
        assert invariants.one_live_message_per_key(store, slack) == []
        store.close()


def test_a_backup_is_made_before_it_is_used(lite: StateStore) -> None:
    with pytest.raises(ConfigurationError, match="not been made"), lite.transaction() as session:
        restored.mark(session, NOW + timedelta(days=1), ANA, now=NOW, horizon_days=3)


def test_after_the_horizon_new_messages_are_posted_at_once(
    store: StateStore, slack: FakeSlack
) -> None:
    with store.transaction() as session:
        restored.mark(session, NOW, ANA, now=NOW, horizon_days=3)
    run(store, DAY, one())
    assert {row.state for row in rows(store)} == {"ambiguous"}
    run(store, day(5), one(day(5)), now=NOW + timedelta(days=5), detection="platform_abuse.later")
    assert [row.state for row in rows(store)].count("pending") == 2
