"""What moves an invoice from one state to the next, and the log of it.

Source:
    Procountor API 26.04: PUT /invoices/{id}/…; GET /invoices/{id}/transactions, whose rows have a
    made-up shape here: theirs is not in the public copies.
"""

from __future__ import annotations

from typing import Final

from simulators.procountor.answers import CLOSED, Answer, json_answer, refuse
from simulators.procountor.ask import Ask
from simulators.procountor.checks import Checks, date_of
from simulators.procountor.company import Company, Invoice
from simulators.procountor.enums import EXPENSE_TYPES, SALES_TYPES
from simulators.procountor.resources import invoices
from simulators.procountor.rights import ALL
from simulators.procountor.world import World

CHECKED: Final = frozenset({"PURCHASE_INVOICE", "TRAVEL_INVOICE", "BILL_OF_CHARGES"})
PAID: Final = frozenset({"PAID", "PARTLY_PAID", "MARKED_PAID", "PAYMENT_SENT_TO_BANK"})
WRONG_STATE: Final = "Invoice status does not allow the operation"
COMMENT_MAX: Final = 100


def approve(ask: Ask) -> Answer:
    """Answer PUT /invoices/{id}/approve."""
    invoice = invoices.find(ask)
    is_sale = invoice.type in SALES_TYPES
    _allow(ask, invoice, "sales.salesOrGroupInvoices" if is_sale else "invoiceCirculation.approval")
    comment = _comment(ask)
    from_states = {"UNFINISHED"} if is_sale else {"UNFINISHED", "RECEIVED", "VERIFIED"}
    _check_state(ask.company, invoice, from_states)
    if not is_sale:
        _check_circulation(ask, invoice)
    state = ask.world.habits.sales_approved if is_sale else "APPROVED"
    move(ask.world, ask.company, invoice, state, "APPROVAL", comment=comment, by=ask.key.user_id)
    return _done("approved")


def _check_circulation(ask: Ask, invoice: Invoice) -> None:
    if not ask.company.circulation and not ask.world.habits.approves_without_circulation:
        raise refuse(403, "Invoice circulation is not enabled")
    if invoice.acceptors and ask.key.user_id not in invoice.acceptors:
        raise refuse(403, "User is not among the approvers of the invoice")


def verify(ask: Ask) -> Answer:
    """Answer PUT /invoices/{id}/verify."""
    invoice = _checked(ask, "invoiceCirculation.verification")
    if not ask.company.circulation:
        raise refuse(403, "Invoice circulation is not enabled")
    _check_state(ask.company, invoice, {"UNFINISHED", "RECEIVED"})
    move(ask.world, ask.company, invoice, "VERIFIED", "VERIFICATION", comment=_comment(ask))
    return _done("verified")


def to_circulation(ask: Ask) -> Answer:
    """Answer PUT /invoices/{id}/sendToCirculation."""
    invoice = _checked(ask, "purchases.purchaseInvoices")
    if not ask.company.circulation or not invoice.acceptors:
        raise refuse(403, "Invoice circulation is not enabled or has no approvers")
    _check_state(ask.company, invoice, {"UNFINISHED"})
    move(ask.world, ask.company, invoice, "RECEIVED", "SENT_TO_CIRCULATION")
    return _done("sent to circulation")


def send(ask: Ask) -> Answer:
    """Answer PUT /invoices/{id}/send, which comes with any body or none."""
    invoice = invoices.find(ask)
    _allow(ask, invoice, "sales.salesOrGroupInvoices")
    if invoice.type not in SALES_TYPES or invoice.body["invoiceChannel"] == "NO_SENDING":
        raise refuse(400, "Invoice cannot be sent")
    _check_state(ask.company, invoice, {"NOT_SENT", "SENT"})
    move(ask.world, ask.company, invoice, "SENT", "SEND")
    return _done("sent")


def reject(ask: Ask) -> Answer:
    """Answer PUT /invoices/{id}/reject."""
    invoice = invoices.find(ask)
    is_sale = invoice.type in SALES_TYPES
    _allow(ask, invoice, "sales.salesOrGroupInvoices" if is_sale else "invoiceCirculation.approval")
    _check_state(ask.company, invoice, {"UNFINISHED", "RECEIVED", "VERIFIED", "APPROVED"})
    move(ask.world, ask.company, invoice, "PAYMENT_DENIED", "REJECTION", comment=_comment(ask))
    return _done("rejected")


def unfinish(ask: Ask) -> Answer:
    """Answer PUT /invoices/{id}/unfinished."""
    invoice = invoices.find(ask)
    _allow(ask, invoice, invoices.RIGHTS[invoice.type][0])
    if invoice.status in PAID:
        raise refuse(403, WRONG_STATE)
    _check_state(ask.company, invoice, {invoice.status})
    move(ask.world, ask.company, invoice, "UNFINISHED", "RESTORED_UNFINISHED")
    return _done("restored to unfinished")


def invalidate(ask: Ask) -> Answer:
    """Answer PUT /invoices/{id}/invalidate: there is no deleting."""
    invoice = invoices.find(ask)
    _allow(ask, invoice, invoices.RIGHTS[invoice.type][0])
    if invoice.status in PAID:
        raise refuse(403, WRONG_STATE)
    _check_state(ask.company, invoice, {invoice.status})
    move(ask.world, ask.company, invoice, "INVALIDATED", "INVALIDATION")
    return _done("invalidated")


def put_notes(ask: Ask) -> Answer:
    """Answer PUT /invoices/{id}/notes, in any state."""
    invoice, body = invoices.find(ask), ask.body()
    checks = Checks(body)
    checks.text("notes", 10_000)
    checks.done()
    invoice.body["notes"] = body.get("notes")
    ask.world.touch(invoice)
    return _done("notes updated")


def log(ask: Ask) -> Answer:
    """Answer GET /invoices/{id}/transactions."""
    invoice = invoices.find(ask)
    return json_answer({"invoiceId": invoice.id, "transactions": invoice.log})


def logs(ask: Ask) -> Answer:
    """Answer GET /invoices/transactions: ids repeated or joined by commas."""
    found = [ask.company.invoices.get(int(text)) for text in ask.texts("invoiceIds")]
    rows = [i for i in found if i is not None and invoices.may_see(ask, i)]
    if not rows:
        raise refuse(404, "Not found")
    return json_answer([{"invoiceId": i.id, "transactions": i.log} for i in rows])


def move(
    world: World,
    company: Company,
    invoice: Invoice,
    state: str,
    event: str,
    *,
    comment: str = "",
    by: int = 1,
) -> None:
    """Give an invoice and its receipt a state, and note it."""
    invoice.status = state
    invoices.note(world, invoice, event, comment=comment, user_id=by)
    world.touch(invoice)
    for receipt in company.by_invoice(invoice.id):
        receipt.status = state
        world.touch(receipt)


def _checked(ask: Ask, right: str) -> Invoice:
    invoice = invoices.find(ask)
    needed = "travelAndExpenses.travelAndExpenseInvoices"
    _allow(ask, invoice, needed if invoice.type in EXPENSE_TYPES and "." in right else right)
    if invoice.type not in CHECKED:
        raise refuse(403, WRONG_STATE)
    return invoice


def _allow(ask: Ask, invoice: Invoice, right: str) -> None:
    """Refuse a user without the right, as for an invoice that is not there or with a 403."""
    if not ask.may(right, ALL):
        raise refuse(403, "User rights check failed: Insufficient user rights")
    if invoice.is_hidden:
        raise refuse(404, "Not found")


def _check_state(company: Company, invoice: Invoice, states: set[str]) -> None:
    if invoice.status not in states:
        raise refuse(403, WRONG_STATE)
    date = date_of(invoice.body["date"])
    if date is not None and company.is_closed(date):
        raise refuse(403, CLOSED)


def _comment(ask: Ask) -> str:
    if not ask.request.body:
        return ""
    checks = Checks(ask.body())
    checks.text("comment", COMMENT_MAX)
    checks.done()
    return str(checks.body.get("comment") or "")


def _done(what: str) -> Answer:
    return json_answer({"message": f"Invoice {what}"})
