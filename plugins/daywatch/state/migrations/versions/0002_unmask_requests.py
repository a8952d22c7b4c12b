"""Requests to unmask a pseudonym; the audit trail takes new rows only"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FAULT = "the audit trail is append-only"
SQLITE = """
CREATE TRIGGER audit_{what} BEFORE {what} ON audit
BEGIN SELECT RAISE(ABORT, '{fault}'); END
"""
POSTGRES = """
CREATE FUNCTION daywatch_audit_refuses() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION '{fault}'; END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION daywatch_audit_refuses()
"""


def upgrade() -> None:
    op.create_table(
        "unmask_requests",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("team", sa.String(length=63), nullable=False),
        sa.Column("pseudonym", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("case_id", sa.String(length=127), nullable=False),
        sa.Column("requested_by", sa.String(length=127), nullable=False),
        sa.Column("requested_at", sa.DateTime(), nullable=False),
        sa.Column("approved_by", sa.String(length=127), nullable=True),
        sa.Column("approved_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmask_requests")),
    )
    # Against mistakes, not against the database's owner, who can drop a trigger.
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES.format(fault=FAULT))
        return
    for what in ("UPDATE", "DELETE"):
        op.execute(SQLITE.format(what=what, fault=FAULT))
