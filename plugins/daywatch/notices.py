"""What the data channel hears: a day held back, published after all, or with warnings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from daywatch import alerts
from daywatch.catalog.model import Detection
from daywatch.errors import HeldBack
from daywatch.house import House

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from daywatch.validation.result import ValidationResult


def tell_held_back(
    house: House, detection: Detection, day: date, result: ValidationResult | None
) -> Callable[[Session, BaseException], None]:
    """The message of a held-back day, written in the transaction that records the failure."""

    def tell(session: Session, error: BaseException) -> None:
        if isinstance(error, HeldBack) and detection.header.status.pages:
            alerts.held_back(
                session,
                detection,
                house.catalog.teams[detection.team],
                day,
                reason=error.fault,
                checks=result.failures if result else (),
                now=house.now(),
                link=house.link(detection),
                horizon_days=house.settings.paging_horizon_days,
            )

    return tell


def tell_published(house: House, detection: Detection, day: date, result: ValidationResult) -> None:
    """Close the message of a day that was held back before; open one where a warning failed."""
    with house.state.transaction() as session:
        alerts.published(session, detection, day, now=house.now())
        if result.warnings and detection.header.status.pages:
            alerts.warned(
                session,
                detection,
                house.catalog.teams[detection.team],
                day,
                result.warnings,
                now=house.now(),
                link=house.link(detection),
                horizon_days=house.settings.paging_horizon_days,
            )
