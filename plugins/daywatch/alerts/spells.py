"""Days to episodes: a pure fold, so that the order in which days were judged cannot matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

QUIET_DAYS = 2
"""An episode ends after so many judged days in a row without a breach (delivery.md)."""


class Mark(StrEnum):
    """What is known of one judged day of one indicator; days without data have no mark."""

    PAGING = "paging"
    OLD = "old"
    """breached, but older than the paging horizon when it was first judged"""
    FAINT = "faint"
    """over the limit, persistence unmet: opens nothing, and is not quiet either"""
    QUIET = "quiet"


PARENT = "parent"
"""Unpaged: a segment is over its limit, the indicator as a whole is not breached."""
_OF_BREACH = {"": Mark.PAGING, "horizon": Mark.OLD, "persistence": Mark.FAINT}
"""Breaches that are unpaged for other reasons (experimental, excepted) do not touch episodes."""


def marks_of(breached: Iterable[tuple[date, str]], quiet: Iterable[date]) -> dict[date, Mark]:
    """An indicator's marks: (breached day, why unpaged) pairs, and the days that are fine."""
    marks = dict.fromkeys(quiet, Mark.QUIET)
    for day, unpaged in breached:
        if unpaged in _OF_BREACH:
            marks[day] = _OF_BREACH[unpaged]
        elif unpaged != PARENT:  # only segments are over: the whole's own verdict counts
            marks.pop(day, None)
    return marks


Stretch = tuple[date, date]
"""What somebody resolved: the first day of an episode, and the last breached day then known."""


@dataclass(frozen=True)
class Spell:
    """One episode: its breached days, and the day it ended on (None: open, or resolved)."""

    days: tuple[date, ...]
    paging: tuple[date, ...]
    quiet: int = 0
    ended_day: date | None = None
    resolved_through: date | None = None
    """somebody resolved it: whatever comes after this day belongs to another episode"""

    @property
    def first_day(self) -> date:
        """The first breached day."""
        return self.days[0]

    @property
    def last_day(self) -> date:
        """The last breached day."""
        return self.days[-1]

    @property
    def closed_on(self) -> date | None:
        """No later day can change it; None while any may."""
        closings = [day for day in (self.ended_day, self.resolved_through) if day]
        return max(closings, default=None)


def spells(marks: Mapping[date, Mark], resolved: Iterable[Stretch] = ()) -> list[Spell]:
    """The episodes of one indicator in day order.

    A resolved stretch stays one episode however its days are rebuilt, and is cut off from what
    breaches after it.
    """
    stretches = sorted(resolved)
    found: list[Spell] = []
    days: list[date] = []
    quiet = 0
    for day in sorted(marks):
        mark = marks[day]
        breached = mark in (Mark.PAGING, Mark.OLD)
        through = _through(days, stretches)
        if breached and through and day > through:
            found.append(_spell(days, marks, 0, None, through))
            days, quiet = [], 0
        if breached:
            days.append(day)
        quiet = quiet + 1 if days and mark is Mark.QUIET else 0
        if through and day <= through:
            quiet = 0  # inside what was resolved nothing ends any more
        if quiet == QUIET_DAYS:
            found.append(_spell(days, marks, quiet, day, through))
            days, quiet = [], 0
    return [*found, _spell(days, marks, quiet, None, _through(days, stretches))] if days else found


def _through(days: list[date], stretches: list[Stretch]) -> date | None:
    """How far the resolution reaches that the newest of these days lies in."""
    if not days:
        return None
    return max((end for start, end in stretches if start <= days[-1] <= end), default=None)


def _spell(
    days: list[date],
    marks: Mapping[date, Mark],
    quiet: int,
    ended: date | None,
    through: date | None,
) -> Spell:
    paging = tuple(day for day in days if marks[day] is Mark.PAGING)
    if through:
        quiet, ended = 0, None  # it ended with its resolution, not with quiet days
    return Spell(tuple(days), paging, quiet, ended, through)
