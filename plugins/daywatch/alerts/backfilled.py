"""The one message of a backfill and team: old breaches are summed up, never paged (delivery.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from daywatch.alerts import outbox, render
from daywatch.alerts.team_facts import PastFacts
from daywatch.indicators.model import WHOLE
from daywatch.state.models import BreachRow


def tell(
    session: Session,
    team: str,
    channel: str,
    detections: Sequence[str],
    first: date,
    last: date,
    *,
    now: datetime,
) -> bool:
    """Say in the digest channel what [first, last] held beyond the horizon; False if nothing new.

    The same backfill again edits its message.
    """
    query = select(BreachRow.detection).where(
        BreachRow.detection.in_(detections),
        BreachRow.segment == WHOLE,
        BreachRow.unpaged == "horizon",
        BreachRow.day.between(first, last),
    )
    counted = Counter(session.scalars(query))
    if not counted:
        return False
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    key = outbox.key_of("backfill", team, channel, first, last)
    return outbox.put(
        session,
        key,
        render.past(PastFacts(first, last, tuple(ranked)), key),
        kind="post",
        channel=channel,
        team=team,
        name=f"{last}-{team}-backfill-{key[:8]}",
        now=now,
        priority=outbox.EXTRA,
    )
