"""Run the migrations in the transaction that `blocks.hub.schema` has opened."""

from __future__ import annotations

from alembic import context

from blocks.hub.models import metadata

# SQLite's DDL is transactional; Alembic assumes the contrary.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)

with context.begin_transaction():
    context.run_migrations()
