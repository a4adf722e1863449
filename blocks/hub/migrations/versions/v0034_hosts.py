"""Which machines work on a hub, and where each keeps what the others have to see."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from blocks.hub.columns import UtcTime, chars

revision: Final = "0034"
down_revision: Final = "0033"


def upgrade() -> None:
    """Make the table; each host enters itself at its next start."""
    op.create_table(
        "host",
        sa.Column("name", chars(64), nullable=False),
        sa.Column("lake", chars(2_000), nullable=False),
        sa.Column("warehouse", chars(2_000), nullable=False),
        sa.Column("inbox", chars(2_000), nullable=False),
        sa.Column("release", chars(64), nullable=False),
        sa.Column("clock_ahead_s", sa.Float, nullable=False),
        sa.Column("joined_at", UtcTime, nullable=False),
        sa.Column("seen_at", UtcTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_host"),
    )
