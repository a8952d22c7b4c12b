"""One clock for all processes of a run: it moves by itself, and jumps when everybody waits.

Simulated time is `start + real seconds x speed + what was skipped`. A process that waits says
until when; when all of them wait, the run's conductor skips to the first that has something to
do. So an hour of backoff costs nothing, and a process that is slow is slow in simulated time too.
"""

from __future__ import annotations

import mmap
import os
import struct
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

BUSY, WAITING, IDLE, GONE = 0.0, 1.0, 2.0, 3.0
"""What a process does: IDLE waits too, but may be poked before its time."""
_HEAD, _SLOT = struct.Struct("5d"), struct.Struct("2d")


class SharedClock:
    """The clock in a small file that every process maps; `slot` is this process's place."""

    def __init__(self, path: Path, slot: int | None = None) -> None:
        self.path, self.slot = path, slot
        fd = os.open(path, os.O_RDWR)
        self._map = mmap.mmap(fd, 0)
        os.close(fd)
        self._start, self._real, self.speed, _, _ = _HEAD.unpack_from(self._map, 0)

    @classmethod
    def create(cls, start: datetime, speed: float, slots: int) -> SharedClock:
        """A clock that begins at `start` (naive UTC) now."""
        fd, name = tempfile.mkstemp(prefix="dwclock")
        os.write(fd, bytes(_HEAD.size + slots * _SLOT.size))
        os.close(fd)
        head = (start.replace(tzinfo=UTC).timestamp(), time.monotonic(), speed, 0.0, 0.0)
        with Path(name).open("r+b") as file:
            file.write(_HEAD.pack(*head))
            file.write(_SLOT.pack(GONE, 0.0) * slots)
        return cls(Path(name))

    def seconds(self) -> float:
        """Simulated seconds since the epoch."""
        (skipped,) = struct.unpack_from("d", self._map, 24)
        return float(self._start + (time.monotonic() - self._real) * self.speed + skipped)

    def __call__(self) -> datetime:
        """Simulated now, as the state store keeps times."""
        return datetime.fromtimestamp(self.seconds(), UTC).replace(tzinfo=None)

    def skip(self, seconds: float) -> None:
        """Jump ahead; only the conductor does."""
        (skipped,) = struct.unpack_from("d", self._map, 24)
        struct.pack_into("d", self._map, 24, skipped + seconds)

    @property
    def stopped(self) -> bool:
        """Whether the run is over."""
        return struct.unpack_from("d", self._map, 32) != (0.0,)

    def stop(self) -> None:
        """Tell all processes that the run is over."""
        struct.pack_into("d", self._map, 32, 1.0)

    # --- who waits --------------------------------------------------------------------------------

    def mark(self, state: float, wake: float = 0.0, slot: int | None = None) -> None:
        """Say what this process (or that of `slot`) does."""
        place = self.slot if slot is None else slot
        assert place is not None
        _SLOT.pack_into(self._map, _HEAD.size + place * _SLOT.size, state, wake)

    def slots(self) -> list[tuple[float, float]]:
        """State and wake time of every process."""
        return list(_SLOT.iter_unpack(self._map[_HEAD.size :]))

    def wait(self, seconds: float, state: float = WAITING) -> None:
        """Let simulated time pass; an IDLE wait also ends with a poke, and any with the run."""
        wake = self.seconds() + seconds
        self.mark(state, wake)
        while not self.stopped and self._wake() > self.seconds():
            left = (self._wake() - self.seconds()) / self.speed
            time.sleep(min(max(left, 0.0002), 0.002))
        self.mark(BUSY)

    def poke(self) -> None:
        """Wake those that idle: there is something to do."""
        for slot, (state, _) in enumerate(self.slots()):
            if state == IDLE:
                self.mark(IDLE, 0.0, slot)

    def _wake(self) -> float:
        assert self.slot is not None
        return float(_SLOT.unpack_from(self._map, _HEAD.size + self.slot * _SLOT.size)[1])

    def close(self) -> None:
        """Forget the file."""
        self.path.unlink(missing_ok=True)
