"""Approvals of first transfers: recorded facts, each bound to its years."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, insert, select

from blocks.hub import models
from blocks.hub.database import Database
from blocks.hub.tenants import require
from ledger.fiscal_year import FiscalYear


@dataclass(frozen=True)
class Approval:
    """A person's word that the first transfer of a year is right. It never lapses.

    `figures`: what was seen, such as result and balance sheet total; currency of the books.
    """

    tenant: str
    year: FiscalYear
    approved_by: str
    approved_at: dt.datetime
    note: str
    figures: Mapping[str, Decimal]


class Approvals:
    """What persons have approved. What was approved first stays on record."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        tenant: str,
        years: Mapping[FiscalYear, Mapping[str, Decimal]],
        *,
        who: str,
        note: str,
    ) -> None:
        """Record that a person has approved the first transfer of some years.

        Args:
            tenant: Whose.
            years: What was seen of each, by name.
            who: Who decides.
            note: What was looked at.
        """
        with self._database.writing() as connection:
            require(connection, tenant)
            for year, figures in years.items():
                self._add(connection, tenant, year, figures, who=who, note=note)

    def of_tenant(self, tenant: str) -> list[Approval]:
        """Return a tenant's approvals, by year."""
        table = models.approval
        query = select(table).where(table.c.tenant == tenant).order_by(table.c.fiscal_year)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            Approval(
                tenant,
                FiscalYear.parse(row.fiscal_year),
                row.approved_by,
                row.approved_at,
                row.note,
                _read_figures(row.figures),
            )
            for row in rows
        ]

    def _add(
        self,
        connection: Connection,
        tenant: str,
        year: FiscalYear,
        figures: Mapping[str, Decimal],
        *,
        who: str,
        note: str,
    ) -> None:
        table = models.approval
        here = (table.c.tenant == tenant) & (table.c.fiscal_year == year.key)
        if connection.execute(select(table.c.tenant).where(here)).first():
            return  # an approval is a fact: what was approved first stays on record
        row: dict[str, Any] = {"tenant": tenant, "fiscal_year": year.key, "approved_by": who}
        row |= {"note": note, "approved_at": self._database.now()}
        row["figures"] = "; ".join(f"{name}={amount}" for name, amount in sorted(figures.items()))
        connection.execute(insert(table).values(row))


def _read_figures(text: str) -> dict[str, Decimal]:
    pairs = (part.partition("=") for part in text.split("; ") if part)
    return {name: Decimal(amount) for name, _, amount in pairs}
