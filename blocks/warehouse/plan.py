"""What publishing a staged unit would change, per voucher and account; writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from duckdb import DuckDBPyConnection

from blocks.settings import SQL
from blocks.staging import StagedUnit
from blocks.warehouse.evidence import touched_counts
from blocks.warehouse.loads import current_load
from blocks.warehouse.records import CHANGES_LISTED, AccountChange, ChangePlan, VoucherChange
from blocks.warehouse.rows import differing_tables

T = TypeVar("T")


def plan_changes(db: DuckDBPyConnection, staged: StagedUnit) -> ChangePlan:
    """Compare the two sides of a workbench.

    A unit's first load names no vouchers: every one of them is new.
    """
    before = current_load(db, staged.facts.fiscal_year)
    db.execute(_sql("touched"))
    accounts = _rows(db, _sql("account_change"), AccountChange)
    listed = f"{_sql('change_list')} order by change, voucher_key limit {CHANGES_LISTED}"
    return ChangePlan(
        first_load=before is None,
        **touched_counts(db),
        tables=differing_tables(staged, before),
        vouchers=tuple(_rows(db, listed, VoucherChange)) if before else (),
        accounts=tuple(accounts[:CHANGES_LISTED]),
        account_count=len(accounts),
    )


def _rows(db: DuckDBPyConnection, query: str, make: Callable[..., T]) -> list[T]:
    cursor = db.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return [make(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _sql(name: str) -> str:
    return (SQL / "publish" / f"{name}.sql").read_text(encoding="utf-8")
