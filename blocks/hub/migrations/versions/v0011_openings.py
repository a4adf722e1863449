"""The opening of a tenant: its form, approvals, accounts given, and the customer's statements.

A tenant of an earlier release has no row: no gate holds it, and one that was approved stays live.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0011"
down_revision: Final = "0010"


def upgrade() -> None:
    """Make the tables."""
    _make(
        "onboarding",
        (),
        sa.Column("is_trial", sa.Boolean, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("delivered_at", sa.DateTime),
        sa.Column("filed_at", sa.DateTime),
        sa.Column("filed_by", sa.String(255), nullable=False),
    )
    _make(
        "approval",
        (sa.Column("fiscal_year", sa.String(21), nullable=False),),
        sa.Column("approved_by", sa.String(255), nullable=False),
        sa.Column("approved_at", sa.DateTime, nullable=False),
        sa.Column("note", sa.String(2_000), nullable=False),
        sa.Column("figures", sa.String(2_000), nullable=False),
    )
    _make(
        "chart_account",
        (sa.Column("account_number", sa.String(64), nullable=False),),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("account_type", sa.String(32), nullable=False),
    )
    _make(
        "customer_statement",
        (
            sa.Column("fiscal_year", sa.String(21), nullable=False),
            sa.Column("kind", sa.String(32), nullable=False),
        ),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("answers", sa.Text, nullable=False),
        sa.Column("is_from_source", sa.Boolean, nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("differing", sa.String(2_000), nullable=False),
        sa.Column("digest", sa.String(255), nullable=False),
        sa.Column("who", sa.String(255), nullable=False),
        sa.Column("added_at", sa.DateTime, nullable=False),
        sa.Column("compared_at", sa.DateTime),
    )


def _make(name: str, keys: tuple[sa.Column[Any], ...], *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("tenant", sa.String(63), nullable=False),
        *keys,
        *columns,
        sa.PrimaryKeyConstraint("tenant", *(key.name for key in keys), name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name=f"fk_{name}_tenant"),
    )
