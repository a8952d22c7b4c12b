"""The score step: statistics that SQL cannot say portably, between the SELECT and staging."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest, false_discovery_control, poisson
from tests.content import DAY, HEADER, QUERY, settings_in, signups, write_detection

from daywatch.catalog.model import ROW_TESTS, ScoreStep
from daywatch.house import open_house
from daywatch.indicators.score import COMPUTE, binomial_tail, larger, poisson_tail, q_values
from daywatch.runner import run_day, select

SCORED = HEADER.replace(
    "accounts: bigint, appeals: bigint}",
    "accounts: bigint, appeals: bigint, usual: double, p: double}",
).replace(
    "-- entities:",
    "-- score: {test: poisson_tail, columns: {observed: accounts, expected: usual}, "
    "output: {p_value: p}}\n-- entities:",
)
EXPECTING = QUERY.replace("as appeals\nfrom daily", "as appeals, 2e0 as usual\nfrom daily")


def test_tails_are_those_of_the_distributions() -> None:
    found = binomial_tail(np.array([9.0]), np.array([10.0]), np.array([0.5]))
    assert found[0] == pytest.approx(binomtest(9, 10, 0.5, alternative="greater").pvalue)
    found = poisson_tail(np.array([0.0, 5.0]), np.array([2.0, 2.0]))
    assert found == pytest.approx([1.0, 1 - poisson.cdf(4, 2.0)])


def test_q_values_leave_out_rows_without_a_p_value() -> None:
    found = q_values(np.array([0.01, np.nan, 0.04]))
    assert np.isnan(found[1])
    assert found[[0, 2]] == pytest.approx(false_discovery_control([0.01, 0.04]))


def test_either_of_two_scores_is_enough() -> None:
    found = larger(np.array([40.0, np.nan, 0.0]), np.array([0.0, 60.0, np.nan]))
    assert found.tolist() == [40, 60, 0]


def test_every_registered_row_test_is_computed() -> None:
    assert set(COMPUTE) == set(ROW_TESTS)
    with pytest.raises(ValueError, match="binomial_tail"):
        ScoreStep(test="magic", columns={}, output={})


def test_a_scored_detection_runs_through_the_pipeline(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    write_detection(settings.home, header=SCORED, query=EXPECTING)
    with open_house(settings) as house:
        assert not house.catalog.broken, house.catalog.broken
        house.warehouse.load_arrow(house.catalog.sources["signups"], signups({"10.0.0": 5}))
        [run] = run_day(house, select(house.catalog), DAY)
        assert run.state == "done", run.message
        frame = house.warehouse.read(house.catalog.detections["spam.burst"], DAY, DAY)
        assert frame["p"].tolist() == pytest.approx([1 - poisson.cdf(4, 2.0)])


def test_a_score_step_that_cannot_run_breaks_its_file_only(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    wrong = SCORED.replace("test: poisson_tail", "test: poison_tail")
    write_detection(settings.home, "scored", header=wrong, query=EXPECTING)
    with open_house(settings) as house:
        [broken] = house.catalog.broken
        assert broken.name == "spam.scored" and "poisson_tail" in broken.fault + broken.remedy
        assert broken.line and "spam.burst" in house.catalog.detections
