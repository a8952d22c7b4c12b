"""Where raw and risk tables live: one protocol (base.py), one module per engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daywatch.errors import ConfigurationError

if TYPE_CHECKING:
    from daywatch.settings import Settings
    from daywatch.warehouse.base import Pointers, Warehouse


def open_warehouse(settings: Settings, pointers: Pointers) -> Warehouse:
    """The engine that the settings' warehouse URL names; nothing is connected before its first use.

    The lake keeps its pointer rows through `pointers`; PostgreSQL keeps its own records.
    """
    scheme = settings.warehouse.partition(":")[0].partition("+")[0]
    if scheme == "lake":
        from daywatch.warehouse.lake import LakeWarehouse

        return LakeWarehouse(settings, pointers)
    if scheme in ("postgresql", "postgres"):
        from daywatch.warehouse.postgres import PostgresWarehouse

        return PostgresWarehouse(settings)
    raise ConfigurationError(
        f"DAYWATCH_WAREHOUSE_URL: no engine for {scheme!r}.",
        remedy="Give lake:///absolute/path or postgresql://user@host/database.",
    )
