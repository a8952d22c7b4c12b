"""Found, late, missed, false: each figure of the scorecard against a truth made by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from daywatch.scorecard import score
from daywatch.scorecard.matching import day_rows
from daywatch.scorecard.model import Cause, EntityColumn, Finding, Platform, Truth, Watch
from daywatch.scorecard.reading import named_apart
from daywatch.scorecard.results import PageCounts
from daywatch.scorecard.score import scored_days
from daywatch.scorecard.teams import reviewed
from tests.scorecard.builders import (
    BUDGET,
    WATCH,
    day,
    history,
    named,
    platform,
    rows,
    run,
    truth,
)


def test_a_page_with_a_finding_on_its_device_finds_a_scenario_and_counts_the_days() -> None:
    known = truth([run("easy", 2, 4)], {"farm.easy": ["a", "b"]})
    found = rows(known, {3: {"a": 40, "x": 20}})
    [result] = score([platform(known, history(found, [[3, 4]]))], [BUDGET]).scenarios
    assert (result.found, result.delay_days, result.paged_by) == (True, 1, ("spam.farm",))
    assert (result.entities, result.entities_found, result.recall) == (2, 1, 0.5)
    assert result.precision == 0.5
    assert result.pages == 1


def test_a_finding_without_a_page_is_flagged_and_missed() -> None:
    known = truth([run("easy", 2, 4)], {"farm.easy": ["a"]})
    card = score([platform(known, history(rows(known, {3: {"a": 40}}), [[8]]))], [BUDGET])
    [result] = card.scenarios
    assert (result.found, result.delay_days, result.flagged_by) == (False, None, ("spam.farm",))
    assert card.summary.startswith("easy 0/1 (0 by a page of their own) found")


def test_a_page_on_a_day_without_a_finding_on_its_devices_is_not_about_it() -> None:
    known = truth([run("easy", 2, 4)], {"farm.easy": ["a"]})
    found = rows(known, {3: {"a": 40}, 4: {"x": 40}})
    [result] = score([platform(known, history(found, [[4]]))], [BUDGET]).scenarios
    assert not result.found


@pytest.mark.parametrize(("number", "found"), [(5, True), (6, False)])
def test_pages_until_three_days_after_the_end_count(number: int, found: bool) -> None:
    known = truth([run("easy", 2, 2)], {"farm.easy": ["a"]})
    far = named("spam.farm", lookback=timedelta(days=9))
    days = rows(known, {number: {"a": 40}}, far)
    card = score([platform(known, history(days, [[number]], far))], [BUDGET])
    assert card.scenarios[0].found is found
    assert card.teams[0].pages == PageCounts(true=1)  # it is about abuse, however late


def test_an_episode_that_was_open_before_finds_a_scenario_but_is_no_page_of_its_own() -> None:
    """The on-call had been woken already: the message was edited, nobody's telephone rang."""
    known = truth([run("easy", 4, 6)], {"farm.easy": ["a"]})
    found = rows(known, {2: {"x": 40}, 3: {"x": 40}, 4: {"a": 40}, 6: {"a": 40}})
    [result] = score([platform(known, history(found, [[2, 3, 4]]))], [BUDGET]).scenarios
    assert (result.found, result.delay_days, result.own_delay_days) == (True, 0, None)
    [result] = score([platform(known, history(found, [[2, 3], [6]]))], [BUDGET]).scenarios
    assert (result.found, result.delay_days, result.own_delay_days) == (True, 2, 2)


def test_an_entity_stays_true_for_the_lookback_and_no_longer() -> None:
    known = truth([run("easy", 2, 2)], {"farm.easy": ["a"]})
    found = rows(known, {4: {"a": 40}, 5: {"a": 40}})
    assert [f.cause for one in found for f in one.findings] == [Cause.ABUSE, Cause.ORDINARY]


def test_a_metric_that_shifts_is_found_by_a_page_of_its_table() -> None:
    known = truth([run("medium", 2, 4, "step")], shifts={"step.medium": "spam.rate"})
    rate = named("spam.rate", entities=())
    card = score([platform(known, history(rows(known, {}, rate), [[6]], rate))], [BUDGET])
    [result] = card.scenarios
    assert (result.found, result.delay_days, result.recall) == (True, 4, None)
    assert card.teams[0].pages == PageCounts(true=1)
    assert [one.met for one in card.aims[:3]] == [None, False, None]


def test_pages_are_true_twin_or_ordinary_and_an_episode_counts_once() -> None:
    known = truth(
        [run("easy", 0, 1), run("benign", 4, 5)], {"farm.easy": ["a"], "farm.benign": ["t"]}
    )
    found = rows(known, {0: {"a": 9}, 1: {"a": 9}, 4: {"t": 9}, 8: {"x": 9}})
    card = score([platform(known, history(found, [[0, 1], [4, 5], [8]]))], [BUDGET])
    [team], [one] = card.teams, card.detections
    assert team.pages == one.pages == PageCounts(true=1, twin=1, ordinary=1)
    assert one.page_days == PageCounts(true=2, twin=1, ordinary=2)
    assert [week.pages for week in team.weeks] == [PageCounts(1, 1, 0), PageCounts(0, 0, 1)]
    assert [week.days for week in team.weeks] == [7, 3]
    assert team.false_per_week and team.false_per_week.value == pytest.approx(7 * 2 / 10)
    assert team.false_per_week.low <= 1.4 <= team.false_per_week.high
    assert {r.id: r.found for r in card.scenarios} == {"farm.easy": True, "farm.benign": True}
    assert "1 of 1 benign twins paged" in card.summary


def test_a_twin_is_not_blamed_for_a_page_that_abuse_explains() -> None:
    known = truth(
        [run("easy", 0, 1), run("benign", 0, 1)], {"farm.easy": ["a"], "farm.benign": ["t"]}
    )
    found = rows(known, {0: {"a": 9, "t": 9}})
    card = score([platform(known, history(found, [[0]]))], [BUDGET])
    assert {r.id: r.found for r in card.scenarios} == {"farm.easy": True, "farm.benign": False}
    assert card.teams[0].pages == PageCounts(true=1)


def test_an_experimental_detection_pages_nobody_and_its_findings_are_shown() -> None:
    known = truth([run("easy", 0, 1)], {"farm.easy": ["a"]})
    trial = named("spam.trial", production=False)
    days = rows(known, {0: {"a": 9}}, trial)
    card = score([platform(known, history(days, [], trial))], [BUDGET])
    assert card.scenarios[0].flagged_by == ("spam.trial",) and not card.scenarios[0].found
    assert card.teams[0].reviewed == 0 and card.teams[0].false_per_week is None
    assert card.detections[0].findings == 1


def finding(points: float, cause: Cause) -> Finding:
    return Finding(day(0), points, (), (), cause)


def test_the_budget_takes_the_highest_and_the_mean_of_equals_at_its_edge() -> None:
    true, false = Cause.ABUSE, Cause.TWIN
    findings = [finding(9, true), finding(5, false), finding(5, true), finding(1, false)]
    assert reviewed(findings, 1) == (1, 1)
    assert reviewed(findings, 2) == (1.5, 2)
    assert reviewed(findings, 9) == (2, 4)
    assert reviewed([], 9) == (0, 0)


def test_precision_at_the_budget_is_over_the_teams_production_detections() -> None:
    known = truth([run("easy", 0, 0)], {"farm.easy": ["a"]})
    other = named("spam.other")
    trial = named("spam.trial", production=False)
    card = score(
        [
            platform(
                known,
                history(rows(known, {0: {"a": 9, "x": 1}}), []),
                history(rows(known, {0: {"y": 5}, 1: {"z": 5}}, other), [], other),
                history(rows(known, {0: {"w": 99}}, trial), [], trial),
            )
        ],
        [BUDGET],
    )
    [team] = card.teams
    assert team.reviewed == 3  # a and y of the first day, z of the second
    assert team.precision and team.precision.value == pytest.approx(1 / 3)


def test_recall_is_of_the_scenarios_it_flags_and_apart_of_its_whole_team() -> None:
    known = truth(
        [run("easy", 0, 1), run("medium", 3, 4)],
        {"farm.easy": ["a", "b"], "farm.medium": ["c", "d"]},
    )
    [one] = score([platform(known, history(rows(known, {0: {"a": 9}}), []))], [BUDGET]).detections
    assert one.recall and one.recall.value == 0.5
    assert one.team_recall == 0.25
    assert one.precision and one.precision.value == 1


def test_overlap_is_jaccard_of_entity_days() -> None:
    known, other = truth([]), named("spam.other")
    card = score(
        [
            platform(
                known,
                history(rows(known, {0: {"a": 1, "b": 1}, 1: {"a": 1}}), []),
                history(rows(known, {0: {"a": 1, "c": 1}}, other), [], other),
            )
        ],
        [BUDGET],
    )
    [pair] = card.overlaps
    assert (pair.one, pair.other, pair.shared, pair.jaccard) == ("spam.farm", "spam.other", 1, 0.25)


def test_rows_may_name_the_type_of_their_entity_and_hold_no_score() -> None:
    known = Truth(
        {"r": run("easy", 0, 0)}, truth([run("easy", 0, 0)], {"farm.easy": ["a"]}).entities
    )
    kinds = EntityColumn("account", "id", "score", "kind")
    watch = Watch("spam.any", "spam", True, timedelta(days=1), (kinds,))
    assert watch.columns == ("id", "score", "kind")
    given = [
        {"id": "q", "kind": "device", "score": 5},
        {"id": None, "kind": "device", "score": 5},
        {"id": "q", "kind": None, "score": 5},
        {"id": "q", "kind": "device", "score": None},
        {"id": "q", "kind": "device", "score": float("nan")},
    ]
    found = day_rows(watch, known, day(0), given)
    assert [one.entities for one in found.findings] == [(("device", "q"),)]
    assert found.quiet == 4


def test_nothing_at_all_is_a_scorecard_too() -> None:
    card = score([], [])
    assert card.summary == "no scenario in the scored days"
    assert [aim.met for aim in card.aims] == [None, None, None]
    empty = score([platform(Truth()), Platform("none", (), Truth())], [BUDGET])
    assert empty.teams[0].precision is None and empty.teams[0].pages == PageCounts()
    quiet = score([platform(Truth(), history(rows(Truth(), {}), []))], [BUDGET])
    assert quiet.detections[0].pr_auc is None and quiet.detections[0].precision is None
    assert quiet.teams[0].false_per_week and quiet.teams[0].false_per_week.value == 0


def test_what_was_not_published_is_said() -> None:
    absent = history((), [], named("spam.absent"))
    short = history(rows(Truth(), {})[:8], [])
    card = score([platform(Truth(), absent, short)], [BUDGET])
    assert card.platforms[0].unpublished == ("spam.absent",)
    assert card.platforms[0].missing_days == 2
    alone = score([platform(Truth(), absent)], [BUDGET])
    assert alone.teams[0].false_per_week is None


def test_platforms_are_pooled_and_two_of_one_seed_stay_two() -> None:
    known = truth([run("easy", 0, 1)], {"farm.easy": ["a"]})
    found = platform(known, history(rows(known, {0: {"a": 9}}), [[0]]))
    missed = platform(known, history(rows(known, {}), []))
    card = score(named_apart([found, missed, found]), [BUDGET])
    assert [one.platform for one in card.platforms] == ["seed 1", "seed 1 #2", "seed 1 #3"]
    assert card.summary.startswith("easy 2/3 (2 by a page of their own) found")
    assert card.detections[0].days == 30
    assert card.teams[0].pages == PageCounts(true=2)


def test_the_first_third_of_the_days_is_not_scored() -> None:
    days = scored_days(date(2026, 1, 1), date(2026, 1, 30))
    assert (days[0], len(days)) == (date(2026, 1, 11), 20)
    assert scored_days(date(2026, 1, 1), date(2026, 1, 30), 5) == days[-5:]


def test_a_scenario_under_way_before_the_scored_days_is_late_from_their_first() -> None:
    known = truth([run("easy", -4, 2)], {"farm.easy": ["a"]})
    card = score([platform(known, history(rows(known, {1: {"a": 9}}), [[1]]))], [BUDGET])
    assert card.scenarios[0].delay_days == 1
    gone = truth([run("easy", -4, -1)], {"farm.easy": ["a"]})
    assert not score([platform(gone, history(rows(gone, {}), []))], [BUDGET]).scenarios
    assert WATCH.production
