"""The lake's folders: immutable Parquet files that only pointer rows make visible.

    raw/<source>/<day|all>/<uuid>.parquet            tmp/ (spill and unfinished loads)
    staging/<table>/<day>/<run>.<try>.parquet        locks/
    risk/<team>/<table>/<day>/<run>.<try>.parquet

Files are written under another name and renamed, so that a name never shows half a file. Pointer
rows keep paths relative to the lake, so that a lake may be moved.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from pathlib import Path

from daywatch.warehouse.naming import token

PART = ".part"
"""Suffix of a file that is still being written."""


class LakeFiles:
    """Paths under one lake folder, and the few moves that files make."""

    def __init__(self, root: Path) -> None:
        self.root = root

    # --- addresses ---------------------------------------------------------------------------

    def raw_folder(self, source: str, day: date | None) -> Path:
        """Where a day of a source lies; `all` for a dimension."""
        return self.root / "raw" / source / (day.isoformat() if day else "all")

    def staging_folder(self, table: str, day: date) -> Path:
        """Where every run's staged copy of a day lies."""
        return self.root / "staging" / table / day.isoformat()

    def new_staged(self, table: str, day: date, run_id: str) -> Path:
        """A fresh name for a run's staged copy; two tries of one run never share one."""
        name = f"{token(run_id)}.{uuid.uuid4().hex[:12]}.parquet"
        return self.staging_folder(table, day) / name

    def others(self, table: str, day: date, keep: str) -> list[Path]:
        """What lies staged for a day, unfinished copies too, but for the file named `keep`."""
        folder = self.staging_folder(table, day)
        return [path for path in folder.glob("*") if path.name != keep] if folder.exists() else []

    def of_run(self, table: str, day: date, run_id: str) -> list[Path]:
        """The finished copies that tries of a run left staged."""
        folder, mark = self.staging_folder(table, day), f"{token(run_id)}."
        return [path for path in folder.glob("*") if path.name.startswith(mark)]

    def lock(self, room: str, name: str) -> AbstractContextManager[None]:
        """Exclude other publishers, loaders and sweeps of one table."""
        return locked(self.root / "locks" / f"{room}.{name}")

    def risk_folder(self, team: str, table: str, day: date) -> Path:
        """Where a risk table's day lies."""
        return self.root / "risk" / team / table / day.isoformat()

    def relative(self, path: Path) -> str:
        """A path as pointer rows keep it."""
        return path.relative_to(self.root).as_posix()

    def resolve(self, files: Iterable[str]) -> list[Path]:
        """Pointer rows' files as absolute paths."""
        return [self.root / file for file in files]

    def close_to_others(self, folders: Iterable[tuple[str, str]]) -> None:
        """Let only the account that runs Daywatch look into these folders of rooms."""
        for room, name in folders:
            folder = self.root / room / name
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.stat().st_mode & 0o077:
                with contextlib.suppress(PermissionError):  # another account's to close
                    folder.chmod(0o700)

    def closed_to_us(self, room: str, name: str) -> bool:
        """Whether a folder of a room is there and another account keeps us out of it."""
        folder = self.root / room / name
        return folder.exists() and not os.access(folder, os.R_OK | os.X_OK, effective_ids=True)

    # --- moves -------------------------------------------------------------------------------

    @contextmanager
    def scratch(self, owner: str = "any") -> Iterator[Path]:
        """A private folder for spilling and loading, gone at the end; `owner` begins its name."""
        folder = self.root / "tmp" / f"{owner}.{uuid.uuid4().hex}"
        folder.mkdir(mode=0o700, parents=True)  # a confidential team's rows may pass here
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def touch(self, files: Iterable[str]) -> None:
        """Start the grace period of replaced files now: their age is read from their mtime."""
        for path in self.resolve(files):
            if path.exists():
                os.utime(path)

    def tables(self, room: str) -> list[Path]:
        """The folders of tables: raw/<source>, risk/<team>/<table>, staging/<table>."""
        pattern = "*/*" if room == "risk" else "*"
        return sorted(path for path in (self.root / room).glob(pattern) if path.is_dir())

    def old(self, folder: Path, older_than: timedelta) -> list[Path]:
        """Files below a folder that were last written, or replaced, longer ago than that."""
        limit = time.time() - older_than.total_seconds()
        return [path for path in self._files(folder) if _mtime(path) <= limit]

    def abandoned(self, older_than: timedelta) -> list[Path]:
        """Scratch folders that nothing was written to for so long: their owner was killed."""
        limit = time.time() - older_than.total_seconds()
        folders = self.tables("tmp")
        return [f for f in folders if all(_mtime(path) <= limit for path in (f, *self._files(f)))]

    def remove(self, paths: Iterable[Path]) -> tuple[int, int]:
        """Delete files, and a day's folder that this leaves empty; returns (files, bytes)."""
        files = size = 0
        for path in paths:
            try:
                bytes_ = path.stat().st_size
                path.unlink()
            except FileNotFoundError:  # another sweep was faster
                continue
            files, size = files + 1, size + bytes_
            with contextlib.suppress(OSError):  # not empty, or somebody else's by now
                path.parent.rmdir()
        return files, size

    def drop_scratch(self, owner: str) -> None:
        """Delete what an owner's killed or superseded work holds in scratch folders."""
        for folder in (self.root / "tmp").glob(f"{owner}.*"):
            shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def _files(folder: Path) -> list[Path]:
        return [path for path in folder.rglob("*") if path.is_file()]


def _mtime(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # swept meanwhile: as young as can be, so nobody sweeps it again
        return float("inf")


def place(written: Path, target: Path) -> None:
    """Give a finished file its name. Its folder may just have been pruned by a sweep: make it."""
    for _ in range(10):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            written.replace(target)
        except FileNotFoundError:
            if not written.exists():
                raise
        else:
            return
    raise FileNotFoundError(target)


def settle(path: Path) -> None:
    """Force a file's bytes to disk before a pointer row may name it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a lock on a file; the kernel lets go of it when its holder dies."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def link(existing: Path, name: Path) -> None:
    """Give a file a second name with the same bytes; copy it where the disk knows no links."""
    name.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(existing, name)
    except FileExistsError:  # an earlier try of the same publication got so far
        return
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EXDEV):
            raise
        copy = name.with_name(f".{name.name}{PART}")
        shutil.copyfile(existing, copy)
        copy.replace(name)


def move(file: Path, target: Path) -> None:
    """Rename a finished file to its place; across disks, copy it there first."""
    try:
        place(file, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        copy = target.with_name(f".{target.name}{PART}")
        shutil.copyfile(file, copy)
        copy.replace(target)
        file.unlink()
