"""Airflow's processes as children: started together, and stopped to the last grandchild."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil  # type: ignore[import-untyped]

from daywatch.errors import ConfigurationError, Unavailable

COMMANDS: dict[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}
PATIENCE_S = 15.0


class Services:
    """The services of one Airflow home, in one process group of their own.

    A lock on the home is inherited by every service, so a second Airflow on one SQLite database
    (which would fail tasks that succeed) is refused as long as any process of the first lives.
    """

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self._home = home
        self._environment = dict(environment)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._lock: IO[str] | None = None

    def run(self, *arguments: str) -> str:
        """Run one Airflow command to its end; its output. Raises Unavailable when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "airflow", *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        shown = done.stdout.decode(errors="replace")
        if done.returncode:
            tail = shown[-2000:]
            raise Unavailable(f"`airflow {' '.join(arguments)}` failed: {tail}")
        return shown

    def start(self, names: Sequence[str]) -> None:
        """Start the named services; their output goes to <home>/services/<name>.log."""
        if self._lock is None:
            self._lock = self._locked()
        for name in names:
            self._children[name] = self._spawn(name)

    def _locked(self) -> IO[str]:
        lock = (self._home / "running.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            group = lock.read().strip() or "unknown"
            lock.close()
            raise ConfigurationError(
                f"an Airflow already runs in {self._home} (process group {group}).",
                remedy=f"Stop it with Ctrl-C where it was started, or with `kill -- -{group}`.",
            ) from error
        return lock

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        assert self._lock is not None
        folder = self._home / "services"
        folder.mkdir(parents=True, exist_ok=True)
        first = next(iter(self._children.values()), None)
        with (folder / f"{name}.log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "airflow", *COMMANDS[name]],
                env=self._environment,
                cwd=self._home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=first.pid if first else 0,
                pass_fds=(self._lock.fileno(),),
            )
        if first is None:
            self._lock.truncate(0)
            self._lock.write(str(child.pid))
            self._lock.flush()
        return child

    def check_alive(self) -> None:
        """Raise with the end of its log when a service has died."""
        for name, child in self._children.items():
            if child.poll() is not None:
                log = self._home / "services" / f"{name}.log"
                tail = log.read_text(errors="replace")[-1500:]
                raise Unavailable(
                    f"Airflow's {name} ended with code {child.returncode}: ...{tail}",
                    remedy=f"Its whole log is {log}.",
                )

    def stop(self) -> None:
        """Stop all services and whatever they started; safe to call twice."""
        if not self._children:
            return
        group = next(iter(self._children.values())).pid
        # Tasks leave the group for groups of their own: remember them before their parents die.
        family = _descendants(child.pid for child in self._children.values())
        _signal_group(group, signal.SIGTERM)
        alive = wait_for_end(family, PATIENCE_S)
        _signal_group(group, signal.SIGKILL)
        for process in alive:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for child in self._children.values():
            child.wait(PATIENCE_S)
        self._children.clear()
        if self._lock:
            self._lock.close()
            self._lock = None


def _descendants(pids: Iterable[int]) -> list[psutil.Process]:
    found: list[psutil.Process] = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            found += [process, *process.children(recursive=True)]
    return found


def wait_for_end(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those that still run after so long; a zombie has ended, whoever fails to collect it."""
    deadline = time.monotonic() + seconds
    alive = processes
    while alive and time.monotonic() < deadline:
        time.sleep(0.1)
        alive = [process for process in alive if _runs(process)]
    return alive


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)
