"""What the simulated Fennoa holds: companies, their customers and sales invoices.

Source:
    docs/systems/fennoa.md.
"""

from __future__ import annotations

import datetime as dt
import itertools
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from simulators.fennoa.faults import Faults

CENT: Final = Decimal("0.01")
REQUIRED: Final = (
    "name",
    "address",
    "postalcode",
    "city",
    "country",
    "invoice_date",
    "due_date",
)
PAGE: Final = 200

Form = dict[str, Any]


@dataclass
class Habits:
    """What Fennoa does one way or another, and the documentation leaves open.

    `number_delay_s`: from the approval until the invoice has its number. `newest_first`: order of
    the list. `detail_has_notes`, `list_has_notes`: where ``notes_internal`` comes back.
    """

    number_delay_s: float = 0.0
    newest_first: bool = True
    list_has_notes: bool = True
    detail_has_notes: bool = True
    vat_per_row: bool = True


@dataclass
class Invoice:
    """One sales invoice. `fields` and `rows` as they came in."""

    id: int
    fields: dict[str, str]
    rows: list[dict[str, str]]
    totals: dict[str, str]
    created: str
    number: str = ""
    approved_at: float | None = None
    sent: int = 0
    attachments: list[bytes] = field(default_factory=list)


@dataclass
class Company:
    """One company and the key that opens it. `locked`: what is locked, by Fennoa's code."""

    user: str
    key: str
    first_id: int = 1
    invoices: dict[int, Invoice] = field(default_factory=dict)
    customers: dict[str, dict[str, str]] = field(default_factory=dict)
    locked: dict[str, str] = field(default_factory=dict)
    delivery_errors: list[dict[str, str]] = field(default_factory=list)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1001))
    customer_numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(5001))


class Refused(Exception):
    """A call that Fennoa refuses: a status and what it says."""

    def __init__(self, status: int, errors: object) -> None:
        self.status, self.errors = status, errors
        super().__init__(str(errors))


@dataclass
class World:
    """All companies; one lock guards them."""

    companies: dict[str, Company]
    habits: Habits = field(default_factory=Habits)
    clock: Callable[[], float] = time.monotonic
    faults: Faults = field(default_factory=Faults)
    lock: threading.RLock = field(default_factory=threading.RLock)
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(990))
    late: list[tuple[float, Company, Form]] = field(default_factory=list)
    calls: list[tuple[str, str, int]] = field(default_factory=list)

    def settle(self) -> None:
        """Let what was to come late be there, once its time has come."""
        now = self.clock()
        due = [item for item in self.late if item[0] <= now]
        self.late = [item for item in self.late if item[0] > now]
        for _, company, form in due:
            self.add_invoice(company, form)

    def company(self, user: str, key: str) -> Company:
        """Return the company of a user and its key.

        Raises:
            Refused: There is none (401).
        """
        found = self.companies.get(user)
        if found is None or found.key != key:
            raise Refused(401, "API key / company code is invalid")
        return found

    def add_invoice(self, company: Company, form: Form) -> Invoice:
        """Make a draft; an unknown customer gets a card with a number of Fennoa's own.

        Raises:
            Refused: A required field is missing (400).
        """
        missing = {name: ["Pakollinen kenttä"] for name in REQUIRED if not form.get(name)}
        rows = [row for _, row in sorted(form.get("row", {}).items())]
        if not rows:
            missing["row"] = ["Pakollinen kenttä"]
        if missing:
            raise Refused(400, missing)
        number = str(form.get("customer_no", ""))
        if number not in company.customers:
            number = number or str(next(company.customer_numbers))
            card = {"id": str(len(company.customers) + 1), "customer_no": number}
            company.customers[number] = card | {"name": form["name"]}
        fields = {name: str(value) for name, value in form.items() if name != "row"}
        invoice = Invoice(
            id=next(self.ids),
            fields=fields | {"customer_no": number},
            rows=rows,
            totals=self._totals(rows, fields),
            created=dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S"),
        )
        company.invoices[invoice.id] = invoice
        return invoice

    def approve(self, company: Company, invoice_id: int) -> None:
        """Approve a draft; its number comes after a while.

        Raises:
            Refused: There is no such invoice, it is approved, or sales are locked.
        """
        invoice = self.find(company, invoice_id)
        lock = company.locked.get("sales_invoices_locked", "")
        if lock and invoice.fields["invoice_date"] <= lock:
            raise Refused(400, ["Myyntilaskut on lukittu"])
        if invoice.approved_at is not None:
            raise Refused(400, ["Lasku on jo hyväksytty"])
        invoice.approved_at = self.clock()
        proposed = invoice.fields.get("proposed_invoice_number", "")
        invoice.number = proposed or str(next(company.numbers))

    def send(self, company: Company, invoice_id: int) -> bool:
        """Send an approved invoice; return whether it went.

        Raises:
            Refused: There is no such invoice, or it is a draft (400).
        """
        invoice = self.find(company, invoice_id)
        if not self.number_of(invoice):
            raise Refused(400, ["Laskua ei ole hyväksytty"])
        method = invoice.fields.get("delivery_method", "")
        if method in {"finvoice", "consumerfinvoice"} and not invoice.fields.get(
            "einvoice_address"
        ):
            return False
        invoice.sent += 1
        return True

    def find(self, company: Company, invoice_id: int) -> Invoice:
        """Return an invoice.

        Raises:
            Refused: There is none (404).
        """
        if invoice_id not in company.invoices:
            raise Refused(404, "Not found")
        return company.invoices[invoice_id]

    def number_of(self, invoice: Invoice) -> str:
        """Return an approved invoice's number, once it has come."""
        if invoice.approved_at is None:
            return ""
        has_come = self.clock() - invoice.approved_at >= self.habits.number_delay_s
        return invoice.number if has_come else ""

    def shown(self, invoice: Invoice, *, in_list: bool) -> dict[str, object]:
        """Return an invoice as it is read back."""
        has_notes = self.habits.list_has_notes if in_list else self.habits.detail_has_notes
        fields = invoice.fields
        header: dict[str, object] = {
            "id": str(invoice.id),
            "invoice_no": self.number_of(invoice),
            "invoice_type_id": fields.get("invoice_type_id", "1"),
            "customer_no": fields["customer_no"],
            "name": fields["name"],
            "invoice_date": fields["invoice_date"],
            "due_date": fields["due_date"],
            "created": invoice.created,
            "order_identifier": fields.get("order_identifier", ""),
            "your_reference": fields.get("your_reference", ""),
            # Of a draft it comes back empty, although the documentation lists it.
            "delivery_method": fields.get("delivery_method", "") if invoice.approved_at else "",
            **invoice.totals,
        }
        if has_notes:
            header["notes_internal"] = fields.get("notes_internal", "")
        if in_list:
            return {"SalesInvoice": header}
        return {"SalesInvoice": header, "SalesInvoiceRow": invoice.rows}

    def page(self, company: Company, number: int) -> list[dict[str, object]]:
        """Return a page of the list of invoices."""
        invoices: Iterable[Invoice] = sorted(
            company.invoices.values(), key=lambda i: i.id, reverse=self.habits.newest_first
        )
        chosen = itertools.islice(invoices, (number - 1) * PAGE, number * PAGE)
        return [self.shown(invoice, in_list=True) for invoice in chosen]

    def _totals(self, rows: list[dict[str, str]], fields: dict[str, str]) -> dict[str, str]:
        includes_vat = fields.get("include_vat") == "1"
        net = Decimal(0)
        by_rate: dict[Decimal, list[Decimal]] = {}
        for row in rows:
            if "price" not in row:
                continue
            amount = Decimal(row["price"]) * Decimal(row.get("quantity", "1"))
            amount *= 1 - Decimal(row.get("discount_percent", "0")) / 100
            rate = Decimal(row.get("vatpercent", "0"))
            if includes_vat:
                amount = amount / (1 + rate / 100)
            amount = amount.quantize(CENT, ROUND_HALF_UP)
            net += amount
            by_rate.setdefault(rate, []).append(amount)
        vat = sum((self._vat(rate, amounts) for rate, amounts in by_rate.items()), Decimal(0))
        return {
            "total_net": f"{net:.2f}",
            "total_vat": f"{vat:.2f}",
            "total_gross": f"{net + vat:.2f}",
        }

    def _vat(self, rate: Decimal, amounts: list[Decimal]) -> Decimal:
        if self.habits.vat_per_row:
            rounded = ((a * rate / 100).quantize(CENT, ROUND_HALF_UP) for a in amounts)
            return sum(rounded, Decimal(0))
        return (sum(amounts, Decimal(0)) * rate / 100).quantize(CENT, ROUND_HALF_UP)
