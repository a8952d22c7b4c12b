"""The state store's tables: what the system knows. Times are naive UTC, days are UTC dates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Key = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """Named constraints, so that migrations can find them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[Any] = {dict[str, Any]: JSON, list[Any]: JSON}


class PublishedDay(Base):
    """A published day of a risk table: the lake's pointer row, or the mirror of PostgreSQL's."""

    __tablename__ = "published_days"
    table: Mapped[str] = mapped_column("risk_table", String(63), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    team: Mapped[str] = mapped_column(String(63))
    run_id: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int] = mapped_column(BigInteger)
    content_hash: Mapped[str] = mapped_column(String(64))
    sql_hash: Mapped[str] = mapped_column(String(64))
    cutoff: Mapped[datetime]
    published_at: Mapped[datetime]
    files: Mapped[list[Any]] = mapped_column(default=list)
    missing: Mapped[list[Any]] = mapped_column(default=list)
    judged_hash: Mapped[str | None] = mapped_column(String(64))
    """content_hash at the last judging; another value means published and not judged."""


class SourcePartition(Base):
    """The lake's pointer row for one day of a raw table; part 'all' holds a whole dimension."""

    __tablename__ = "source_partitions"
    source: Mapped[str] = mapped_column(String(63), primary_key=True)
    part: Mapped[str] = mapped_column(String(10), primary_key=True)
    files: Mapped[list[Any]]
    rows: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    loaded_at: Mapped[datetime]


class Run(Base):
    """One step (build, validate, alert) of one detection for one day, with its timing."""

    __tablename__ = "runs"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    run_id: Mapped[str] = mapped_column(String(64), index=True)
    detection: Mapped[str] = mapped_column(String(127))
    day: Mapped[date]
    step: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    """running, done, held_back, failed, superseded"""
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    rows: Mapped[int | None] = mapped_column(BigInteger)
    message: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    __table_args__ = (Index("ix_runs_detection_day_step", "detection", "day", "step"),)


class ValidationCheck(Base):
    """One expectation's outcome on one staged day."""

    __tablename__ = "validation_checks"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    run_id: Mapped[str] = mapped_column(String(64), index=True)
    detection: Mapped[str] = mapped_column(String(127))
    day: Mapped[date]
    type: Mapped[str] = mapped_column(String(127))
    column: Mapped[str | None] = mapped_column("column_name", String(127))
    severity: Mapped[str] = mapped_column(String(16))
    success: Mapped[bool]
    generated: Mapped[bool]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """kwargs, observed, evaluated, unexpected, examples (at most 20), error, meaning"""
    __table_args__ = (Index("ix_validation_checks_detection_day", "detection", "day"),)


class IndicatorValue(Base):
    """One measured point of an indicator's series, and the verdict on it."""

    __tablename__ = "indicator_values"
    detection: Mapped[str] = mapped_column(String(127), primary_key=True)
    indicator: Mapped[str] = mapped_column(String(63), primary_key=True)
    segment: Mapped[str] = mapped_column(String(255), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    value: Mapped[float | None]
    numerator: Mapped[float | None]
    denominator: Mapped[float | None]
    content_hash: Mapped[str] = mapped_column(String(64))
    """of the published day that was measured"""
    state: Mapped[str] = mapped_column(String(16), default="unjudged")
    reason: Mapped[str] = mapped_column(Text, default="")
    limit_low: Mapped[float | None]
    limit_high: Mapped[float | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    input_hash: Mapped[str | None] = mapped_column(String(64))
    rule_hash: Mapped[str | None] = mapped_column(String(64))
    judged_at: Mapped[datetime | None]


class BreachRow(Base):
    """A breach: one indicator, segment and day over its limit, whether or not it pages."""

    __tablename__ = "breaches"
    detection: Mapped[str] = mapped_column(String(127), primary_key=True)
    indicator: Mapped[str] = mapped_column(String(63), primary_key=True)
    segment: Mapped[str] = mapped_column(String(255), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    severity: Mapped[str] = mapped_column(String(16))
    value: Mapped[float | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    alert_key: Mapped[str | None] = mapped_column(ForeignKey("alerts.key"))
    """None where it never pages: experimental, or older than the paging horizon"""
    unpaged: Mapped[str] = mapped_column(String(32), default="")
    """why it has no alert: experimental, horizon, persistence, excepted"""
    found_at: Mapped[datetime]


class Alert(Base):
    """One episode of one indicator in one channel; segments and later days edit its message."""

    __tablename__ = "alerts"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """hash of detection, indicator, channel and the first day of the episode (delivery.md)"""
    kind: Mapped[str] = mapped_column(String(16), default="risk")
    """risk, summary of many; for the data channel held_back, warning, not_run"""
    team: Mapped[str] = mapped_column(String(63), default="")
    detection: Mapped[str] = mapped_column(String(127))
    """empty where it speaks of several"""
    indicator: Mapped[str] = mapped_column(String(63))
    channel: Mapped[str] = mapped_column(String(127))
    first_day: Mapped[date]
    last_day: Mapped[date]
    severity: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="open")
    """open, ended"""
    quiet_days: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """the facts its message was last rendered from"""
    route: Mapped[str] = mapped_column(String(16), default="page")
    """how it is told: page, summary (inside that of summary_key), digest (over budget), silenced"""
    summary_key: Mapped[str | None] = mapped_column(String(64), index=True)
    acknowledged_by: Mapped[str | None] = mapped_column(String(127))
    acknowledged_at: Mapped[datetime | None]
    assignee: Mapped[str | None] = mapped_column(String(127))
    snoozed_by: Mapped[str | None] = mapped_column(String(127))
    snoozed_until: Mapped[datetime | None]
    snoozed_until_falls: Mapped[bool] = mapped_column(default=False)
    """quiet until a judged day without a breach"""
    resolution: Mapped[str | None] = mapped_column(String(32))
    resolution_note: Mapped[str] = mapped_column(Text, default="")
    resolved_by: Mapped[str | None] = mapped_column(String(127))
    resolved_at: Mapped[datetime | None]
    resolved_through: Mapped[date | None]
    """the last breached day that the resolution is about; a later breach is a new episode"""
    rungs: Mapped[int] = mapped_column(default=0)
    """steps of the escalation ladder that have been climbed"""
    climbs_at: Mapped[datetime | None]
    """when the next step is due; None: nothing climbs"""
    __table_args__ = (
        Index("ix_alerts_detection_indicator", "detection", "indicator", "state"),
        Index("ix_alerts_team_opened_at", "team", "opened_at"),
        Index("ix_alerts_team_route", "team", "route"),
        Index("ix_alerts_state_climbs_at", "state", "climbs_at"),
    )


class OutboxMessage(Base):
    """A message to deliver. Written in the transaction of the verdicts; states as in the sender."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    """idempotency key: one row, and one live message, per key; goes into Slack's metadata"""
    alert_key: Mapped[str | None] = mapped_column(ForeignKey("alerts.key"), index=True)
    thread_key: Mapped[str | None] = mapped_column(String(64), index=True)
    """the key of the row whose message begins the thread that this one belongs into"""
    team: Mapped[str] = mapped_column(String(63), default="")
    kind: Mapped[str] = mapped_column(String(16))
    """post, update, reply"""
    priority: Mapped[int] = mapped_column(default=1)
    """within a channel smaller ones go first: 0 pages, 1 edits and replies, 2 extras"""
    channel: Mapped[str] = mapped_column(String(127))
    payload: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    """grows with each change of the payload; delivered_version lags until chat.update"""
    delivered_version: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(String(16), default="pending")
    """pending, claimed, sent, ambiguous, dead, deleted (a human's tombstone)"""
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    deadline: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(127))
    claimed_until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    slack_channel: Mapped[str | None] = mapped_column(String(127))
    slack_ts: Mapped[str | None] = mapped_column(String(32))
    file_id: Mapped[str | None] = mapped_column(String(32))
    """of the uploaded chart that the message shows"""
    pictures: Mapped[int] = mapped_column(default=0)
    """tries to show the chart that failed; after the last the message goes without"""
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    doubtful_since: Mapped[datetime | None]
    """first unclear call; until the sweep has looked late enough, a second copy may appear"""
    looks: Mapped[int] = mapped_column(default=0)
    """of the sweep since the last unclear call"""
    look_at: Mapped[datetime | None]
    """when the sweep looks next; None: nothing is doubtful"""
    __table_args__ = (
        Index("ix_outbox_state_not_before", "state", "not_before"),
        Index("ix_outbox_look_at", "look_at"),
    )


class ChannelLease(Base):
    """Who may send to a channel now; the fence grows with each holder."""

    __tablename__ = "channel_leases"
    channel: Mapped[str] = mapped_column(String(127), primary_key=True)
    holder: Mapped[str | None] = mapped_column(String(127))
    until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    last_post_at: Mapped[datetime | None]


class AuditRow(Base):
    """Who did what to what, when; rows are only ever added."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(127))
    action: Mapped[str] = mapped_column(String(63))
    object: Mapped[str] = mapped_column(String(255), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)


class UnmaskRequest(Base):
    """Somebody's wish to learn whose pseudonym it is, and who allowed it; never the id itself."""

    __tablename__ = "unmask_requests"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    team: Mapped[str] = mapped_column(String(63))
    pseudonym: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    case: Mapped[str] = mapped_column("case_id", String(127))
    requested_by: Mapped[str] = mapped_column(String(127))
    requested_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(String(127))
    approved_at: Mapped[datetime | None]


class Silence(Base):
    """Nobody is paged about what matches, for a reason and until a time; never over 30 days."""

    __tablename__ = "silences"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    team: Mapped[str] = mapped_column(String(63), index=True)
    match: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """detection, indicator, severity: exact or with *; what is absent matches everything"""
    reason: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(127))
    created_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    """set when it ended, by hand or by time, and the channel was told"""
    ended_by: Mapped[str | None] = mapped_column(String(127))


class KnownDetection(Base):
    """Since when the sweep has seen a detection: its days are expected from then on."""

    __tablename__ = "known_detections"
    detection: Mapped[str] = mapped_column(String(127), primary_key=True)
    first_seen_at: Mapped[datetime]
    """a new one is not missed for days before it existed"""
    gone_at: Mapped[datetime | None]


class CanaryBeat(Base):
    """One day's canary: whether its message was seen, and the watcher outside told."""

    __tablename__ = "canary_beats"
    day: Mapped[date] = mapped_column(primary_key=True)
    alert_key: Mapped[str | None] = mapped_column(String(64))
    seen_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    checked_at: Mapped[datetime]
    error: Mapped[str] = mapped_column(Text, default="")


class SeenRequest(Base):
    """A signed request from Slack that was taken; the same one again is a replay."""

    __tablename__ = "seen_requests"
    signature: Mapped[str] = mapped_column(String(128), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class Restore(Base):
    """The store was put back from a backup: until it has settled, messages may be there already."""

    __tablename__ = "restores"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime]
    since: Mapped[datetime]
    """when the backup was made: what was sent later is unknown here"""
    settles_at: Mapped[datetime] = mapped_column(index=True)
