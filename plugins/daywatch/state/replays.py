"""What Slack sent and was taken: the same again, within ten minutes, is a replay."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from daywatch.state.models import SeenRequest
from daywatch.state.sessions import Sessions, fitted

REMEMBERED = timedelta(minutes=10)
"""Twice as long as a signature is good for."""


class ReplayRows(Sessions):
    """The `seen_requests` table."""

    def first_time(self, session: Session, mark: str, now: datetime) -> bool:
        """Whether nobody has taken `mark` before; it is taken with the caller's transaction.

        Of two at once one waits for the other, and may take it only where that one gave up.
        """
        # Others may purge at once: waiting for each other's rows could end in a deadlock.
        old = select(SeenRequest.signature).where(SeenRequest.at < now - REMEMBERED)
        stale = old.with_for_update(skip_locked=True)
        session.execute(delete(SeenRequest).where(SeenRequest.signature.in_(stale)))
        dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        insert = dialect.insert(SeenRequest).values(signature=fitted(mark, 128), at=now)
        taken = insert.on_conflict_do_nothing().returning(SeenRequest.signature)
        return session.scalar(taken) is not None
