"""What a pushed document waits for, how it came, and up to where each kind was looked at."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0020"
down_revision: Final = "0019"

OLD_INDEXES: Final[tuple[tuple[str, ...], ...]] = (
    ("tenant", "target", "phase", "due_epoch", "id"),
    ("target", "phase", "tenant"),
)
INDEXES: Final[tuple[tuple[str, ...], ...]] = (
    ("tenant", "target", "phase", "due_epoch", "waits", "id"),
    ("target", "phase", "waits", "tenant"),
    ("company", "phase"),
)
SOURCE: Final = ("tenant", "target", "kind", "source_id")


def upgrade() -> None:
    """Add tables and columns; marks of before are of sales invoices, the only kind there was."""
    op.add_column("outbox_item", sa.Column("waits", sa.Integer, nullable=False, server_default="0"))
    for name in ("company", "route", "trigger"):
        column = sa.Column(name, sa.String(255), nullable=False, server_default="")
        op.add_column("outbox_item", column)
    open_ = "phase in ('sending', 'in_doubt')"
    op.execute(f"update outbox_item set company = tenant || '/' || target where {open_}")  # noqa: S608 - fixed words
    for columns in OLD_INDEXES:
        op.drop_index(_index(columns), "outbox_item")
    for columns in INDEXES:
        op.create_index(_index(columns), "outbox_item", list(columns))
    op.create_index(_index(SOURCE), "outbox_item", list(SOURCE), unique=True)
    _make_waits()
    _make_looks()


def _make_waits() -> None:
    op.create_table(
        "outbox_wait",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("item_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("source_id", sa.String(255), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("is_met", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("item_id", "kind", "source_id", name="pk_outbox_wait"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_outbox_wait_tenant"),
        sa.ForeignKeyConstraint(["item_id"], ["outbox_item.id"], name="fk_outbox_wait_item_id"),
    )
    op.create_index(f"ix_outbox_wait_{'_'.join(SOURCE)}", "outbox_wait", list(SOURCE))


def _make_looks() -> None:
    op.create_table(
        "push_look",
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "target", "kind", name="pk_push_look"),
        sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name="fk_push_look_tenant"),
    )
    op.execute(
        "insert into push_look (tenant, target, kind, mark) "
        "select tenant, target, 'sales_invoice', mark from push_mark where mark <> ''"
    )
    op.drop_column("push_mark", "mark")


def _index(columns: tuple[str, ...]) -> str:
    return f"ix_outbox_item_{'_'.join(columns)}"
