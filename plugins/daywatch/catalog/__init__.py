"""What there is to run: headers, SQL safety, dependencies between detections."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daywatch.catalog.model import Catalog
    from daywatch.settings import Settings


def load_catalog(settings: Settings, only: str | None = None) -> Catalog:
    """Every detection there is to run and every file that cannot; see discovery.load_catalog."""
    # Whoever only wants the models must not pay for sqlglot.
    from daywatch.catalog.discovery import load_catalog as load

    return load(settings, only)
