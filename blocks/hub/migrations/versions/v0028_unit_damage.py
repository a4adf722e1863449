"""What was found wrong with a year's published rows, until it is put right."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0028"
down_revision: Final = "0027"


def upgrade() -> None:
    """Add the column; nothing is known to be damaged."""
    op.add_column("unit", sa.Column("damage", sa.String(2_000), nullable=False, server_default=""))
