"""`daywatch deliver --every`: rounds until told to stop, through an outage of the database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from daywatch.service import Service, Shelf
from daywatch.state import open_state
from daywatch.tending import Tended
from tests.content import HEADER, settings_in, write_detection
from tests.tending.scene import fill_home


class Waits:
    """Stands for the service's stop event: notes each wait, does what comes next, then stops."""

    def __init__(self, *then: object) -> None:
        self.seconds: list[float] = []
        self.then = list(then)

    def is_set(self) -> bool:
        return not self.then

    def wait(self, seconds: float) -> bool:
        self.seconds.append(seconds)
        what = self.then.pop(0)
        if callable(what):
            what()
        return False


@pytest.mark.postgres
def test_it_waits_through_a_database_that_is_down_and_says_so_once(
    tmp_path: Path, postgres_url: str, postgres_server: str
) -> None:
    settings = settings_in(tmp_path, state_url=postgres_url)
    open_state(settings).close()
    name = postgres_url.partition("?")[0].rpartition("/")[2]

    def down() -> None:
        admin(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        admin(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def up() -> None:
        admin(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')

    def admin(statement: str) -> None:
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(statement)

    said: list[str] = []
    rounds: list[Tended] = []
    service = Service(settings, 60, said=said.append, ended=rounds.append)
    waits = Waits(down, None, None, up, None)
    service.stop = waits  # type: ignore[assignment]
    service.run()
    assert waits.seconds == [60, 120, 240, 480, 60], "less and less often, then as before"
    assert len(rounds) == 2 and not any(tended.faults for tended in rounds)
    assert len(said) == 2, said
    assert said[0].startswith("cannot tend, trying again: ")
    assert said[1] == "tending again after 3 rounds in vain"


def test_a_signal_ends_it_cleanly(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    environment = {
        **os.environ,
        "DAYWATCH_HOME": str(settings.home),
        "DAYWATCH_DATA_DIR": str(settings.data),
    }
    command = [sys.executable, "-m", "daywatch.cli.app", "deliver", "--every", "1"]
    process = subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + 60
        while not (settings.data / "state.db").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(1.5)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert "tending every 1 s" in err and err.strip().endswith("stopped")
    assert "Traceback" not in out + err


def test_files_are_read_again_when_they_change_and_kept_when_they_break(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    fill_home(settings.home)
    said: list[str] = []
    shelf = Shelf(settings)

    def complain(error: Exception) -> None:
        said.append(str(error))

    first = shelf.catalog(complain)
    assert shelf.catalog(complain) is first, "nothing changed, nothing read"
    write_detection(settings.home, "second", header=HEADER)
    second = shelf.catalog(complain)
    assert "spam.second" in second.detections
    (settings.home / "sql/sources.yaml").write_text("sources: [")
    assert shelf.catalog(complain) is second
    assert shelf.catalog(complain) is second
    assert len(said) == 1, "complained once"


def test_the_next_message_shortens_the_wait(tmp_path: Path) -> None:
    service = Service(settings_in(tmp_path), 60, said=lambda line: None)
    assert service._pause(Tended()) == 60
