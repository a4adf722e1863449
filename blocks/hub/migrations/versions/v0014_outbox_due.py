"""When a document of the outbox is due, in columns of their own: the next is found by an index."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0014"
down_revision: Final = "0013"

OLD_INDEX: Final = "ix_outbox_item_tenant_target_phase_id"
INDEXES: Final = (
    ("tenant", "target", "phase", "due_epoch", "id"),
    ("tenant", "target", "due_epoch", "due_s"),
    ("target", "phase", "tenant"),
)


def upgrade() -> None:
    """Add the columns; what waits on a clock of before is due at once."""
    op.add_column("outbox_item", sa.Column("due_s", sa.Float, nullable=False, server_default="0"))
    epoch = sa.Column("due_epoch", sa.String(64), nullable=False, server_default="")
    op.add_column("outbox_item", epoch)
    op.execute("update outbox_item set due_epoch = 'before' where phase = 'in_doubt'")
    op.drop_index(OLD_INDEX, "outbox_item")
    for columns in INDEXES:
        op.create_index(f"ix_outbox_item_{'_'.join(columns)}", "outbox_item", list(columns))
