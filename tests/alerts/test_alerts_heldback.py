"""The data channel: one message for each detection and day, and its repair."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from samples import DAY, NOW
from sqlalchemy import select

from daywatch.alerts import held_back, outbox, published, warned
from daywatch.catalog.model import Detection, Header, Owner, Status, Team
from daywatch.state import StateStore
from daywatch.state.models import Alert, OutboxMessage
from daywatch.validation.result import Check

HEADER = Header.model_validate(
    {
        "title": "Oldest review waiting",
        "description": "Age of the oldest review in each queue.",
        "owner": "oncall",
        "status": Status.PRODUCTION,
        "severity": "high",
        "policy": "any",
        "grain": ["queue"],
        "columns": {"queue": "text"},
        "runbook": "Look at the queue.",
    }
)
DETECTION = Detection.model_construct(
    team="quality", table="backlog_age", path=Path("x.sql"), header=HEADER, sql="select 1"
)
TEAM = Team(
    name="quality",
    title="Quality",
    channels={"alerts": "#quality", "data": "#quality-data", "digest": "#quality"},
    owners={"oncall": Owner()},
)
BAD = Check(
    "expect_column_values_to_not_be_null",
    "staff_id",
    "critical",
    False,
    False,
    {},
    observed="14 unexpected, for example 4711",
    unexpected=14,
    meaning="is never null",
)
WARN = Check("expect_x", None, "warning", False, False, {}, observed="odd")


def rows(store: StateStore) -> list[OutboxMessage]:
    with store.reading() as session:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def tell(
    store: StateStore, reason: str = "It failed.", *, late: int = 0, team: Team = TEAM
) -> bool:
    with store.transaction() as session:
        now = NOW + timedelta(days=late)
        return held_back(session, DETECTION, team, DAY, reason, [BAD, WARN], now=now)


def test_a_held_back_day_is_told_once_to_the_data_channel(store: StateStore) -> None:
    assert tell(store) is True
    assert tell(store) is False
    (row,) = rows(store)
    assert (row.channel, row.state, row.version) == ("#quality-data", "pending", 1)
    said = str(row.payload)
    assert "HELD BACK" in said and "is never null [staff_id]" in said and "odd" not in said


def test_another_reason_edits_the_same_message(lite: StateStore) -> None:
    tell(lite)
    tell(lite, "A source is late.")
    (row,) = rows(lite)
    assert row.version == 2 and "A source is late." in str(row.payload)


def test_publishing_it_later_edits_the_message_and_replies_each_time(lite: StateStore) -> None:
    for round_ in (1, 2):
        tell(lite, f"Fault {round_}.")
        with lite.transaction() as session:
            assert published(session, DETECTION, DAY, now=NOW) is True
            assert published(session, DETECTION, DAY, now=NOW) is False
        root, *replies = rows(lite)
        assert "DATA REPAIRED" in str(root.payload)
        assert len(replies) == round_ and replies[-1].kind == "reply"
    with lite.reading() as session:
        (alert,) = session.scalars(select(Alert))
    assert (alert.kind, alert.state) == ("held_back", "ended")


def test_a_day_that_was_never_held_back_has_nothing_to_repair(lite: StateStore) -> None:
    with lite.transaction() as session:
        assert published(session, DETECTION, DAY, now=NOW) is False
    assert rows(lite) == []


def test_a_backfills_old_days_fill_no_channel(lite: StateStore) -> None:
    assert tell(lite, late=10) is False
    assert rows(lite) == []


def test_a_confidential_teams_message_holds_no_value_that_a_check_saw(lite: StateStore) -> None:
    tell(lite, team=TEAM.model_copy(update={"confidential": True}))
    said = str(rows(lite)[0].payload)
    assert "4711" not in said and "14 unexpected" in said


def test_a_warning_is_its_own_message_and_does_not_wait_for_repair(lite: StateStore) -> None:
    with lite.transaction() as session:
        assert warned(session, DETECTION, TEAM, DAY, [BAD, WARN], now=NOW) is True
        assert published(session, DETECTION, DAY, now=NOW) is False
    (row,) = rows(lite)
    assert "DATA WARNING" in str(row.payload) and "odd" in str(row.payload)


def test_it_is_undone_with_the_transaction_that_failed(lite: StateStore) -> None:
    with pytest.raises(RuntimeError), lite.transaction() as session:
        held_back(session, DETECTION, TEAM, DAY, "x", now=NOW)
        raise RuntimeError
    assert rows(lite) == []
    assert outbox.key_of("a", "b") != outbox.key_of("ab")
