"""docker-compose.yaml holds to the Compose schema and to what a deployment must keep."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from tests.deploy.compose import (
    CHECKOUT,
    COMPOSE,
    Unset,
    example_environment,
    filled_environment,
    interpolate,
    read,
    read_raw,
    variables,
)

from daywatch.errors import ConfigurationError
from daywatch.settings import Settings
from daywatch.warehouse.safety import check_safe

SECRET = re.compile("PASSWORD|SECRET|TOKEN|_KEY$")
NAMED_FOR_A_FILE = "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"


def test_it_is_valid_by_the_compose_specification() -> None:
    schema = json.loads((CHECKOUT / "tests/deploy/compose_spec.json").read_text())
    faults = Draft7Validator(schema).iter_errors(read(filled_environment()))
    assert [f"{'.'.join(map(str, fault.path))}: {fault.message}" for fault in faults] == []


def test_the_schema_would_notice_a_misspelt_key() -> None:
    schema = json.loads((CHECKOUT / "tests/deploy/compose_spec.json").read_text())
    broken = read(filled_environment())
    broken["services"]["worker"]["enviroment"] = {}
    assert not Draft7Validator(schema).is_valid(broken)


def test_it_runs_every_service_of_airflow_and_two_databases() -> None:
    services = read_raw()["services"]
    assert {
        "api-server", "scheduler", "dag-processor", "triggerer", "worker",
        "init", "redis", "airflow-db", "daywatch-db",
    } == services.keys()  # fmt: skip


def test_each_service_is_healthy_pinned_and_not_root() -> None:
    offenders = []
    for name, service in read_raw()["services"].items():
        facts = {
            "health check": name == "init" or "test" in service.get("healthcheck", {}),
            "pinned image": bool(re.search(r":\d+\.\d+", service["image"])),
            "not root": service.get("user", "root").split(":")[0] not in ("root", "0"),
            "restarts": service.get("restart") == ("no" if name == "init" else "unless-stopped"),
            "loopback only": all(p.startswith("127.0.0.1:") for p in service.get("ports", [])),
        }
        offenders += [f"{name}: {fact}" for fact, holds in facts.items() if not holds]
    assert not offenders, "\n".join(offenders)


def test_services_wait_for_healthy_databases_and_a_finished_init() -> None:
    for name, service in read_raw()["services"].items():
        if service["image"].startswith("daywatch") and name != "init":
            needs = {other: how["condition"] for other, how in service["depends_on"].items()}
            assert needs == {
                "init": "service_completed_successfully",
                "airflow-db": "service_healthy",
                "daywatch-db": "service_healthy",
                "redis": "service_healthy",
            }, name


def test_secrets_come_from_the_environment_only() -> None:
    offenders = []
    for name, service in read_raw()["services"].items():
        for key, value in service.get("environment", {}).items():
            secret = SECRET.search(key) and key != NAMED_FOR_A_FILE
            in_url = re.search(r"://\w*:(.*)@", str(value))
            shown = in_url[1] if in_url else str(value) if secret else ""
            if shown and not re.fullmatch(r"\$\{\w+:[-?][^}]*\}", shown):
                offenders.append(f"{name}.{key}={value}")
    assert not offenders, "\n".join(offenders)


def test_every_required_variable_is_in_the_example_and_refused_when_empty() -> None:
    text = "\n".join(
        line for line in COMPOSE.read_text().splitlines() if not line.lstrip().startswith("#")
    )
    example = example_environment()
    required = {name for name in variables(text) if f"${{{name}:?" in text}
    assert required <= example.keys()
    assert all(example[name] == "" for name in required), "an example secret is a shared secret"
    for name in required:
        with pytest.raises(Unset, match=name):
            read(filled_environment() | {name: ""})


def test_a_lone_dollar_is_noticed() -> None:
    assert interpolate("$$HOME ${A:-b}", {}) == "$HOME b"
    with pytest.raises(ValueError, match="lone"):
        interpolate("costs $5", {})


def test_the_stores_of_the_file_are_safe_with_celery_and_local_ones_are_refused() -> None:
    worker = read(filled_environment())["services"]["worker"]["environment"]
    executor = worker["AIRFLOW__CORE__EXECUTOR"]
    told = {
        key.removeprefix("DAYWATCH_").lower(): value
        for key, value in worker.items()
        if key.startswith("DAYWATCH_")
    }
    check_safe(Settings(**told), executor)
    with pytest.raises(ConfigurationError, match=r"(?i)celery"):
        check_safe(Settings(**told | {"state_url": "", "warehouse_url": ""}), executor)
    with pytest.raises(ConfigurationError):
        check_safe(Settings(**told | {"state_url": ""}), executor)


def test_the_image_is_pinned_and_runs_as_nobody_special() -> None:
    lines = (CHECKOUT / "Dockerfile").read_text().splitlines()
    assert any(re.fullmatch(r"FROM python:3\.\d+\.\d+-slim-\w+", line) for line in lines)
    assert any("--constraint constraints.txt" in line for line in lines)
    users = [line for line in lines if line.startswith("USER ")]
    assert users and users[-1] == "USER 50000"
    copied = [line.split()[1] for line in lines if line.startswith("COPY")]
    missing = [path for path in copied if not (CHECKOUT / path).exists()]
    assert not missing
    ignored = (CHECKOUT / ".dockerignore").read_text().splitlines()
    assert all(f"!{path}" in ignored for path in copied)


def test_airflows_celery_provider_can_use_the_pinned_celery(tmp_path: Path) -> None:
    """Celery 5.7 lost a name that the provider imports: no worker started."""
    code = "import airflow.providers.celery.executors.celery_executor"
    environment = {"AIRFLOW_HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
