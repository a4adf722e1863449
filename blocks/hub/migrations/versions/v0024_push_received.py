"""What was ever taken into the outbox, and its sums: what deliveries are held against."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0024"
down_revision: Final = "0023"


def upgrade() -> None:
    """Add table and column; of documents of before the sums are unknown, and they count."""
    op.add_column("outbox_item", sa.Column("sums", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "outbox_received",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("route", sa.String(255), nullable=False),
        sa.Column("trigger", sa.String(255), nullable=False),
        sa.Column("sums", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_received"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_outbox_received_tenant"),
        sqlite_autoincrement=True,
    )
    for columns in (("tenant", "target", "key", "id"), ("tenant", "target", "at")):
        op.create_index(f"ix_outbox_received_{'_'.join(columns)}", "outbox_received", list(columns))
    op.execute(
        "insert into outbox_received (tenant, target, key, route, trigger, sums, at) "
        "select tenant, target, key, route, trigger, '', created_at from outbox_item"
    )
