"""The books as they were after an earlier load: live rows of then, and those replaced since.

A load keeps what it takes out, in the transaction in which it does: the old rows of vouchers that
it changes or removes, and a small table whole if it changes it. So as of load L a voucher is the
one written by a load up to L and not yet replaced by then, and a small table is the version that
the first load after L took out, or the live one. What is rebuilt has the digest that L was
published with, or is not shown.

A first load keeps nothing, and later ones as much as they change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from duckdb import DuckDBPyConnection

from blocks.digest import unit_digest
from blocks.duck import quoted
from blocks.warehouse.asked import Asked
from blocks.warehouse.attach import PUBLISHED, open_published
from blocks.warehouse.files import TenantFiles
from blocks.warehouse.loads import NumberedLoad, numbered_loads
from blocks.warehouse.migrate import derive
from blocks.warehouse.verify import digest_tables
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.schemas import CANONICAL, VOUCHER_TABLES

NOW: Final = ("statement_scheme", "account_place", "connected_file", "account_vat_code")
"""Tables that the views read and that have no history: they are as they are now."""


class NotRecorded(TerminalError):
    """The books were asked for as of a time of which nothing was kept."""

    sentence = (
        "How the books of {tenant} {fiscal_year} were {when} is not recorded: {why}. `tasma ledger "
        "changes {tenant}` lists the loads."
    )


class HistoryDamaged(TerminalError):
    """What was rebuilt of an earlier load is not what that load published."""

    sentence = (
        "The books of {tenant} {fiscal_year} as of load {load_number} cannot be rebuilt: they come "
        "to digest {found}, and were published with {expected}. Somebody or something changed the "
        "tenant's file; take it from a backup. What is published now: `tasma ledger verify`."
    )


@dataclass(frozen=True)
class AsOf:
    """The books of one year after one of its loads."""

    year: FiscalYear
    load_number: int


def load_at(db: Asked, tenant: str, year: FiscalYear, moment: dt.datetime) -> AsOf:
    """Return the books of a year as of a moment: after the last load published before it.

    Raises:
        NotRecorded: The first load came later.
    """
    loads = numbered_loads(db, year)
    before = [item for item in loads if item.published_at < moment]
    if before:
        return AsOf(year, before[-1].load_number)
    first = loads[0].published_at.astimezone(moment.tzinfo).date() if loads else None
    raise NotRecorded(
        tenant=tenant,
        fiscal_year=year.key,
        when=f"before {moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC",
        why=f"the first load came later, on {first}" if first else "nothing was loaded yet",
    )


@contextmanager
def open_two(files: TenantFiles, one: AsOf, other: AsOf) -> Iterator[DuckDBPyConnection]:
    """Yield a connection with the canonical tables of two moments, in schemas ``one``, ``other``.

    Raises:
        NoLedger, NotRecorded, HistoryDamaged: As `open_as_of`.
    """
    with open_published(files) as db:
        bind_as_of(db, files.tenant, one, schema="one")
        bind_as_of(db, files.tenant, other, schema="other")
        yield db


@contextmanager
def open_as_of(files: TenantFiles, as_of: AsOf) -> Iterator[DuckDBPyConnection]:
    """Yield a connection whose plain names are the year's tables and views after that load.

    Account map and documents are those of now.

    Raises:
        NoLedger: Nothing is published for the tenant.
        NotRecorded: The year has no such load, or a later one did not keep what it replaced.
        HistoryDamaged: What was kept does not come to what that load published.
    """
    with open_published(files) as db:
        bind_as_of(db, files.tenant, as_of, schema="main")
        for name in NOW:
            db.execute(f"create view {name} as from {PUBLISHED}.{name}")
        derive(db)
        yield db


def bind_as_of(db: DuckDBPyConnection, tenant: str, as_of: AsOf, *, schema: str) -> None:
    """Create views of the canonical tables as of a load, in a schema, and prove them.

    Raises:
        NotRecorded, HistoryDamaged: As `open_as_of`.
    """
    loads = numbered_loads(db, as_of.year)
    _require_recorded(tenant, as_of, loads)
    db.execute(f"create schema if not exists {schema}")
    for table in CANONICAL:
        rows = _voucher_rows if table in VOUCHER_TABLES else _small_rows
        db.execute(f"create view {schema}.{table} as {rows(table, as_of, loads)}")
    found = unit_digest(digest_tables(db, as_of.year, of=schema).tables)
    expected = next(item.digest for item in loads if item.load_number == as_of.load_number)
    if found != expected:
        raise HistoryDamaged(
            tenant=tenant,
            fiscal_year=as_of.year.key,
            load_number=as_of.load_number,
            found=found[:16],
            expected=expected[:16],
        )


def keep_vouchers(db: DuckDBPyConnection, year: FiscalYear, *, load_id: str) -> None:
    """Keep the rows of the vouchers that a load changes or removes; `find_touched` has run."""
    # Few as a rule: by them alone the large tables are looked through, once each.
    db.execute(
        "create or replace temp table gone as"  # noqa: S608 - names of ours only
        f" select voucher.* from {PUBLISHED}.voucher"
        " semi join (from touched where change <> 'added') using (voucher_key)"
        " where voucher.fiscal_year = $year",
        {"year": year.key},
    )
    for table in VOUCHER_TABLES:
        source = (
            "select gone.* from gone"
            if table == "voucher"
            else f"select rows.*, gone.load_id from {PUBLISHED}.{table} as rows"  # noqa: S608 - as above
            " inner join gone using (voucher_key) where rows.fiscal_year = gone.fiscal_year"
        )
        db.execute(
            f"insert into {PUBLISHED}.replaced_{table} by name"  # noqa: S608 - as above
            f" select kept.*, $load_id as replaced_by from ({source}) as kept",
            {"load_id": load_id},
        )


def keep_tables(
    db: DuckDBPyConnection, year: FiscalYear, tables: Iterable[str], *, load_id: str
) -> None:
    """Keep small tables of a year as they are, before a load changes them."""
    for table in tables:
        db.execute(
            f"insert into {PUBLISHED}.replaced_{table} by name"  # noqa: S608 - names of ours only
            f" select rows.*, $load_id as replaced_by from {PUBLISHED}.{table} as rows"
            " where rows.fiscal_year = $year",
            {"load_id": load_id, "year": year.key},
        )


def _require_recorded(tenant: str, as_of: AsOf, loads: list[NumberedLoad]) -> None:
    number, known = as_of.load_number, [item.load_number for item in loads]
    why = ""
    if number not in known:
        why = f"it has loads {known[0]} to {known[-1]}" if known else "nothing of it is published"
    elif late := [it for it in loads if it.load_number > number and not it.is_recorded]:
        why = f"load {late[-1].load_number} was published by a release that kept nothing"
    if why:
        raise NotRecorded(
            tenant=tenant, fiscal_year=as_of.year.key, when=f"after load {number}", why=why
        )


def _voucher_rows(table: str, as_of: AsOf, loads: list[NumberedLoad]) -> str:
    columns = _columns(table)
    before = _ids(item for item in loads if item.load_number <= as_of.load_number)
    after = _ids(item for item in loads if item.load_number > as_of.load_number)
    year = f"fiscal_year = {quoted(as_of.year.key)}"
    written = (
        f"load_id in ({before})"
        if table == "voucher"
        else f"voucher_key in (select voucher_key from {PUBLISHED}.voucher"  # noqa: S608 - quoted
        f" where {year} and load_id in ({before}))"
    )
    live = f"select {columns} from {PUBLISHED}.{table} where {year} and {written}"  # noqa: S608 - quoted
    if not after:
        return live
    return (
        f"{live} union all select {columns} from {PUBLISHED}.replaced_{table}"  # noqa: S608 - quoted
        f" where {year} and load_id in ({before}) and replaced_by in ({after})"
    )


def _small_rows(table: str, as_of: AsOf, loads: list[NumberedLoad]) -> str:
    year = f"fiscal_year = {quoted(as_of.year.key)}"
    at = next(item for item in loads if item.load_number == as_of.load_number)
    later = [item for item in loads if item.load_number > as_of.load_number]
    taken_out = next((item for item in later if item.tables[table] != at.tables[table]), None)
    columns = _columns(table)
    if taken_out is None:
        return f"select {columns} from {PUBLISHED}.{table} where {year}"  # noqa: S608 - quoted
    return (
        f"select {columns} from {PUBLISHED}.replaced_{table}"  # noqa: S608 - quoted
        f" where {year} and replaced_by = {quoted(taken_out.load_id)}"
    )


def _columns(table: str) -> str:
    more = ["digest", "debit_sum", "load_id"] if table == "voucher" else []
    return ", ".join(["tenant", "fiscal_year", *CANONICAL[table].names, *more])


def _ids(loads: Iterable[NumberedLoad]) -> str:
    return ", ".join(quoted(item.load_id) for item in loads)
