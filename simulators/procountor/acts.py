"""What people, the bank and other programs do in Procountor, beside what comes through the API.

Use from a test as ``Acts(world, 1001).approve(invoice_id)``, or from another process by
``POST /_simulator/act {"company": 1001, "act": "approve", "invoice_id": 1000}``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from copy import deepcopy
from decimal import Decimal
from typing import Any, Final

from simulators.procountor.answers import Refused, Request
from simulators.procountor.ask import Ask
from simulators.procountor.company import Body, Company, Invoice, Receipt, Record
from simulators.procountor.resources import invoices, partners, payments, products, transitions
from simulators.procountor.rights import changed
from simulators.procountor.summaries import summarise
from simulators.procountor.world import Key, World

Change = Callable[[Body], object]


class Acts:
    """Acts in one environment, each under the world's lock and with new versions."""

    def __init__(self, world: World, company_id: int) -> None:
        self.world = world
        self.company: Company = world.companies[company_id]

    def approve(self, invoice_id: int) -> None:
        """Approve an invoice in the user interface."""
        invoice = self._invoice(invoice_id)
        is_sale = invoice.type.startswith("SALES")
        self._move(invoice, self.world.habits.sales_approved if is_sale else "APPROVED", "APPROVAL")

    def set_status(self, invoice_id: int, status: str) -> None:
        """Give an invoice any state, as PAYMENT_DENIED, INVALIDATED or PAYMENT_QUEUED."""
        self._move(self._invoice(invoice_id), status, status)

    def edit_invoice(self, invoice_id: int, change: Change | None = None, **fields: Any) -> int:
        """Change what an invoice says and return the id of its receipt, which may be a new one."""
        with self.world.changing():
            invoice = self._invoice(invoice_id)
            body = deepcopy(invoice.body)
            body.update(fields)
            if change:
                change(body)
            invoices.change(self.world, self.company, invoice, exactly(body))
            return invoice.receipt_id

    def save_invoice(self, invoice_id: int) -> int:
        """Save an invoice unchanged; its receipt is made anew, and the new id is returned."""
        with self.world.changing():
            invoice = self._invoice(invoice_id)
            invoices.new_receipt(self.world, self.company, invoice)
            self.world.touch(invoice)
            return invoice.receipt_id

    def edit_posting(self, receipt_id: int, *, account: str, row: int = 1) -> None:
        """Post a row of a receipt to another account."""
        with self.world.changing():
            receipt = self._receipt(receipt_id)
            receipt.rows[row]["account"] = account
            receipt.own_rows = False
            self.world.touch(receipt)

    def edit_amount(self, receipt_id: int, difference: Decimal | str, *, row: int = 0) -> None:
        """Move an amount between two rows that follow each other; the receipt still balances."""
        with self.world.changing():
            receipt = self._receipt(receipt_id)
            receipt.rows[row]["accountingValue"] += Decimal(difference)
            receipt.rows[row + 1]["accountingValue"] -= Decimal(difference)
            self.world.touch(receipt)

    def move_receipt(self, receipt_id: int, date: dt.date | str) -> None:
        """Give a receipt another date, of another year even."""
        with self.world.changing():
            receipt = self._receipt(receipt_id)
            receipt.date = dt.date.fromisoformat(str(date))
            self.world.touch(receipt)

    def delete_receipt(self, receipt_id: int) -> None:
        """Delete a receipt: a batch leaves it out, and there is no list of what was deleted."""
        with self.world.changing():
            receipt = self._receipt(receipt_id)
            receipt.is_deleted = True
            self.world.touch(receipt)

    def remake_receipt(self, receipt_id: int) -> int:
        """Give a receipt of an invoice a new id, as a save of the invoice does, with its rows."""
        with self.world.changing():
            old = self._receipt(receipt_id)
            del self.company.receipts[old.id]
            here = self.world.here
            made = Receipt(**{**old.__dict__, "id": self.company.next_id("receipt")})
            made.created = made.version = here
            self.company.receipts[made.id] = made
            if old.invoice_id in self.company.invoices:
                self.company.invoices[old.invoice_id].receipt_id = made.id
            return made.id

    def summarise_vat(self, month: str, *, keeps_old: bool = False) -> int | None:
        """Make a month's VAT summary anew (YYYY-MM); the old one goes unless it is kept."""
        with self.world.changing():
            return summarise(self.world, self.company, month, keeps_old=keeps_old)

    def next_night(
        self,
        *,
        year: int = -1,
        removed: Iterable[tuple[str, int]] = (),
        changed: Iterable[tuple[str, int]] = (),
    ) -> None:
        """Do to the receipts what `books.Company.next_night` does to its vouchers.

        Summaries stay as they are: the VAT of a removed invoice is in its month's until that is
        made anew.
        """
        place = range(len(self.company.years))[year]
        for series, number in removed:
            self.delete_receipt(self.company.booked[place, series, number])
        for series, number in changed:
            self.edit_amount(self.company.booked[place, series, number], "1.00")

    def bank_pays(
        self,
        invoice_id: int,
        amount: Decimal | str | None = None,
        *,
        date: dt.date | str = "",
        kind: str = "BANKSTATEMENT_TO_INVOICE",
    ) -> None:
        """Let the bank's statement pay an invoice, wholly unless an amount is given."""
        with self.world.changing():
            invoice = self._invoice(invoice_id)
            paid = payments.open_sum(invoice) if amount is None else Decimal(amount)
            day = dt.date.fromisoformat(str(date)) if date else self.world.today
            arguments = (self.world, self.company, invoice, paid, day)
            payments.pay(*arguments, kind=kind, paid_state="PAID")

    def set_period(self, date: dt.date | str, status: str = "CLOSED") -> None:
        """Close or open the tracking period of a day.

        Raises:
            ValueError: No fiscal year has the day.
        """
        with self.world.changing():
            period = self.company.period(dt.date.fromisoformat(str(date)))
            if period is None:
                raise ValueError(f"No fiscal year has {date}.")
            period.status = status

    def set_rights(self, user_id: int = 1, **changes: Any) -> None:
        """Change rights, as ``set_rights(**{"salaries.payroll": "NO_ACCESS"})``."""
        with self.world.changing():
            user = self.company.users[user_id]
            user.rights = changed(user.rights, changes)

    def add_partner(self, body: Body) -> int:
        """Make a card of any type, PERSON too, without checks; return its id."""
        with self.world.changing():
            return partners.add(self._ask(), exactly(body)).id

    def edit_partner(self, partner_id: int, change: Change | None = None, **fields: Any) -> None:
        """Change a card, as its billing address."""
        self._edit(self.company.partners[partner_id], change, fields)

    def delete_partner(self, partner_id: int) -> None:
        """Delete a card."""
        with self.world.changing():
            del self.company.partners[partner_id]

    def set_active(self, partner_id: int, *, active: bool) -> None:
        """Make a card active or not."""
        card = self.company.partners[partner_id]
        self._edit(card, None, {"registryInfo": {"active": active}})

    def add_product(self, body: Body) -> int:
        """Make a product without checks; return its id."""
        with self.world.changing():
            return products.add(self._ask(), exactly(body)).id

    def edit_product(self, product_id: int, change: Change | None = None, **fields: Any) -> None:
        """Change a product."""
        self._edit(self.company.products[product_id], change, fields)

    def delete_product(self, product_id: int) -> None:
        """Delete a product."""
        with self.world.changing():
            del self.company.products[product_id]

    def receive_invoice(self, body: Body) -> int:
        """Let an invoice come by another way, as a supplier's e-invoice; it is RECEIVED."""
        with self.world.changing():
            invoice = invoices.add(self.world, self.company, exactly(body))
            self._move(invoice, "RECEIVED", "RECEIVED")
            return invoice.id

    def _edit(self, record: Record, change: Change | None, fields: Body) -> None:
        with self.world.changing():
            body = deepcopy(record.body)
            body.update(fields)
            if change:
                change(body)
            record.body = exactly(body)
            self.world.touch(record)

    def _move(self, invoice: Invoice, status: str, event: str) -> None:
        with self.world.changing():
            transitions.move(self.world, self.company, invoice, status, event)

    def _invoice(self, invoice_id: int) -> Invoice:
        return self.company.invoices[invoice_id]

    def _receipt(self, receipt_id: int) -> Receipt:
        return self.company.receipts[receipt_id]

    def _ask(self) -> Ask:
        user = next(iter(self.company.users))
        key = Key("", "", self.company.id, user)
        return Ask(self.world, self.company, key, Request("POST", ""))


def exactly(value: Any) -> Any:
    """Return a body whose numbers are decimals, as those of a request are."""
    if isinstance(value, dict):
        return {key: exactly(item) for key, item in value.items()}
    if isinstance(value, list):
        return [exactly(item) for item in value]
    return Decimal(repr(value)) if isinstance(value, float) else value


REMOTE: Final = (
    "approve", "set_status", "edit_invoice", "save_invoice", "edit_posting", "edit_amount",
    "move_receipt", "delete_receipt", "remake_receipt",
    "summarise_vat", "bank_pays", "set_period", "set_rights",
    "add_partner", "edit_partner", "delete_partner", "set_active", "add_product", "edit_product",
    "delete_product", "receive_invoice",
)  # fmt: skip
"""What can be done from another process."""


def act(world: World, details: dict[str, Any]) -> Any:
    """Do what a request under /_simulator asks for.

    Raises:
        ValueError: There is no such act, or it is refused.
    """
    given = dict(details)
    name, company = given.pop("act"), int(given.pop("company"))
    if name not in REMOTE:
        raise ValueError(f"No act {name!r}: known are {sorted(REMOTE)}.")
    try:
        return {"result": getattr(Acts(world, company), name)(**given)}
    except Refused as refused:
        raise ValueError(str(refused)) from refused
