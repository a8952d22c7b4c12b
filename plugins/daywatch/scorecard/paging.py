"""Pages by cause and by week: an episode counts once, where the scored days first see it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from daywatch.scorecard.matching import why
from daywatch.scorecard.model import Cause, History, Platform
from daywatch.scorecard.results import PageCounts, Week

WEEK = 7


def counted(causes: Iterable[Cause]) -> PageCounts:
    """How many of each cause."""
    found = Counter(causes)
    return PageCounts(found[Cause.ABUSE], found[Cause.TWIN], found[Cause.ORDINARY])


def added(counts: Iterable[PageCounts]) -> PageCounts:
    """All of them together."""
    true = twin = ordinary = 0
    for one in counts:
        true, twin, ordinary = true + one.true, twin + one.twin, ordinary + one.ordinary
    return PageCounts(true, twin, ordinary)


def opened(platform: Platform, history: History) -> list[tuple[date, Cause]]:
    """(first scored day, cause) of each episode; any day about abuse makes it true."""
    reasons = platform.reasons[history.watch.name]
    return [(min(page.days), platform.truth.cause(why(page, reasons))) for page in history.pages]


def paging_days(platform: Platform, history: History) -> list[Cause]:
    """The cause of each day on which the detection was in an episode: long ones weigh more."""
    reasons = platform.reasons[history.watch.name]
    days = sorted({day for page in history.pages for day in page.days})
    return [platform.truth.cause(reasons.get(day, frozenset())) for day in days]


def weeks(platform: Platform, histories: Sequence[History]) -> list[Week]:
    """The scored weeks from the first scored day on; the last may be shorter."""
    pages = [one for history in histories for one in opened(platform, history)]
    found = []
    for start in range(0, len(platform.days), WEEK):
        days = platform.days[start : start + WEEK]
        mine = counted(cause for day, cause in pages if day in days)
        found.append(Week(platform.label, start // WEEK + 1, days[0], len(days), mine))
    return found
