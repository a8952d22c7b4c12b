"""The DAGs of no detection: delivery each minute, a digest each morning; and the canary's check."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest
from tests.conftest import CHECKOUT

from daywatch.orchestration import delivery_dag, detection_dags, digest_dags
from daywatch.orchestration.deadlines import canary_hangs
from daywatch.settings import Settings


def test_delivery_runs_each_minute_one_at_a_time_and_never_catches_up() -> None:
    dag = delivery_dag()
    assert dag.dag_id == "daywatch.delivery"
    assert dag.timetable.expression == "* * * * *"
    assert (dag.max_active_runs, dag.catchup) == (1, False)
    assert dag.dagrun_timeout == timedelta(minutes=10)
    assert dag.tags == {"daywatch"}
    (task,) = dag.tasks
    assert task.retries == 0 and task.execution_timeout == timedelta(minutes=5)


def test_each_team_has_its_digest_on_its_own_morning(settings: Settings) -> None:
    path = settings.home / "sql/spam/team.yaml"
    path.write_text(path.read_text() + 'timezone: Asia/Taipei\ndigest: "30 9 * * *"\n')
    dags = digest_dags(settings)
    assert dags.keys() == {"daywatch.digest_daywatch", "daywatch.digest_spam"}
    dag = dags["daywatch.digest_spam"]
    assert dag.timetable.expression == "30 9 * * *"
    assert str(dag.timetable.timezone) == "Asia/Taipei"
    assert dag.timetable.key_format == "%Y-%m-%d", "the day before is its partition"
    assert not dag.catchup and dag.max_active_runs == 1
    assert digest_dags(settings, only="daywatch.digest_spam").keys() == {"daywatch.digest_spam"}


def test_a_team_that_cannot_be_read_hides_no_other(settings: Settings) -> None:
    (settings.home / "sql/spam/team.yaml").write_text("title: [")
    assert digest_dags(settings).keys() == {"daywatch.digest_daywatch"}


def test_every_team_that_ships_has_a_digest() -> None:
    teams = {path.parent.name for path in (CHECKOUT / "sql").glob("*/team.yaml")}
    found = digest_dags(Settings(home=CHECKOUT))
    assert found.keys() == {f"daywatch.digest_{team}" for team in teams}


def test_the_canary_is_looked_for_whatever_became_of_its_run(settings: Settings) -> None:
    dag = detection_dags("daywatch.canary", settings)["daywatch.canary"]
    check = dag.get_task("check")
    assert check.upstream_task_ids == {"alert"}
    assert check.trigger_rule.value == "all_done"
    assert check.reschedule, "a canary that waits holds no worker"
    (deadline,) = dag.deadline
    assert deadline.interval == timedelta(minutes=90)
    assert deadline.callback.path == "daywatch.orchestration.deadlines.canary_hangs"
    assert detection_dags("spam.burst", settings)["spam.burst"].deadline is None


def test_a_hanging_canary_is_logged_where_nobody_watches(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("daywatch.orchestration.deadlines.get_settings", Settings)
    with caplog.at_level(logging.ERROR):
        run = {"dag_id": "daywatch.canary", "dag_run_id": "scheduled__1"}
        asyncio.run(canary_hangs(context={"dag_run": run}))
    assert "daywatch.canary scheduled__1 did not succeed in time" in caplog.text
