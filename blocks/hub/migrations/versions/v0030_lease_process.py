"""Which process holds a lease, and for how long it was given: who is gone blocks nobody."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0030"
down_revision: Final = "0029"


def upgrade() -> None:
    """Add the columns; of leases given before neither is known, and they run out by the clock."""
    op.add_column("lease", sa.Column("process", sa.String(255), nullable=False, server_default=""))
    op.add_column("lease", sa.Column("ttl_s", sa.Float, nullable=False, server_default="0"))
