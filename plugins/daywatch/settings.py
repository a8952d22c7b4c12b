"""Where Daywatch finds its files, stores and secrets: environment variables `DAYWATCH_*`."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _find_home() -> Path:
    """The nearest folder at or above the working directory that holds sql/, else this checkout."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "sql" / "sources.yaml").is_file():
            return folder
    return Path(__file__).resolve().parents[2]


class Settings(BaseSettings):
    """Every knob, with its default. Environment variables carry the prefix `DAYWATCH_`."""

    # An empty variable means unset: a compose file cannot leave one out.
    model_config = SettingsConfigDict(
        env_prefix="DAYWATCH_", extra="ignore", frozen=True, env_ignore_empty=True
    )

    home: Path = Field(default_factory=_find_home, description="holds sql/, expectations/, tests/")
    data_dir: Path | None = Field(None, description="lake, state and previews; home/.daywatch")
    warehouse_url: str = Field(
        "", description="lake:///PATH or postgresql://...; a lake in data_dir"
    )
    state_url: str = Field("", description="sqlite:///PATH or postgresql://...; SQLite in data_dir")
    read_role: str = Field("daywatch_read", description="PostgreSQL role that detections run as")
    slack_token: SecretStr | None = Field(
        None, description="bot token; none: messages are previews"
    )
    slack_base_url: str = Field("https://slack.com/api/", description="another one for tests")
    slack_signing_secret: SecretStr | None = Field(
        None, description="checks that a button's request over HTTP comes from Slack"
    )
    slack_app_token: SecretStr | None = Field(
        None, description="app-level token for buttons without a public address (Socket Mode)"
    )
    heartbeat_url: str = Field("", description="a watcher outside, called after each good canary")
    pseudonym_key: SecretStr | None = Field(
        None, description="secret behind the pseudonyms of confidential teams; made on first use"
    )
    paging_horizon_days: int = Field(3, ge=0, description="older days are recorded, never paged")
    statement_timeout_s: int = Field(900, ge=1, description="when neither file nor team says one")
    max_rows: int = Field(200_000, ge=1, description="when neither file nor team says one")
    lake_grace_hours: float = Field(24.0, ge=0, description="how long replaced files stay readable")
    keep_days: int = Field(400, ge=1, description="published days older than that are removed")
    duckdb_memory: str = Field("", description="DuckDB memory limit for a build, e.g. 4GB")
    duckdb_threads: int = Field(0, ge=0, description="DuckDB threads for a build; 0: all cores")
    warehouse_pool: str = Field(
        "default_pool", description="Airflow pool of the tasks that use the warehouse; must exist"
    )
    board_url: str = Field("http://localhost:8080", description="Airflow's address, for links")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def data(self) -> Path:
        """The folder for everything Daywatch writes."""
        return (self.data_dir or self.home / ".daywatch").resolve()

    @property
    def warehouse(self) -> str:
        """The warehouse's URL with its default filled in."""
        return self.warehouse_url or f"lake:///{self.data / 'lake'}"

    @property
    def state(self) -> str:
        """The state store's URL with its default filled in."""
        return self.state_url or f"sqlite:///{self.data / 'state.db'}"

    @property
    def sql_dir(self) -> Path:
        """The folder of detections."""
        return self.home / "sql"

    @property
    def expectations_dir(self) -> Path:
        """The folder of suites."""
        return self.home / "expectations"

    @property
    def cases_dir(self) -> Path:
        """The folder of the detections' row tests."""
        return self.home / "tests" / "sql"

    @property
    def previews_dir(self) -> Path:
        """Where rendered Slack messages go when there is no token."""
        return self.data / "previews"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The process's settings, read from the environment on first use."""
    return Settings()
