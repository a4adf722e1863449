"""What each load was judged by, so that "unchanged" can mean that all of it is the same."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0007"
down_revision: Final = "0006"


def upgrade() -> None:
    """Add the columns; earlier loads name no catalogue, and are asked again when they come next."""
    for name, length in (("organisation_number", 255), ("asked_sha256", 64), ("passed_by", 64)):
        op.add_column("load", sa.Column(name, sa.String(length), nullable=False, server_default=""))
    op.add_column("load", sa.Column("error_count", sa.Integer, nullable=False, server_default="0"))
