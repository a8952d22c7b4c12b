"""Who acts on alerts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Actor:
    """Somebody who acts: `id` goes into the audit trail, `name` into messages.

    An id says by which door they came: slack:U0ANA, cli:ana, or daywatch for the system itself.
    """

    id: str
    name: str


SYSTEM = Actor("daywatch", "Daywatch")
"""What happens by itself: an alert opens, ends, climbs, wakes."""
