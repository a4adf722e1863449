"""Links by which a customer's administrator approves, and the clicks on them that are under way."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0025"
down_revision: Final = "0024"


def upgrade() -> None:
    """Make the tables; states of before were good for seven days and belong to no link."""
    op.drop_table("consent")
    op.create_table(
        "consent_link",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("system", sa.String(64), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        sa.Column("wants", sa.Text, nullable=False),
        sa.Column("made_by", sa.String(255), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.Column("revoked_by", sa.String(255), nullable=False),
        sa.Column("revoked_at", sa.DateTime),
        sa.Column("connected_at", sa.DateTime),
        sa.Column("taken_at", sa.DateTime),
        sa.Column("answer", sa.String(32), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_consent_link"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_consent_link_tenant"),
    )
    op.create_index("ix_consent_link_secret_hash", "consent_link", ["secret_hash"], unique=True)
    op.create_index(
        "ix_consent_link_tenant_system_made_at", "consent_link", ["tenant", "system", "made_at"]
    )
    op.create_table(
        "consent_click",
        sa.Column("state_hash", sa.String(64), nullable=False),
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
        sa.Column("browser_hash", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name="pk_consent_click"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_consent_click_tenant"),
        sa.ForeignKeyConstraint(["link"], ["consent_link.id"], name="fk_consent_click_link"),
    )
    op.create_index("ix_consent_click_link_made_at", "consent_click", ["link", "made_at"])
