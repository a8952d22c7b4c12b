"""The DAGs that belong to no detection: a round of tending each minute, a digest each morning."""

from __future__ import annotations

import dataclasses
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import DAG, BaseOperator, Context, CronPartitionTimetable, CronTriggerTimetable
from airflow.sdk.exceptions import AirflowFailException

from daywatch.catalog.files import read_team
from daywatch.catalog.model import CANARY, Team
from daywatch.errors import CatalogError
from daywatch.orchestration.connections import task_settings
from daywatch.orchestration.day import KEY_FORMAT, day_of
from daywatch.orchestration.retries import retry_arguments
from daywatch.settings import Settings, get_settings

log = logging.getLogger(__name__)

START = datetime(2010, 1, 1, tzinfo=UTC)
OURS = CANARY.partition(".")[0]
DELIVERY = f"{OURS}.delivery"
EACH_MINUTE = "* * * * *"
ROUND = timedelta(minutes=5)
"""A round delivers for seconds; one that judges forgotten days may take minutes."""
FIRST_WEIGHT = 100
"""Before detections' tasks: what is due has waited longest."""


def delivery_dag() -> DAG:
    """`daywatch.delivery`: one small task a minute, one at a time, nothing caught up.

    No retries: the next minute is the retry. `daywatch deliver --every 60` does the same outside.
    """
    with DAG(
        DELIVERY,
        description="each minute: send, escalate, judge what was forgotten, tell what never ran",
        doc_md=DELIVERY_DOC,
        schedule=CronTriggerTimetable(EACH_MINUTE, timezone="UTC"),
        start_date=START,
        catchup=False,
        max_active_runs=1,
        dagrun_timeout=2 * ROUND,
        tags=[OURS],
        default_args={"owner": OURS, "retries": 0, "execution_timeout": ROUND},
    ) as dag:
        Tend(task_id="tend", priority_weight=FIRST_WEIGHT)
    return dag


def digest_dags(settings: Settings | None = None, only: str | None = None) -> dict[str, DAG]:
    """One DAG for each team that can be read, `daywatch.digest_<team>`, on the team's morning."""
    settings = settings or get_settings()
    found = {}
    for path in sorted(settings.sql_dir.glob("*/team.yaml")):
        name = f"{OURS}.digest_{path.parent.name}"
        if only in (None, name):
            try:
                found[name] = _digest_dag(name, read_team(path))
            except CatalogError as error:
                log.error("no digest for %s: %s", path.parent.name, error)
    return found


def _digest_dag(name: str, team: Team) -> DAG:
    with DAG(
        name,
        description=f"the morning digest of {team.title}",
        doc_md=DIGEST_DOC.format(title=team.title, channel=team.channels["digest"]),
        schedule=CronPartitionTimetable(
            team.digest, timezone=team.timezone, run_offset=-1, key_format=KEY_FORMAT
        ),
        start_date=START,
        catchup=False,
        max_active_runs=1,
        tags=[OURS, team.name],
        default_args={"owner": OURS, "execution_timeout": ROUND, **retry_arguments()},
    ) as dag:
        Digest(task_id="digest", team=team.name)
    return dag


class Tend(BaseOperator):
    """One round of tending; red when a part of it failed, a message is dead or a canary missed."""

    ui_color = "#dde7f5"

    def execute(self, context: Context) -> dict[str, Any]:
        """Tend once; the counts become the XCom."""
        from daywatch.alerts.transport import open_transport
        from daywatch.house import open_house
        from daywatch.tending import tend

        settings = task_settings()
        with open_house(settings, lazily=True) as house:
            hourly = house.now().minute == 0
            tended = tend(house, open_transport(settings), thorough=hourly)
        log.info("%s", tended.sentence())
        if not tended.fine:
            raise AirflowFailException(tended.sentence())
        return {
            name: value
            for name, value in dataclasses.asdict(tended).items()
            if isinstance(value, int)
        }


class Digest(BaseOperator):
    """Writes a team's digest of the run's day and sends it."""

    ui_color = "#e9e1f2"

    def __init__(self, *, team: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.team = team

    def execute(self, context: Context) -> None:
        """Write and deliver; running it again edits the same message."""
        from daywatch.alerts.sender import deliver
        from daywatch.alerts.transport import open_transport
        from daywatch.digest import write_digest
        from daywatch.house import open_house

        settings = task_settings()
        with open_house(settings, lazily=True) as house:
            team = house.catalog.teams[self.team]
            written = write_digest(house, team, house.now(), day_of(context))
            log.info("the digest is %s", "written" if written else "as it was")
            log.info("%s", deliver(house.state, open_transport(settings), house.now).sentence())


DELIVERY_DOC = """\
# Delivery and the sweeps, each minute

Sends what waits in the outbox, climbs escalation ladders, ends silences and snoozes, judges days
that were published and never judged, tells teams of days that never ran, looks for the canary and
deletes late duplicates. Each part stands alone: a red run names the part that failed, and the
others were done. `alert` tasks send pages at once; this is so that nothing is ever forgotten.

Pause it only where `daywatch deliver --every 60` runs as a service instead: it does the same.
"""
DIGEST_DOC = """\
# {title}: the morning digest

Posts to {channel} what ran, breached, was held back or never ran on the day before, and what needs
a human. One message per day: running a day again edits it.
"""
