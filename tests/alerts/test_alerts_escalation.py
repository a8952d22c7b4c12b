"""The ladder: who is called when nobody acknowledges, in which hours, and what stops it."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from lifelines import (
    ANA,
    CHANNEL,
    DAY,
    NOW,
    TEAM_NAME,
    alerts,
    calls,
    deliver,
    messages,
    one,
    run,
    team,
    trail,
)

from daywatch.alerts import Policy, actions, escalation, hours, silences
from daywatch.alerts.outcomes import Outcome
from daywatch.alerts.silences import Match
from daywatch.catalog.team import Hours
from daywatch.settings import Settings
from daywatch.state import StateStore, open_state

TEAMS = {TEAM_NAME: team()}
MINUTE = timedelta(minutes=1)


def climb(store: StateStore, after: timedelta) -> int:
    with store.transaction() as session:
        return escalation.climb(session, TEAMS, NOW + after)


def test_each_step_is_climbed_once_at_its_time(store: StateStore) -> None:
    run(store, DAY, one())
    deliver(store)
    assert climb(store, 14 * MINUTE) == 0
    assert climb(store, 15 * MINUTE) == 1
    assert "S0SPAM" in calls(store)[0]
    assert climb(store, 5 * MINUTE) == 0, "a clock that went back climbs nothing again"
    assert climb(store, 45 * MINUTE) == 1
    assert climb(store, 120 * MINUTE) == 1
    assert any(row.channel == "#ts-leads" for row in messages(store)), "the second channel"
    assert climb(store, timedelta(days=9)) == 0, "there is no fourth step"
    assert trail(store, alerts(store)[0].key).count("alert.escalated") == 3


def test_after_a_dead_night_the_steps_come_in_order(lite: StateStore) -> None:
    run(lite, DAY, one())
    deliver(lite)
    assert climb(lite, 600 * MINUTE) == 3
    assert alerts(lite)[0].rungs == 3
    assert ["S0SPAM" in calls(lite)[0], "U0LEAD" in calls(lite)[1]] == [True, True]


def test_two_sweepers_at_once_climb_once(any_settings: Settings) -> None:
    stores = [open_state(any_settings) for _ in range(2)]
    run(stores[0], DAY, one())
    deliver(stores[0])
    together, climbed = threading.Barrier(2), []

    def sweep(store: StateStore) -> None:
        together.wait(20)
        climbed.append(climb(store, 15 * MINUTE))

    threads = [threading.Thread(target=sweep, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(climbed) == [0, 1] and len(calls(stores[0])) == 1
    for store in stores:
        store.close()


@pytest.mark.parametrize("stop", ["acknowledge", "snooze", "resolve"])
def test_somebody_who_acts_stops_it(store: StateStore, stop: str) -> None:
    run(store, DAY, one())
    key = alerts(store)[0].key
    with store.transaction() as session:
        if stop == "acknowledge":
            actions.acknowledge(session, key, ANA, now=NOW)
        elif stop == "snooze":
            actions.snooze(session, key, ANA, until=NOW + timedelta(days=1), now=NOW)
        else:
            how = Outcome.TRUE_POSITIVE
            actions.resolve(session, key, ANA, outcome=how, note="", now=NOW)
    assert climb(store, 600 * MINUTE) == 0 and calls(store) == []


def test_a_silence_stops_it_and_its_end_lets_it_go_on(lite: StateStore) -> None:
    run(lite, DAY, one())
    deliver(lite)
    with lite.transaction() as session:
        until = NOW + timedelta(days=1)
        given = {"team": TEAM_NAME, "channel": CHANNEL, "match": Match(), "reason": "known"}
        silences.add(session, **given, owner=ANA, until=until, now=NOW)
    assert climb(lite, 600 * MINUTE) == 0
    assert climb(lite, timedelta(days=1, minutes=1)) >= 1


@pytest.mark.parametrize("severity", ["medium", "low", "informational"])
def test_what_is_below_high_never_climbs(lite: StateStore, severity: str) -> None:
    run(lite, DAY, one(severity=severity))
    assert climb(lite, timedelta(days=2)) == 0


def test_high_waits_for_working_hours_critical_does_not(lite: StateStore) -> None:
    """NOW is 04:30 on a Tuesday; working hours begin at nine."""
    run(lite, DAY, one(severity="high"))
    run(lite, DAY, one(severity="critical"), detection=f"{TEAM_NAME}.other")
    assert climb(lite, 15 * MINUTE) == 1
    high = next(a for a in alerts(lite) if a.severity == "high")
    assert high.climbs_at == datetime(2026, 3, 3, 9, 15) and high.rungs == 0


def test_the_headers_escalate_after_moves_the_first_step(lite: StateStore) -> None:
    run(lite, DAY, one(), policy=Policy(team(), escalate_after=timedelta(minutes=5)))
    assert climb(lite, 5 * MINUTE) == 1


WORK = Hours(days=("mon", "tue", "wed", "thu", "fri"), start="09:00", end="18:00")


@pytest.mark.parametrize(
    ("start", "span", "when", "zone", "due"),
    [
        # Friday 17:30 in Berlin (winter), an hour later is Monday 09:30 (summer)
        (datetime(2026, 3, 27, 16, 30), 60, WORK, "Europe/Berlin", datetime(2026, 3, 30, 7, 30)),
        (datetime(2026, 3, 28, 12), 24 * 60, Hours(), "Europe/Berlin", datetime(2026, 3, 29, 12)),
        (datetime(2026, 10, 24, 12), 24 * 60, Hours(), "Europe/Berlin", datetime(2026, 10, 25, 12)),
        (
            datetime(2026, 1, 1, 22, 30),
            60,
            Hours(start="00:00", end="23:00"),
            "UTC",
            datetime(2026, 1, 2, 0, 30),
        ),
    ],
    ids=["over-a-weekend-and-into-summer", "spring-night", "autumn-night", "over-a-closed-hour"],
)
def test_only_time_inside_the_hours_counts(
    start: datetime, span: int, when: Hours, zone: str, due: datetime
) -> None:
    assert hours.due(start, timedelta(minutes=span), when, zone) == due
