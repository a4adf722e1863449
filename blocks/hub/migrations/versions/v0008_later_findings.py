"""What a control says of a published year after that year was loaded."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0008"
down_revision: Final = "0007"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "later_finding",
        sa.Column("id", sa.Integer, nullable=False),
        _text("tenant", 63),
        _text("fiscal_year", 21),
        _text("load_id", 64),
        _text("asked_by_year", 21),
        _text("asked_by_load_id", 64),
        sa.Column("found_at", sa.DateTime, nullable=False),
        _text("control", 255),
        _text("severity", 32),
        _text("outcome", 32),
        _text("reason", 2_000),
        sa.Column("break_count", sa.Integer, nullable=False),
        sa.Column("closed_at", sa.DateTime),
        _text("closed_by_load_id", 64),
        sa.PrimaryKeyConstraint("id", name="pk_later_finding"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_later_finding_tenant"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_later_finding_tenant_fiscal_year", "later_finding", ["tenant", "fiscal_year"]
    )
    op.create_table(
        "later_break",
        _text("tenant", 63),
        sa.Column("finding_id", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        _text("control", 255),
        _text("kind", 32),
        _text("account_number", 255),
        _text("period", 7),
        sa.Column("voucher_key", sa.Text, nullable=False),
        _amount("expected"),
        _amount("actual"),
        _amount("difference"),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("finding_id", "position", name="pk_later_break"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_later_break_tenant"),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["later_finding.id"], name="fk_later_break_finding_id"
        ),
    )


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _amount(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(64))
