"""LocalAirflow: set up, start, run a day of DAGs by Airflow's own scheduler, watch, stop."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from daywatch.airflow_home.api import POLL_S, Airflow, DayRun, TaskRun
from daywatch.airflow_home.environment import (
    POOL,
    USER,
    airflow_environment,
    free_port,
    kept_secrets,
)
from daywatch.airflow_home.rest import AirflowRefused
from daywatch.airflow_home.services import COMMANDS, Services
from daywatch.errors import ConfigurationError
from daywatch.settings import Settings

__all__ = ["DayRun", "LocalAirflow", "TaskRun"]


class LocalAirflow(Airflow):
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
        password = kept_secrets(self.home)["password"]
        super().__init__(f"http://127.0.0.1:{self.port}", USER, password)
        self.password_file = self.home / "passwords.json"
        self.environment = airflow_environment(
            settings, self.home, self.port, parallelism=parallelism, scheduled=scheduled
        )
        self._parallelism = parallelism
        self._names = [name for name in COMMANDS if triggerer or name != "triggerer"]
        self._services = Services(self.home, self.environment)
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

    def command(self, *arguments: str) -> str:
        """Run one command of Airflow's own, such as `backfill create ...`; what it printed."""
        return self._services.run(*arguments)

    def check_alive(self) -> None:
        """Raise with the end of its log when a service has died."""
        self._services.check_alive()

    def stay(self) -> None:
        """Keep running until a signal ends it; a service that dies raises with its log."""
        while True:
            self.check_alive()
            time.sleep(2 * POLL_S)

    # --- inside ---

    def _refuse_taken_port(self) -> None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                raise ConfigurationError(
                    f"port {self.port} is taken.", remedy="Choose another; 0 takes a free one."
                )

    def _healthy(self) -> bool:
        self.rest.warm()
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
            self.rest.call("POST", "/pools", body)
        except AirflowRefused as error:
            if error.status != 409:
                raise


def _exit(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)
