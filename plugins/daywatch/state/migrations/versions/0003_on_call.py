"""What on-call does: acknowledgements, escalation, silences; threads, canary, known detections"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ALERTS: tuple[sa.Column[Any], ...] = (
    sa.Column("team", sa.String(length=63), nullable=False, server_default=""),
    sa.Column("route", sa.String(length=16), nullable=False, server_default="page"),
    sa.Column("summary_key", sa.String(length=64), nullable=True),
    sa.Column("acknowledged_by", sa.String(length=127), nullable=True),
    sa.Column("acknowledged_at", sa.DateTime(), nullable=True),
    sa.Column("assignee", sa.String(length=127), nullable=True),
    sa.Column("snoozed_by", sa.String(length=127), nullable=True),
    sa.Column("snoozed_until", sa.DateTime(), nullable=True),
    sa.Column("snoozed_until_falls", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("resolution", sa.String(length=32), nullable=True),
    sa.Column("resolution_note", sa.Text(), nullable=False, server_default=""),
    sa.Column("resolved_by", sa.String(length=127), nullable=True),
    sa.Column("resolved_at", sa.DateTime(), nullable=True),
    sa.Column("resolved_through", sa.Date(), nullable=True),
    sa.Column("rungs", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("climbs_at", sa.DateTime(), nullable=True),
)
OUTBOX: tuple[sa.Column[Any], ...] = (
    sa.Column("thread_key", sa.String(length=64), nullable=True),
    sa.Column("team", sa.String(length=63), nullable=False, server_default=""),
    sa.Column("priority", sa.Integer(), nullable=False, server_default="1"),
    sa.Column("file_id", sa.String(length=32), nullable=True),
    sa.Column("pictures", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("doubtful_since", sa.DateTime(), nullable=True),
    sa.Column("looks", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("look_at", sa.DateTime(), nullable=True),
)
INDEXES = (
    ("alerts", "summary_key"),
    ("alerts", "team", "opened_at"),
    ("alerts", "team", "route"),
    ("audit", "object"),
    ("alerts", "state", "climbs_at"),
    ("outbox", "thread_key"),
    ("outbox", "look_at"),
)
TEAM_OF_DETECTION = """
UPDATE alerts SET team = substr(detection, 1, {position} - 1) WHERE detection LIKE '%.%'
"""
POSITION = {"sqlite": "instr(detection, '.')", "postgresql": "strpos(detection, '.')"}


def upgrade() -> None:
    for table, columns in (("alerts", ALERTS), ("outbox", OUTBOX)):
        for column in columns:
            op.add_column(table, column)
    for table, *names in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(names)}"), table, names)
    position = POSITION[op.get_bind().dialect.name]
    op.execute(TEAM_OF_DETECTION.format(position=position))
    op.execute(
        "UPDATE outbox SET team = coalesce("
        "(SELECT team FROM alerts WHERE alerts.key = outbox.alert_key), '')"
    )
    op.execute("UPDATE outbox SET thread_key = alert_key WHERE kind = 'reply'")
    op.execute("UPDATE outbox SET priority = 0 WHERE kind = 'post'")
    _tables()


def _tables() -> None:
    op.create_table(
        "silences",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("team", sa.String(length=63), nullable=False),
        sa.Column("match", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=127), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("starts_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=127), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    op.create_index(op.f("ix_silences_team"), "silences", ["team"])
    op.create_index(op.f("ix_silences_expires_at"), "silences", ["expires_at"])
    op.create_table(
        "known_detections",
        sa.Column("detection", sa.String(length=127), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(), nullable=False),
        sa.Column("gone_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("detection", name=op.f("pk_known_detections")),
    )
    op.create_table(
        "canary_beats",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("alert_key", sa.String(length=64), nullable=True),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(), nullable=True),
        sa.Column("checked_at", sa.DateTime(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_canary_beats")),
    )
    op.create_table(
        "seen_requests",
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("signature", name=op.f("pk_seen_requests")),
    )
    op.create_index(op.f("ix_seen_requests_at"), "seen_requests", ["at"])
    op.create_table(
        "restores",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("settles_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restores")),
    )
    op.create_index(op.f("ix_restores_settles_at"), "restores", ["settles_at"])
