"""What each process may call in the next second, where a vendor counts the calls of all."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0027"
down_revision: Final = "0026"


def upgrade() -> None:
    """Add the table; nobody has a share."""
    op.create_table(
        "rate_share",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("scope", sa.String(255), nullable=False),
        sa.Column("holder", sa.String(255), nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("until", sa.DateTime, nullable=False),
        sa.Column("waits_since", sa.DateTime),
        sa.PrimaryKeyConstraint("id", name="pk_rate_share"),
    )
    op.create_index("ix_rate_share_scope_holder", "rate_share", ["scope", "holder"])
