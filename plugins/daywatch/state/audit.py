"""The audit trail, written in the transaction of what it tells of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from daywatch.state.engine import plain
from daywatch.state.models import AuditRow
from daywatch.state.sessions import fitted


def audit(
    session: Session,
    actor: str,
    action: str,
    object: str,
    details: Mapping[str, Any] | None = None,
    *,
    now: datetime,
) -> None:
    """Add who did what to what, in the caller's transaction."""
    session.add(
        AuditRow(
            at=now,
            actor=fitted(actor, 127),
            action=fitted(action, 63),
            object=fitted(object),
            details=plain(details or {}),
        )
    )
