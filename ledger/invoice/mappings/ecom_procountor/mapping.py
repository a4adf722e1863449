"""From one document of Ecom to what is pushed: the fields of the article's lists, and no other.

What Procountor needs beyond the lists (channel, addresses that are empty, units) is its target's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ledger.ecom.decide import Decision, Paid
from ledger.ecom.documents import EcomDocument, EcomRow, Party
from ledger.ecom.modes import Mode
from ledger.invoice.document import DocumentType
from ledger.invoice.fields import plain
from ledger.invoice.mappings.ecom_procountor.accounts import Table
from ledger.invoice.mappings.ecom_procountor.postings import (
    Refusal,
    check_accounts,
    check_posting,
    check_sums,
    postings_of,
    refusal,
)
from ledger.invoice.mappings.ecom_procountor.terms import SOURCE, Terms
from ledger.invoice.pushed.cards import Partner, PartnerType
from ledger.invoice.pushed.invoices import (
    Channel,
    Counterparty,
    InvoiceRow,
    PurchaseInvoice,
    SalesInvoice,
)
from ledger.invoice.pushed.ledger import Payment
from ledger.invoice.pushed.parts import BankAccount, Image, Link, Pushed


@dataclass(frozen=True)
class Mapped:
    """What is pushed, in the order in which it is, or what stands against it.

    `notes`: what a person may want to see of a document that goes.
    """

    documents: tuple[Pushed, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[Refusal, ...] = ()


def map_document(
    document: EcomDocument,
    *,
    stamp: Mode,
    table: Table,
    terms: Terms,
    image: Image | None = None,
) -> Mapped:
    """Return a purchase or sales invoice as it is pushed.

    Args:
        document: The revision that its trigger named.
        stamp: The mode of its trigger: B posts purchases by Ecom's posting, A by none.
        table: The account table.
        terms: Of the tenant.
        image: The invoice's image, where its bytes are at hand.
    """
    found = tuple(_against(document, stamp, table, terms))
    if found:
        return Mapped(refusals=found)
    image, notes = _image(image, terms)
    make = _purchase if document.is_purchase else _sale
    return Mapped(make(document, stamp, table, terms, image), notes=notes)


def _against(document: EcomDocument, stamp: Mode, table: Table, terms: Terms) -> Iterator[Refusal]:
    if not document.rows:
        yield refusal("rows_absent")
    unnamed = [str(n) for n, row in enumerate(document.rows, 1) if not row.product_name]
    if unnamed:
        yield refusal("row_name_absent", rows=", ".join(unnamed))
    if document.is_purchase and stamp is not Mode.VOUCHER_ECOM:
        yield from _statuses(document, table, terms)
        return
    if unposted := tuple(check_posting(document)):
        yield from unposted
        return
    accounts = tuple(check_accounts(document, table, terms))
    yield from accounts
    if not accounts and document.rows:
        yield from check_sums(document, terms)


def _statuses(document: EcomDocument, table: Table, terms: Terms) -> Iterator[Refusal]:
    """Yield rows whose VAT status has no VAT while they have; nothing else is asked of accounts."""
    wrong = {
        f"row {number}: status {status}"
        for number, row in enumerate(document.rows, 1)
        if (status := _purchase_status(row, table, terms)) != terms.domestic_status and row.vat_rate
    }
    if wrong:
        yield refusal("vat_status_rate", accounts=", ".join(sorted(wrong)))


def _purchase_status(row: EcomRow, table: Table, terms: Terms) -> str:
    known = table.get((row.account, plain(row.vat_rate)))
    if known and known.vat_status and known.is_for_purchases:
        return known.vat_status
    return terms.purchase_status(row.vat_rate)


def partner_of(party: Party) -> Partner:
    """Return the card of a supplier: what joins one that is there, or makes it."""
    return Partner(
        source=SOURCE,
        id=f"supplier-{party.id}",
        type=PartnerType.SUPPLIER,
        name=party.name,
        vat_number=party.vat_number,
        business_id=_business_id(party),
    )


def _business_id(party: Party) -> str:
    """Return a business id in place of a VAT id that is not known; the list has the latter."""
    return "" if party.vat_number else party.business_id


def _purchase(
    document: EcomDocument, stamp: Mode, table: Table, terms: Terms, image: Image | None
) -> tuple[Pushed, ...]:
    partner = partner_of(document.party)
    posts = stamp is Mode.VOUCHER_ECOM
    invoice = PurchaseInvoice(
        source=SOURCE,
        id=document.id,
        type=_type(document),
        number=document.number,
        invoice_date=document.date,
        due_date=document.due_date,
        currency=document.currency,
        currency_rate=document.currency_rate,
        prices=document.prices,
        partner=Link(document=partner.key),
        counterparty=Counterparty(
            name=document.party.name,
            vat_number=document.party.vat_number,
            business_id=_business_id(document.party),
        ),
        bank_account=_supplier_account(document),
        vat_status=terms.purchase_vat_status,
        rows=tuple(_purchase_row(row, document, table, terms) for row in document.rows),
        postings=postings_of(document, table, terms) if posts else None,
        image=image,
    )
    return partner, invoice


def _purchase_row(row: EcomRow, document: EcomDocument, table: Table, terms: Terms) -> InvoiceRow:
    status = _purchase_status(row, table, terms)
    return _row(row, document, terms).model_copy(
        update={
            "product_number": row.product_number,
            "comment": row.product_group,
            "vat_status": status if status != terms.purchase_vat_status else "",
        }
    )


def _sale(
    document: EcomDocument, _: Mode, table: Table, terms: Terms, image: Image | None
) -> tuple[Pushed, ...]:
    return (
        SalesInvoice(
            source=SOURCE,
            id=document.id,
            type=_type(document),
            number=document.number,
            invoice_date=document.created_on or document.date,
            due_date=document.due_date,
            currency=document.currency,
            currency_rate=document.currency_rate,
            prices=document.prices,
            counterparty=Counterparty(name=document.party.name, address=document.party.address),
            bank_account=terms.bank_account,
            payment_reference=document.payment_reference,
            vat_status=terms.sales_vat_status,
            rows=tuple(_sales_row(row, document, table, terms) for row in document.rows),
            postings=postings_of(document, table, terms),
            channel=Channel.NOT_SENT,
            language=terms.language,
            image=image,
        ),
    )


def _sales_row(row: EcomRow, document: EcomDocument, table: Table, terms: Terms) -> InvoiceRow:
    known = table.get((row.account, plain(row.vat_rate)))
    status = known.vat_status if known else ""
    is_own = status not in {"", terms.sales_vat_status}
    return _row(row, document, terms).model_copy(update={"vat_status": status if is_own else ""})


def _row(row: EcomRow, document: EcomDocument, terms: Terms) -> InvoiceRow:
    quantity, price = row.quantity, row.price
    if document.is_credit_note:
        # The sign of the sum stands on the quantity, and the price is positive.
        amount = abs(quantity)
        quantity, price = (amount if quantity * price > 0 else -amount), abs(price)
    return InvoiceRow(
        product_name=row.product_name,
        quantity=quantity,
        unit=terms.units.get(row.unit, ""),
        price=price,
        discount_percent=row.discount_percent,
        vat_rate=row.vat_rate,
    )


def _supplier_account(document: EcomDocument) -> BankAccount | None:
    iban = document.bank_account or document.party.bank_account
    bic = document.bic or document.party.bic
    return BankAccount(iban=iban, bic=bic) if iban else None


def _type(document: EcomDocument) -> DocumentType:
    return DocumentType.CREDIT_NOTE if document.is_credit_note else DocumentType.INVOICE


def _image(image: Image | None, terms: Terms) -> tuple[Image | None, tuple[Refusal, ...]]:
    if image is None or image.size_bytes <= terms.max_image_bytes:
        return image, ()
    size, limit = image.size_bytes, terms.max_image_bytes
    return None, (refusal("image_too_large", size_bytes=size, limit=limit),)


def map_payment(decision: Decision, paid: Paid, *, subject: str) -> Payment:
    """Return a payment as it is pushed: once its invoice is approved there.

    Args:
        decision: What names it.
        paid: Day and amount; no amount is all that is open there.
        subject: The id of its invoice.
    """
    amount: Decimal | None = paid.amount
    return Payment(
        source=SOURCE,
        id=decision.item,
        invoice=Link(document=f"{SOURCE}/{subject}"),
        paid_on=paid.day,
        amount=amount,
        currency=paid.currency,
        origin=paid.origin,
    )
