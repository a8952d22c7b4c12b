"""What acting on alerts needs, kept open by a process: state store, team files, a sender.

Not the whole house: a detection's file that cannot be read, or a warehouse that is down, must
keep nobody from acknowledging. Team files are read again when one of them changes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from daywatch.alerts.sender import deliver
from daywatch.alerts.transport import Transport, open_transport
from daywatch.catalog.files import read_team
from daywatch.errors import DaywatchError
from daywatch.house import utc_now
from daywatch.state import open_state

if TYPE_CHECKING:
    from daywatch.catalog.team import Team
    from daywatch.settings import Settings
    from daywatch.state import StateStore

log = logging.getLogger(__name__)

BUDGET_S = 5.0
"""Of one delivery: whoever pressed a button waits for its edit, not for a backlog."""
Stamp = tuple[int, int]


class Desk:
    """Safe among threads; `settings.slack_token` is the token that it sends with."""

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime] = utc_now,
        transport: Transport | None = None,
    ) -> None:
        self.settings, self.now = settings, now
        self.state: StateStore = open_state(settings)
        self._transport = transport or open_transport(settings, now=now)
        self._teams: dict[str, Team] = {}
        self._stamps: dict[str, Stamp] = {}
        self._reading, self._sending = threading.Lock(), threading.Lock()
        self._wanted, self._closed = threading.Event(), False
        self._sender: threading.Thread | None = None

    def teams(self) -> Mapping[str, Team]:
        """All teams, as their files are now; one that cannot be read stays as it last could."""
        found = {path.parent.name: path for path in self.settings.sql_dir.glob("*/team.yaml")}
        stamps = {name: stamp for name, path in found.items() if (stamp := _stamp(path))}
        with self._reading:
            if stamps != self._stamps:
                self._read({name: found[name] for name in stamps}, stamps)
            return self._teams

    def _read(self, files: Mapping[str, Path], stamps: Mapping[str, Stamp]) -> None:
        kept: dict[str, Team] = {}
        for name, path in files.items():
            try:
                unchanged = stamps[name] == self._stamps.get(name) and name in self._teams
                kept[name] = self._teams[name] if unchanged else read_team(path)
            except (DaywatchError, OSError) as error:
                log.error("%s is used as it was: %s", path, error)
                if name in self._teams:
                    kept[name] = self._teams[name]
        self._teams, self._stamps = kept, dict(stamps)

    def deliver_soon(self) -> None:
        """Have what waits delivered now, in the background; many wishes become one delivery."""
        with self._sending:
            self._wanted.set()
            if not self._closed and (self._sender is None or not self._sender.is_alive()):
                self._sender = threading.Thread(target=self._deliver, daemon=True)
                self._sender.start()

    def _deliver(self) -> None:
        """Until nobody wishes any more. What it cannot do, the next minute's round does."""
        while True:
            with self._sending:
                if self._closed or not self._wanted.is_set():
                    self._sender = None
                    return
                self._wanted.clear()
            try:
                deliver(self.state, self._transport, self.now, budget_seconds=BUDGET_S)
            except Exception as error:
                log.error("delivery after an action failed: %s", type(error).__name__)

    def close(self) -> None:
        """Finish the delivery under way, and let go of the store."""
        with self._sending:
            self._closed, sender = True, self._sender
        if sender is not None:
            sender.join(2 * BUDGET_S)
        self.state.close()


def _stamp(path: Path) -> Stamp | None:
    try:
        stat = path.stat()
    except OSError:
        return None  # removed between listing and looking
    return stat.st_mtime_ns, stat.st_size
