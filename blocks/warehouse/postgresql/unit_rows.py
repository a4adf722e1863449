"""The rows of a unit in the database: only those that differ are written, each in its place."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from blocks.staging import StagedUnit
from blocks.warehouse.postgresql.staged import bind_staged, find_touched
from blocks.warehouse.postgresql.tables import KEYS, UNIT, table_columns
from blocks.warehouse.records import LoadRecord
from blocks.warehouse.staged_rows import StagedRows, checked_sum
from ledger.schemas import CANONICAL, VOUCHER_TABLES

if TYPE_CHECKING:
    from blocks.warehouse.postgresql.cursor import Cursor

TOUCHED: Final = "voucher_key in (select voucher_key from touched)"

_GONE: Final = "select voucher_key from touched where change <> 'added'"


class ServerRows(StagedRows):
    """Moves a staged unit's rows inside a transaction whose facts are bound."""

    def __init__(
        self, db: Cursor, staged: StagedUnit, *, load_id: str, before: LoadRecord | None
    ) -> None:
        super().__init__(staged, before)
        self._db = db
        self._unit = {
            "tenant": staged.facts.tenant,
            "year": staged.facts.fiscal_year.key,
            "load_id": load_id,
        }

    def bind(self) -> None:
        """Bring in what is staged: of vouchers only those that differ, once there are others."""
        bind_staged(self._db, self._staged, "voucher_digest", only=None)
        touched = find_touched(self._db) if self._before else None
        for table in VOUCHER_TABLES:
            if table == "voucher" or self._staged.tables[table].row_count:
                bind_staged(self._db, self._staged, table, only=touched)
        for table in self._bound():
            bind_staged(self._db, self._staged, table, only=None)

    def _bound(self) -> Iterable[str]:
        """Return the small tables whose staged rows are needed."""
        return self._tables

    def _keep_vouchers(self) -> None:
        for table in VOUCHER_TABLES:
            self._keep(table, f"voucher_key in ({_GONE})")

    def _keep_tables(self, tables: Iterable[str]) -> None:
        for table in tables:
            self._keep(table, "true")

    def _keep(self, table: str, condition: str) -> None:
        """Copy rows beside, with the load that wrote them and the one that takes them out."""
        own = [f"rows.{column.name}" for column in table_columns()[table]]
        source = f"{table} as rows"
        if table in VOUCHER_TABLES and table != "voucher":
            own.append("voucher.load_id")
            source += f" inner join voucher using ({UNIT}, voucher_key)"
            condition = condition.replace("voucher_key in", "rows.voucher_key in", 1)
        names = ", ".join(its.rpartition(".")[2] for its in own)
        self._db.execute(
            f"insert into replaced_{table} ({names}, replaced_by)"  # noqa: S608 - names of ours only
            f" select {', '.join(own)}, $load_id from {source}"
            f" where rows.tenant = $tenant and rows.fiscal_year = $year and {condition}",
            self._unit,
        )

    def _remove_vouchers(self) -> None:
        for table in VOUCHER_TABLES:
            if table in KEYS and self._staged.tables[table].row_count:
                self._delete(table, f"{TOUCHED} and not exists ({_same(table)})")
            else:
                self._delete(table, TOUCHED)

    def _insert_vouchers(self) -> None:
        for table in VOUCHER_TABLES:
            self._insert(table)

    def _delete(self, table: str, condition: str) -> None:
        self._db.execute(
            f"delete from {table} where tenant = $tenant and fiscal_year = $year and {condition}",  # noqa: S608 - names of ours only
            self._unit,
        )

    def _insert(self, table: str, *, where: str = "true") -> None:
        if not self._staged.tables[table].row_count:
            return
        names = list(CANONICAL[table].names)
        values = [f"rows.{name}" for name in names]
        source = f"staged_{table} as rows"
        if table == "voucher":
            names += ["digest", "debit_sum", "load_id"]
            values += ["digests.digest", "digests.debit_sum", "$load_id"]
            source += " inner join staged_voucher_digest as digests using (voucher_key)"
        self._db.execute(
            f"insert into {table} ({UNIT}, {', '.join(names)})"  # noqa: S608 - names of ours only
            f" select $tenant, $year, {', '.join(values)} from {source} where {where}"
            f"{_order(table)}{self._in_place(table, names)}",
            self._unit,
        )

    def _in_place(self, table: str, names: list[str]) -> str:
        """Have a row that is there already changed where it differs, and else left alone."""
        if self._before is None or table not in KEYS:
            return ""
        own = [name for name in names if name not in KEYS[table].split(", ")]
        there = ", ".join(f"{table}.{name}" for name in own)
        coming = ", ".join(f"excluded.{name}" for name in own)
        sets = ", ".join(f"{name} = excluded.{name}" for name in own)
        return (
            f" on conflict ({KEYS[table]}) do update set {sets}"
            f" where ({there}) is distinct from ({coming})"
        )

    def _digest_sum(self) -> Decimal:
        digests = pq.read_table(self._staged.parquet("voucher_digest"), columns=["digest"])
        found = pc.sum(digests["digest"].cast(pa.decimal128(38, 0))).as_py()
        return Decimal(found or 0)

    def _found(self, tables: Iterable[str], *, where: str = "true") -> dict[str, object]:
        queries = [
            f"select '{table}', count(*), ({checked_sum(table)})::numeric(38, 2) from {table}"  # noqa: S608 - names of ours only
            f" where tenant = $tenant and fiscal_year = $year and {where}"
            for table in tables
        ]
        found = self._db.execute(" union all ".join(queries), self._unit).fetchall()
        return {table: (count, total) for table, count, total in found}


def _same(table: str) -> str:
    """Return a query for the staged row that has a published one's key."""
    keys = [key for key in KEYS[table].split(", ") if key not in UNIT.split(", ")]
    same = " and ".join(f"rows.{key} = {table}.{key}" for key in keys)
    return f"select 1 from staged_{table} as rows where {same}"  # noqa: S608 - names of ours only


def _order(table: str) -> str:
    # An index that rows come to in its order is filled at its end, and stays half the size.
    if table not in KEYS:
        return ""
    keys = [key for key in KEYS[table].split(", ") if key not in UNIT.split(", ")]
    return f" order by {', '.join(f'rows.{key}' for key in keys)}"
