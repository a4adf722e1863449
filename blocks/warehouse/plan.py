"""What publishing a staged unit would change, per voucher and account; writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from duckdb import DuckDBPyConnection

from blocks.staging import StagedUnit
from blocks.warehouse.asked import Asked
from blocks.warehouse.evidence import find_touched, publish_sql, touched_counts
from blocks.warehouse.loads import current_load
from blocks.warehouse.periods import added_tables
from blocks.warehouse.records import (
    CHANGES_LISTED,
    AccountChange,
    ChangePlan,
    LoadRecord,
    VoucherChange,
)
from blocks.warehouse.staged_rows import differing_tables
from blocks.warehouse.workbench import bind_staged

T = TypeVar("T")

COMPARED: Final = ("voucher", "voucher_digest", "posting", "opening_balance", "ledger_account")
"""Staged tables that a plan is made of; that of accounts only names them."""

NOTHING_CHANGES: Final = ChangePlan(
    first_load=False,
    added=0,
    changed=0,
    removed=0,
    tables=(),
    vouchers=(),
    accounts=(),
    account_count=0,
)


def plan_changes(db: DuckDBPyConnection, staged: StagedUnit) -> ChangePlan:
    """Compare a staged unit with what is attached as ``published``.

    A unit's first load names no vouchers: every one of them is new.
    """
    before = current_load(db, staged.facts.fiscal_year)
    is_whole = staged.facts.coverage.is_whole_year
    if before is not None and is_whole and before.digest == staged.digest:
        return NOTHING_CHANGES
    bind_staged(db, staged, tables=COMPARED)
    find_touched(db)
    accounts = _rows(db, publish_sql("account_change"), AccountChange)
    listed = f"{publish_sql('change_list')} order by change, voucher_key limit {CHANGES_LISTED}"
    return ChangePlan(
        first_load=before is None,
        **touched_counts(db),
        tables=differing_tables(staged, before) if is_whole else added_tables(db, staged),
        vouchers=tuple(_rows(db, listed, VoucherChange)) if before else (),
        accounts=tuple(accounts[:CHANGES_LISTED]),
        account_count=len(accounts),
    )


def changes_of_load(db: Asked, record: LoadRecord) -> ChangePlan:
    """Return what a published load did, as far as its change list tells."""
    query = f"{publish_sql('changes_of_load')} limit {CHANGES_LISTED}"
    listed = _rows(db, query, VoucherChange, load_id=record.load_id)
    return ChangePlan(
        first_load=record.load_number == 1,
        added=record.vouchers_added,
        changed=record.vouchers_changed,
        removed=record.vouchers_removed,
        tables=(),
        vouchers=tuple(listed),
        accounts=(),
        account_count=None,
    )


def _rows(db: Asked, query: str, make: Callable[..., T], **parameters: object) -> list[T]:
    cursor = db.execute(query, parameters)
    names = [column[0] for column in cursor.description or ()]
    return [make(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
