"""Whose a year's ledger is: the system or format that alone may replace it unasked."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0012"
down_revision: Final = "0011"


def upgrade() -> None:
    """Add the column; so far a year's ledger was that of whatever was published last."""
    column = sa.Column("ledger_source", sa.String(255), nullable=False, server_default="")
    op.add_column("unit", column)
    op.execute("update unit set ledger_source = published_source")
