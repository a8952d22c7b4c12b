"""LocalAirflow: set up, start, run a day of DAGs by Airflow's own scheduler, watch, stop."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from daywatch.airflow_home.environment import (
    POOL,
    USER,
    airflow_environment,
    free_port,
    kept_secrets,
)
from daywatch.airflow_home.rest import AirflowRefused, Rest, segment
from daywatch.airflow_home.services import COMMANDS, Services
from daywatch.errors import ConfigurationError, Unavailable
from daywatch.settings import Settings

DONE = ("success", "failed")
POLL_S = 0.5


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


class LocalAirflow:
    """A whole Airflow in `settings.data/airflow`, on loopback, for one user and one machine.

    Use it as a context manager: leaving it, by Ctrl-C or SIGTERM too, stops every process that it
    started. With `scheduled` off, cron ticks start nothing and only asked-for runs run.
    """

    def __init__(
        self,
        settings: Settings,
        home: Path | None = None,
        *,
        port: int = 0,
        parallelism: int = 3,
        scheduled: bool = False,
        triggerer: bool = True,
    ) -> None:
        self.settings = settings
        self.home = (home or settings.data / "airflow").resolve()
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.user = USER
        self.password = kept_secrets(self.home)["password"]
        self.password_file = self.home / "passwords.json"
        self.environment = airflow_environment(
            settings, self.home, self.port, parallelism=parallelism, scheduled=scheduled
        )
        self._parallelism = parallelism
        self._names = [name for name in COMMANDS if triggerer or name != "triggerer"]
        self._services = Services(self.home, self.environment)
        self._rest = Rest(self.url, self.user, self.password)
        self._handlers: dict[int, Any] = {}

    # --- life ---

    def __enter__(self) -> LocalAirflow:
        self._turn_signals_into_exit()
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, timeout: float = 120.0) -> None:
        """Migrate, start all services, wait until they are healthy, create the pool."""
        from daywatch.warehouse.safety import check_safe

        check_safe(self.settings, "LocalExecutor")
        self._refuse_taken_port()
        self.migrate()
        self._services.start(self._names)
        self.wait_until(self._healthy, timeout, "Airflow to be healthy")
        self._create_pool()

    def migrate(self) -> None:
        """Create or upgrade Airflow's metadata; costs nothing when this version did it before."""
        mark = self.home / "migrated"
        ours = version("apache-airflow-core")
        if (self.home / "airflow.db").exists() and mark.exists() and mark.read_text() == ours:
            return
        self._services.run("db", "migrate")
        (self.home / "airflow.db").chmod(0o600)
        mark.write_text(ours)

    def stop(self) -> None:
        """Stop every process that was started; safe to call twice."""
        try:
            self._services.stop()
        finally:
            for number, handler in self._handlers.items():
                signal.signal(number, handler)
            self._handlers.clear()

    def _turn_signals_into_exit(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGHUP):
                self._handlers[number] = signal.signal(number, _exit)

    # --- asking ---

    def health(self) -> dict[str, str]:
        """Status by component, as the API server tells it."""
        return self._rest.health()

    def dags(self) -> list[str]:
        """Ids of the DAGs that the DAG processor has read, active ones."""
        found: list[str] = []
        while True:
            answer = self._rest.call("GET", f"/dags?limit=500&offset={len(found)}")
            found += [dag["dag_id"] for dag in answer["dags"]]
            if not answer["dags"] or len(found) >= answer["total_entries"]:
                return sorted(found)

    def import_errors(self) -> list[str]:
        """What kept DAG files from being read."""
        errors = self._rest.call("GET", "/importErrors")["import_errors"]
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
            self._rest.call("PATCH", f"/dags/{segment(dag)}", {"is_paused": False})

    def run_day(self, day: date, dags: Sequence[str]) -> str:
        """Create a run for `day` of each DAG, for Airflow's scheduler to run; their common id."""
        run_id = f"manual__{day}__{uuid.uuid4().hex[:8]}"
        for dag in dags:
            body = {"dag_run_id": run_id, "logical_date": None, "partition_key": day.isoformat()}
            self._rest.call("POST", f"/dags/{segment(dag)}/dagRuns", body)
        return run_id

    def runs(self, run_id: str, dags: Sequence[str]) -> list[DayRun]:
        """How the runs of that id stand, with their tasks, in DAG order."""
        runs = self._rest.pages("/dags/~/dagRuns/list", {"dag_ids": list(dags)}, "dag_runs")
        found = {r["dag_id"]: r["state"] for r in runs if r["dag_run_id"] == run_id}
        tasks: dict[str, dict[str, TaskRun]] = {}
        path = "/dags/~/dagRuns/~/taskInstances/list"
        for item in self._rest.pages(path, {"dag_run_ids": [run_id]}, "task_instances"):
            task = TaskRun(
                item["task_id"], item["state"] or "none", item["duration"], item["try_number"]
            )
            tasks.setdefault(item["dag_id"], {})[task.task] = task
        return [DayRun(dag, run_id, found[dag], tasks.get(dag, {})) for dag in sorted(found)]

    def days(self, dag: str) -> dict[str, str]:
        """State of the newest run of each day (partition key) that the DAG has run."""
        runs = self._rest.pages("/dags/~/dagRuns/list", {"dag_ids": [dag]}, "dag_runs")
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
        answer = self._rest.call("GET", f"{path}/logs/{try_number}?full_content=true")
        lines = answer["content"]
        return "\n".join(str(line["event"]) if isinstance(line, dict) else line for line in lines)

    def command(self, *arguments: str) -> str:
        """Run one command of Airflow's own, such as `backfill create ...`; what it printed."""
        return self._services.run(*arguments)

    def stay(self) -> None:
        """Keep running until a signal ends it; a service that dies raises with its log."""
        while True:
            self._services.check_alive()
            time.sleep(POLL_S * 4)

    # --- waiting ---

    def _refuse_taken_port(self) -> None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                raise ConfigurationError(
                    f"port {self.port} is taken.", remedy="Choose another; 0 takes a free one."
                )

    def _healthy(self) -> bool:
        status = self.health()
        wanted = {"metadatabase", *(n.replace("-", "_") for n in self._names if n != "api-server")}
        return all(status.get(name) == "healthy" for name in wanted)

    def _create_pool(self) -> None:
        body = {
            "name": POOL,
            "slots": self._parallelism,
            "description": "Daywatch's warehouse: how many tasks may use it at once",
        }
        try:
            self._rest.call("POST", "/pools", body)
        except AirflowRefused as error:
            if error.status != 409:
                raise

    def wait_until(self, done: Callable[[], bool], timeout: float, what: str) -> None:
        """Ask `done` again and again; a service that dies meanwhile, or the timeout, raises."""
        deadline = time.monotonic() + timeout
        while not _answers(done):
            self._services.check_alive()
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"waited {timeout:.0f} s in vain for {what}.",
                    remedy=f"The services' logs are in {self.home / 'services'}.",
                )
            time.sleep(POLL_S)


def _answers(done: Callable[[], bool]) -> bool:
    """Whether `done`; an API that is not up yet, or too busy to answer, says no."""
    try:
        return done()
    except Unavailable:
        return False


def _exit(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
