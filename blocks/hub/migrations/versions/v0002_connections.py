"""Connections to vendors' systems, without their secrets."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "connection",
        _text("tenant", 63),
        _text("system", 64),
        _text("method", 32),
        _text("source_tenant_id", 64),
        _text("status", 32),
        _text("reason", 2_000),
        _text("scopes", 2_000),
        sa.Column("credential_revision", sa.Integer, nullable=False),
        _time("refresh_intent_at"),
        _time("refreshed_at"),
        _time("checked_at"),
        sa.Column("recent_calls", sa.Text, nullable=False),
        _time("created_at", nullable=False),
        sa.PrimaryKeyConstraint("tenant", "system", name="pk_connection"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_connection_tenant"),
    )
    op.create_index("ix_connection_system_tenant", "connection", ["system", "tenant"])


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _time(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime, nullable=nullable)
