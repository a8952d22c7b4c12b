"""Configurations that would lose or mix up data: refused before they do."""

from __future__ import annotations

from daywatch.errors import ConfigurationError
from daywatch.settings import Settings

_SEVERAL_HOSTS = ("CeleryExecutor", "KubernetesExecutor", "EdgeExecutor", "BatchExecutor")


def check_safe(settings: Settings, executor: str) -> None:
    """Refuse stores of one host under an executor whose workers may run on several.

    `executor` is Airflow's setting: one name or several after commas, each possibly with a team
    before and an alias after a colon, or the path of a class.
    """
    spread = _spread(executor)
    if not spread:
        return
    if settings.state.startswith("sqlite"):
        raise ConfigurationError(
            f"DAYWATCH_STATE_URL is SQLite, and {spread} runs tasks on several hosts, "
            "where each would have a state store of its own.",
            remedy="Set DAYWATCH_STATE_URL=postgresql://..., or use the LocalExecutor.",
        )
    if settings.warehouse.startswith("lake"):
        raise ConfigurationError(
            f"DAYWATCH_WAREHOUSE_URL is a local lake, and {spread} runs tasks on several hosts, "
            "which would not see each other's files.",
            remedy="Set DAYWATCH_WAREHOUSE_URL=postgresql://..., or use the LocalExecutor.",
        )


def _spread(executor: str) -> str:
    """The first named executor that spreads tasks over hosts, or nothing."""
    words = executor.replace(";", ",").replace("=", ",").replace(":", ",").split(",")
    for word in words:
        name = word.strip().rpartition(".")[2]
        if any(name == known or name.endswith(known) for known in _SEVERAL_HOSTS):
            return name
    return ""
