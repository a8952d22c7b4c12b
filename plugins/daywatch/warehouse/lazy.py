"""A warehouse that is opened when somebody first needs it: most sweeps never do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from daywatch.warehouse.base import Warehouse


class LazyWarehouse:
    """Stands for the warehouse that `make` opens and prepares on the first call.

    So what needs only the state store (delivery, escalation) costs no connection, and goes on
    while the warehouse is down; each call that needs one raises what opening it raises.
    """

    def __init__(self, make: Callable[[], Warehouse]) -> None:
        self._make = make
        self._opened: Warehouse | None = None

    def __getattr__(self, name: str) -> Any:
        if self._opened is None:
            self._opened = self._make()
        return getattr(self._opened, name)

    def close(self) -> None:
        """Let go of connections, where there are any."""
        if self._opened is not None:
            self._opened.close()
