"""Publishing a period in the database (`blocks.warehouse.periods`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from blocks.digest import TableDigest
from blocks.warehouse.periods import IN_PERIOD
from blocks.warehouse.postgresql.digests import digest_published
from blocks.warehouse.postgresql.server import one
from blocks.warehouse.postgresql.unit_rows import ServerRows
from blocks.warehouse.staged_rows import SMALL_TABLES, refuse_difference
from ledger.schemas import SMALL_KEYS, VOUCHER_TABLES


class ServerPeriodRows(ServerRows):
    """Moves a period's rows inside a transaction whose facts are bound.

    Small tables are added to by their keys: the whole year's word stands.
    """

    def is_changed(self) -> bool:
        """Return whether the period differs from what is published; after `bind`."""
        return bool(one(self._db, "select count(*) from touched")) or bool([*self._changed()])

    def remove(self) -> None:
        """Delete the rows of the period's vouchers that are there no more."""
        self._remove_vouchers()

    def insert(self) -> None:
        """Write vouchers that are new or changed, and rows of small tables that are not there."""
        self._insert_vouchers()
        for table in SMALL_TABLES:
            self._insert(table, where=self._is_new(table))

    def check(self) -> None:
        """Compare counts and sums of what is published of the period with what was staged.

        Raises:
            CountsDiffer: They are not the same, so the transaction must not be committed.
        """
        in_period = IN_PERIOD.replace("unit.facts", "unit_facts")
        expected, found = self._expected(), self._found(VOUCHER_TABLES, where=in_period)
        refuse_difference({name: expected[name] for name in VOUCHER_TABLES}, found)

    def tables(self) -> Mapping[str, TableDigest]:
        """Return what each table of the whole unit adds up to now."""
        return digest_published(self._db, self._staged.facts.unit).tables

    def _changed(self) -> Iterable[str]:
        return [table for table in self._bound() if self._adds(table)]

    def _bound(self) -> Iterable[str]:
        return [table for table in SMALL_TABLES if self._staged.tables[table].row_count]

    def _adds(self, table: str) -> bool:
        query = f"select exists (select 1 from staged_{table} as rows where {self._is_new(table)})"  # noqa: S608 - names of ours only
        return bool(one(self._db, query, self._unit))

    def _is_new(self, table: str) -> str:
        same = " and ".join(
            f"known.{key} is not distinct from rows.{key}" for key in SMALL_KEYS[table]
        )
        return (
            f"not exists (select 1 from {table} as known"  # noqa: S608 - names of ours only
            f" where known.tenant = $tenant and known.fiscal_year = $year and {same})"
        )
