"""What the sweeps ask of the state store: what ran, what is known, what was never judged."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from daywatch.state.models import Alert, CanaryBeat, KnownDetection, PublishedDay, Run
from daywatch.state.runs import view_of_run
from daywatch.state.sessions import Sessions, clean, lock, upsert
from daywatch.state.views import RunView


@dataclass(frozen=True)
class Unjudged:
    """A published day whose verdicts are not of its present content."""

    table: str
    day: date
    published_at: datetime


@dataclass(frozen=True)
class BeatView:
    """One day's canary: when its message was seen and the watcher outside told, or why not."""

    day: date
    alert_key: str | None
    seen_at: datetime | None
    heartbeat_at: datetime | None
    checked_at: datetime
    error: str


class WatchRows(Sessions):
    """The `known_detections` and `canary_beats` tables, and whole-catalogue looks at the others."""

    def known_detections(self) -> dict[str, datetime]:
        """Since when each detection of the catalogue has been seen, but for those that left."""
        query = select(KnownDetection).where(KnownDetection.gone_at.is_(None))
        with self.reading() as session:
            return {row.detection: row.first_seen_at for row in session.scalars(query)}

    def notice_detections(self, names: Collection[str], now: datetime) -> dict[str, datetime]:
        """Note which detections there are; since when each is known. Writes only what changed.

        One that comes back is new: nobody expected the days in between.
        """
        known = self.known_detections()
        new, gone = sorted(set(names) - known.keys()), sorted(known.keys() - set(names))
        if not new and not gone:
            return known
        with self.transaction() as session:
            lock(session, "known_detections")
            for name in new:
                row = session.get(KnownDetection, name)
                if row is None:
                    session.add(KnownDetection(detection=name, first_seen_at=now))
                elif row.gone_at is not None:
                    row.first_seen_at, row.gone_at = now, None
            for name in gone:
                if left := session.get(KnownDetection, name):
                    left.gone_at = left.gone_at or now
        return self.known_detections()

    def last_steps(self, first: date, last: date) -> dict[tuple[str, date, str], RunView]:
        """The newest run of each detection, day and step, of the days in [first, last]."""
        newest = (
            select(func.max(Run.id))
            .where(Run.day.between(first, last))
            .group_by(Run.detection, Run.day, Run.step)
        )
        with self.reading() as session:
            rows = session.scalars(select(Run).where(Run.id.in_(newest)))
            return {(row.detection, row.day, row.step): view_of_run(row) for row in rows}

    def published_days(self, first: date, last: date) -> set[tuple[str, date]]:
        """(risk table, day) of all published days in [first, last]."""
        query = select(PublishedDay.table, PublishedDay.day)
        with self.reading() as session:
            rows = session.execute(query.where(PublishedDay.day.between(first, last)))
            return {(table, day) for table, day in rows}

    def all_unjudged(self) -> list[Unjudged]:
        """Days of every table that were published and never judged as they are, oldest first."""
        query = (
            select(PublishedDay.table, PublishedDay.day, PublishedDay.published_at)
            .where(PublishedDay.judged_hash.is_distinct_from(PublishedDay.content_hash))
            .order_by(PublishedDay.day, PublishedDay.table)
        )
        with self.reading() as session:
            return [Unjudged(*row) for row in session.execute(query)]

    def open_days(self, kind: str) -> set[tuple[str, date]]:
        """(team, day) that open alerts of this kind speak of."""
        query = select(Alert.team, Alert.first_day).where(Alert.kind == kind, Alert.state == "open")
        with self.reading() as session:
            return {(team, day) for team, day in session.execute(query)}

    def beat(self, day: date) -> BeatView | None:
        """How the day's canary went; None where nobody looked."""
        with self.reading() as session:
            row = session.get(CanaryBeat, day)
            return _beat(row) if row else None

    def beats(self, limit: int = 30) -> list[BeatView]:
        """The newest canaries first."""
        query = select(CanaryBeat).order_by(CanaryBeat.day.desc()).limit(limit)
        with self.reading() as session:
            return [_beat(row) for row in session.scalars(query)]

    def save_beat(self, session: Session, beat: BeatView) -> None:
        """Keep what was seen of a day's canary, in the caller's transaction."""
        values = {
            "day": beat.day,
            "alert_key": beat.alert_key,
            "seen_at": beat.seen_at,
            "heartbeat_at": beat.heartbeat_at,
            "checked_at": beat.checked_at,
            "error": clean(beat.error),
        }
        upsert(session, CanaryBeat, [values])


def _beat(row: CanaryBeat) -> BeatView:
    return BeatView(
        day=row.day,
        alert_key=row.alert_key,
        seen_at=row.seen_at,
        heartbeat_at=row.heartbeat_at,
        checked_at=row.checked_at,
        error=row.error,
    )
