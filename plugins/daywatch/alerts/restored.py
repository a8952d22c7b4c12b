"""After the state store was put back from a backup: what was sent is looked for, not repeated.

Keys of messages are worked out from what they speak of, so the channel's history tells whether
one is there, whatever the store has forgotten.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from daywatch.alerts import outbox
from daywatch.alerts.people import Actor
from daywatch.errors import ConfigurationError
from daywatch.state.audit import audit
from daywatch.state.models import Restore

MARGIN = timedelta(days=1)
"""Beyond the paging horizon, after which no day from before the restore pages any more."""


def mark(
    session: Session, since: datetime, actor: Actor, *, now: datetime, horizon_days: int
) -> int:
    """Look for messages in their channels first, until old days page no more; how many wait.

    `since` is when the backup was made, naive UTC. Raises ConfigurationError for a time to come.
    """
    if since > now:
        raise ConfigurationError(
            f"a backup of {since:%Y-%m-%d %H:%M} UTC has not been made yet.",
            remedy="Say when it was made, in UTC.",
        )
    settles = now + timedelta(days=horizon_days) + MARGIN
    session.add(Restore(at=now, since=since, settles_at=settles))
    session.flush()
    waiting = outbox.suspect(session, now, since)
    details = {"since": since.isoformat(), "settles": settles.isoformat(), "waiting": waiting}
    audit(session, actor.id, "store.restored", "state store", details, now=now)
    return waiting
