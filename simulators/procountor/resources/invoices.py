"""Invoices: made, changed, read and listed. Their receipts come with them.

A new invoice is UNFINISHED whatever is sent. One that names no approvers gets the environment's
while the circulation is on; ``"invoiceApprovalInformation": {}`` means none.

Source:
    Procountor API 26.04: Invoice, InvoiceSearchResult; support.procountor.fi 4403257003409.
"""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any, Final

from simulators.procountor import references
from simulators.procountor.answers import Answer, json_answer, refuse
from simulators.procountor.ask import Ask
from simulators.procountor.checks import date_of, dig
from simulators.procountor.company import Body, Company, Invoice, Receipt
from simulators.procountor.enums import SALES_TYPES
from simulators.procountor.paging import batch, page, within
from simulators.procountor.resources.invoice_checks import check_invoice
from simulators.procountor.resources.versions import check_version, with_status
from simulators.procountor.rights import ALL, VIEW
from simulators.procountor.sums import own_rows, rounded, sums_of
from simulators.procountor.world import World

RIGHTS: Final = {
    "SALES_INVOICE": ("sales.salesOrGroupInvoices", "sales.salesInvoiceSearch"),
    "SALES_ORDER": ("sales.salesOrGroupInvoices", "sales.salesInvoiceSearch"),
    "PURCHASE_INVOICE": ("purchases.purchaseInvoices", "purchases.purchaseInvoiceSearch"),
    "PURCHASE_ORDER": ("purchases.purchaseInvoices", "purchases.purchaseInvoiceSearch"),
    "TRAVEL_INVOICE": (
        "travelAndExpenses.travelAndExpenseInvoices",
        "travelAndExpenses.travelAndExpenseInvoiceSearch",
    ),
    "BILL_OF_CHARGES": (
        "travelAndExpenses.travelAndExpenseInvoices",
        "travelAndExpenses.travelAndExpenseInvoiceSearch",
    ),
}
"""The right to make and the right to see invoices, by type."""
OWN: Final = frozenset(
    {"id", "invoiceNumber", "ledgerReceiptId", "version", "status", "invoiceSumInfo", "sum",
     "creatorId", "attachments", "paymentDate", "invoiceOperatorInfo", "created"}
)  # fmt: skip
"""What Procountor sets itself, whatever is sent."""
ACCOUNTED: Final = ("invoiceRows", "vatStatus", "discountPercent", "extraInfo", "date")
"""A change of these makes a new receipt; so does one of the currency."""


def post(ask: Ask) -> Answer:
    """Answer POST /invoices."""
    body = ask.body()
    check_invoice(ask, body)
    ask.need(RIGHTS[body["type"]][0], ALL)
    invoice = add(ask.world, ask.company, body, creator_id=ask.key.user_id)
    return json_answer(shown(ask.world, ask.company, invoice))


def add(world: World, company: Company, body: Body, *, creator_id: int = 1) -> Invoice:
    """Make an unfinished invoice and its receipt."""
    here = world.here
    invoice = Invoice(
        company.next_id("invoice"),
        _kept(company, body),
        here,
        here,
        number=company.next_id("invoice_number"),
        creator_id=creator_id,
    )
    _set_checkers(company, invoice)
    company.invoices[invoice.id] = invoice
    note(world, invoice, "CREATED", user_id=creator_id)
    new_receipt(world, company, invoice)
    return invoice


def _kept(company: Company, body: Body) -> Body:
    kept = {key: deepcopy(value) for key, value in body.items() if key not in OWN}
    party = dig(body, "counterParty.counterPartyAddress")
    for address in ("billingAddress", "deliveryAddress"):
        kept.setdefault(address, deepcopy(party))
    if kept["paymentInfo"].get("bankReferenceCode") == "":
        kept["paymentInfo"]["bankReferenceCode"] = references.new(company.next_id("reference"))
    return kept


def _set_checkers(company: Company, invoice: Invoice) -> None:
    given = invoice.body.get("invoiceApprovalInformation")
    if given is None:
        uses_defaults = company.circulation and invoice.type not in SALES_TYPES
        invoice.acceptors = list(company.default_acceptors) if uses_defaults else []
        return
    invoice.acceptors = [int(item["userId"]) for item in given.get("acceptors") or []]
    invoice.verifiers = [int(item["userId"]) for item in given.get("verifiers") or []]


def new_receipt(world: World, company: Company, invoice: Invoice) -> Receipt:
    """Make the receipt of an invoice anew, with Procountor's own rows and a new id."""
    here = world.here
    for old in company.by_invoice(invoice.id):
        company.receipts.pop(old.id)
    receipt = Receipt(
        company.next_id("receipt"),
        {"name": _name(invoice), **_vat(invoice)},
        here,
        here,
        type=invoice.type,
        status=invoice.status,
        invoice_id=invoice.id,
        number=company.next_id("receipt_number"),
        date=date_of(invoice.body["date"]) or here.date(),
        rows=[{"id": company.next_id("row"), **r} for r in own_rows(company, invoice.body)],
        attachments=invoice.attachments,
    )
    company.receipts[receipt.id] = receipt
    invoice.receipt_id = receipt.id
    return receipt


def _name(invoice: Invoice) -> str:
    return str(dig(invoice.body, "counterParty.counterPartyAddress.name"))[:80]


def _vat(invoice: Invoice) -> Body:
    is_sale = invoice.type in SALES_TYPES
    found: Body = {"vatType": "SALES" if is_sale else "PURCHASE", "vatProcessing": "FINLAND"}
    status = invoice.body.get("vatStatus")
    return found | ({"vatStatus": status} if status is not None else {})


def put(ask: Ask) -> Answer:
    """Answer PUT /invoices/{id}, which replaces everything that may be changed."""
    invoice, body = find(ask), ask.body()
    check_version(ask, invoice, body.get("version"))
    editable = {"UNFINISHED"} if invoice.type in SALES_TYPES else {"UNFINISHED", "RECEIVED"}
    ask.need(RIGHTS[invoice.type][0], ALL)
    if invoice.status not in editable:
        raise refuse(403, "Invoice status does not allow editing")
    check_invoice(ask, body)
    if body["type"] != invoice.type or body.get("partnerId") != invoice.body.get("partnerId"):
        raise refuse(400, "Value of the 'partnerId' cannot be changed", "partnerId")
    change(ask.world, ask.company, invoice, body)
    return json_answer(shown(ask.world, ask.company, invoice))


def change(world: World, company: Company, invoice: Invoice, body: Body) -> None:
    """Replace what an invoice says; where that touches the posting, its receipt is made anew."""
    before, invoice.body = invoice.body, _kept(company, body)
    if (
        any(_accounted(before, name) != _accounted(invoice.body, name) for name in ACCOUNTED)
        or before["paymentInfo"]["currency"] != invoice.body["paymentInfo"]["currency"]
    ):
        new_receipt(world, company, invoice)
    note(world, invoice, "MODIFIED")
    world.touch(invoice)


def _accounted(body: Body, name: str) -> Any:
    return body.get(name)


def get(ask: Ask) -> Answer:
    """Answer GET /invoices/{ids}."""

    def found(number: int) -> Body | None:
        invoice = ask.company.invoices.get(number)
        is_seen = invoice is not None and may_see(ask, invoice)
        return shown(ask.world, ask.company, invoice) if invoice and is_seen else None

    return batch(ask, ask.parts[0], found)


def search(ask: Ask) -> Answer:
    """Answer GET /invoices."""
    rows = [i for i in ask.company.invoices.values() if may_see(ask, i) and _matches(ask, i)]
    return page(
        ask,
        rows,
        shown=lambda row: _row(ask, row),
        id_of=lambda row: row.id,
        orders={
            "orderByDate": lambda row: row.body["date"],
            "orderByCreated": lambda row: row.created,
            "orderByVersion": lambda row: row.version,
        },
    )


def _matches(ask: Ask, invoice: Invoice) -> bool:
    body = invoice.body
    date, due = date_of(body["date"]), date_of(body["paymentInfo"]["dueDate"])
    wanted: dict[str, Any] = {
        "originalInvoiceNumber": body.get("originalInvoiceNumber"),
        "invoiceNumber": invoice.number,
        "businessPartnerId": body.get("partnerId"),
    }
    searched = ask.text("searchTerm").lower()
    texts = (_name(invoice), str(invoice.number), body.get("additionalInformation") or "")
    return (
        all(ask.text(name) in ("", str(value)) for name, value in wanted.items())
        and (not ask.texts("types") or invoice.type in ask.texts("types"))
        and (not ask.texts("status") or invoice.status in ask.texts("status"))
        and (
            not ask.texts("invoiceChannel") or body["invoiceChannel"] in ask.texts("invoiceChannel")
        )
        and any(searched in text.lower() for text in texts)
        and (date is None or within(ask, "", date))
        and (due is None or within(ask, "due", due))
        and within(ask, "created", invoice.created)
        and within(ask, "version", invoice.version)
    )


def shown(world: World, company: Company, invoice: Invoice) -> Body:
    """Return a whole invoice."""
    checkers = {
        "acceptors": [{"userId": number} for number in invoice.acceptors],
        "verifiers": [{"userId": number} for number in invoice.verifiers],
    }
    return {
        **with_status(world, invoice.body),
        "id": invoice.id,
        "status": invoice.status,
        "invoiceNumber": invoice.number,
        "ledgerReceiptId": invoice.receipt_id,
        "creatorId": invoice.creator_id,
        "invoiceApprovalInformation": checkers,
        "invoiceSumInfo": sum_info(company, invoice),
        "sum": sums_of(invoice.body).gross,
        "attachments": [company.attachments[number].meta for number in invoice.attachments],
        "version": world.stamp(invoice.version),
    }


def _row(ask: Ask, invoice: Invoice) -> Body:
    body = invoice.body
    keys = ("partnerId", "originalInvoiceNumber", "invoiceChannel", "date", "counterParty")
    info = body["paymentInfo"]
    return {
        **{key: body.get(key) for key in keys},
        "id": invoice.id,
        "type": invoice.type,
        "status": invoice.status,
        "invoiceNumber": invoice.number,
        "dueDate": info["dueDate"],
        "newDueDate": info.get("newDueDate"),
        "created": ask.world.stamp(invoice.created),
        "version": ask.world.stamp(invoice.version),
        "invoiceSumInfo": sum_info(ask.company, invoice),
        "creatorId": invoice.creator_id,
    }


def sum_info(company: Company, invoice: Invoice) -> list[Body]:
    """Return the totals, in the invoice's currency and, where it differs, the environment's."""
    info, found = invoice.body["paymentInfo"], sums_of(invoice.body)
    rates = {info["currency"]: Decimal(1)}
    rates.setdefault(company.currency, Decimal(info.get("currencyRate") or 1))
    return [
        {
            "currency": currency,
            "inAccountingCurrency": currency == company.currency,
            "excludingVatTotal": rounded(found.net / rate),
            "vatSumTotal": rounded(found.vat / rate),
            "invoiceSumTotal": rounded(found.gross / rate),
        }
        for currency, rate in rates.items()
    ]


def may_see(ask: Ask, invoice: Invoice) -> bool:
    """Return whether the key's user sees an invoice; a journal's hidden one nobody does."""
    return not invoice.is_hidden and any(ask.may(right, VIEW) for right in RIGHTS[invoice.type])


def find(ask: Ask) -> Invoice:
    """Return the invoice that the path names.

    Raises:
        Refused: There is none that the user may see.
    """
    text = ask.parts[0]
    invoice = ask.company.invoices.get(int(text)) if text.isdecimal() else None
    if invoice is None:
        raise refuse(404, "Not found")
    if not may_see(ask, invoice):
        raise refuse(ask.world.habits.missing_rights_status, "Not found")
    return invoice


def note(world: World, invoice: Invoice, kind: str, *, user_id: int = 1, comment: str = "") -> None:
    """Add an event to an invoice's log."""
    invoice.log.append(
        {
            "id": len(invoice.log) + 1,
            "type": kind,
            "date": world.stamp(world.here),
            "userId": user_id,
            "comment": comment,
        }
    )
