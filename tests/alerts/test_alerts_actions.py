"""People act on alerts: each action once, with its trail, its message and a clear answer."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import (
    ANA,
    BEN,
    DAY,
    NOW,
    alerts,
    day,
    deliver,
    messages,
    one,
    quiet,
    run,
    shown,
    trail,
)  # fmt: skip

from daywatch.alerts import actions, outbox
from daywatch.alerts.actions import Acted
from daywatch.alerts.outcomes import Outcome
from daywatch.alerts.spells import Mark, spells
from daywatch.errors import DaywatchError
from daywatch.state import StateStore

LATER = NOW + timedelta(hours=1)


def acknowledge(store: StateStore, key: str, who: object = ANA) -> Acted:
    with store.transaction() as session:
        return actions.acknowledge(session, key, who, now=LATER)  # type: ignore[arg-type]


def resolve(store: StateStore, key: str, outcome: Outcome = Outcome.TRUE_POSITIVE) -> Acted:
    with store.transaction() as session:
        return actions.resolve(session, key, ANA, outcome=outcome, note="banned", now=LATER)


def opened(store: StateStore) -> str:
    run(store, DAY, one())
    deliver(store)
    return alerts(store)[0].key


def test_an_acknowledgement_shows_in_the_message_and_stops_the_ladder(store: StateStore) -> None:
    key = opened(store)
    done = acknowledge(store, key)
    (alert,) = alerts(store)
    assert done.done and alert.acknowledged_by == "Ana" and alert.climbs_at is None
    assert "Acknowledged by *Ana*" in shown(store, key)
    root = next(row for row in messages(store) if row.key == key)
    assert (root.kind, root.state) == ("update", "pending")
    again = acknowledge(store, key, BEN)
    assert again == Acted(False, "Already acknowledged by Ana, 2026-03-03 05:30 UTC.")
    assert trail(store, key).count("alert.acknowledged") == 1


def test_judging_again_keeps_what_people_did(store: StateStore) -> None:
    key = opened(store)
    acknowledge(store, key)
    before = shown(store, key)
    assert run(store, DAY, one(), now=LATER).messages == 0
    assert shown(store, key) == before
    run(store, day(1), one(day(1), 90.0), now=LATER)
    assert "Acknowledged by *Ana*" in shown(store, key) and "90" in shown(store, key)


def test_assigning_names_somebody_once(lite: StateStore) -> None:
    key = opened(lite)
    with lite.transaction() as session:
        assert actions.assign(session, key, ANA, to="Ben", now=LATER).done
        assert not actions.assign(session, key, ANA, to="Ben", now=LATER).done
        with pytest.raises(DaywatchError, match="nobody"):
            actions.assign(session, key, ANA, to=" ", now=LATER)
    assert "Assigned to *Ben*" in shown(lite, key)
    assert trail(lite, key).count("alert.assigned") == 1


def test_a_resolution_ends_the_episode_and_a_later_breach_is_a_new_alert(
    store: StateStore,
) -> None:
    key = opened(store)
    assert resolve(store, key).done
    (alert,) = alerts(store)
    assert (alert.state, alert.resolved_through, alert.resolution) == (
        "ended",
        DAY,
        "true_positive",
    )
    assert "true positive" in shown(store, key) and "banned" in shown(store, key)
    deliver(store)
    run(store, day(1), one(day(1)), now=LATER)
    old, new = alerts(store)
    assert old.key == key and old.state == "ended" and new.state == "open"
    assert new.first_day == day(1)
    posts = [row.key for row in messages(store) if row.thread_key is None]
    assert posts == [key, new.key], "a message of its own"


def test_a_rebuilt_day_inside_what_was_resolved_stays_with_the_old_alert(lite: StateStore) -> None:
    run(lite, DAY, one())
    run(lite, day(1), one(day(1)))
    deliver(lite)
    key = alerts(lite)[0].key
    resolve(lite, key)
    run(lite, DAY, quiet())
    run(lite, DAY, one(DAY, 77.0))
    run(lite, day(1), one(day(1), 78.0))
    (alert,) = alerts(lite)
    assert (alert.key, alert.state, alert.resolution) == (key, "ended", "true_positive")
    assert not [row for row in messages(lite) if "Not over" in str(row.payload)]


def test_quiet_days_after_a_resolution_say_nothing_more(lite: StateStore) -> None:
    key = opened(lite)
    resolve(lite, key)
    deliver(lite)
    before = [(row.key, row.version) for row in messages(lite)]
    for offset in (1, 2):
        run(lite, day(offset), quiet(), now=LATER)
    assert [(row.key, row.version) for row in messages(lite)] == before


def test_two_resolutions_in_a_row_leave_two_alerts_and_a_third_breach_is_a_third(
    lite: StateStore,
) -> None:
    for offset in range(3):
        run(lite, day(offset), one(day(offset)), now=LATER)
        deliver(lite)
        if offset < 2:
            resolve(lite, next(a.key for a in alerts(lite) if a.state == "open"))
    assert [(a.first_day, a.state) for a in alerts(lite)] == [
        (DAY, "ended"),
        (day(1), "ended"),
        (day(2), "open"),
    ]
    assert not resolve(lite, alerts(lite)[0].key).done, "resolved already"


def test_what_is_over_is_not_acknowledged_or_snoozed_but_its_outcome_is_recorded(
    lite: StateStore,
) -> None:
    key = opened(lite)
    for offset in (1, 2):
        run(lite, day(offset), quiet())
    said = acknowledge(lite, key)
    assert not said.done and "is over" in said.said
    with lite.transaction() as session:
        done = actions.snooze(session, key, ANA, until=LATER + timedelta(1), now=LATER)
    assert not done.done and "is over" in done.said
    assert resolve(lite, key, Outcome.FALSE_POSITIVE_DATA).done
    assert alerts(lite)[0].resolution == "false_positive_data"
    assert "false positive: data" in shown(lite, key)


def test_a_withdrawn_alert_says_that_it_was_withdrawn(lite: StateStore) -> None:
    key = opened(lite)
    run(lite, DAY, quiet())
    said = acknowledge(lite, key)
    assert not said.done and "was withdrawn" in said.said


def test_an_alert_that_somebody_acted_on_does_not_vanish_unsent(lite: StateStore) -> None:
    run(lite, DAY, one())
    key = alerts(lite)[0].key
    acknowledge(lite, key)
    run(lite, DAY, quiet())
    assert [(a.key, a.state) for a in alerts(lite)] == [(key, "ended")]
    assert "WITHDRAWN" in shown(lite, key)


@pytest.mark.parametrize("until", [NOW, LATER, LATER + timedelta(days=31), None])
def test_a_snooze_needs_an_end_within_thirty_days(lite: StateStore, until: object) -> None:
    key = opened(lite)
    with lite.transaction() as session, pytest.raises(DaywatchError):
        actions.snooze(session, key, ANA, until=until, now=LATER)  # type: ignore[arg-type]


def test_an_alert_is_found_by_the_beginning_of_its_key(lite: StateStore) -> None:
    key = opened(lite)
    with lite.reading() as session:
        assert actions.find(session, key[:6].upper()).key == key
        for prefix, fault in (("abc", "too short"), ("%%%%%%", "no alert"), ("zzzzzz", "no alert")):
            with pytest.raises(DaywatchError, match=fault):
                actions.find(session, prefix)


def test_of_two_people_at_once_one_is_first_and_the_other_is_told(store: StateStore) -> None:
    key = opened(store)
    start, answers = threading.Barrier(2), []

    def act(who: object) -> None:
        start.wait()
        answers.append(acknowledge(store, key, who))

    threads = [threading.Thread(target=act, args=(who,)) for who in (ANA, BEN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.done for answer in answers) == [False, True]
    first = alerts(store)[0].acknowledged_by
    assert any(f"Already acknowledged by {first}" in answer.said for answer in answers)
    assert trail(store, key).count("alert.acknowledged") == 1


def test_judging_and_acting_at_once_lose_neither(store: StateStore) -> None:
    key = opened(store)
    start = threading.Barrier(2)
    failures: list[BaseException] = []

    def at_once(act: object) -> None:
        try:
            start.wait()
            act()  # type: ignore[operator]
        except BaseException as error:
            failures.append(error)

    works = (
        lambda: acknowledge(store, key),
        lambda: run(store, day(1), one(day(1), 91.0), now=LATER),
    )
    threads = [threading.Thread(target=at_once, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert "Acknowledged by *Ana*" in shown(store, key) and "91" in shown(store, key)


# --- resolutions as cuts: pure ------------------------------------------------------------------

DAYS = [DAY + timedelta(days=n) for n in range(12)]
MARKS = st.dictionaries(
    st.sampled_from(DAYS), st.sampled_from([Mark.PAGING, Mark.QUIET, Mark.FAINT, Mark.OLD])
)


@settings(max_examples=300, deadline=None)
@given(marks=MARKS, ends=st.lists(st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS))))
def test_no_episode_reaches_over_a_resolution_and_none_is_lost(
    marks: dict[date, Mark], ends: list[tuple[date, date]]
) -> None:
    resolved = [(first, last) for first, last in ends if first <= last]
    found = spells(marks, resolved)
    breached = [d for d in sorted(marks) if marks[d] in (Mark.PAGING, Mark.OLD)]
    assert [d for spell in found for d in spell.days] == breached
    assert found == spells(dict(reversed(marks.items())), list(reversed(resolved)))
    for spell in found:
        for first, last in resolved:
            if first <= spell.first_day <= last:
                assert spell.last_day <= max(
                    through for begin, through in resolved if begin <= spell.last_day
                )
        if spell.resolved_through is None and spell.ended_day is None:
            assert spell is found[-1]


KINDS = st.sampled_from(["breach", "quiet"])


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_order_of_days_around_a_resolution_gives_the_same_alerts(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Days before it and days after it come in any order; then all are judged again, shuffled."""
    from daywatch.settings import Settings
    from daywatch.state import open_state

    early = {day(n): data.draw(KINDS) for n in range(data.draw(st.integers(1, 4)))}
    late = {day(n + len(early)): data.draw(KINDS) for n in range(data.draw(st.integers(0, 4)))}
    both = [*early, *late]
    orders = [
        (list(early), list(late), both),
        (
            data.draw(st.permutations(list(early))),
            data.draw(st.permutations(list(late))),
            data.draw(st.permutations(both)),
        ),
    ]
    kinds, now, seen = early | late, NOW + timedelta(days=3), []
    for first, second, again in orders:
        folder = tmp_path_factory.mktemp("store")
        store = open_state(Settings(data_dir=folder, state_url="", slack_token=None))
        for part in (first, second, again):
            for on in part:
                outcome = one(on) if kinds[on] == "breach" else quiet()
                run(store, on, outcome, now=now)
            for alert in alerts(store):
                if part is first and alert.state == "open":
                    resolve(store, alert.key)
        seen.append(
            [(a.key, a.state, a.first_day, a.last_day, a.resolved_through) for a in alerts(store)]
        )
        store.close()
    assert seen[0] == seen[1]


def test_a_repeated_run_writes_no_message_after_actions(lite: StateStore) -> None:
    key = opened(lite)
    acknowledge(lite, key)
    deliver(lite)
    for _ in range(3):
        run(lite, DAY, one(), now=LATER + timedelta(hours=1))
    assert all(row.state == outbox.SENT for row in messages(lite))
