"""The environment of a local Airflow: its configuration, secrets and ports."""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from daywatch.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[3]
POOL = "daywatch_warehouse"
USER = "admin"


def free_port(wanted: int = 0) -> int:
    """`wanted` if nobody listens on it on loopback, else a port that nobody listens on now."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return free_port()
        return int(probe.getsockname()[1])


def kept_secrets(home: Path) -> dict[str, str]:
    """Keys and the UI's password: made on first use, readable by their owner only."""
    path = home / "secrets.json"
    home.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        made = {
            "jwt": secrets.token_urlsafe(48),
            "session": secrets.token_urlsafe(32),
            "fernet": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "password": secrets.token_urlsafe(12),
        }
        _write_private(path, json.dumps(made))
    kept: dict[str, str] = json.loads(path.read_text())
    # Airflow would write this file itself, readable by everybody.
    _write_private(home / "passwords.json", json.dumps({USER: kept["password"]}))
    return kept


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)


def airflow_environment(
    settings: Settings, home: Path, port: int, *, parallelism: int, scheduled: bool
) -> dict[str, str]:
    """Environment of every process of this Airflow; the caller's own AIRFLOW__* are left out."""
    keys = kept_secrets(home)
    url = f"http://127.0.0.1:{port}"
    ours = {
        "AIRFLOW_HOME": home,
        "AIRFLOW__CORE__DAGS_FOLDER": _folder(settings, "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": CHECKOUT / "plugins",
        "AIRFLOW__CORE__LOAD_EXAMPLES": False,
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": parallelism,
        "AIRFLOW__CORE__FERNET_KEY": keys["fernet"],
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": home / "passwords.json",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": port,
        "AIRFLOW__API__BASE_URL": url,
        "AIRFLOW__API__WORKERS": 1,
        "AIRFLOW__API__SECRET_KEY": keys["session"],
        "AIRFLOW__API__MAXIMUM_PAGE_LIMIT": 1000,
        "AIRFLOW__API_AUTH__JWT_SECRET": keys["jwt"],
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": home / "logs",
        # A worker otherwise idles until the next heartbeat after each short task (facts.md).
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": 1,
        "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": 0.5,
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": scheduled,
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": 1,
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": 30,
        "AIRFLOW__DAG_PROCESSOR__BUNDLE_REFRESH_CHECK_INTERVAL": 1,
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": False,
        # airflow_local_settings.py lies there
        "PYTHONPATH": os.pathsep.join([str(CHECKOUT / "config"), str(CHECKOUT / "plugins")]),
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "PYTHONUNBUFFERED": 1,
    }
    return _inherited() | daywatch_environment(settings, url) | {k: str(v) for k, v in ours.items()}


def _folder(settings: Settings, name: str) -> Path:
    """The content's own folder where it has one, else the checkout's."""
    own = settings.home / name
    return own if own.is_dir() else CHECKOUT / name


def _inherited() -> dict[str, str]:
    foreign = ("AIRFLOW__", "AIRFLOW_HOME", "AIRFLOW_CONFIG", "DAYWATCH_", "_AIRFLOW")
    return {key: value for key, value in os.environ.items() if not key.startswith(foreign)}


def daywatch_environment(settings: Settings, board_url: str) -> dict[str, str]:
    """The settings as the environment variables that children read them back from."""
    told: dict[str, Any] = {
        "home": settings.home.resolve(),
        "data_dir": settings.data,
        "warehouse_pool": POOL,
        "board_url": board_url,
    }
    for name in sorted(settings.model_fields_set - told.keys()):
        value = getattr(settings, name)
        if value is not None:
            told[name] = value.get_secret_value() if isinstance(value, SecretStr) else value
    return {f"DAYWATCH_{name.upper()}": str(value) for name, value in told.items()}
