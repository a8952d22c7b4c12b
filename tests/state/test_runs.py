"""Steps are recorded however they end."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from daywatch.errors import HeldBack, QueryFailed
from daywatch.state import StateStore
from daywatch.validation.result import Check, ValidationResult

DAY = date(2026, 3, 2)
NAME = "platform_abuse.signup_burst"


def test_a_step_runs_and_is_done(state: StateStore) -> None:
    with state.step(NAME, DAY, "build", "r1") as handle:
        running = state.last_run(NAME, DAY, "build")
        assert running
        assert (running.state, running.seconds) == ("running", None)
        handle.rows = 42
        handle.details["cutoff"] = DAY
    done = state.last_run(NAME, DAY)
    assert done
    assert (done.state, done.rows, done.run_id) == ("done", 42, "r1")
    assert done.details == {"cutoff": "2026-03-02"}
    assert done.seconds is not None


@pytest.mark.parametrize(
    ("error", "ending", "message"),
    [
        (HeldBack("2 rows are twice.", remedy="Fix it."), "held_back", "2 rows are twice. Fix it."),
        (QueryFailed("no such column"), "failed", "no such column"),
        (ValueError("a\x00b"), "failed", "ValueError: a\ufffdb"),
        (KeyboardInterrupt(), "failed", "KeyboardInterrupt: "),
    ],
)
def test_a_step_that_raises_says_so_and_raises_on(
    state: StateStore, error: BaseException, ending: str, message: str
) -> None:
    with pytest.raises(type(error)), state.step(NAME, DAY, "validate", "r1"):
        raise error
    run = state.last_run(NAME, DAY, "validate")
    assert run
    assert (run.state, run.message) == (ending, message)


def test_a_failures_hook_shares_its_transaction(state: StateStore) -> None:
    def tell(session: Session, error: BaseException) -> None:
        state.audit(session, "daywatch", "held_back", NAME, {"why": str(error)})

    with pytest.raises(HeldBack), state.step(NAME, DAY, "validate", "r1") as handle:
        handle.on_failure = tell
        raise HeldBack("bad")
    assert [entry.details for entry in state.audit_trail()] == [{"why": "bad"}]


def test_a_hook_that_fails_records_nothing_and_hides_nothing(state: StateStore) -> None:
    def broken(session: Session, _error: BaseException) -> None:
        state.audit(session, "daywatch", "held_back", NAME)
        raise RuntimeError("hook")

    with pytest.raises(HeldBack) as caught, state.step(NAME, DAY, "validate", "r1") as handle:
        handle.on_failure = broken
        raise HeldBack("bad")
    assert "could not be recorded" in caught.value.__notes__[0]
    assert state.audit_trail() == []
    run = state.last_run(NAME, DAY)
    assert run
    assert run.state == "running"


def test_a_later_run_overtakes_one_that_was_killed(state: StateStore) -> None:
    killed = state.step(NAME, DAY, "build", "r1")
    killed.__enter__()
    with state.step(NAME, DAY, "build", "r2"):
        pass
    assert [(r.run_id, r.state) for r in state.runs(DAY, NAME)] == [
        ("r2", "done"),
        ("r1", "superseded"),
    ]


def test_a_step_may_say_that_another_took_its_place(state: StateStore) -> None:
    with state.step(NAME, DAY, "validate", "r1") as handle:
        handle.state = "superseded"
    run = state.last_run(NAME, DAY)
    assert run
    assert run.state == "superseded"


def test_runs_are_found_by_day_and_detection(state: StateStore) -> None:
    for name, day in ((NAME, DAY), ("a.b", DAY), (NAME, date(2026, 3, 3))):
        with state.step(name, day, "build", f"{name}-{day}"):
            pass
    assert len(state.runs()) == 3
    assert {r.detection for r in state.runs(day=DAY)} == {NAME, "a.b"}
    assert {r.day for r in state.runs(detection=NAME)} == {DAY, date(2026, 3, 3)}
    assert len(state.runs(limit=1)) == 1


CHECKS = (
    Check(
        type="expect_column_values_to_not_be_null",
        column="ip24",
        severity="critical",
        success=False,
        generated=True,
        kwargs={"column": "ip24", "mostly": 1.0},
        observed="2 of 5",
        evaluated=5,
        unexpected=2,
        examples=(None, None),
        meaning="ip24 is never empty",
    ),
    Check("expect_table_row_count_to_be_between", None, "warning", True, False, {"min_value": 0}),
)


def test_checks_read_back_in_order_and_the_newest_run_counts(state: StateStore) -> None:
    state.save_checks("r1", NAME, DAY, ValidationResult(CHECKS))
    assert tuple(state.checks(NAME, DAY)) == CHECKS
    state.save_checks("r2", NAME, DAY, ValidationResult(CHECKS[1:]))
    state.save_checks("r2", NAME, DAY, ValidationResult(CHECKS[1:]))
    assert tuple(state.checks(NAME, DAY)) == CHECKS[1:]
    assert state.checks(NAME, date(2026, 3, 3)) == []


def test_hostile_examples_are_kept_short_and_storable(state: StateStore) -> None:
    hostile = Check(
        "t",
        None,
        "critical",
        False,
        False,
        {},
        observed="\x00<!channel>\ud800",
        examples=("x" * 1_000_000, float("nan"), DAY, *range(50)),
    )
    state.save_checks("r1", NAME, DAY, ValidationResult((hostile,)))
    found = state.checks(NAME, DAY)[0]
    assert found.observed == "\ufffd<!channel>?"
    assert len(found.examples) == 20
    assert found.examples[0].endswith("(cut, 1000000 characters)")
    assert found.examples[1:3] == (None, "2026-03-02")
