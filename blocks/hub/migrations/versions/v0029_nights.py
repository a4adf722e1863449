"""What each night came to, by tenant and system."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0029"
down_revision: Final = "0028"


def upgrade() -> None:
    """Add the tables; of nights before there is nothing to say."""
    op.create_table(
        "night_zone",
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("night", sa.Date, nullable=False),
        sa.Column("begun_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("zone", "night", name="pk_night_zone"),
    )
    op.create_table(
        "night_tenant",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("system", sa.String(64), nullable=False),
        sa.Column("night", sa.Date, nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("shard", sa.Integer, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(2_000), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("deaths", sa.Integer, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("took_s", sa.Float, nullable=False),
        sa.Column("held_since", sa.DateTime),
        sa.Column("updated_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "system", "night", name="pk_night_tenant"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_night_tenant_tenant"),
    )
    op.create_index("ix_night_tenant_night_zone_shard", "night_tenant", ["night", "zone", "shard"])
    op.create_index("ix_night_tenant_run_id", "night_tenant", ["run_id"])
    op.create_table(
        "night_outage",
        sa.Column("system", sa.String(64), nullable=False),
        sa.Column("night", sa.Date, nullable=False),
        sa.Column("began_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("system", "night", name="pk_night_outage"),
    )
