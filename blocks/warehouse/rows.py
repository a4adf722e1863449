"""The rows of a unit in the tenant's file: out with those that changed, in with the new ones."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from duckdb import DuckDBPyConnection

from blocks.duck import quoted
from blocks.staging import StagedUnit
from blocks.warehouse.history import keep_tables, keep_vouchers
from blocks.warehouse.records import LoadRecord
from blocks.warehouse.staged_rows import StagedRows, checked_sum
from blocks.warehouse.workbench import read_staged_sql
from ledger.money import ZERO
from ledger.schemas import CANONICAL, VOUCHER_TABLES


class UnitRows(StagedRows):
    """Moves a staged unit's rows inside a transaction in which `find_touched` has run."""

    def __init__(
        self, db: DuckDBPyConnection, staged: StagedUnit, *, load_id: str, before: LoadRecord | None
    ) -> None:
        super().__init__(staged, before)
        self._db = db
        self._load_id = load_id

    def _keep_vouchers(self) -> None:
        keep_vouchers(self._db, self._staged.facts.fiscal_year, load_id=self._load_id)

    def _keep_tables(self, tables: Iterable[str]) -> None:
        keep_tables(self._db, self._staged.facts.fiscal_year, tables, load_id=self._load_id)

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
