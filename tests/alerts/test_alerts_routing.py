"""Routes: alone, in a summary, in the digest; and what a summary says of its members."""

from __future__ import annotations

import threading
from datetime import timedelta

from lifelines import (
    ANA,
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
    shown,
    team,
    trail,
)  # fmt: skip

from daywatch.alerts import Policy, actions, outbox, snoozing
from daywatch.alerts.outcomes import Outcome
from daywatch.state import StateStore

THREE = Policy(team(summary_over=3))
LATER = NOW + timedelta(hours=1)


def many(
    store: StateStore,
    count: int,
    severity: str = "low",
    policy: Policy = THREE,
    start: int = 0,
    **when: object,
) -> None:
    """So many detections of the team breach, each judged in a run of its own."""
    for n in range(start, start + count):
        name = f"{TEAM_NAME}.{severity}_{n:04d}"
        run(store, DAY, one(severity=severity), policy=policy, detection=name, **when)  # type: ignore[arg-type]


def routes(store: StateStore) -> list[tuple[str, str]]:
    """(severity, route) in the order in which alerts were opened."""
    ranked = sorted(alerts(store), key=lambda a: a.detection)
    return [(a.severity, a.route) for a in ranked]


def test_more_than_so_many_alerts_of_a_day_become_one_summary_with_a_thread(
    store: StateStore,
) -> None:
    many(store, 6)
    assert [route for _, route in routes(store)] == ["page"] * 3 + ["summary"] * 3
    (summary,) = alerts(store, "summary")
    posts = [row for row in messages(store) if row.kind == "post"]
    assert [row.key for row in posts][-1] == summary.key and len(posts) == 4
    assert "3 alerts of Platform abuse" in said(posts[-1])
    members = messages(store, summary.key)
    assert (
        len([row for row in members if row.kind == "reply" and row.alert_key != summary.key]) == 3
    )
    assert all(not messages(store, row.key) for row in members), "no threads of their own"
    assert trail(store).count("alert.grouped") == 3


def test_a_critical_is_not_buried_under_low_ones(lite: StateStore) -> None:
    many(lite, 6, "low")
    many(lite, 4, "critical")
    assert [r for s, r in routes(lite) if s == "critical"] == ["page"] * 3 + ["summary"]
    many(lite, 1, "low", start=10)
    assert routes(lite)[-1] == ("low", "summary")


def test_a_summary_that_gets_worse_calls_and_climbs(store: StateStore) -> None:
    many(store, 5, "low")
    (summary,) = alerts(store, "summary")
    deliver(store)
    assert (summary.severity, summary.climbs_at) == ("low", None)
    many(store, 4, "critical")
    (summary,) = alerts(store, "summary")
    assert (summary.severity, summary.climbs_at) == ("critical", NOW + timedelta(minutes=15))
    raised = [said(row) for row in messages(store, summary.key) if row.alert_key == summary.key]
    assert len([text for text in raised if "<!subteam^S0SPAM>" in text]) == 1, "with the mention"
    assert "1 critical, 2 low" in shown(store, summary.key)


def test_over_the_weeks_budget_lower_severities_go_to_the_digest(store: StateStore) -> None:
    policy = Policy(team(alert_budget_per_week=2))
    many(store, 3, "medium", policy)
    many(store, 1, "high", policy)
    many(store, 1, "low", policy)
    assert routes(store) == [
        ("high", "page"),
        ("low", "digest"),
        ("medium", "page"),
        ("medium", "page"),
        ("medium", "digest"),
    ]
    assert trail(store).count("alert.to_digest") == 2
    digest = [a.key for a in alerts(store) if a.route == "digest"]
    assert not [row for row in messages(store) if row.alert_key in digest]
    later, name = day(8), f"{TEAM_NAME}.low_0005"
    found = one(later, severity="low")
    run(store, later, found, policy=policy, now=NOW + timedelta(days=8), detection=name)
    assert routes(store).count(("low", "page")) == 1, "a new week"


def test_a_told_alert_stays_told_and_one_in_the_digest_stays_there(lite: StateStore) -> None:
    policy = Policy(team(alert_budget_per_week=1))
    many(lite, 2, "low", policy)
    for now in (LATER, NOW + timedelta(days=9)):
        many(lite, 2, "low", policy, now=now)
        assert [route for _, route in routes(lite)] == ["page", "digest"]


def test_a_severity_that_rises_lifts_an_alert_out_of_the_digest(lite: StateStore) -> None:
    policy = Policy(team(alert_budget_per_week=0))
    many(lite, 1, "low", policy)
    assert routes(lite) == [("low", "digest")] and not messages(lite)
    run(lite, day(1), one(day(1), severity="critical"), policy=policy, now=LATER,
        detection=f"{TEAM_NAME}.low_0000")  # fmt: skip
    (alert,) = alerts(lite)
    assert (alert.route, alert.severity) == ("page", "critical")
    assert alert.climbs_at == LATER + timedelta(minutes=15)
    assert [row.key for row in messages(lite) if row.kind == "post"] == [alert.key]


def test_members_ends_are_counted_and_the_last_one_ends_the_summary(store: StateStore) -> None:
    many(store, 5)
    deliver(store)
    members = sorted(a.detection for a in alerts(store) if a.route == "summary")
    for n, name in enumerate(members):
        for offset in (1, 2):
            run(store, day(offset), quiet(), policy=THREE, detection=name, now=LATER)
        (summary,) = alerts(store, "summary")
        assert (summary.content["facts"]["over"], summary.content["facts"]["total"]) == (n + 1, 2)
    assert summary.state == "ended" and "OVER" in shown(store, summary.key)


def test_acknowledging_a_summary_acknowledges_all_its_members(store: StateStore) -> None:
    many(store, 7)
    deliver(store)
    (summary,) = alerts(store, "summary")
    with store.transaction() as session:
        assert actions.acknowledge(session, summary.key, ANA, now=LATER).done
    by_route = {(a.route, a.acknowledged_by) for a in alerts(store)}
    assert by_route == {("page", None), ("summary", "Ana")}
    assert "Acknowledged by *Ana*" in shown(store, summary.key)
    member = next(a.key for a in alerts(store) if a.route == "summary")
    assert "Acknowledged by *Ana*" in shown(store, member)
    assert trail(store).count("alert.acknowledged") == 5


def test_a_new_critical_member_is_not_covered_by_an_old_acknowledgement(lite: StateStore) -> None:
    many(lite, 5, "critical")
    (summary,) = alerts(lite, "summary")
    with lite.transaction() as session:
        actions.acknowledge(session, summary.key, ANA, now=LATER)
    many(lite, 1, "critical", start=7, now=LATER)
    (summary,) = alerts(lite, "summary")
    assert summary.acknowledged_by is None
    assert summary.climbs_at == LATER + timedelta(minutes=15)


def test_resolving_a_summary_resolves_its_members_and_the_next_starts_another(
    lite: StateStore,
) -> None:
    many(lite, 70)
    (summary,) = alerts(lite, "summary")
    with lite.transaction() as session:
        outcome = Outcome.FALSE_POSITIVE_LOGIC
        actions.resolve(session, summary.key, ANA, outcome=outcome, note="n", now=LATER)
    members = [a for a in alerts(lite) if a.route == "summary"]
    assert len(members) == 67
    assert {(a.state, a.resolution, a.resolved_through) for a in members} == {
        ("ended", "false_positive_logic", DAY)
    }
    run(lite, DAY, one(severity="low"), policy=THREE, detection=f"{TEAM_NAME}.low_0066", now=LATER)
    assert [a.state for a in alerts(lite) if a.detection.endswith("0066")] == ["ended"]
    many(lite, 1, start=80)
    assert len(alerts(lite, "summary")) == 2


def test_a_member_gone_before_anybody_saw_it_leaves_the_summary(lite: StateStore) -> None:
    many(lite, 4)
    run(lite, DAY, quiet(), policy=THREE, detection=f"{TEAM_NAME}.low_0003")
    assert alerts(lite, "summary") == [] and len(alerts(lite)) == 3
    many(lite, 2, start=3)
    run(lite, DAY, quiet(), policy=THREE, detection=f"{TEAM_NAME}.low_0003")
    (summary,) = alerts(lite, "summary")
    assert summary.content["facts"]["total"] == 1


def test_a_thousand_alerts_are_one_summary_and_what_is_kept_stays_small(lite: StateStore) -> None:
    for part in range(2):
        names = (f"i{part * 500 + n}" for n in range(500))
        outcomes = [one(severity="low", indicator=name) for name in names]
        run(lite, DAY, outcomes, policy=THREE)
    (summary,) = alerts(lite, "summary")
    assert summary.content["facts"]["total"] == 997
    assert len(str(summary.content)) < 20_000
    assert len(messages(lite)) < 70, "three pages with details, the summary and fifty members"
    assert len(shown(lite, summary.key)) < 20_000


def test_detections_judged_at_once_share_one_summary_and_one_budget(store: StateStore) -> None:
    start = threading.Barrier(4)
    failures: list[BaseException] = []

    def judge(part: int) -> None:
        try:
            start.wait()
            many(store, 3, start=part * 10)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=judge, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    found = [route for _, route in routes(store)]
    assert (found.count("page"), found.count("summary")) == (3, 9)
    (summary,) = alerts(store, "summary")
    assert summary.content["facts"]["total"] == 9


def test_a_changed_channel_pages_there_once_and_the_old_message_says_where(
    store: StateStore,
) -> None:
    run(store, DAY, one())
    deliver(store)
    with store.transaction() as session:
        actions.assign(session, alerts(store)[0].key, ANA, to="Ben", now=NOW)
    moved = one(day(1), 90.0, channel="#new")
    for _ in range(2):
        run(store, day(1), moved, now=LATER)
        deliver(store)
    old, new = sorted(alerts(store), key=lambda a: a.opened_at)
    assert (old.channel, old.state, new.channel, new.state) == (CHANNEL, "ended", "#new", "open")
    assert "It goes on in #new." in shown(store, old.key)
    assert [row.channel for row in messages(store) if row.thread_key is None] == [CHANNEL, "#new"]
    assert new.assignee == "Ben"
    run(store, DAY, one(channel="#new"), now=LATER)
    assert len(alerts(store)) == 2 and all(row.state == outbox.SENT for row in messages(store)
                                           if row.thread_key is None)  # fmt: skip


def test_an_episode_that_is_over_stays_where_it_was_told(lite: StateStore) -> None:
    run(lite, DAY, one())
    for offset in (1, 2):
        run(lite, day(offset), quiet())
    deliver(lite)
    run(lite, DAY, one(DAY, 64.0, channel="#new"))
    assert [(a.channel, a.state) for a in alerts(lite)] == [(CHANNEL, "ended")]


def test_without_a_team_everything_pages(lite: StateStore) -> None:
    many(lite, 8, policy=Policy())
    assert {route for _, route in routes(lite)} == {"page"} and calls(lite) == []
    with lite.transaction() as session:
        assert snoozing.wake(session, {}, LATER) == 0


def test_three_years_of_episodes_cost_no_more_than_three_months(lite: StateStore) -> None:
    """Only what the day can change is loaded: counted in rows of alerts that come back."""
    from sqlalchemy import event

    from daywatch.state.models import Alert

    loaded: list[object] = []
    event.listen(Alert, "load", lambda target, _: loaded.append(target))
    for episode in range(90):  # one every twelve days
        first = day(episode * 12)
        for n, outcome in enumerate((one(first), quiet(), quiet())):
            now = NOW + timedelta(days=episode * 12 + n)
            run(lite, first + timedelta(days=n), outcome, now=now)
    assert len(alerts(lite)) == 90
    loaded.clear()
    last = day(90 * 12)
    run(lite, last, one(last), now=NOW + timedelta(days=90 * 12))
    assert len(loaded) <= 2
