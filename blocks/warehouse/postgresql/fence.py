"""The fence in the database: the highest lease token that has acted on a unit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from blocks.warehouse.errors import StaleLease
from blocks.warehouse.postgresql.server import one
from ledger.fiscal_year import FiscalYear

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor


def raise_fence(db: Cursor, tenant: str, year: FiscalYear, token: int) -> None:
    """Let no lower token act on the unit once this transaction is committed.

    Raises:
        StaleLease: A higher token has acted on it already.
    """
    unit = {"tenant": tenant, "fiscal_year": year.key, "token": token}
    db.execute(
        "insert into fence values ($tenant, $fiscal_year, $token)"
        " on conflict (tenant, fiscal_year) do update set token = excluded.token"
        " where fence.token < excluded.token",
        unit,
    )
    highest = one(
        db, "select token from fence where tenant = $tenant and fiscal_year = $fiscal_year", unit
    )
    if token < highest:
        raise StaleLease(tenant=tenant, fiscal_year=year.key, token=token, highest=highest)


def highest_token(db: Cursor, tenant: str) -> int:
    """Return the highest token that has acted on a unit of the tenant; 0 when none has."""
    query = "select coalesce(max(token), 0) from fence where tenant = $tenant"
    return int(one(db, query, {"tenant": tenant}))


def renew_fence(db: Cursor, tenant: str, years: Iterable[FiscalYear], token: int) -> None:
    """Raise the fence of all of a tenant's years to a token, unless it is higher."""
    for year in years:
        db.execute(
            "insert into fence values ($tenant, $fiscal_year, $token)"
            " on conflict (tenant, fiscal_year)"
            " do update set token = greatest(fence.token, excluded.token)",
            {"tenant": tenant, "fiscal_year": year.key, "token": token},
        )
    db.execute(
        "update fence set token = $token where tenant = $tenant and token < $token",
        {"tenant": tenant, "token": token},
    )
