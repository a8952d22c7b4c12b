"""Tending outside Airflow: rounds for ever, through outages, until somebody says stop.

It is the second watchman: with Airflow's scheduler dead, this still delivers, escalates, and tells
every team that its detections did not run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from daywatch.alerts.transport import open_transport
from daywatch.catalog import load_catalog
from daywatch.errors import DaywatchError, Unavailable
from daywatch.house import open_house, utc_now
from daywatch.tending import Tended, tend

if TYPE_CHECKING:
    from daywatch.catalog.model import Catalog
    from daywatch.settings import Settings

LONGEST_WAIT_S = 600.0
BUDGET_S = 8.0
"""Of delivery in one round: a service manager that says stop waits ten seconds before it kills."""
Report = Callable[[str], None]
Outcome = Callable[[Tended], None]


@dataclass
class Service:
    """Rounds of tending every so many seconds. `said` hears what changes, `ended` each round."""

    settings: Settings
    every: float
    said: Report
    ended: Outcome = lambda tended: None
    stop: Event = field(default_factory=Event)
    now: Callable[[], datetime] = utc_now
    _shelf: Shelf = field(init=False)
    _failures: int = 0
    _hour: datetime | None = None

    def __post_init__(self) -> None:
        self._shelf = Shelf(self.settings)

    def run(self) -> None:
        """Go on until `stop` is set. Raises only what the very first look at the files finds."""
        self._shelf.catalog(self._say_files)
        while not self.stop.is_set():
            self.stop.wait(self._round())

    def _round(self) -> float:
        """Tend once; how many seconds to wait for the next round."""
        try:
            catalog = self._shelf.catalog(self._say_files)
            with open_house(self.settings, catalog=catalog, lazily=True) as house:
                tended = tend(
                    house,
                    open_transport(self.settings),
                    thorough=self._new_hour(),
                    budget_seconds=min(BUDGET_S, self.every),
                )
        except Unavailable as error:
            return self._out_of_order(str(error))
        if tended.unavailable:
            return self._out_of_order("; ".join(tended.faults))
        self._in_order()
        self.ended(tended)
        return self._pause(tended)

    def _new_hour(self) -> bool:
        hour = self.now().replace(minute=0, second=0, microsecond=0)
        changed, self._hour = hour != self._hour, hour
        return changed

    def _pause(self, tended: Tended) -> float:
        """Until the next message is due, at most until the next round."""
        due = tended.delivery.next_at if tended.delivery else None
        seconds = (due - self.now()).total_seconds() if due else self.every
        return min(max(seconds, 1.0), self.every)

    def _out_of_order(self, why: str) -> float:
        """Say it once, and ask less and less often."""
        if not self._failures:
            self.said(f"cannot tend, trying again: {why}")
        self._failures += 1
        return min(self.every * 2.0 ** min(self._failures, 10), LONGEST_WAIT_S)

    def _in_order(self) -> None:
        if self._failures:
            self.said(f"tending again after {self._failures} rounds in vain")
        self._failures = 0

    def _say_files(self, error: DaywatchError) -> None:
        self.said(f"the catalogue as it was is used on: {error}")


class Shelf:
    """The catalogue, read again when a file under sql/ or expectations/ has changed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._catalog: Catalog | None = None
        self._print = ""

    def catalog(self, complain: Callable[[DaywatchError], None]) -> Catalog:
        """As the files are now; where they cannot be read at all, as they last could."""
        seen = self._fingerprint()
        if self._catalog is None:
            self._catalog, self._print = load_catalog(self._settings), seen
        elif seen != self._print:
            self._print = seen
            try:
                self._catalog = load_catalog(self._settings)
            except DaywatchError as error:
                complain(error)
        return self._catalog

    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        for path, stamp, size in sorted(self._files()):
            digest.update(f"{path}\x00{stamp}\x00{size}\x00".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def _files(self) -> Iterator[tuple[str, int, int]]:
        for folder in (self._settings.sql_dir, self._settings.expectations_dir):
            for path in folder.rglob("*"):
                if found := _stat(path):
                    yield str(path), *found


def _stat(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None  # removed between listing and looking
    return stat.st_mtime_ns, stat.st_size
