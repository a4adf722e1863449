"""What the source was asked beside a load, by its hash."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0003"
down_revision: Final = "0002"


def upgrade() -> None:
    """Add the column; loads before it were of sources that are asked for nothing."""
    column = sa.Column("evidence_sha256", sa.String(64), nullable=False, server_default="")
    op.add_column("load", column)
