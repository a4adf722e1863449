"""What the warehouse says of itself: loads, changes, verifications."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from blocks.digest import TableDigest
from ledger.fiscal_year import FiscalYear

Change = Literal["added", "changed", "removed"]

CHANGES: Final[tuple[Change, ...]] = ("added", "changed", "removed")

CHANGES_LISTED: Final = 1_000
"""Vouchers, and accounts, that a plan names; its counts are always of all."""


@dataclass(frozen=True)
class LoadRecord:
    """The publication that made a unit what it is now. `tables`: what each table adds up to."""

    tenant: str
    fiscal_year: FiscalYear
    load_number: int
    load_id: str
    run_id: str
    token: int
    published_at: dt.datetime
    digest: str
    source: str
    source_kind: str
    landed_sha256: str
    voucher_count: int
    posting_count: int
    vouchers_added: int
    vouchers_changed: int
    vouchers_removed: int
    tables: dict[str, TableDigest]


@dataclass(frozen=True)
class VoucherChange:
    """A voucher that a load adds, changes or removes; None on the side where it is not.

    Debits are the sum of the voucher's debits, in the unit's currency.
    """

    change: Change
    voucher_key: str
    voucher_series: str
    voucher_number: str
    date_before: dt.date | None
    date_after: dt.date | None
    debit_before: Decimal | None
    debit_after: Decimal | None


@dataclass(frozen=True)
class AccountChange:
    """An account whose opening balance or movement a load changes; debit positive."""

    account_number: str
    opening_before: Decimal
    opening_after: Decimal
    movement_before: Decimal
    movement_after: Decimal
    name: str = ""

    @property
    def difference(self) -> Decimal:
        """By how much the closing balance changes."""
        before = self.opening_before + self.movement_before
        return self.opening_after + self.movement_after - before


@dataclass(frozen=True)
class ChangePlan:
    """What publishing a staged unit would do.

    `vouchers` and `accounts` hold at most `CHANGES_LISTED`; the counts are of all.
    `first_load`: the unit is not published yet. `tables`: the small tables that differ. Of a load
    that is published already, what it did to accounts and small tables is not known any more: then
    `account_count` is None.
    """

    first_load: bool
    added: int
    changed: int
    removed: int
    tables: tuple[str, ...]
    vouchers: tuple[VoucherChange, ...]
    accounts: tuple[AccountChange, ...]
    account_count: int | None

    @property
    def is_empty(self) -> bool:
        """Whether everything is published already."""
        return not (self.first_load or self.added or self.changed or self.removed or self.tables)


@dataclass(frozen=True)
class Published:
    """What a publication did; `written` is False when everything was published already."""

    written: bool
    record: LoadRecord


@dataclass(frozen=True)
class MovedTable:
    """A table's rows: how many, and the SHA-256 of their values in order."""

    table: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class MovedBooks:
    """Whose books were moved, and under which names what was their file lies now."""

    tenant: str
    tables: tuple[MovedTable, ...]
    kept: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows were moved."""
        return sum(item.rows for item in self.tables)


@dataclass(frozen=True)
class Verification:
    """Whether published tables still add up to what was loaded.

    `tables`: those that do not. `vouchers`: keys whose rows do not fit their digest (at most
    `CHANGES_LISTED`).
    """

    record: LoadRecord
    digest: str
    tables: tuple[str, ...]
    vouchers: tuple[str, ...]

    @property
    def is_intact(self) -> bool:
        """Whether nothing was altered since the load."""
        return self.digest == self.record.digest and not self.vouchers
