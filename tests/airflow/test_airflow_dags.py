"""The catalogue as DAGs: their shape, their parse, and what a broken file becomes."""

from __future__ import annotations

import os

import pytest
from airflow.sdk import RetryAction
from tests.airflow.house import run_python
from tests.conftest import CHECKOUT
from tests.content import HEADER, write_detection

from daywatch.catalog import load_catalog
from daywatch.errors import CatalogError, HeldBack, QueryTimeout, Unavailable
from daywatch.orchestration import detection_dags
from daywatch.orchestration.retries import retry_arguments, retry_policy
from daywatch.settings import Settings


def test_every_scheduled_detection_that_ships_is_a_dag() -> None:
    settings = Settings(home=CHECKOUT)
    catalog = load_catalog(settings)
    dags = detection_dags(settings=settings)
    scheduled = {d.name for d in catalog.detections.values() if d.header.status.scheduled}
    assert scheduled <= dags.keys()
    offenders = []
    for name in scheduled:
        dag, detection = dags[name], catalog.detections[name]
        tasks = {task.task_id: task for task in dag.tasks}
        facts = {
            "tasks": tasks.keys() - {"ready", "check"} == {"build", "validate", "alert"},
            "only the canary is looked for": ("check" in tasks) == detection.canary,
            "order": tasks["alert"].upstream_task_ids == {"validate"}
            and tasks["validate"].upstream_task_ids == {"build"},
            "ready comes first": tasks["build"].upstream_task_ids <= {"ready"},
            "waits for upstreams": not detection.upstreams or "ready" in tasks,
            "docs": detection.header.runbook.strip() in (dag.doc_md or ""),
            "owner": all(task.owner == detection.header.owner for task in tasks.values()),
            "tags": {detection.team, str(detection.header.severity)} <= set(dag.tags),
            "timeouts": all(task.execution_timeout for task in tasks.values()),
            "outlet": [a.name for a in tasks["validate"].outlets] == [f"risk.{detection.table}"],
            "no catchup": not dag.catchup,
            "partitioned": dag.timetable.key_format == "%Y-%m-%d",
        }
        offenders += [f"{name}: {fact}" for fact, holds in facts.items() if not holds]
    assert not offenders, "\n".join(offenders)


def test_airflow_reads_the_dag_file(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYWATCH_HOME", str(settings.home))
    code = f"""
from airflow.dag_processing.dagbag import DagBag
bag = DagBag({str(CHECKOUT / "dags")!r}, bundle_name="test")
print(bag.import_errors, sorted(bag.dags))
"""
    shown = run_python(code, os.environ)
    ours = ["daywatch.canary", "daywatch.delivery", "daywatch.digest_daywatch"]
    spam = ["daywatch.digest_spam", "spam.burst", "spam.echo", "spam.strict", "spam.torn"]
    assert shown.strip().endswith(f"{{}} {[*ours, *spam]}"), shown


def test_only_what_can_come_late_is_waited_for(settings: Settings) -> None:
    dags = detection_dags(settings=settings)
    assert "ready" in dags["spam.echo"].task_ids
    assert "ready" not in dags["spam.burst"].task_ids, "its sources declare no freshness"


def test_a_broken_file_is_a_dag_of_its_name_that_says_why(settings: Settings) -> None:
    dag = detection_dags(settings=settings)["spam.torn"]
    (task,) = dag.tasks
    assert "torn.sql:10" in task.reason
    assert "'lookback'" in task.reason, "the nearest key"
    assert "lokback" in (dag.doc_md or "")


def test_a_schedule_that_airflow_refuses_hides_no_other(settings: Settings) -> None:
    header = HEADER.replace("spam-oncall", "spam_oncall")
    write_detection(
        settings.home, "bad", header=header.replace("lookback", "schedule: every day\n-- lookback")
    )
    dags = detection_dags(settings=settings)
    assert list(dags["spam.bad"].task_ids) == ["catalogue"]
    assert "build" in dags["spam.burst"].task_ids


def test_a_tasks_own_parse_builds_only_its_dag(settings: Settings) -> None:
    assert detection_dags("spam.echo", settings).keys() == {"spam.echo"}
    assert detection_dags("spam.torn", settings).keys() == {"spam.torn"}


def test_drafts_are_not_scheduled(settings: Settings) -> None:
    header = HEADER.replace("spam-oncall", "spam_oncall").replace("production", "draft")
    write_detection(settings.home, "draft", header=header)
    assert "spam.draft" not in detection_dags(settings=settings)


def test_parsing_connects_to_nothing_and_imports_no_engine(settings: Settings) -> None:
    code = """
import socket, sys
from airflow.sdk import DAG

def refused(*arguments, **options):
    raise AssertionError("parsing opened a connection")

socket.socket.connect = refused
from daywatch.orchestration import detection_dags
assert "spam.burst" in detection_dags()
from daywatch.orchestration import delivery_dag, digest_dags
assert delivery_dag() and digest_dags()
heavy = ("pandas", "duckdb", "great_expectations", "scipy", "statsmodels", "pyarrow", "slack_sdk",
         "daywatch.pipeline", "daywatch.state", "daywatch.warehouse")
print([name for name in heavy if name in sys.modules])
"""
    environment = {**os.environ, "DAYWATCH_HOME": str(settings.home)}
    assert run_python(code, environment).strip().splitlines()[-1] == "[]"
    assert not settings.data.exists(), "parsing wrote something"


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (Unavailable("the database is down"), RetryAction.RETRY),
        (HeldBack("a source is empty"), RetryAction.FAIL),
        (QueryTimeout("too slow"), RetryAction.FAIL),
        (CatalogError("no such column"), RetryAction.FAIL),
        (OSError("something else"), RetryAction.DEFAULT),
    ],
)
def test_lost_connections_are_retried_and_bad_queries_are_not(
    error: Exception, action: RetryAction
) -> None:
    assert retry_policy().evaluate(error, 1, 4).action is action
    assert retry_arguments()["retry_exponential_backoff"] > 1
