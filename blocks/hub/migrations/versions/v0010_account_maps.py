"""Account maps: which scheme of statements a tenant has, and its own places of accounts."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0010"
down_revision: Final = "0009"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "statement_scheme",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("chart", sa.String(32), nullable=False),
        sa.Column("who", sa.String(255), nullable=False),
        sa.Column("set_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("tenant", name="pk_statement_scheme"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_statement_scheme_tenant"),
    )
    op.create_table(
        "account_place",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("accounts", sa.String(41), nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("statement", sa.String(32), nullable=False),
        sa.Column("line", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "accounts", "valid_from", name="pk_account_place"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_account_place_tenant"),
    )
