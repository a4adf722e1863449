"""What the commands of `tasma ledger` read: a published year, by queries of ``data/sql/report``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from blocks.settings import settings
from blocks.warehouse import Warehouse, warehouse_of
from blocks.warehouse.errors import NoLedger
from blocks.warehouse.history import AsOf
from blocks.warehouse.reports import rows_of
from flows.cli.opening import known_tenant, known_year, open_hub
from flows.cli.output import first
from ledger.fiscal_year import FiscalYear


@dataclass(frozen=True)
class Rows:
    """The answer to a query: the columns' names and the rows."""

    names: Sequence[str]
    rows: Sequence[tuple[Any, ...]]

    def as_dicts(self) -> list[dict[str, Any]]:
        """Return each row by name, as a script wants it."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows]

    def first(self, limit: int, what: str) -> Rows:
        """Return the first rows, and say if there are others (`flows.cli.output.first`)."""
        return Rows(self.names, first(self.rows, limit, what))


def warehouse() -> Warehouse:
    """Return the warehouse of the settings."""
    return warehouse_of(settings())


def year_of(tenant: str, text: str) -> FiscalYear:
    """Return the year that a command is about: the one named, or the tenant's latest."""
    with open_hub() as hub:
        known_tenant(hub, tenant)
        return known_year(hub, tenant, text)


def published_year(tenant: str, text: str) -> FiscalYear:
    """Return the year whose published books are wanted: the one named, or the latest published.

    Raises:
        NoLedger: Nothing is published for it.
    """
    wanted = year_of(tenant, text)

    published = warehouse().units(tenant)
    if published and not text:
        return published[-1]
    with open_hub() as hub:
        unit = hub.units.find(tenant, wanted)
    if unit and unit.published_digest and (gone := warehouse().damage(tenant)):
        raise gone
    if wanted not in published:
        raise NoLedger(tenant=tenant, fiscal_year=wanted.key)
    return wanted


def ask(tenant: str, query: str, *, as_of: AsOf | None = None, **parameters: Any) -> Rows:
    """Run a query of ``data/sql/report`` over a tenant's published books, now or as of a load.

    Raises:
        NoLedger: Nothing is published for the tenant.
        NotRecorded, HistoryDamaged: The books cannot be rebuilt as of that load.
    """
    return as_rows(warehouse().report(tenant, query, as_of=as_of, **parameters))


def ask_first(tenant: str, query: str, *, limit: int, what: str, **parameters: Any) -> Rows:
    """Do what `ask` does, for the first rows; `what`: their word, for when there are more."""
    return ask(tenant, query, limit=limit + 1, **parameters).first(limit, what)


def as_rows(found: pa.Table) -> Rows:
    """Return an answer of the warehouse as commands print it."""
    return Rows(found.column_names, rows_of(found))
