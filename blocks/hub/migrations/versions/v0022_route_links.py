"""Links between cards of two registers, which a route keeps alike."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0022"
down_revision: Final = "0021"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "route_link",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("target_id", sa.String(64), nullable=False),
        sa.Column("source_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("remembered", sa.Text, nullable=False),
        sa.Column("note", sa.String(2_000), nullable=False),
        sa.Column("changed_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "source", "kind", "target_id", name="pk_route_link"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_route_link_tenant_tenant"),
    )
    op.create_index(
        "ix_route_link_tenant_source_kind_source_id",
        "route_link",
        ["tenant", "source", "kind", "source_id"],
    )
