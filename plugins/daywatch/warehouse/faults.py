"""DuckDB's and the disk's errors in the house's words."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from daywatch.catalog.model import Detection
from daywatch.errors import DaywatchError, QueryFailed, Superseded, Unavailable
from daywatch.warehouse.query import place

_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)
_DISK = ("no space left", "disk quota", "file too large", "could not write", "failed to offload")
_GONE = ("no files found", "no such file", "cannot open file", "could not open file")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)


class StagingGone(Superseded):
    """The staged copy is not there any more: a newer build of the day took its place."""


def gone(name: str, day: object) -> StagingGone:
    """Say that a staged day vanished under its run."""
    return StagingGone(
        f"{name}: the staged copy of {day} is gone; a newer build of the day took its place.",
        remedy="Nothing to do if that build is running or done; else run the day again.",
    )


def is_gone(error: BaseException) -> bool:
    """Whether a file vanished between looking it up and opening it."""
    words = str(error).lower()
    io = isinstance(error, duckdb.IOException) and any(part in words for part in _GONE)
    return io or isinstance(error, FileNotFoundError)


@contextmanager
def lake_faults(detection: Detection | None = None) -> Iterator[None]:
    """Raise what goes wrong inside as ours (`Unavailable`) or the query's (`QueryFailed`)."""
    try:
        yield
    except DaywatchError:
        raise
    except (duckdb.Error, OSError, MemoryError) as error:
        raise translated(error, detection) from error


def translated(error: BaseException, detection: Detection | None) -> DaywatchError:
    """The house's error for an engine's."""
    words = str(error).lower()
    if isinstance(error, OSError) and error.errno in _FULL:
        return disk(error)
    if isinstance(error, duckdb.IOException | duckdb.OutOfMemoryException):
        if any(part in words for part in _DISK):
            return disk(error)
        if is_gone(error):
            return Unavailable(
                "a file of the lake went away while it was read.", remedy="Try again."
            )
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        fault = f"the query needs more memory than it may use: {first_line(error)}"
        remedy = "Read less at once, or raise DAYWATCH_DUCKDB_MEMORY."
        return QueryFailed(
            fault, remedy=remedy, where=place(detection, None) if detection else None
        )
    if isinstance(error, OSError):
        return Unavailable(f"the lake's disk does not answer: {error}.", remedy="Try again.")
    line = _LINE.search(str(error))
    where = place(detection, int(line[1]) if line else None) if detection else None
    return QueryFailed(first_line(error), where=where)


def disk(error: BaseException) -> Unavailable:
    """The disk does not take what we write."""
    return Unavailable(
        f"the disk does not take the lake's files: {first_line(error)}.",
        remedy="Free some space and run it again; the published day is as it was.",
    )


def first_line(error: BaseException) -> str:
    """The engine's sentence without its drawing of the query; long values are cut."""
    words = str(error).partition("\n\nLINE ")[0].replace("\n", " ").strip()
    return words if len(words) <= 600 else f"{words[:600]} ... (cut)"
