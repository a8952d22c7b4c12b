"""How long a run waits for what it reads, and what it does then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from tests.airflow.house import DAYS, load_days

from daywatch.house import open_house
from daywatch.orchestration import steps
from daywatch.orchestration.steps import Ready
from daywatch.runner import run_day, select
from daywatch.settings import Settings

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
OLD = DAYS[-1]


@pytest.fixture
def ready(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Ready:
    """The sensor of the detection that reads risk.burst; its team waits four hours."""
    monkeypatch.setattr(steps, "get_settings", lambda: settings)
    return Ready(task_id="ready", detection="spam.echo", deadline=timedelta(hours=4))


def context(day: date, waited: timedelta) -> Any:
    """A run for `day` that began so long ago."""
    run = SimpleNamespace(start_date=datetime.now(UTC) - waited)
    return {"partition_key": day.isoformat(), "dag_run": run}


def test_a_day_waits_for_its_upstream_until_the_teams_deadline(ready: Ready) -> None:
    assert not ready.poke(context(YESTERDAY, timedelta(minutes=30)))
    assert ready.poke(context(YESTERDAY, timedelta(hours=4, minutes=1))), "then the build decides"


def test_a_day_of_history_waits_minutes_not_hours(ready: Ready) -> None:
    assert not ready.poke(context(OLD, timedelta(minutes=1))), "its upstream may run beside it"
    assert ready.poke(context(OLD, timedelta(minutes=11)))


def test_it_goes_as_soon_as_the_upstream_is_published(ready: Ready, settings: Settings) -> None:
    load_days(settings)
    with open_house(settings) as house:
        run_day(house, select(house.catalog, ["burst"]), OLD)
    assert ready.poke(context(OLD, timedelta()))


def test_a_run_that_has_not_started_has_not_waited(ready: Ready) -> None:
    never = {"partition_key": YESTERDAY.isoformat(), "dag_run": SimpleNamespace(start_date=None)}
    assert not ready.poke(never)  # type: ignore[arg-type]
