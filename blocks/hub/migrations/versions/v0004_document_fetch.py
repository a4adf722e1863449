"""How the documents of each unit stand."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0004"
down_revision: Final = "0003"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "document_fetch",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("fiscal_year", sa.String(21), nullable=False),
        sa.Column("fetched_at", sa.DateTime),
        sa.Column("document_count", sa.Integer, nullable=False),
        sa.Column("without_voucher", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(2_000), nullable=False),
        sa.Column("updated_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "fiscal_year", name="pk_document_fetch"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_document_fetch_tenant"),
    )
