"""Snoozes and silences: who keeps what quiet until when, and that it pages afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from lifelines import (
    ANA,
    BEN,
    CHANNEL,
    DAY,
    NOW,
    TEAM_NAME,
    alerts,
    calls,
    day,
    deliver,
    messages,
    one,
    quiet,
    run,
    said,
    team,
    trail,
)

from daywatch.alerts import Policy, actions, silences, snoozing
from daywatch.alerts.silences import Match
from daywatch.errors import DaywatchError
from daywatch.settings import Settings
from daywatch.state import StateStore, open_state

TEAMS, CHANNELS = {TEAM_NAME: team()}, {TEAM_NAME: CHANNEL}
TOMORROW = NOW + timedelta(days=1)


def wake(store: StateStore, now: datetime) -> int:
    with store.transaction() as session:
        return snoozing.wake(session, TEAMS, now)


def silence(store: StateStore, until: datetime, match: Match = Match("signup_*")) -> str:
    with store.transaction() as session:
        given = {"team": TEAM_NAME, "channel": CHANNEL, "match": match, "reason": "an event"}
        return silences.add(session, **given, owner=ANA, until=until, now=NOW).id


def told(store: StateStore) -> StateStore:
    """One alert, posted."""
    run(store, DAY, one())
    deliver(store)
    return store


def test_a_snooze_ends_once_says_so_and_the_ladder_begins_anew(store: StateStore) -> None:
    key = alerts(told(store))[0].key
    with store.transaction() as session:
        actions.snooze(session, key, ANA, until=TOMORROW, now=NOW)
    assert wake(store, NOW + timedelta(hours=10)) == 0
    assert wake(store, TOMORROW) == 1
    [alert] = alerts(store)
    assert alert.climbs_at == TOMORROW + timedelta(minutes=15) and alert.snoozed_by is None
    assert "Snooze over" in calls(store)[-1]
    assert wake(store, TOMORROW) == 0
    assert "alert.woken" in trail(store, key)


def test_until_the_value_falls_lasts_through_breaches_and_ends_with_a_quiet_day(
    lite: StateStore,
) -> None:
    key = alerts(told(lite))[0].key
    with lite.transaction() as session:
        actions.snooze(session, key, ANA, until=None, until_falls=True, now=NOW)
    run(lite, day(1), one(day(1), 90.0))
    assert alerts(lite)[0].snoozed_until_falls
    run(lite, day(2), quiet())
    assert not alerts(lite)[0].snoozed_until_falls
    run(lite, day(3), one(day(3), 95.0))
    assert alerts(lite)[0].climbs_at is not None
    assert "Snooze over" in " ".join(calls(lite))


def test_what_is_silenced_is_kept_and_pages_when_the_silence_is_over(store: StateStore) -> None:
    until = NOW + timedelta(days=2)
    silence(store, until)
    run(store, DAY, one())
    [announced] = messages(store)
    assert alerts(store)[0].route == "silenced" and "Silenced until" in said(announced)
    assert wake(store, NOW + timedelta(hours=10)) == 0
    later = until + timedelta(minutes=1)
    with store.transaction() as session:
        assert silences.expire(session, CHANNELS, later) == 1
    with store.transaction() as session:
        assert silences.expire(session, CHANNELS, later) == 0, "it is announced once"
    assert wake(store, later) == 1
    [alert] = alerts(store)
    assert trail(store, alert.key).count("alert.told_after_all") == 1
    assert alert.route == "page" and alert.climbs_at == later + timedelta(minutes=15)
    posts = [said(row) for row in messages(store) if row.kind == "post"]
    assert any("Silence over" in one for one in posts) and any("CRITICAL" in one for one in posts)


def test_the_same_silence_twice_is_one(store: StateStore) -> None:
    assert silence(store, TOMORROW) == silence(store, TOMORROW)
    assert len(messages(store)) == 1


@pytest.mark.parametrize("until", [NOW, NOW - timedelta(days=1), NOW + timedelta(days=31)])
def test_a_silence_ends_in_the_next_thirty_days(lite: StateStore, until: datetime) -> None:
    with pytest.raises(DaywatchError):
        silence(lite, until)
    assert messages(lite) == []


def test_a_silence_survives_a_restart_and_others_may_end_it(any_settings: Settings) -> None:
    first = open_state(any_settings)
    found = silence(first, TOMORROW)
    first.close()
    store = open_state(any_settings)
    run(store, DAY, one())
    assert alerts(store)[0].route == "silenced"
    with store.transaction() as session:
        assert silences.end(session, found, BEN, channel=CHANNEL, now=NOW)
    with store.transaction() as session:
        assert not silences.end(session, found, BEN, channel=CHANNEL, now=NOW)
    assert wake(store, NOW) == 1 and alerts(store)[0].route == "page"
    assert trail(store, found) == ["silence.set", "silence.ended"]
    store.close()


@pytest.mark.parametrize(
    ("match", "covered"),
    [
        (Match(), True),
        (Match("signup_burst"), True),
        (Match("platform_abuse.signup_*"), True),
        (Match("signup_burst", "other"), False),
        (Match("lockstep"), False),
        (Match(severity="critical"), True),
        (Match(severity="low"), False),
    ],
)
def test_only_what_matches_is_silenced(lite: StateStore, match: Match, covered: bool) -> None:
    silence(lite, TOMORROW, match)
    run(lite, DAY, one())
    assert (alerts(lite)[0].route == "silenced") is covered


def test_waking_a_summary_lets_no_member_climb_alone(lite: StateStore) -> None:
    few = Policy(team(summary_over=1))
    for number in range(3):
        run(lite, DAY, one(), policy=few, detection=f"{TEAM_NAME}.d{number}")
    [summary] = alerts(lite, "summary")
    with lite.transaction() as session:
        actions.snooze(session, summary.key, ANA, until=TOMORROW, now=NOW)
    wake(lite, TOMORROW)
    members = [alert for alert in alerts(lite) if alert.route == "summary"]
    assert len(members) == 2 and {alert.climbs_at for alert in members} == {None}
    [summary] = alerts(lite, "summary")
    assert summary.climbs_at is not None and summary.snoozed_by is None
