"""The rows of a unit in the tenant's file: out with those that changed, in with the new ones."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.digest import TableDigest
from blocks.duck import quoted
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


class UnitRows:
    """Moves a staged unit's rows inside a transaction in which `touched.sql` has been run."""

    def __init__(
        self, db: DuckDBPyConnection, staged: StagedUnit, *, load_id: str, before: LoadRecord | None
    ) -> None:
        self._db = db
        self._staged = staged
        self._load_id = load_id
        self._before = before
        self._tables = differing_tables(staged, before)

    def remove(self) -> None:
        """Delete vouchers that changed or are gone, and small tables that differ."""
        if self._before is None:
            return
        for table in VOUCHER_TABLES:
            self._delete(table, "voucher_key in (select voucher_key from touched)")
        for table in self._tables:
            self._delete(table, "true")

    def insert(self) -> None:
        """Insert vouchers that are new or changed, and small tables that differ."""
        for table in VOUCHER_TABLES:
            self._insert(table)
        for table in self._tables:
            self._insert(table)

    def check_staged(self) -> None:
        """Compare the staged files' row counts with those they were written with.

        Raises:
            CountsDiffer: Somebody changed a file since.
        """
        for table, digest in self._staged.tables.items():
            row = self._db.execute(f"select count(*) from staged.{table}").fetchone()  # noqa: S608 - names of ours only
            if row != (digest.row_count,):
                raise CountsDiffer(table=table, staged=digest.row_count, published=row)

    def check(self) -> None:
        """Compare counts and sums of every table with what was staged.

        Raises:
            CountsDiffer: They are not the same, so the transaction must not be committed.
        """
        for table, staged in self._staged.tables.items():
            amount = "coalesce(sum(amount), 0)" if "amount" in CANONICAL[table].names else "0"
            self._compare(
                table,
                f"select count(*), {amount} from published.{table} where fiscal_year = $year",  # noqa: S608 - names of ours only
                _count_and_sum(staged),
            )
        query = "select count(*), sum(digest) from staged.voucher_digest"
        self._compare(
            "voucher",
            "select count(*), sum(digest) from published.voucher where fiscal_year = $year",
            self._db.execute(query).fetchone(),
        )

    def _compare(self, table: str, query: str, staged: object) -> None:
        published = self._db.execute(query, {"year": self._year}).fetchone()
        if published != staged:
            raise CountsDiffer(table=table, staged=staged, published=published)

    def _delete(self, table: str, condition: str) -> None:
        self._db.execute(
            f"delete from published.{table} where fiscal_year = $year and {condition}",  # noqa: S608 - names of ours only
            {"year": self._year},
        )

    def _insert(self, table: str) -> None:
        columns = ", ".join(f"rows.{name}" for name in CANONICAL[table].names)
        source = f"staged.{table} as rows"
        if table == "voucher":
            columns += f", digests.digest, digests.debit_sum, {quoted(self._load_id)}"
            source += " inner join staged.voucher_digest as digests using (voucher_key)"
        if table in VOUCHER_TABLES and self._before is not None:
            source += " where rows.voucher_key in (select voucher_key from touched)"
        # Literals, because with parameters DuckDB writes each row's copy out: a third slower.
        unit = f"{quoted(self._staged.facts.tenant)}, {quoted(self._year)}"
        self._db.execute(f"insert into published.{table} select {unit}, {columns} from {source}")  # noqa: S608 - quoted

    @property
    def _year(self) -> str:
        return self._staged.facts.fiscal_year.key


def _count_and_sum(digest: TableDigest) -> tuple[int, Decimal]:
    return digest.row_count, digest.amount_sum
