"""Cards of partners in a target's register, and how far each register was looked at."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0021"
down_revision: Final = "0020"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "target_card",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("company", sa.String(64), nullable=False),
        sa.Column("card_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("numbers", sa.String(255), nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "company", "card_id", name="pk_target_card"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_target_card_tenant"),
    )
    op.create_index(
        "ix_target_card_tenant_company_kind_name",
        "target_card",
        ["tenant", "company", "kind", "name"],
    )
    op.create_table(
        "target_register",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("company", sa.String(64), nullable=False),
        sa.Column("cursor", sa.String(64), nullable=False),
        sa.Column("swept_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "company", name="pk_target_register"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_target_register_tenant"),
    )
