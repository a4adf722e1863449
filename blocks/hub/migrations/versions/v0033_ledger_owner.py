"""Which system has a tenant's ledger from which year on: a row of its own."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from blocks.hub.columns import UtcTime, chars

revision: Final = "0033"
down_revision: Final = "0032"


def upgrade() -> None:
    """Make the table; a year that was published before gets its row with its next load."""
    op.create_table(
        "ledger_owner",
        sa.Column("tenant", chars(63), nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("system", chars(255), nullable=False),
        sa.Column("set_at", UtcTime, nullable=False),
        sa.Column("who", chars(255), nullable=False),
        sa.Column("reason", chars(2_000), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "first_day", name="pk_ledger_owner"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_ledger_owner_tenant"),
    )
