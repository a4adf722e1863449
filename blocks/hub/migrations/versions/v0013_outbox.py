"""The outbox: documents on their way to other systems, their log, and what was ever pushed."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0013"
down_revision: Final = "0012"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "outbox_item",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("tenant", sa.String(63), nullable=False),
        *(
            sa.Column(name, sa.String(length), nullable=False)
            for name, length in (
                ("target", 64),
                ("kind", 32),
                ("key", 64),
                ("source_id", 255),
                ("customer", 255),
            )
        ),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("document_digest", sa.String(64), nullable=False),
        sa.Column("phase", sa.String(32), nullable=False),
        sa.Column("target_id", sa.String(64), nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("claimed_until", sa.DateTime),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("updated_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_item"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_outbox_item_tenant"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_item_tenant_target_key",
        "outbox_item",
        ["tenant", "target", "key"],
        unique=True,
    )
    op.create_index(
        "ix_outbox_item_tenant_target_phase_id",
        "outbox_item",
        ["tenant", "target", "phase", "id"],
    )
    op.create_table(
        "outbox_event",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("item_id", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_event"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_outbox_event_tenant"),
        sa.ForeignKeyConstraint(["item_id"], ["outbox_item.id"], name="fk_outbox_event_item_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_event_item_id_id", "outbox_event", ["item_id", "id"])
    op.create_table(
        "pushed_key",
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("key_sha256", sa.String(64), nullable=False),
        sa.Column("target_id_sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("target", "key_sha256", name="pk_pushed_key"),
    )
    op.create_table(
        "push_mark",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String(2_000), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "target", name="pk_push_mark"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_push_mark_tenant"),
    )
