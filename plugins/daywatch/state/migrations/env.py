"""Alembic's entry: run migrations on the connection that `state.migrate` opened."""

from alembic import context

from daywatch.state.migrate import VERSION_TABLE
from daywatch.state.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    compare_type=True,
    render_as_batch=True,
)
context.run_migrations()
