"""Books as a list of accounts with openings and monthly movements, staged as one fiscal year."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from blocks.controls import UnitContext, controls_for, reconcile
from blocks.controls.comparison import compare_staged
from blocks.hub import Tenant
from blocks.staging import StagedUnit
from ledger.controls import Break, ControlResult
from ledger.fiscal_year import FiscalYear
from ledger.onboarding import StatementKind
from ledger.statement.answers import NO_ANSWERS
from ledger.statement.compared import ComparedLine
from ledger.unit import Unit
from tasks.account_map import account_map, set_account_map
from tasks.customer_statements import CONTROLS, Decisions, add_statements, all_figures
from tasks.stores import Stores
from tests.homes import opened_new
from tests.staged_units import facts, joined, stage, voucher

COMPANY = {"SE": ("5560000001", "SEK"), "FI": ("", "EUR")}


@dataclass(frozen=True)
class Account:
    """`movements`: by the last day of each month. Debit positive."""

    number: str
    opening: str = "0"
    movements: Mapping[dt.date, str] | None = None


def last_day(month: str) -> dt.date:
    year, number = map(int, month.split("-"))
    return dt.date(year, number, calendar.monthrange(year, number)[1])


@dataclass(frozen=True)
class CustomerBooks:
    """A tenant with one staged year, against which statements are held."""

    stores: Stores
    tenant: str
    year: FiscalYear
    rows: Mapping[str, list[dict[str, object]]]
    currency: str

    def take(
        self, content: bytes, *, name: str = "statement.csv", **decisions: object
    ) -> list[Break]:
        """Take a statement in, and return on what its two controls find it to differ."""
        self.keep(content, name=name, **decisions)
        return self.compare()

    def keep(self, content: bytes, *, name: str = "statement.csv", **decisions: object) -> None:
        given = {"answers": NO_ANSWERS} | decisions
        add_statements(
            self.stores,
            self.tenant,
            content,
            file_name=name,
            decisions=Decisions(**given),  # type: ignore[arg-type]
            who="anna",
        )

    def lines(self) -> list[ComparedLine]:
        """Return every row of the statements beside the books."""
        staged, context = self._staged()
        return compare_staged(staged, context=context, warehouse=self.stores.warehouse)

    def results(self) -> list[ControlResult]:
        """Return the answers of the two controls; a statement that has not come is waited for."""
        staged, context = self._staged()
        context = context.model_copy(
            update={"statements": dict.fromkeys(StatementKind) | context.statements}
        )
        asked = [
            item
            for item in controls_for("sie", "4E", context=context)
            if item.name in CONTROLS.values()
        ]
        return reconcile(staged, controls=asked, context=context, warehouse=self.stores.warehouse)

    def compare(self) -> list[Break]:
        """Return on what the statements that have come differ."""
        found = [one for item in self.results() for one in item.breaks]
        return [one for one in found if one.detail and not one.detail.startswith("waiting for")]

    def _staged(self) -> tuple[StagedUnit, UnitContext]:
        said = facts(self.tenant, currency=self.currency, source_kind="4E").model_copy(
            update={"start_date": self.year.start_date, "end_date": self.year.end_date}
        )
        context = UnitContext(
            currency=self.currency,
            account_map=account_map(self.stores.hub, self.tenant),
            statements=all_figures(self.stores, Unit(self.tenant, self.year)),
        )
        return stage(self.stores.lake, self.rows, said=said), context


@contextmanager
def customer_books(home, empty_hub, year: str, accounts: Iterable[Account], *, country: str = "SE"):
    """Yield books with one voucher per month that holds the net of all accounts."""
    number, currency = COMPANY[country]
    with opened_new(home, empty_hub) as stores:
        stores.hub.tenants.add(Tenant("acme", "Acme", number, country=country, currency=currency))
        fiscal_year = FiscalYear.parse(year)
        stores.hub.years.define("acme", fiscal_year)
        chart = account_map(stores.hub, "acme").chart
        set_account_map(stores, "acme", chart, (), who="anna")
        rows = joined(_openings(accounts), *_vouchers(accounts, fiscal_year))
        yield CustomerBooks(stores, "acme", fiscal_year, rows, currency)


def _openings(accounts):
    opened = [(a.number, Decimal(a.opening)) for a in accounts]
    return {
        "ledger_account": [{"account_number": a.number, "name": a.number} for a in accounts],
        "opening_balance": [
            {"account_number": number, "amount": amount} for number, amount in opened if amount
        ],
    }


def _vouchers(accounts, year):
    days = sorted({day for a in accounts for day in a.movements or {} if day in year})
    for place, day in enumerate(days, start=1):
        postings = [
            (a.number, a.movements[day])
            for a in accounts
            if a.movements and Decimal(a.movements.get(day, "0"))
        ]
        made = voucher(f"A:{place}", *postings)
        made["voucher"][0]["voucher_date"] = day
        for posting in made["posting"]:
            posting["posting_date"] = day
        yield made | {"posting_dimension": []}
