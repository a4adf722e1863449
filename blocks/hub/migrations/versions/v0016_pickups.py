"""Pickups from SFTP servers: what was agreed with whom, and which files were taken from there."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0016"
down_revision: Final = "0015"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "pickup",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("block", sa.String(255), nullable=False),
        sa.Column("folder", sa.String(1_024), nullable=False),
        sa.Column("file_pattern", sa.String(255), nullable=False),
        sa.Column("done_suffix", sa.String(32), nullable=False),
        sa.Column("poll_minutes", sa.Integer, nullable=False),
        sa.Column("agreed_by", sa.String(255), nullable=False),
        sa.Column("agreed_at", sa.DateTime, nullable=False),
        sa.Column("due_at", sa.DateTime, nullable=False),
        sa.Column("polled_at", sa.DateTime),
        sa.Column("last_file_at", sa.DateTime),
        sa.Column("problem", sa.String(2_000), nullable=False),
        sa.Column("problem_since", sa.DateTime),
        sa.PrimaryKeyConstraint("tenant", name="pk_pickup"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_pickup_tenant"),
    )
    op.create_table(
        "pickup_file",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("modified_s", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(2_000), nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
        sa.Column("move_attempts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", name="pk_pickup_file"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_pickup_file_tenant"),
    )
