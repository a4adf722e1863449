"""Ledger receipts: read, listed, posted (journals alone) and changed.

Source:
    Procountor API 26.04: LedgerReceipt, LedgerReceiptSearchResult; help.procountor.fi 532398.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from copy import deepcopy
from typing import Final

from simulators.procountor.answers import CLOSED, Answer, json_answer, refuse
from simulators.procountor.ask import Ask
from simulators.procountor.checks import date_of
from simulators.procountor.company import Body, Company, Invoice, Receipt
from simulators.procountor.paging import batch, is_between, page
from simulators.procountor.resources.invoices import RIGHTS as INVOICE_RIGHTS
from simulators.procountor.resources.receipt_checks import check_receipt
from simulators.procountor.resources.versions import check_version, with_status
from simulators.procountor.rights import ALL, VIEW
from simulators.procountor.sums import gross_of_rows, reconciling
from simulators.procountor.world import World

CHANGED_TYPES: Final = frozenset(
    {"JOURNAL", "SALES_INVOICE", "PURCHASE_INVOICE", "TRAVEL_INVOICE", "BILL_OF_CHARGES"}
)
"""Types that PUT takes."""
SALARY_TYPES: Final = frozenset({"SALARY", "EMPLOYER_CONTRIBUTION"})
NO_RIGHT: Final = "insufficient access rights to modify the ledger receipt"
KEPT_FROM: Final = 5_000
"""Receipts of an environment from which on its lists are kept."""
PAGING: Final = frozenset({"page", "size", "previousId"})
SPANS: Final[tuple[tuple[Callable[[Receipt], dt.date], str, str], ...]] = (
    (lambda receipt: receipt.date, "startDate", "endDate"),
    (lambda receipt: receipt.created, "createdStartDate", "createdEndDate"),
    (lambda receipt: receipt.version, "versionStartDate", "versionEndDate"),
)
"""What a list can be cut by: receipt date, creation and version."""
HEADER: Final = (
    "name", "vatType", "vatStatus", "vatProcessing", "invoiceNotes", "accountantsNotes",
    "transactionDescription", "receiptValidity", "periodStartDate", "periodEndDate", "partnerId",
    "vatDate", "depreciation",
)  # fmt: skip
"""What a receipt has beside its rows and what Procountor sets."""


def post(ask: Ask) -> Answer:
    """Answer POST /ledgerreceipts: an unfinished journal, with a hidden invoice of its own."""
    body = ask.body()
    if body.get("type") != "JOURNAL":
        raise refuse(400, "Only ledger receipts of type JOURNAL can be created", "type")
    rows = _rows(ask, body)
    ask.need("accounting.journalReceipts", ALL)
    receipt = add_journal(ask.world, ask.company, body, rows)
    return json_answer(shown(ask.world, ask.company, receipt))


def add_journal(world: World, company: Company, body: Body, rows: list[Body]) -> Receipt:
    """Make an unfinished journal."""
    here = world.here
    hidden = Invoice(company.next_id("invoice"), {"type": "JOURNAL"}, here, here, is_hidden=True)
    company.invoices[hidden.id] = hidden
    receipt = Receipt(
        company.next_id("receipt"),
        {name: deepcopy(body[name]) for name in HEADER if name in body},
        here,
        here,
        invoice_id=hidden.id,
        number=company.next_id("receipt_number"),
        date=date_of(body["receiptDate"]) or here.date(),
        rows=[_numbered(company, row) for row in rows],
        attachments=hidden.attachments,
        own_rows=False,
    )
    company.receipts[receipt.id] = receipt
    hidden.receipt_id = receipt.id
    return receipt


def put(ask: Ask) -> Answer:
    """Answer PUT /ledgerreceipts/{id}: all rows are replaced, under the latest version.

    The row that Procountor posts against (REVERSING_ENTRY) stays; one that was there and is left
    out is a 400.
    """
    receipt, body = _found(ask), ask.body()
    if receipt.type not in CHANGED_TYPES:
        raise refuse(400, "Ledger receipts of this type cannot be changed", "type")
    ask.need(_right(receipt), ALL, message=NO_RIGHT)
    check_version(ask, receipt, body.get("version"))
    if body.get("type", receipt.type) != receipt.type:
        raise refuse(400, "Value of the 'type' cannot be changed", "type")
    if receipt.status not in ("UNFINISHED", "RECEIVED"):
        raise refuse(403, NO_RIGHT)
    rows = _rows(ask, body)
    _check_reversing(receipt, rows)
    change(ask.world, ask.company, receipt, body, rows)
    return json_answer(shown(ask.world, ask.company, receipt))


def change(world: World, company: Company, receipt: Receipt, body: Body, rows: list[Body]) -> None:
    """Replace what a receipt says."""
    receipt.body = {name: deepcopy(body[name]) for name in HEADER if name in body}
    receipt.date = date_of(body.get("receiptDate")) or receipt.date
    receipt.rows = [_numbered(company, row) for row in rows]
    receipt.own_rows = False
    world.touch(receipt)


def _check_reversing(receipt: Receipt, rows: list[Body]) -> None:
    def count(given: list[Body]) -> int:
        return sum(row["transactionType"] == "REVERSING_ENTRY" for row in given)

    if count(receipt.rows) > count(rows):
        raise refuse(400, "Reversing entry cannot be removed", "transactions")


def _rows(ask: Ask, body: Body) -> list[Body]:
    """Check a body and return its rows, closed by a reconciliation row where that is asked for."""
    check_receipt(ask, body)
    rows: list[Body] = body["transactions"]
    date = date_of(body["receiptDate"])
    if date is not None and ask.company.is_closed(date):
        raise refuse(403, CLOSED)
    difference = gross_of_rows(rows)
    if not difference:
        return rows
    has_one = any(row["transactionType"] == "RECONCILIATION_ENTRY" for row in rows)
    if ask.flag("createReconciliation") and not has_one:
        return [*rows, *reconciling(ask.company, difference)]
    if ask.world.habits.needs_balance:
        raise refuse(400, f"Ledger receipt does not balance: {difference}", "transactions")
    return rows


def _numbered(company: Company, row: Body) -> Body:
    kept = {key: deepcopy(value) for key, value in row.items() if key != "id"}
    return {"id": row.get("id") or company.next_id("row"), **kept}


def approve(ask: Ask) -> Answer:
    """Answer PUT /ledgerreceipts/{id}/approve: an unfinished journal of an open period."""
    return _move(ask, "APPROVED", {"UNFINISHED"}, "approved")


def unfinish(ask: Ask) -> Answer:
    """Answer PUT /ledgerreceipts/{id}/unfinished."""
    return _move(ask, "UNFINISHED", {"APPROVED", "INVALIDATED"}, "restored to unfinished")


def invalidate(ask: Ask) -> Answer:
    """Answer PUT /ledgerreceipts/{id}/invalidate."""
    return _move(ask, "INVALIDATED", {"UNFINISHED", "APPROVED"}, "invalidated")


def _move(ask: Ask, state: str, before: set[str], what: str) -> Answer:
    receipt = _found(ask)
    ask.need("accounting.journalReceipts", ALL)
    if receipt.type != "JOURNAL" or receipt.status not in before:
        raise refuse(403, "Ledger receipt status does not allow the operation")
    if ask.company.is_closed(receipt.date):
        raise refuse(403, CLOSED)
    receipt.status = state
    ask.world.touch(receipt)
    return json_answer({"message": f"Ledger receipt {what}"})


def get(ask: Ask) -> Answer:
    """Answer GET /ledgerreceipts/{ids}."""

    def found(number: int) -> Body | None:
        receipt = ask.company.receipts.get(number)
        is_seen = receipt is not None and not receipt.is_deleted and may_see(ask, receipt)
        return shown(ask.world, ask.company, receipt) if receipt and is_seen else None

    return batch(ask, ask.parts[0], found)


def search(ask: Ask) -> Answer:
    """Answer GET /ledgerreceipts; without ``types`` every type comes, VAT_SUMMARY among them."""
    if "VAT_SUMMARY" in ask.texts("types"):
        raise refuse(400, "Value of the 'types' field is invalid: ", "types")
    return page(
        ask,
        _kept(ask),
        shown=lambda row: _row(ask, row),
        id_of=lambda row: row.id,
        orders={
            "orderByDate": lambda row: row.date,
            "orderByCreated": lambda row: row.created,
            "orderByVersion": lambda row: row.version,
        },
    )


def _kept(ask: Ask) -> list[Receipt]:
    """Return what a list has; of a large environment it is kept until something changes."""
    if len(ask.company.receipts) < KEPT_FROM:
        return _listed(ask)
    query = tuple(item for item in ask.request.query if item[0] not in PAGING)
    key = (ask.company.id, ask.key.user_id, query)
    if key not in ask.world.lists:
        ask.world.lists[key] = _listed(ask)
    return ask.world.lists[key]


def _listed(ask: Ask) -> list[Receipt]:
    types, status = set(ask.texts("types")), ask.text("status")
    lists_deleted = ask.world.habits.lists_deleted
    seen = {
        kind: may_see_type(ask, kind) for kind in {r.type for r in ask.company.receipts.values()}
    }
    spans = [
        (of, ask.moment(first), ask.moment(last))
        for of, first, last in SPANS
        if ask.text(first) or ask.text(last)
    ]
    return [
        receipt
        for receipt in ask.company.receipts.values()
        if (not receipt.is_deleted or lists_deleted)
        and seen[receipt.type]
        and (not types or receipt.type in types)
        and status in ("", receipt.status)
        and all(is_between(of(receipt), first, last) for of, first, last in spans)
    ]


def shown(world: World, company: Company, receipt: Receipt) -> Body:
    """Return a whole receipt."""
    invoice = company.invoices.get(receipt.invoice_id or 0)
    return {
        "id": receipt.id,
        "type": receipt.type,
        "status": receipt.status,
        "receiptDate": str(receipt.date),
        "depreciation": "EMPTY",
        "receiptValidity": "EMPTY",
        **with_status(world, receipt.body),
        "invoiceId": receipt.invoice_id,
        "receiptNumber": receipt.number,
        "invoiceNumber": invoice.number if invoice and not invoice.is_hidden else None,
        "version": world.stamp(receipt.version),
        "transactions": receipt.rows,
        "attachments": [company.attachments[number].meta for number in receipt.attachments],
    }


def _row(ask: Ask, receipt: Receipt) -> Body:
    invoice = ask.company.invoices.get(receipt.invoice_id or 0)
    return {
        "id": receipt.id,
        "type": receipt.type,
        "status": "DELETED" if receipt.is_deleted else receipt.status,
        "name": receipt.body.get("name"),
        "receiptDate": str(receipt.date),
        "receiptNumber": receipt.number,
        "invoiceNumber": invoice.number if invoice and not invoice.is_hidden else None,
        "created": ask.world.stamp(receipt.created),
        "version": ask.world.stamp(receipt.version),
    }


def may_see(ask: Ask, receipt: Receipt) -> bool:
    """Return whether the key's user sees a receipt; others are left out without a word."""
    return may_see_type(ask, receipt.type)


def may_see_type(ask: Ask, kind: str) -> bool:
    """Return whether the key's user sees receipts of a type."""
    if kind in SALARY_TYPES:
        return ask.may("salaries.payroll", ALL) and ask.may("salaries.personRegister", VIEW)
    if kind in INVOICE_RIGHTS:
        return any(ask.may(right, VIEW) for right in INVOICE_RIGHTS[kind])
    return ask.may("accounting.journalReceiptSearch")


def _right(receipt: Receipt) -> str:
    if receipt.type == "JOURNAL":
        return "accounting.journalReceipts"
    return INVOICE_RIGHTS[receipt.type][0]


def _found(ask: Ask) -> Receipt:
    text = ask.parts[0]
    receipt = ask.company.receipts.get(int(text)) if text.isdecimal() else None
    if receipt is None or receipt.is_deleted or not may_see(ask, receipt):
        raise refuse(404, "Not found")
    return receipt
