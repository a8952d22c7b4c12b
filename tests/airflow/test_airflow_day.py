"""Which day a run is for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from daywatch.errors import ConfigurationError
from daywatch.orchestration.day import day_of, run_id_of


def test_the_partition_key_comes_first_then_the_parameter_then_the_logical_date() -> None:
    logical = datetime(2026, 3, 1, tzinfo=UTC)
    context = {
        "partition_key": "2026-03-03",
        "params": {"day": "2026-03-02"},
        "logical_date": logical,
    }
    assert day_of(context) == date(2026, 3, 3)
    assert day_of(context | {"partition_key": None}) == date(2026, 3, 2)
    assert day_of({"params": {"day": None}, "logical_date": logical}) == date(2026, 3, 1)


def test_a_logical_date_of_another_zone_counts_in_utc() -> None:
    taipei = timezone(timedelta(hours=8))
    assert day_of({"logical_date": datetime(2026, 3, 2, 7, tzinfo=taipei)}) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("context", "fault"),
    [
        ({"partition_key": "2026-3"}, "is not a day"),
        ({"params": {"day": "yesterday"}}, "is not a day"),
        ({"params": {}, "logical_date": None}, "does not say which day"),
        ({"logical_date": datetime.now(UTC)}, "has not ended"),
    ],
)
def test_no_day_is_an_error_that_says_how_to_name_one(context: dict, fault: str) -> None:
    with pytest.raises(ConfigurationError, match=fault) as caught:
        day_of(context)
    assert "partition key" in caught.value.remedy


def test_a_runs_id_is_short_and_the_same_for_all_its_tasks() -> None:
    dag = SimpleNamespace(dag_id="spam.burst")
    run = SimpleNamespace(run_type="backfill_job")
    context = {"run_id": "x" * 250, "dag": dag, "dag_run": run}
    assert run_id_of(context) == run_id_of(dict(context))
    assert run_id_of(context).startswith("backfill-")
    assert len(run_id_of(context)) < 30
    other = SimpleNamespace(dag_id="spam.echo")
    assert run_id_of(context) != run_id_of(context | {"dag": other})
