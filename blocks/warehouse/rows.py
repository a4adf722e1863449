"""The rows of a unit in the tenant's file: out with those that changed, in with the new ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.digest import TableDigest
from blocks.duck import quoted
from blocks.staging import StagedUnit
from blocks.warehouse.errors import CountsDiffer
from blocks.warehouse.history import keep_tables, keep_vouchers
from blocks.warehouse.records import LoadRecord
from blocks.warehouse.workbench import read_staged_sql
from ledger.money import ZERO
from ledger.schemas import CANONICAL, VOUCHER_TABLES

SMALL_TABLES: Final = tuple(name for name in CANONICAL if name not in VOUCHER_TABLES)
"""Tables that are replaced as a whole when they differ."""


def differing_tables(staged: StagedUnit, before: LoadRecord | None) -> tuple[str, ...]:
    """Return the small tables whose rows are not those that are published."""
    published = before.tables if before else {}
    return tuple(name for name in SMALL_TABLES if published.get(name) != staged.tables[name])


class UnitRows:
    """Moves a staged unit's rows inside a transaction in which `find_touched` has run."""

    def __init__(
        self, db: DuckDBPyConnection, staged: StagedUnit, *, load_id: str, before: LoadRecord | None
    ) -> None:
        self._db = db
        self._staged = staged
        self._load_id = load_id
        self._before = before
        self._tables = differing_tables(staged, before)

    def keep(self) -> None:
        """Keep what is about to be replaced (`blocks.warehouse.history`)."""
        if self._before is None:
            return
        year = self._staged.facts.fiscal_year
        keep_vouchers(self._db, year, load_id=self._load_id)
        keep_tables(self._db, year, self._changed(), load_id=self._load_id)

    def _changed(self) -> Iterable[str]:
        return self._tables

    def remove(self) -> None:
        """Delete vouchers that changed or are gone, and small tables that differ."""
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

    def _expected(self) -> dict[str, tuple[int, Decimal]]:
        expected = {
            table: (digest.row_count, digest.amount_sum)
            for table, digest in self._staged.tables.items()
        }
        expected["voucher"] = (expected["voucher"][0], self._digest_sum())
        return expected

    def _found(self, tables: Iterable[str], *, where: str = "true") -> dict[str, object]:
        queries = [
            f"select '{table}', count(*), {checked_sum(table)}::decimal(38, 2)"  # noqa: S608 - names of ours only
            f" from published.{table} where fiscal_year = $year and {where}"
            for table in tables
        ]
        rows = self._db.execute(" union all ".join(queries), {"year": self._year}).fetchall()
        return {table: (count, total) for table, count, total in rows}

    def _remove_vouchers(self) -> None:
        for table in VOUCHER_TABLES:
            self._delete(table, "voucher_key in (select voucher_key from touched)")

    def _insert_vouchers(self) -> None:
        is_new = "rows.voucher_key in (select voucher_key from touched)"
        for table in VOUCHER_TABLES:
            self._insert(table, where="" if self._before is None else is_new)

    def _digest_sum(self) -> Decimal:
        digests = read_staged_sql(self._staged, "voucher_digest")
        query = f"select coalesce(sum(digest), 0)::decimal(38, 2) from {digests}"  # noqa: S608 - quoted
        row = self._db.execute(query).fetchone()
        return row[0] if row else ZERO

    def _delete(self, table: str, condition: str) -> None:
        self._db.execute(
            f"delete from published.{table} where fiscal_year = $year and {condition}",  # noqa: S608 - names of ours only
            {"year": self._year},
        )

    def _insert(self, table: str, *, where: str = "") -> None:
        if not self._staged.tables[table].row_count:
            return
        columns = ", ".join(f"rows.{name}" for name in CANONICAL[table].names)
        source = f"{read_staged_sql(self._staged, table)} as rows"
        if table == "voucher":
            columns += f", digests.digest, digests.debit_sum, {quoted(self._load_id)}"
            digests = read_staged_sql(self._staged, "voucher_digest")
            source += f" inner join {digests} as digests using (voucher_key)"
        if where:
            source += f" where {where}"
        # Literals, because with parameters DuckDB writes each row's copy out: a third slower.
        unit = f"{quoted(self._staged.facts.tenant)}, {quoted(self._year)}"
        self._db.execute(f"insert into published.{table} select {unit}, {columns} from {source}")  # noqa: S608 - quoted

    @property
    def _year(self) -> str:
        return self._staged.facts.fiscal_year.key


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
