"""A running Airflow as we talk to it: its DAGs, a day's runs, their states and logs."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from daywatch.airflow_home.rest import AirflowRefused, Rest, segment
from daywatch.errors import ConfigurationError, Unavailable

DONE = ("success", "failed")
POLL_S = 1.0
TRIES = 4


@dataclass(frozen=True)
class TaskRun:
    """One task of a run; state as Airflow names it, `none` before it is scheduled."""

    task: str
    state: str
    seconds: float | None = None
    try_number: int = 0


@dataclass(frozen=True)
class DayRun:
    """One DAG's run for a day."""

    dag: str
    run_id: str
    state: str
    tasks: dict[str, TaskRun] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether Airflow is done with it."""
        return self.state in DONE

    def state_of(self, task: str) -> str:
        """A task's state; `none` where it has not been scheduled or does not exist."""
        return self.tasks[task].state if task in self.tasks else "none"


Watch = Callable[[Sequence[DayRun]], None]


class Airflow:
    """An Airflow that somebody runs, by its address and a user that may trigger DAGs."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url
        self.user = user
        self.password = password
        self.rest = Rest(url, user, password)

    def check_alive(self) -> None:
        """Raise when waiting has no point; nothing is known here about the processes."""

    def health(self) -> dict[str, str]:
        """Status by component, as the API server tells it."""
        return self.rest.health()

    def dags(self) -> list[str]:
        """Ids of the DAGs that the DAG processor has read, active ones."""
        return sorted(dag["dag_id"] for dag in self.rest.pages("/dags", "dags"))

    def import_errors(self) -> list[str]:
        """What kept DAG files from being read."""
        errors = self.rest.call("GET", "/importErrors")["import_errors"]
        return [f"{error['filename']}: {error['stack_trace']}" for error in errors]

    def wait_for_dags(self, wanted: Sequence[str], timeout: float = 90.0) -> None:
        """Wait until the DAG processor has read all of `wanted`."""

        def there() -> bool:
            if errors := self.import_errors():
                raise ConfigurationError(f"Airflow cannot read its DAGs: {errors[0]}")
            return set(wanted) <= set(self.dags())

        self.wait_until(there, timeout, f"{len(wanted)} DAGs to be read")

    def unpause(self, dags: Sequence[str] = ()) -> None:
        """Switch on the named DAGs, or all."""
        for dag in dags or self.dags():
            self.rest.call("PATCH", f"/dags/{segment(dag)}", {"is_paused": False})

    def run_day(self, day: date, dags: Sequence[str], plain: Sequence[str] = ()) -> str:
        """Create a run for `day` of each DAG, for Airflow's scheduler to run; their common id.

        `plain` DAGs are not partitioned: their runs are for no day.

        They begin together a moment later: creating a run writes in the API server, and so does
        every task that starts, and SQLite has one writer at a time.
        """
        run_id = f"manual__{day}__{uuid.uuid4().hex[:8]}"
        everything = [*dags, *plain]
        begin = datetime.now(UTC) + timedelta(seconds=0.5 + 0.1 * len(everything))
        for dag in everything:
            body = {
                "dag_run_id": run_id,
                "logical_date": None,
                "run_after": begin.isoformat(),
            }
            if dag not in plain:
                body["partition_key"] = day.isoformat()
            self._create_run(f"/dags/{segment(dag)}/dagRuns", body)
        return run_id

    def _create_run(self, path: str, body: dict[str, Any]) -> None:
        for left in reversed(range(TRIES)):
            try:
                self.rest.call("POST", path, body)
                return
            except AirflowRefused as error:
                if error.status == 409:  # an earlier try got through
                    return
                raise
            except Unavailable:
                if not left:
                    raise
                time.sleep(POLL_S)

    def runs(self, run_id: str, dags: Sequence[str]) -> list[DayRun]:
        """How the runs of that id stand, with their tasks, in DAG order."""
        runs = self.rest.pages("/dags/~/dagRuns", "dag_runs", run_id_prefix_pattern=run_id)
        found = {run["dag_id"]: run["state"] for run in runs if run["dag_id"] in dags}
        tasks: dict[str, dict[str, TaskRun]] = {}
        path = "/dags/~/dagRuns/~/taskInstances"
        for item in self.rest.pages(path, "task_instances", run_id_prefix_pattern=run_id):
            task = TaskRun(
                item["task_id"], item["state"] or "none", item["duration"], item["try_number"]
            )
            tasks.setdefault(item["dag_id"], {})[task.task] = task
        return [DayRun(dag, run_id, found[dag], tasks.get(dag, {})) for dag in sorted(found)]

    def days(self, dag: str) -> dict[str, str]:
        """State of the newest run of each day (partition key) that the DAG has run."""
        runs = self.rest.pages(f"/dags/{segment(dag)}/dagRuns", "dag_runs", order_by="id")
        return {run["partition_key"]: run["state"] for run in runs if run["partition_key"]}

    def wait(
        self,
        run_id: str,
        dags: Sequence[str],
        on_progress: Watch | None = None,
        timeout: float = 600.0,
    ) -> list[DayRun]:
        """Wait until all runs of that id have ended; `on_progress` sees each look at them."""
        seen: list[DayRun] = []

        def ended() -> bool:
            seen[:] = self.runs(run_id, dags)
            if on_progress:
                on_progress(seen)
            return len(seen) == len(set(dags)) and all(run.ended for run in seen)

        self.wait_until(ended, timeout, f"{len(dags)} runs to end")
        return list(seen)

    def log(self, dag: str, run_id: str, task: str, try_number: int = 1) -> str:
        """A task's log as text."""
        path = f"/dags/{segment(dag)}/dagRuns/{segment(run_id)}/taskInstances/{segment(task)}"
        answer = self.rest.call("GET", f"{path}/logs/{try_number}?full_content=true")
        return "\n".join(_log_line(line) for line in answer["content"])

    def wait_until(self, done: Callable[[], bool], timeout: float, what: str) -> None:
        """Ask `done` again and again; a service that dies meanwhile, or the timeout, raises."""
        deadline = time.monotonic() + timeout
        while not _answers(done):
            self.check_alive()
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"waited {timeout:.0f} s in vain for {what}.",
                    remedy="See the logs of Airflow's services.",
                )
            time.sleep(POLL_S)


def _log_line(line: Any) -> str:
    """A log entry as text, with the exceptions that it carries."""
    if not isinstance(line, dict):
        return str(line)
    errors = [f"{e['exc_type']}: {e['exc_value']}" for e in line.get("error_detail") or ()]
    return "\n".join([str(line["event"]), *errors])


def _answers(done: Callable[[], bool]) -> bool:
    """Whether `done`; an API that is not up yet, or too busy to answer, says no."""
    try:
        return done()
    except Unavailable:
        return False
