"""Published days and source partitions: the lake's pointer rows, and the mirror of PostgreSQL's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, delete, select, update
from sqlalchemy.orm import Session

from daywatch.state.models import PublishedDay, SourcePartition
from daywatch.state.sessions import Sessions, upsert, utc_now
from daywatch.warehouse.base import Partition, Publication

WHOLE_PART = "all"
"""`part` of a dimension, which is kept whole; sorts after every ISO day."""


class PointerRows(Sessions):
    """The warehouse's `Pointers`, in the state database."""

    def publication(self, table: str, day: date) -> Publication | None:
        """The day's record, or None where it was never published."""
        with self.reading() as session:
            row = session.get(PublishedDay, (table, day))
            return _publication(row) if row else None

    def publications(self, table: str, first: date, last: date) -> list[Publication]:
        """Records of the published days in [first, last], in day order."""
        query = select(PublishedDay).where(PublishedDay.table == table)
        query = query.where(PublishedDay.day.between(first, last)).order_by(PublishedDay.day)
        with self.reading() as session:
            return [_publication(row) for row in session.scalars(query)]

    def record_publication(self, publication: Publication) -> None:
        """Point readers of the day at these files, in one transaction.

        What was judged stays written beside it; another content hash makes the day unjudged.
        """
        with self.transaction() as session:
            upsert(session, PublishedDay, [_columns(publication)])

    def mirror(self, publication: Publication) -> None:
        """Copy the warehouse's own record; an older one never replaces a newer one."""
        values = _columns(publication)
        newer = {
            name: lambda new, name=name: case(
                (new["published_at"] >= PublishedDay.published_at, new[name]),
                else_=PublishedDay.__table__.c[name],
            )
            for name in values
            if name not in ("risk_table", "day")
        }
        with self.transaction() as session:
            upsert(session, PublishedDay, [values], update=newer)

    def partitions(self, source: str, first: date | None, last: date | None) -> list[Partition]:
        """Partitions of days in [first, last], None for no bound; a dimension's whole always."""
        part = SourcePartition.part
        query = select(SourcePartition).where(SourcePartition.source == source).order_by(part)
        if first:
            query = query.where(part >= first.isoformat())
        if last:
            query = query.where((part <= last.isoformat()) | (part == WHOLE_PART))
        with self.reading() as session:
            return [_partition(row) for row in session.scalars(query)]

    def replace_partitions(self, partitions: Sequence[Partition]) -> None:
        """Point readers of these source days at new files, all or none."""
        now = utc_now()
        with self.transaction() as session:
            upsert(
                session,
                SourcePartition,
                [
                    {
                        "source": one.source,
                        "part": one.day.isoformat() if one.day else WHOLE_PART,
                        "files": list(one.files),
                        "rows": one.rows,
                        "bytes": one.bytes,
                        "loaded_at": now,
                    }
                    for one in partitions
                ],
            )

    def remove_publications(self, table: str, before: date) -> int:
        """Forget the table's days older than `before`; returns how many."""
        old = delete(PublishedDay).where(PublishedDay.table == table, PublishedDay.day < before)
        with self.transaction() as session:
            result: Any = session.execute(old)
            return int(result.rowcount)

    def files_in_use(self) -> set[str]:
        """Every file that a pointer row names; all others may go after the grace period."""
        with self.reading() as session:
            lists = [
                *session.scalars(select(PublishedDay.files)),
                *session.scalars(select(SourcePartition.files)),
            ]
        return {file for files in lists for file in files}

    def unjudged_days(self, detection: str) -> list[date]:
        """Days published and never judged as they are now, oldest first."""
        query = (
            select(PublishedDay.day)
            .where(PublishedDay.table == detection.rpartition(".")[2])
            .where(PublishedDay.judged_hash.is_distinct_from(PublishedDay.content_hash))
            .order_by(PublishedDay.day)
        )
        with self.reading() as session:
            return list(session.scalars(query))

    def mark_judged(self, session: Session, table: str, day: date, content_hash: str) -> None:
        """Note which content of the day was judged; a day republished meanwhile stays unjudged."""
        session.execute(
            update(PublishedDay)
            .where(PublishedDay.table == table.rpartition(".")[2], PublishedDay.day == day)
            .values(judged_hash=content_hash)
        )


def _columns(publication: Publication) -> dict[str, Any]:
    return {
        "risk_table": publication.table,
        "day": publication.day,
        "team": publication.team,
        "run_id": publication.run_id,
        "rows": publication.rows,
        "content_hash": publication.content_hash,
        "sql_hash": publication.sql_hash,
        "cutoff": publication.cutoff,
        "published_at": publication.published_at,
        "files": list(publication.files),
        "missing": list(publication.missing),
    }


def _publication(row: PublishedDay) -> Publication:
    return Publication(
        team=row.team,
        table=row.table,
        day=row.day,
        run_id=row.run_id,
        rows=row.rows,
        content_hash=row.content_hash,
        sql_hash=row.sql_hash,
        cutoff=row.cutoff,
        published_at=row.published_at,
        files=tuple(row.files),
        missing=tuple(row.missing),
    )


def _partition(row: SourcePartition) -> Partition:
    return Partition(
        source=row.source,
        day=None if row.part == WHOLE_PART else date.fromisoformat(row.part),
        files=tuple(row.files),
        rows=row.rows,
        bytes=row.bytes,
    )
