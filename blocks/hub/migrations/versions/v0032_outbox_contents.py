"""The log of a document keeps the contents of it that were replaced, or came too late."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0032"
down_revision: Final = "0031"


def upgrade() -> None:
    """Add the content to a line of the log; what was replaced before is known by its digest."""
    op.add_column("outbox_event", sa.Column("content", sa.Text, nullable=False, server_default=""))
