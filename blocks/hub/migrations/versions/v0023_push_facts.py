"""What was found out of a target, its customers' numbers there, and files of documents."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0023"
down_revision: Final = "0022"


def upgrade() -> None:
    """Make the tables; what is queued has no files."""
    files = sa.Column("files", sa.Text, nullable=False, server_default="[]")
    op.add_column("outbox_item", files)
    columns = ["tenant", "target", "customer", "id"]
    op.create_index(f"ix_outbox_item_{'_'.join(columns)}", "outbox_item", columns)
    op.create_table(
        "push_fact",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "target", "name", name="pk_push_fact"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_push_fact_tenant"),
    )
    op.create_table(
        "push_customer",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("customer", sa.String(255), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("learned_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "target", "customer", name="pk_push_customer"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_push_customer_tenant"),
    )
