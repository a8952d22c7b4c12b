"""How long things take, and how long to wait before believing that they failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Timing:
    """How long things take. The transport's own timeout must be shorter than `lease`."""

    lease: timedelta = timedelta(seconds=60)
    settle: timedelta = timedelta(seconds=30)
    """after a lease ran out: how late an accepted post may appear in the history"""
    pace: timedelta = timedelta(seconds=1)
    blind: timedelta = timedelta(minutes=10)
    """history unreadable for so long: post again, marked, since a loss is worse than a repeat"""
    skew: timedelta = timedelta(minutes=15)
    """how far our clock and Slack's may differ when history is searched"""
