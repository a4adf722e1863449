"""What the simulated Fennoa holds, and what its calls do with it.

Source:
    docs/systems/fennoa.md.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from simulators.fennoa.amounts import totals_of
from simulators.fennoa.company import Company, Form, Invoice, Refused
from simulators.fennoa.faults import Faults
from simulators.fennoa.habits import BeyondEnd, Habits, Order

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
CONSUMER_METHODS: Final = ("consumerfinvoice", "consumerdirect")


class Called(NamedTuple):
    """One call that came in."""

    method: str
    path: str
    status: int


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
    calls: list[Called] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    """Of the calls: scheme of the authorization, content type."""
    recent: deque[float] = field(default_factory=deque)

    def settle(self) -> None:
        """Let what was to come late be there, and Fennoa do what it does by itself."""
        now = self.clock()
        due = [item for item in self.late if item[0] <= now]
        self.late = [item for item in self.late if item[0] > now]
        for _, company, form in due:
            self.add_invoice(company, form)
        if self.habits.acts_by_itself:
            for company in self.companies.values():
                self._act(company)

    def is_too_fast(self) -> bool:
        """Return whether this call is one too many within a second; it counts as one."""
        now = self.clock()
        while self.recent and now - self.recent[0] >= 1.0:
            self.recent.popleft()
        self.recent.append(now)
        return 0 < self.habits.calls_per_second < len(self.recent)

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
            Refused: Something is missing or not as Fennoa takes it (400).
        """
        fields = {name: str(value) for name, value in form.items() if name != "row"}
        rows = [row for _, row in sorted(form.get("row", {}).items())]
        self._check(company, fields, rows)
        card = company.customers.get(fields.get("customer_no", "")) or company.add_card(fields)
        company.name_products(rows)
        totals = totals_of(
            rows,
            includes_vat=fields.get("include_vat") == "1",
            vat_per_row=self.habits.vat_per_row,
        )
        created = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M:%S")
        known = fields | {"customer_no": card["customer_no"]}
        invoice = Invoice(next(self.ids), known, rows, totals, created, card["id"])
        company.invoices[invoice.id] = invoice
        return invoice

    def approve(self, company: Company, invoice_id: int) -> None:
        """Approve a draft; its number comes after a while.

        Raises:
            Refused: There is no such invoice, it is approved, or its day is locked.
        """
        invoice = company.find(invoice_id)
        if invoice.approved_at is not None:
            raise Refused(400, ["Lasku on jo hyväksytty"])
        self._check_locks(company, invoice.fields)
        proposed = invoice.fields.get("proposed_invoice_number", "")
        if proposed and any(one.number == proposed for one in company.invoices.values()):
            raise Refused(400, {"proposed_invoice_number": ["Laskunumero on jo käytössä"]})
        invoice.approved_at = self.clock()
        invoice.number = proposed or str(next(company.numbers))

    def send(self, company: Company, invoice_id: int, *, is_lost_later: bool = False) -> bool:
        """Send an approved invoice, with what its delivery method costs; return whether it went.

        Raises:
            Refused: There is no such invoice, or it is a draft (400).
        """
        invoice = company.find(invoice_id)
        if not self.number_of(invoice):
            raise Refused(400, ["Laskua ei ole hyväksytty"])
        method = invoice.fields.get("delivery_method", "")
        has_address = bool(invoice.fields.get("einvoice_address"))
        if method in {"finvoice", "consumerfinvoice"} and not has_address:
            return False
        if not invoice.sent and (extra := company.surcharges.get(method)):
            invoice.totals = invoice.totals.plus(*extra)
        invoice.sent += 1
        if is_lost_later:
            name = self.habits.delivery_error_names
            value = invoice.number if name == "invoice_no" else str(invoice.id)
            error = {name: value, "message": "Vastaanottajaa ei löydy"}
            company.delivery_errors.append(error)
        return True

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
            "customer_id": invoice.customer_id,
            "name": fields["name"],
            "invoice_date": fields["invoice_date"],
            "due_date": fields["due_date"],
            "created": invoice.created,
            "order_identifier": fields.get("order_identifier", ""),
            "your_reference": fields.get("your_reference", ""),
            # Of a draft it comes back empty, although the documentation lists it.
            "delivery_method": fields.get("delivery_method", "") if invoice.approved_at else "",
            **invoice.totals.shown(),
        }
        if self.habits.shows_customer_no:
            header["customer_no"] = fields["customer_no"]
        if has_notes:
            header["notes_internal"] = fields.get("notes_internal", "")
        if in_list:
            return {"SalesInvoice": header}
        return {"SalesInvoice": header, "SalesInvoiceRow": invoice.rows}

    def page(self, company: Company, number: int) -> list[dict[str, object]]:
        """Return a page of the list of invoices.

        Raises:
            Refused: It lies behind the end, where that is refused (404).
        """
        last = max(1, -(-len(company.invoices) // PAGE))
        if number > last and self.habits.beyond_end is BeyondEnd.NOT_FOUND:
            raise Refused(404, "Not found")
        if number > last and self.habits.beyond_end is BeyondEnd.LAST_PAGE:
            number = last
        chosen = self._ordered(company)[(number - 1) * PAGE : number * PAGE]
        return [self.shown(invoice, in_list=True) for invoice in chosen]

    def _ordered(self, company: Company) -> list[Invoice]:
        is_newest_first = self.habits.order is Order.NEWEST_FIRST
        if self.habits.order is Order.NONE:
            return sorted(company.invoices.values(), key=_shuffled)
        return sorted(company.invoices.values(), key=lambda i: i.id, reverse=is_newest_first)

    def _check(self, company: Company, fields: dict[str, str], rows: list[dict[str, str]]) -> None:
        missing = {name: ["Pakollinen kenttä"] for name in REQUIRED if not fields.get(name)}
        if not rows:
            missing["row"] = ["Pakollinen kenttä"]
        if missing:
            raise Refused(400, missing)
        if fields.get("delivery_method") in CONSUMER_METHODS and not company.consumer_e_invoicing:
            errors = {"delivery_method": ["Yrityksellä ei ole kuluttajaverkkolaskusopimusta"]}
            raise Refused(400, errors)
        if fields.get("invoice_type_id") == "2":
            self._check_credit(company, fields.get("credited_invoice_no", ""))

    def _check_credit(self, company: Company, number: str) -> None:
        numbers = {self.number_of(one) for one in company.invoices.values()} - {""}
        if number not in numbers:
            raise Refused(400, {"credited_invoice_no": ["Hyvitettävää laskua ei löydy"]})

    def _check_locks(self, company: Company, fields: dict[str, str]) -> None:
        for code in ("accounting_locked", "sales_invoices_locked"):
            if company.locked.get(code, "") >= fields["invoice_date"]:
                raise Refused(400, ["Myyntilaskut on lukittu"])

    def _act(self, company: Company) -> None:
        for invoice in list(company.invoices.values()):
            if invoice.approved_at is None:
                self.approve(company, invoice.id)
            if not invoice.sent and self.number_of(invoice):
                self.send(company, invoice.id)


def _shuffled(invoice: Invoice) -> str:
    return hashlib.sha256(str(invoice.id).encode()).hexdigest()
