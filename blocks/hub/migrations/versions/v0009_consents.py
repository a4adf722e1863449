"""Consents under way: which state belongs to an address that was handed out."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0009"
down_revision: Final = "0008"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "consent",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("system", sa.String(64), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.Column("taken_at", sa.DateTime),
        sa.PrimaryKeyConstraint("tenant", "system", name="pk_consent"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_consent_tenant"),
    )
