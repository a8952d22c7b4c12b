"""Catalogue to DAGs: one per scheduled detection, `[ready >>] build >> validate >> alert`.

Parsing reads the catalogue's files and nothing else: no store is opened, no query runs.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Asset, CronPartitionTimetable, Param

from daywatch.catalog import load_catalog
from daywatch.catalog.model import BrokenFile, Catalog, Detection, Team
from daywatch.orchestration.day import KEY_FORMAT
from daywatch.orchestration.deadlines import deadline
from daywatch.orchestration.docs import broken_doc, detection_doc
from daywatch.orchestration.retries import retry_arguments
from daywatch.orchestration.steps import Alert, Broken, Build, Canary, Ready, Validate
from daywatch.settings import Settings, get_settings

START = datetime(2010, 1, 1, tzinfo=UTC)
"""Older than any day somebody may want to backfill; catchup is off, so nothing runs by itself."""
MARGIN = timedelta(minutes=5)
"""Beyond the query's own timeout: opening stores, writing, and the timeout's own message."""
BROKEN_SCHEDULE = "0 4 * * *"
MAX_ACTIVE_RUNS = 4
HANGS = timedelta(minutes=90)
"""After the canary was queued; its check gives up earlier."""


def detection_dags(only: str | None = None, settings: Settings | None = None) -> dict[str, DAG]:
    """DAGs by id. `only` is the DAG that a running task asks for: then just its files are read."""
    settings = settings or get_settings()
    catalog = load_catalog(settings, only=only)
    dags = [_broken_dag(broken, catalog) for broken in catalog.broken]
    for detection in catalog.detections.values():
        if detection.header.status.scheduled:
            dags.append(_dag_or_reason(detection, catalog, settings))
    return {dag.dag_id: dag for dag in dags if only in (None, dag.dag_id)}


def _dag_or_reason(detection: Detection, catalog: Catalog, settings: Settings) -> DAG:
    """The detection's DAG; what Airflow refuses (a bad cron, a bad time zone) hides no other."""
    try:
        return _detection_dag(detection, catalog, settings)
    except Exception as error:
        reason = f"Airflow cannot schedule it: {error}."
        remedy = "Check schedule and timezone in the header and in team.yaml."
        where = {"team": detection.team, "table": detection.table, "path": detection.path}
        return _broken_dag(BrokenFile(**where, line=None, fault=reason, remedy=remedy), catalog)


def _detection_dag(detection: Detection, catalog: Catalog, settings: Settings) -> DAG:
    team, header = catalog.teams[detection.team], detection.header
    timeout = (header.timeout or team.timeout) + MARGIN
    dag = DAG(
        detection.name,
        description=header.title,
        doc_md=detection_doc(detection, team),
        schedule=_daily(header.schedule or team.schedule, team.timezone),
        start_date=START,
        catchup=False,
        max_active_runs=MAX_ACTIVE_RUNS,
        tags=[detection.team, str(header.severity), str(header.status)],
        params=_params(),
        deadline=deadline(HANGS) if detection.canary else None,
        default_args={
            "owner": header.owner,
            "pool": settings.warehouse_pool,
            "execution_timeout": timeout,
            **retry_arguments(),
        },
    )
    with dag:
        _tasks(detection, team, catalog)
    return dag


def _tasks(detection: Detection, team: Team, catalog: Catalog) -> None:
    name = detection.name
    build = Build(task_id="build", detection=name)
    validate = Validate(task_id="validate", detection=name, outlets=[risk_table(detection)])
    alert = Alert(task_id="alert", detection=name)
    build >> validate >> alert
    if detection.canary:
        # Whatever became of the run: a canary that did not fly was not seen either. In its own
        # DAG, so that one page shows how far it got, and one deadline covers all of it.
        alert >> Canary(task_id="check", trigger_rule="all_done")
    if _waits(detection, catalog):
        Ready(task_id="ready", detection=name, deadline=team.ready_deadline) >> build


def _waits(detection: Detection, catalog: Catalog) -> bool:
    """Whether anything can come late: a risk table, or a source with a freshness deadline."""
    sources = (catalog.sources[name] for name in detection.sources)
    return bool(detection.upstreams) or any(s.freshness and s.day for s in sources)


def risk_table(detection: Detection) -> Asset:
    """The asset that a published day updates, for other people's DAGs to wait on."""
    uri = f"x-daywatch://risk/{detection.team}/{detection.table}"
    return Asset(name=f"risk.{detection.table}", uri=uri, group="risk")


def _daily(cron: str, timezone: str) -> CronPartitionTimetable:
    """Each run is for the day before its tick; a bare cron would give it no day at all."""
    return CronPartitionTimetable(cron, timezone=timezone, run_offset=-1, key_format=KEY_FORMAT)


def _params() -> dict[str, Any]:
    return {
        "day": Param(
            None,
            type=["null", "string"],
            format="date",
            description="UTC day to run, when the run has no partition key",
        ),
        "refresh": Param(
            False, type="boolean", description="take a new cutoff, and with it rows that came late"
        ),
    }


def _broken_dag(broken: BrokenFile, catalog: Catalog) -> DAG:
    """A DAG of the detection's own name that is red every day until the file is mended."""
    place = f"{broken.path}:{broken.line}" if broken.line else str(broken.path)
    with DAG(
        re.sub(r"[^\w.-]", "_", broken.name),
        description=f"cannot run: {broken.fault}"[:200],
        doc_md=broken_doc(broken),
        schedule=_daily(BROKEN_SCHEDULE, "UTC"),
        start_date=START,
        catchup=False,
        tags=[broken.team, "broken"],
    ) as dag:
        Broken(task_id="catalogue", reason=f"{place}: {broken.fault} {broken.remedy}".strip())
    return dag
