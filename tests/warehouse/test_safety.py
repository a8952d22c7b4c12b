"""Stores of one host are refused under executors of several."""

from __future__ import annotations

from pathlib import Path

import pytest

from daywatch.errors import ConfigurationError
from daywatch.settings import Settings
from daywatch.warehouse import open_warehouse
from daywatch.warehouse.safety import check_safe

SHARED = "postgresql://daywatch@db/daywatch"


@pytest.mark.parametrize(
    "executor",
    [
        "CeleryExecutor",
        "KubernetesExecutor",
        "LocalExecutor,CeleryExecutor",
        "airflow.providers.celery.executors.celery_executor.CeleryExecutor",
        "LocalExecutor, CeleryExecutor:remote",
        "CeleryKubernetesExecutor",
        "LocalExecutor;team1=KubernetesExecutor",
    ],
)
def test_several_hosts_need_shared_stores(tmp_path: Path, executor: str) -> None:
    alone = Settings(home=tmp_path)
    with pytest.raises(ConfigurationError, match=r"DAYWATCH_STATE_URL is SQLite.*LocalExecutor"):
        check_safe(alone, executor)
    with pytest.raises(ConfigurationError, match=r"DAYWATCH_WAREHOUSE_URL is a local lake"):
        check_safe(Settings(home=tmp_path, state_url=SHARED), executor)
    check_safe(Settings(home=tmp_path, state_url=SHARED, warehouse_url=SHARED), executor)


@pytest.mark.parametrize("executor", ["LocalExecutor", "SequentialExecutor", "my.LocalExecutor"])
def test_one_host_takes_any_store(tmp_path: Path, executor: str) -> None:
    check_safe(Settings(home=tmp_path), executor)


def test_an_unknown_engine_is_refused(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, warehouse_url="mysql://x")
    with pytest.raises(ConfigurationError, match="no engine for 'mysql'"):
        open_warehouse(settings, None)  # type: ignore[arg-type]
