"""Requests to unmask a pseudonym: kept here, ruled over by daywatch.unmasking."""

from __future__ import annotations

import secrets
from dataclasses import fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from daywatch.state.models import UnmaskRequest
from daywatch.state.sessions import Sessions, clean, fitted
from daywatch.state.views import UnmaskView


class RequestRows(Sessions):
    """The `unmask_requests` table."""

    def add_unmask(
        self,
        session: Session,
        *,
        team: str,
        pseudonym: str,
        reason: str,
        case: str,
        who: str,
        now: datetime,
    ) -> UnmaskView:
        """Keep a new request under an id that nobody can guess the next of."""
        row = UnmaskRequest(
            id=f"u-{secrets.token_hex(4)}",
            team=team,
            pseudonym=pseudonym,
            reason=clean(reason),
            case=fitted(case, 127),
            requested_by=who,
            requested_at=now,
        )
        session.add(row)
        session.flush()
        return _view(row)

    def unmask(self, session: Session, request: str) -> UnmaskView | None:
        """A request by its id."""
        row = session.get(UnmaskRequest, request, populate_existing=True)
        return _view(row) if row else None

    def approve_unmask(
        self, session: Session, request: str, *, who: str, now: datetime
    ) -> UnmaskView:
        """Write down who approved it."""
        row = session.get_one(UnmaskRequest, request)
        row.approved_by, row.approved_at = who, now
        session.flush()
        return _view(row)

    def unmasks(self, limit: int = 1000) -> list[UnmaskView]:
        """Requests of all teams, newest first."""
        query = select(UnmaskRequest).order_by(UnmaskRequest.requested_at.desc(), UnmaskRequest.id)
        with self.reading() as session:
            return [_view(row) for row in session.scalars(query.limit(limit))]


def _view(row: UnmaskRequest) -> UnmaskView:
    return UnmaskView(**{one.name: getattr(row, one.name) for one in fields(UnmaskView)})
