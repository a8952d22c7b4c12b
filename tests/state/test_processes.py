"""Several processes on one state store wait for each other; a killed one leaves no half."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from daywatch.errors import Unavailable
from daywatch.settings import Settings
from daywatch.state import StateStore, lock, open_state
from daywatch.state.models import ChannelLease

DAY = date(2026, 3, 2)
OPEN = """
import os, sys
from datetime import date
from daywatch.settings import Settings
from daywatch.state import open_state, lock
state = open_state(Settings(state_url=sys.argv[1]))
day = date(2026, 3, 2)
"""
COUNT_UP = (
    OPEN
    + """
from daywatch.state.models import ChannelLease
for _ in range(40):
    with state.transaction() as session:
        lock(session, "counter")
        row = session.get(ChannelLease, "c")   # read first, write later: the upgrade that fails
        row.fence += 1
"""
)
DIE_IN_A_STEP = (
    OPEN
    + """
with state.step("a.b", day, "alert", "r1"):
    with state.transaction() as session:
        state.audit(session, "x", "half", "done")
        session.flush()
        os.kill(os.getpid(), 9)
"""
)


def run(program: str, url: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", program, url], stderr=subprocess.PIPE, text=True)


def test_writers_in_several_processes_lose_nothing(
    state: StateStore, state_settings: Settings
) -> None:
    with state.transaction() as session:
        session.add(ChannelLease(channel="c", fence=0))
    writers = [run(COUNT_UP, state_settings.state) for _ in range(3)]
    errors = [writer.communicate()[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0, 0], errors
    with state.reading() as session:
        row = session.get(ChannelLease, "c")
        assert row
        assert row.fence == 120


def test_a_process_killed_in_a_step_leaves_a_whole_story(
    state: StateStore, state_settings: Settings
) -> None:
    killed = run(DIE_IN_A_STEP, state_settings.state)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert state.audit_trail() == []
    with state.step("a.b", DAY, "alert", "r2"):
        pass
    assert [r.state for r in state.runs(DAY)] == ["done", "superseded"]


def test_a_transaction_that_raises_leaves_nothing(state: StateStore) -> None:
    with pytest.raises(ZeroDivisionError), state.transaction() as session:
        state.audit(session, "x", "y", "z")
        session.flush()
        _ = 1 / 0
    assert state.audit_trail() == []


def test_readers_do_not_wait_for_a_writer(state: StateStore) -> None:
    with state.transaction() as session:
        state.audit(session, "x", "y", "z")
        session.flush()
        assert state.audit_trail() == []
    assert len(state.audit_trail()) == 1


def test_a_lost_connection_in_a_transaction_is_unavailable(state: StateStore) -> None:
    with pytest.raises(Unavailable, match="does not answer: gone"), state.transaction() as session:
        lock(session, "x")
        raise OperationalError("select", {}, Exception("gone"))


def test_the_file_is_in_wal_mode_and_durable(tmp_path: Path) -> None:
    state = open_state(Settings(state_url=f"sqlite:///{tmp_path / 's.db'}"))
    with state.engine.connect() as connection:
        ask = connection.exec_driver_sql
        found = [
            ask(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        ]
    assert found == ["wal", 1, 60_000]
    state.close()
