"""People of the portal: users, whose tenants, invitations, sessions, and what each did."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0026"
down_revision: Final = "0025"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "portal_user",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("password_set_at", sa.DateTime),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_portal_user"),
        sa.UniqueConstraint("email", name="uq_portal_user_email"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "portal_membership",
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "tenant", name="pk_portal_membership"),
        _user("portal_membership"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_portal_membership_tenant"),
    )
    op.create_index("ix_portal_membership_tenant", "portal_membership", ["tenant"])
    _make_tokens("portal_invitation", sa.Column("created_by", sa.String(255), nullable=False))
    _make_tokens("portal_session")
    op.create_table(
        "portal_audit",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("who", sa.String(255), nullable=False),
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer),
        sa.Column("detail", sa.String(2_000), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_portal_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_portal_audit_tenant_id", "portal_audit", ["tenant", "id"])


def _make_tokens(table: str, *columns: sa.Column[str]) -> None:
    last = "seen_at" if table == "portal_session" else "expires_at"
    op.create_table(
        table,
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer, nullable=False),
        *columns,
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column(last, sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=f"pk_{table}"),
        _user(table),
    )
    op.create_index(f"ix_{table}_user_id", table, ["user_id"])


def _user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["portal_user.id"], name=f"fk_{table}_user_id")
