"""What the hub knows of the openings of many tenants, in as many questions as for one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Table, select

from blocks.hub import models
from blocks.hub.connection_states import ConnectionState
from blocks.hub.holds import is_waiting
from blocks.hub.states import WHOLE_YEAR
from ledger.controls import Answer, Severity
from ledger.fiscal_year import FiscalYear
from ledger.onboarding import Comparison, StatementKind

Compared = tuple[Comparison, str, dt.date]
"""What came of comparing a statement, the first line that differs, in words, and its last day."""

_STATEMENT: Final = ("fiscal_year", "kind", "outcome", "differing", "as_of")


@dataclass
class YearFacts:
    """One year of a tenant. `hold`: the load of the whole year that is held, or empty.

    `holding`: the controls that hold it, in the order in which they answered.
    """

    is_published: bool = False
    hold: str = ""
    holding: list[str] = field(default_factory=list)
    statements: dict[StatementKind, Compared] = field(default_factory=dict)


@dataclass
class OpeningFacts:
    """What was loaded, set and connected for one tenant; each year by its key."""

    approved: set[FiscalYear] = field(default_factory=set)
    defined: set[FiscalYear] = field(default_factory=set)
    connections: dict[str, ConnectionState] = field(default_factory=dict)
    has_chart: bool = False
    has_account_map: bool = False
    years: dict[str, YearFacts] = field(default_factory=lambda: defaultdict(YearFacts))


def opening_facts(connection: Connection, tenants: Collection[str]) -> Mapping[str, OpeningFacts]:
    """Return the facts of each of some tenants, within a transaction; at most 1,000 of them."""
    found = {tenant: OpeningFacts() for tenant in tenants}
    _set_up(connection, found)
    _came(connection, found)
    for row in _rows(connection, models.customer_statement, tenants, *_STATEMENT):
        statements = found[row.tenant].years[row.fiscal_year].statements
        statements[StatementKind(row.kind)] = (row.outcome, row.differing, row.as_of)
    return found


def _set_up(connection: Connection, found: Mapping[str, OpeningFacts]) -> None:
    """Add what was approved, defined, connected and set."""
    for row in _rows(connection, models.approval, found, "fiscal_year"):
        found[row.tenant].approved.add(FiscalYear.parse(row.fiscal_year))
    in_use = models.fiscal_year.c.retired_at.is_(None)
    for row in _rows(connection, models.fiscal_year, found, "start_date", "end_date", where=in_use):
        found[row.tenant].defined.add(FiscalYear(row.start_date, row.end_date))
    for row in _rows(connection, models.connection, found, "system", "status"):
        found[row.tenant].connections[row.system] = row.status
    for tenant in _having(connection, models.chart_account, found):
        found[tenant].has_chart = True
    for tenant in _having(connection, models.statement_scheme, found):
        found[tenant].has_account_map = True


def _came(connection: Connection, found: Mapping[str, OpeningFacts]) -> None:
    """Add what is published, what is held, and by which controls."""
    published = models.unit.c.last_published_at.is_not(None)
    for row in _rows(connection, models.unit, found, "fiscal_year", where=published):
        found[row.tenant].years[row.fiscal_year].is_published = True
    load, result = models.load, models.control_result
    is_held = is_waiting() & (load.c.coverage == WHOLE_YEAR) & load.c.tenant.in_(found)
    held = select(load.c.tenant, load.c.fiscal_year, load.c.load_id).where(is_held)
    years = {}
    for row in connection.execute(held.order_by(load.c.load_id)):
        year = found[row.tenant].years[row.fiscal_year]
        year.hold, years[row.load_id] = row.load_id, year
    breaks = (result.c.outcome == Answer.BROKEN) & (result.c.severity == Severity.BLOCKS)
    asked = select(result.c.load_id, result.c.control).where(
        breaks, result.c.load_id.in_(select(load.c.load_id).where(is_held))
    )
    for row in connection.execute(asked.order_by(result.c.load_id, result.c.position)):
        if years[row.load_id].hold == row.load_id:
            years[row.load_id].holding.append(row.control)


def _rows(
    connection: Connection,
    table: Table,
    tenants: Collection[str],
    *names: str,
    where: ColumnElement[bool] | None = None,
) -> Iterator[Row[Any]]:
    """Yield the columns of that name, and the tenant, of each row of one of the tenants."""
    query = select(table.c.tenant, *(table.c[name] for name in names))
    query = query.where(table.c.tenant.in_(tenants))
    yield from connection.execute(query if where is None else query.where(where))


def _having(connection: Connection, table: Table, tenants: Collection[str]) -> Iterator[str]:
    query = select(table.c.tenant).where(table.c.tenant.in_(tenants)).distinct()
    yield from connection.execute(query).scalars()
