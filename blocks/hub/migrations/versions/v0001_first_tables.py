"""The first tables: tenants, years, units, loads and what controls found, leases, events.

Written out, not taken from the models: those move on, a released migration does not.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0001"
down_revision: Final = None


def upgrade() -> None:
    """Make the tables in the order of their references."""
    _tenants()
    _units()
    _loads()
    _findings()
    _acceptances()
    _files()
    _leases()
    _events()


def _text(name: str, length: int = 255) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime, nullable=nullable)


def _amounts() -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(64)) for name in ("expected", "actual", "difference")]


def _table(name: str, *parts: Any, key: tuple[str, ...], of_tenant: bool = True) -> None:
    references = [sa.ForeignKeyConstraint(["tenant"], ["tenant.id"], name=f"fk_{name}_tenant")]
    counted = key == ("id",) and name != "tenant"
    op.create_table(
        name,
        *parts,
        *(references if of_tenant else ()),
        sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"),
        sqlite_autoincrement=counted,
    )


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, columns)


def _of_load(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["load_id"], ["load.load_id"], name=f"fk_{table}_load_id")


def _tenants() -> None:
    _table(
        "tenant",
        _text("id", 63),
        _text("name"),
        _text("organisation_number", 20),
        _text("country", 2),
        _text("currency", 3),
        _text("time_zone", 64),
        sa.Column("years_from_source", sa.Boolean, nullable=False),
        sa.Column("has_schedule", sa.Boolean, nullable=False),
        _time("created_at"),
        key=("id",),
        of_tenant=False,
    )
    _table(
        "fiscal_year",
        _text("tenant", 63),
        sa.Column("start_date", sa.Date, nullable=False),
        sa.Column("end_date", sa.Date, nullable=False),
        sa.Column("locked_until", sa.Date),
        _time("retired_at", nullable=True),
        _time("defined_at"),
        sa.Column("is_from_source", sa.Boolean, nullable=False),
        key=("tenant", "start_date", "end_date"),
    )


def _units() -> None:
    _table(
        "unit",
        _text("tenant", 63),
        _text("fiscal_year", 21),
        _text("status", 32),
        _text("reason", 2_000),
        _text("source"),
        _text("load_id", 64),
        _text("digest"),
        _text("run_id", 64),
        _time("updated_at"),
        _count("lease_token"),
        _time("last_published_at", nullable=True),
        _text("published_load_id", 64),
        _text("published_digest"),
        _text("published_source"),
        _count("voucher_count"),
        _count("posting_count"),
        key=("tenant", "fiscal_year"),
    )
    _index("unit", "run_id")


def _loads() -> None:
    _table(
        "load",
        _text("load_id", 64),
        _text("tenant", 63),
        _text("fiscal_year", 21),
        _text("source"),
        _text("source_kind", 20),
        _text("landed_sha256", 64),
        _text("stage_folder", 4_096),
        _text("digest"),
        _text("status", 32),
        _text("run_id", 64),
        _time("created_at"),
        key=("load_id",),
    )
    _index("load", "tenant", "fiscal_year", "created_at")


def _findings() -> None:
    _table(
        "control_result",
        _text("tenant", 63),
        _text("load_id", 64),
        _count("position"),
        _text("control"),
        _text("severity", 32),
        _text("outcome", 32),
        _text("reason", 2_000),
        _count("break_count"),
        _text("set_fingerprint", 64),
        _of_load("control_result"),
        key=("load_id", "position"),
    )
    _table(
        "control_break",
        _text("tenant", 63),
        _text("load_id", 64),
        _count("result_position"),
        _count("position"),
        _text("control"),
        _text("kind", 32),
        _text("account_number"),
        _text("period", 7),
        sa.Column("voucher_key", sa.Text, nullable=False),
        *_amounts(),
        sa.Column("detail", sa.Text, nullable=False),
        _of_load("control_break"),
        key=("load_id", "result_position", "position"),
    )


def _acceptances() -> None:
    _table(
        "acceptance",
        _count("id"),
        _text("tenant", 63),
        _text("fiscal_year", 21),
        _text("control"),
        _text("fingerprint", 64),
        _count("occurrences"),
        *_amounts(),
        _text("reason", 2_000),
        _text("accepted_by"),
        _time("accepted_at"),
        _time("expires_at", nullable=True),
        _text("load_id", 64),
        key=("id",),
    )
    _index("acceptance", "tenant", "fiscal_year")


def _files() -> None:
    _table(
        "file_seen",
        _count("id"),
        _text("tenant", 63),
        _text("sha256", 64),
        _text("file_name"),
        _count("size_bytes"),
        _time("seen_at"),
        _text("outcome", 32),
        _text("reason", 2_000),
        _text("load_id", 64),
        _text("who"),
        key=("id",),
    )
    _index("file_seen", "tenant", "sha256")


def _leases() -> None:
    _table(
        "lease",
        _text("resource"),
        _text("tenant", 63),
        _text("holder"),
        _count("token"),
        _text("run_id", 64),
        _time("acquired_at"),
        _time("expires_at"),
        key=("resource",),
        of_tenant=False,
    )
    _index("lease", "run_id")
    _table("counter", _text("name"), _count("value"), key=("name",), of_tenant=False)
    op.execute("insert into counter (name, value) values ('lease_token', 0)")


def _events() -> None:
    _table(
        "event",
        _count("id"),
        _time("at"),
        _text("tenant", 63),
        _text("fiscal_year", 21),
        _text("kind", 32),
        _text("message", 2_000),
        _text("run_id", 64),
        _text("load_id", 64),
        key=("id",),
        of_tenant=False,
    )
    _index("event", "tenant", "at")
    _index("event", "at")
