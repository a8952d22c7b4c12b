"""A short seed of `make chaos`: faulty calls, kills, several senders, on both stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.load import measured
from tests.chaos.run import Plan, run


@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_nothing_is_lost_or_repeated(
    request: pytest.FixtureRequest, tmp_path: Path, store: str
) -> None:
    url = (
        request.getfixturevalue("postgres_url")
        if store == "postgres"
        else f"sqlite:///{tmp_path / 'state.db'}"
    )
    outcome = run(Plan(alerts=15, seed=5, senders=2, teams=3, kill_rate=0.01, limit_s=240), url)
    assert outcome.passed, outcome.wrong
    assert outcome.kills > 0 and outcome.faults > 0


def test_five_hundred_alerts_of_a_team_are_told_or_summed_up() -> None:
    load = measured("alerts", 500)
    assert (load.told + load.summed, load.left) == (500, 0)
    assert load.sent < 70
