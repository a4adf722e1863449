"""Routes from one system to another: feeds, account tables, and what became of each thing."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0018"
down_revision: Final = "0017"


def upgrade() -> None:
    """Make the tables."""
    _make_routes()
    _make_feeds()
    _make_transfers()


def _make_routes() -> None:
    op.create_table(
        "route",
        *_of_a_route(),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("target", sa.String(64), nullable=False),
        sa.Column("settings", sa.Text, nullable=False),
        sa.Column("mode", sa.String(32), nullable=False),
        sa.Column("activated_at", sa.DateTime),
        sa.Column("activated_by", sa.String(255), nullable=False),
        sa.Column("detached_at", sa.DateTime),
        sa.Column("created_by", sa.String(255), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "source", "kind", name="pk_route"),
        _tenant("route"),
    )
    op.create_table(
        "route_mode",
        sa.Column("id", sa.Integer, nullable=False),
        *_of_a_route(),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("mode", sa.String(32), nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
        sa.Column("who", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_route_mode"),
        _tenant("route_mode"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_route_mode_tenant_source_kind_id", "route_mode", ["tenant", "source", "kind", "id"]
    )
    op.create_table(
        "route_account",
        *_of_a_route(),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("vat_rate", sa.String(64), nullable=False),
        sa.Column("target_account", sa.String(64), nullable=False),
        sa.Column("vat_status", sa.String(64), nullable=False),
        sa.Column("is_for_sales", sa.Boolean, nullable=False),
        sa.Column("is_for_purchases", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "source", "account", "vat_rate", name="pk_route_account"),
        _tenant("route_account"),
    )


def _make_feeds() -> None:
    op.create_table(
        "feed_cursor",
        *_of_a_route(),
        sa.Column("cursor", sa.String(1_024), nullable=False),
        sa.Column("read_at", sa.DateTime),
        sa.Column("problem", sa.String(2_000), nullable=False),
        sa.Column("problem_since", sa.DateTime),
        sa.PrimaryKeyConstraint("tenant", "source", name="pk_feed_cursor"),
        _tenant("feed_cursor"),
    )
    op.create_table(
        "feed_record",
        sa.Column("id", sa.Integer, nullable=False),
        *_of_a_route(),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("record_id", sa.String(255), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("problem", sa.String(2_000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed_record"),
        _tenant("feed_record"),
        sqlite_autoincrement=True,
    )
    unique = ["tenant", "source", "kind", "record_id", "revision"]
    op.create_index(f"ix_feed_record_{'_'.join(unique)}", "feed_record", unique, unique=True)
    by_subject = ["tenant", "source", "subject", "id"]
    op.create_index(f"ix_feed_record_{'_'.join(by_subject)}", "feed_record", by_subject)


def _make_transfers() -> None:
    op.create_table(
        "transfer",
        *_of_a_route(),
        sa.Column("item", sa.String(255), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("booked_by", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("code", sa.String(255), nullable=False),
        sa.Column("detail", sa.String(2_000), nullable=False),
        sa.Column("triggered_at", sa.DateTime),
        sa.Column("day", sa.Date),
        sa.Column("updated_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("tenant", "source", "item", name="pk_transfer"),
        _tenant("transfer"),
    )
    for names in (["tenant", "source", "state"], ["tenant", "source", "subject"]):
        op.create_index(f"ix_transfer_{'_'.join(names)}", "transfer", names)
    op.create_table(
        "transfer_log",
        sa.Column("id", sa.Integer, nullable=False),
        *_of_a_route(),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("item", sa.String(255), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("code", sa.String(255), nullable=False),
        sa.Column("text", sa.String(2_000), nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transfer_log"),
        _tenant("transfer_log"),
        sqlite_autoincrement=True,
    )
    names = ["tenant", "source", "subject", "id"]
    op.create_index(f"ix_transfer_log_{'_'.join(names)}", "transfer_log", names)


def _of_a_route() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("tenant", sa.String(63), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
    )


def _tenant(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name=f"fk_{table}_tenant")
