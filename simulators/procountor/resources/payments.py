"""Payments of invoices: what was marked paid, and what else paid them.

Source:
    Procountor API 26.04: PaymentEvent, PUT /invoices/{id}/paymentevents/markpaid.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Final

from simulators.procountor.answers import CLOSED, INVALID, Answer, json_answer, refuse
from simulators.procountor.ask import Ask
from simulators.procountor.checks import Checks, date_of
from simulators.procountor.company import Body, Company, Invoice
from simulators.procountor.enums import CURRENCIES, MARKED_METHODS
from simulators.procountor.paging import BATCH_MAX, page
from simulators.procountor.resources import invoices, transitions
from simulators.procountor.rights import ALL
from simulators.procountor.sums import sums_of
from simulators.procountor.world import World

DESCRIPTION_MAX: Final = 140
UNPAYABLE: Final = frozenset({"UNFINISHED", "EMPTY", "INVALIDATED", "PAYMENT_DENIED", "DELETED"})
WRONG_STATE: Final = "Invoice status does not allow marking it paid"


def mark_paid(ask: Ask) -> Answer:
    """Answer PUT /invoices/{id}/paymentevents/markpaid: PARTLY_PAID until nothing is open."""
    invoice, body = invoices.find(ask), ask.body()
    ask.need("payments.markAsPaid", ALL)
    checks = Checks(body)
    checks.date("paymentDate", required=True)
    checks.number("amount", required=True)
    checks.enum("currency", CURRENCIES, required=True)
    checks.enum("paymentMethodType", MARKED_METHODS)
    checks.text("description", DESCRIPTION_MAX)
    checks.done()
    _check(ask, invoice, body, checks)
    kind = MARKED_METHODS.get(body.get("paymentMethodType") or "", "ELSEWHERE")
    date = date_of(body["paymentDate"]) or ask.world.today
    event = pay(ask.world, ask.company, invoice, body["amount"], date, kind=kind)
    event["description"] = body.get("description") or ""
    return json_answer(event)


def _check(ask: Ask, invoice: Invoice, body: Body, checks: Checks) -> None:
    if invoice.status in UNPAYABLE:
        raise refuse(400, WRONG_STATE)
    if body["currency"] != invoice.body["paymentInfo"]["currency"]:
        checks.add(INVALID.format("currency"), "currency")
    due = open_sum(invoice)
    is_over = abs(body["amount"]) > abs(due) or body["amount"] * due < 0
    if due == 0 or (is_over and not ask.world.habits.takes_overpayment):
        checks.add(INVALID.format("amount"), "amount")
    checks.done()
    date = date_of(body["paymentDate"])
    if date is not None and ask.company.is_closed(date):
        raise refuse(403, CLOSED)


def open_sum(invoice: Invoice) -> Decimal:
    """Return what is still to be paid, in the invoice's currency."""
    paid = sum((event["amount"] for event in invoice.payments), Decimal(0))
    return sums_of(invoice.body).gross - paid


def pay(
    world: World,
    company: Company,
    invoice: Invoice,
    amount: Decimal,
    date: dt.date,
    *,
    kind: str,
    paid_state: str = "MARKED_PAID",
) -> Body:
    """Add a payment event and give the invoice the state that follows."""
    currency = invoice.body["paymentInfo"]["currency"]
    event: Body = {
        "id": company.next_id("payment"),
        "invoiceId": invoice.id,
        "type": kind,
        "paymentDate": str(date),
        "status": "PAID",
        "amount": amount,
        "currency": currency,
        "description": "",
        "paidAmount": amount,
        "paidCurrency": currency,
    }
    invoice.payments.append(event)
    state = paid_state if open_sum(invoice) == 0 else "PARTLY_PAID"
    if state == "PARTLY_PAID" and not world.habits.payments_touch_version:
        invoice.status = state
        return event
    transitions.move(world, company, invoice, state, "MARKED_PAID")
    return event


def events(ask: Ask) -> Answer:
    """Answer GET /invoices/{id}/paymentevents."""
    return page(ask, invoices.find(ask).payments, shown=dict, id_of=lambda row: int(row["id"]))


def event(ask: Ask) -> Answer:
    """Answer GET /invoices/{id}/paymentevents/{id}."""
    found = [row for row in invoices.find(ask).payments if str(row["id"]) == ask.parts[1]]
    if not found:
        raise refuse(404, "Not found")
    return json_answer(found[0])


def delete_event(ask: Ask) -> Answer:
    """Answer DELETE of a payment event: nothing happens until a person confirms it (202)."""
    invoice = invoices.find(ask)
    ask.need("payments.markAsPaid", ALL)
    if not any(str(row["id"]) == ask.parts[1] for row in invoice.payments):
        raise refuse(404, "Not found")
    identifier = f"mfa-{ask.company.next_id('mfa')}"
    return json_answer(
        {"transactionIdentifier": identifier, "confirmationApp": "PROCOUNTOR_KEY"}, status=202
    )


def events_of_many(ask: Ask) -> Answer:
    """Answer GET /payments/paymentevents of up to 200 invoices."""
    asked = ask.texts("invoiceId")
    if not 1 <= len(asked) <= BATCH_MAX:
        raise refuse(400, INVALID.format("invoiceId"), "invoiceId")
    rows = [
        row
        for text in asked
        if (invoice := ask.company.invoices.get(int(text))) and invoices.may_see(ask, invoice)
        for row in invoice.payments
    ]
    return page(ask, rows, shown=dict, id_of=lambda row: int(row["id"]))
