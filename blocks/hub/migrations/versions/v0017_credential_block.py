"""Which Prefect block holds a connection's credential, where a person made it."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0017"
down_revision: Final = "0016"


def upgrade() -> None:
    """Add the column; connections of before have none."""
    column = sa.Column("credential_block", sa.String(255), nullable=False, server_default="")
    op.add_column("connection", column)
