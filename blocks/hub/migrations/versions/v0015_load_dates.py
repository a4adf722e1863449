"""When the books of a load are of, and whether it only refreshes a year of another's."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0015"
down_revision: Final = "0014"


def upgrade() -> None:
    """Add the columns; of earlier loads nothing is noted."""
    dated = sa.Column("dated", sa.String(32), nullable=False, server_default="")
    refresh = sa.Column("is_refresh", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("load", dated)
    op.add_column("load", refresh)
