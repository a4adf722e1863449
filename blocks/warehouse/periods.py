"""Publishing a period: the vouchers dated in it are replaced, and all that lies outside stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.digest import TableDigest
from blocks.settings import SQL
from blocks.staging import StagedUnit
from blocks.warehouse.errors import NotPublishable
from blocks.warehouse.evidence import touched_counts
from blocks.warehouse.rows import UnitRows
from blocks.warehouse.staged_rows import SMALL_TABLES, refuse_difference
from blocks.warehouse.verify import digest_published
from blocks.warehouse.workbench import read_staged_sql
from ledger.schemas import SMALL_KEYS, VOUCHER_TABLES

NAMED: Final = 3
"""Vouchers that a refusal names."""

IN_PERIOD: Final = (
    "voucher_key in (select voucher_key from published.voucher as published_voucher"
    " inner join unit.facts as facts on facts.fiscal_year = published_voucher.fiscal_year"
    " where voucher_date between facts.first_covered and facts.last_covered)"
)
"""The rows of a unit that lie in the days that are covered."""


class NotThePeriod(NotPublishable):
    """A load of a period has vouchers of other days, or days of another year."""

    sentence = (
        "{unit}: the load covers {coverage}; {finding}. Nothing was written. Load a period that "
        "holds every date, or the whole year."
    )


class PeriodRows(UnitRows):
    """Moves a period's rows inside a transaction in which `find_touched` has run.

    The chart, opening balances and other small tables are added to by their keys: what a source of
    one period does not name may well be there, and the whole year's word stands until another whole
    year comes.
    """

    def _changed(self) -> Iterable[str]:
        return added_tables(self._db, self._staged)

    def remove(self) -> None:
        """Delete the period's vouchers that changed or are gone."""
        self._remove_vouchers()

    def insert(self) -> None:
        """Insert vouchers that are new or changed, and rows of small tables that are not there."""
        self._insert_vouchers()
        for table in SMALL_TABLES:
            self._insert(table, where=_is_new(table, year=self._year))

    def check(self) -> None:
        """Compare counts and sums of what is published of the period with what was staged.

        Raises:
            CountsDiffer: They are not the same, so the transaction must not be committed.
        """
        expected, found = self._expected(), self._found(VOUCHER_TABLES, where=IN_PERIOD)
        refuse_difference({name: expected[name] for name in VOUCHER_TABLES}, found)

    def tables(self) -> Mapping[str, TableDigest]:
        """Return what each table of the whole unit adds up to now."""
        return digest_published(self._db, self._staged.facts.fiscal_year).tables


def refuse_other_days(staged: StagedUnit) -> None:
    """Let only a period of the unit's fiscal year pass.

    Raises:
        NotPublishable: One of its ends is no day of that year.
    """
    for day in (staged.facts.coverage.first, staged.facts.coverage.last):
        if day is not None and day not in staged.facts.fiscal_year:
            raise _refusal(staged, f"{day} is no day of the fiscal year")


def refuse_misplaced(db: DuckDBPyConnection, staged: StagedUnit) -> None:
    """Let only vouchers of the period pass, whose keys no voucher outside of it has.

    Raises:
        NotPublishable: A voucher is dated outside of the period, or was moved into it from outside.
    """
    refuse_found_elsewhere(staged, lambda name: _keys(db, name))


def refuse_found_elsewhere(staged: StagedUnit, keys: Callable[[str], str]) -> None:
    """Refuse what two questions of ``data/sql/publish`` find; `keys` names the first of them.

    Raises:
        NotPublishable: As `refuse_misplaced`.
    """
    if outside := keys("outside_period"):
        raise _refusal(staged, f"vouchers are dated outside of it: {outside}")
    if moved := keys("moved_into_period"):
        raise _refusal(staged, f"vouchers are published with a date outside of it: {moved}")


def changes_period(db: DuckDBPyConnection, staged: StagedUnit) -> bool:
    """Return whether a staged period differs from what is attached; `find_touched` has run."""
    return any(touched_counts(db).values()) or bool(added_tables(db, staged))


def added_tables(db: DuckDBPyConnection, staged: StagedUnit) -> tuple[str, ...]:
    """Return the small tables to which a staged period adds rows."""
    return tuple(table for table in SMALL_TABLES if _adds(db, staged, table))


def _adds(db: DuckDBPyConnection, staged: StagedUnit, table: str) -> bool:
    new = _is_new(table, year=staged.facts.fiscal_year.key)
    query = f"select count(*) from {read_staged_sql(staged, table)} as rows where {new}"  # noqa: S608 - quoted
    row = db.execute(query).fetchone()
    return bool(row and row[0])


def _is_new(table: str, *, year: str) -> str:
    same = " and ".join(f"known.{key} is not distinct from rows.{key}" for key in SMALL_KEYS[table])
    return (
        f"not exists (from published.{table} as known"
        f" where known.fiscal_year = '{year}' and {same})"
    )


def _keys(db: DuckDBPyConnection, name: str) -> str:
    query = (SQL / "publish" / f"{name}.sql").read_text(encoding="utf-8")
    return ", ".join(key for (key,) in db.execute(query).fetchmany(NAMED))


def _refusal(staged: StagedUnit, finding: str) -> NotThePeriod:
    facts = staged.facts
    return NotThePeriod(unit=facts.unit, coverage=facts.coverage, finding=finding)
