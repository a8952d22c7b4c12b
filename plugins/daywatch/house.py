"""The house: settings, catalogue and the two stores, opened together for a while."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from daywatch.alerts import outbox
from daywatch.catalog import load_catalog
from daywatch.catalog.model import Catalog, Detection
from daywatch.confidential import Mask, mask_of
from daywatch.settings import Settings, get_settings
from daywatch.state import open_state
from daywatch.warehouse import open_warehouse
from daywatch.warehouse.base import Warehouse
from daywatch.warehouse.lazy import LazyWarehouse

if TYPE_CHECKING:
    from daywatch.state import StateStore


def utc_now() -> datetime:
    """The wall clock, naive UTC; only cutoffs, leases and deadlines read it, never a query."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class House:
    """All that a step works with: what there is to run, and the two stores."""

    settings: Settings
    catalog: Catalog
    warehouse: Warehouse
    state: StateStore
    now: Callable[[], datetime] = utc_now

    def link(self, detection: Detection) -> str:
        """The detection's page in Airflow."""
        return f"{self.settings.board_url.rstrip('/')}/dags/{detection.name}"

    def speaks_slack(self) -> bool:
        """Whether messages go to Slack: there is a token here, or somebody else has sent some."""
        if self.settings.slack_token is not None:
            return True
        with self.state.reading() as session:
            return outbox.speaks_slack(session)

    def mask(self, detection: Detection) -> Mask:
        """What of the detection's rows shows a person; empty unless its team is confidential."""
        return mask_of(self.settings, self.catalog.teams[detection.team], detection)


@contextmanager
def open_house(
    settings: Settings | None = None,
    only: str | None = None,
    catalog: Catalog | None = None,
    *,
    lazily: bool = False,
) -> Iterator[House]:
    """Open both stores, and the catalogue (of one detection with `only`), for a while.

    A `catalog` that is given is taken as it is: no file is read. `lazily` opens the warehouse
    when it is first needed, so that the rest goes on while it is down.
    """
    settings = settings or get_settings()
    catalog = catalog or load_catalog(settings, only=only)
    state = open_state(settings)

    def prepared() -> Warehouse:
        warehouse = open_warehouse(settings, state)
        try:
            warehouse.prepare(catalog)
        except BaseException:
            warehouse.close()
            raise
        return warehouse

    try:
        warehouse = cast("Warehouse", LazyWarehouse(prepared)) if lazily else prepared()
        try:
            yield House(settings, catalog, warehouse, state)
        finally:
            warehouse.close()
    finally:
        state.close()
