"""Since which start of the machine a host is there, so that two of one name are told apart."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from blocks.hub.columns import chars

revision: Final = "0036"
down_revision: Final = "0035"


def upgrade() -> None:
    """Add the column; a host that entered itself earlier says it with its next sign of life."""
    op.add_column("host", sa.Column("boot", chars(64), nullable=False, server_default=""))
