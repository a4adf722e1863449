"""What the commands of `tasma ledger` read: a published year, by queries of ``data/sql/report``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flows.cli.opening import known_tenant, known_year, open_hub
from ledger.fiscal_year import FiscalYear

if TYPE_CHECKING:
    from blocks.warehouse.warehouse import Warehouse


@dataclass(frozen=True)
class Rows:
    """The answer to a query: the columns' names and the rows."""

    names: Sequence[str]
    rows: Sequence[tuple[Any, ...]]

    def as_dicts(self) -> list[dict[str, Any]]:
        """Return each row by name, as a script wants it."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows]


def warehouse() -> Warehouse:
    """Return the warehouse of the settings."""
    from blocks.settings import settings  # noqa: PLC0415 - DuckDB only when books are read
    from blocks.warehouse.warehouse import Warehouse  # noqa: PLC0415 - as above

    return Warehouse(settings().warehouse)


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
    from blocks.warehouse.errors import NoLedger  # noqa: PLC0415 - as in `warehouse`

    published = warehouse().units(tenant)
    if published and not text:
        return published[-1]
    if wanted not in published:
        raise NoLedger(tenant=tenant, fiscal_year=wanted.key)
    return wanted


def ask(tenant: str, query: str, **parameters: object) -> Rows:
    """Run a query of ``data/sql/report`` over a tenant's published books.

    Raises:
        NoLedger: Nothing is published for the tenant.
    """
    from blocks.settings import SQL  # noqa: PLC0415 - as in `warehouse`

    text = (SQL / "report" / f"{query}.sql").read_text(encoding="utf-8")
    with warehouse().read(tenant) as db:
        cursor = db.execute(text, parameters)
        names = [column[0] for column in cursor.description or ()]
        return Rows(names, cursor.fetchall())
