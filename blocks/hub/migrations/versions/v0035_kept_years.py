"""Loads that bring an earlier one back, and the years that are kept as a person wants them."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from blocks.hub.columns import INTEGER, UtcTime, chars

revision: Final = "0035"
down_revision: Final = "0034"


def upgrade() -> None:
    """Add the columns and make the table; no earlier load brought another back."""
    for name, kind, default in (
        ("rollback_to", chars(64), ""),
        ("rollback_number", INTEGER, "0"),
        ("rollback_by", chars(255), ""),
        ("rollback_reason", chars(2_000), ""),
    ):
        op.add_column("load", sa.Column(name, kind, nullable=False, server_default=default))
    op.create_table(
        "kept_year",
        sa.Column("tenant", chars(63), nullable=False),
        sa.Column("fiscal_year", chars(21), nullable=False),
        sa.Column("load_id", chars(64), nullable=False),
        sa.Column("load_number", INTEGER, nullable=False),
        sa.Column("kept_at", UtcTime, nullable=False),
        sa.Column("who", chars(255), nullable=False),
        sa.Column("reason", chars(2_000), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "fiscal_year", name="pk_kept_year"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_kept_year_tenant"),
    )
