"""Which controls are stricter for a tenant than for others."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0006"
down_revision: Final = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "tightened_control",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("control", sa.String(255), nullable=False),
        sa.Column("severity", sa.String(32), nullable=False),
        sa.Column("who", sa.String(255), nullable=False),
        sa.Column("reason", sa.String(2_000), nullable=False),
        sa.Column("set_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "control", name="pk_tightened_control"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_tightened_control_tenant"),
    )
