"""The rows of a staged unit on their way into what is published, whatever the engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from blocks.digest import TableDigest
from blocks.staging import StagedUnit
from blocks.warehouse.errors import CountsDiffer
from blocks.warehouse.records import LoadRecord
from ledger.schemas import CANONICAL, VOUCHER_TABLES

SMALL_TABLES: Final = tuple(name for name in CANONICAL if name not in VOUCHER_TABLES)
"""Tables that are replaced as a whole when they differ."""


def differing_tables(staged: StagedUnit, before: LoadRecord | None) -> tuple[str, ...]:
    """Return the small tables whose rows are not those that are published."""
    published = before.tables if before else {}
    return tuple(name for name in SMALL_TABLES if published.get(name) != staged.tables[name])


class StagedRows(ABC):
    """Keeps what is replaced, takes it out, puts in what is staged, and compares, in that order."""

    def __init__(self, staged: StagedUnit, before: LoadRecord | None) -> None:
        self._staged = staged
        self._before = before
        self._tables = differing_tables(staged, before)

    def keep(self) -> None:
        """Keep what is about to be replaced (`blocks.warehouse.history`)."""
        if self._before is not None:
            self._keep_vouchers()
            self._keep_tables(self._changed())

    def remove(self) -> None:
        """Delete the rows of vouchers that changed or are gone, and small tables that differ."""
        if self._before is None:
            return
        self._remove_vouchers()
        for table in self._tables:
            self._delete(table, "true")

    def insert(self) -> None:
        """Insert vouchers that are new or changed, and small tables that differ."""
        self._insert_vouchers()
        for table in self._tables:
            self._insert(table)

    def check(self) -> None:
        """Compare counts and sums of every table with what was staged.

        Raises:
            CountsDiffer: They are not the same, so the transaction must not be committed.
        """
        refuse_difference(self._expected(), self._found(CANONICAL))

    def tables(self) -> Mapping[str, TableDigest]:
        """Return what each table of the unit adds up to, once `check` has passed."""
        return self._staged.tables

    def _changed(self) -> Iterable[str]:
        """Return the small tables that the load changes."""
        return self._tables

    def _expected(self) -> dict[str, tuple[int, Decimal]]:
        """Return count and sum of each staged table; a voucher's sum is that of the digests."""
        expected = {
            table: (digest.row_count, digest.amount_sum)
            for table, digest in self._staged.tables.items()
        }
        expected["voucher"] = (expected["voucher"][0], self._digest_sum())
        return expected

    @abstractmethod
    def _keep_vouchers(self) -> None: ...

    @abstractmethod
    def _keep_tables(self, tables: Iterable[str]) -> None: ...

    @abstractmethod
    def _remove_vouchers(self) -> None: ...

    @abstractmethod
    def _insert_vouchers(self) -> None: ...

    @abstractmethod
    def _delete(self, table: str, condition: str) -> None: ...

    @abstractmethod
    def _insert(self, table: str) -> None: ...

    @abstractmethod
    def _digest_sum(self) -> Decimal: ...

    @abstractmethod
    def _found(self, tables: Iterable[str]) -> dict[str, object]:
        """Return count and sum of each published table, as `_expected` has them."""


def checked_sum(table: str) -> str:
    """Return the expression of which a table's sum is compared with what was staged."""
    if table == "voucher":
        return "coalesce(sum(digest), 0)"
    return "coalesce(sum(amount), 0)" if "amount" in CANONICAL[table].names else "0"


def refuse_difference(staged: Mapping[str, object], published: Mapping[str, object]) -> None:
    """Raise `CountsDiffer` for the first table that is not as it was staged."""
    for table, expected in staged.items():
        if published[table] != expected:
            raise CountsDiffer(table=table, staged=expected, published=published[table])
