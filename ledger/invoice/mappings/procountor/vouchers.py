"""Bodies of ``POST /ledgerreceipts`` and ``PUT …/paymentevents/markpaid``."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from ledger.invoice.mappings.procountor.cards import KEY_MARK
from ledger.invoice.mappings.procountor.characters import within
from ledger.invoice.mappings.procountor.receipts import check_rows, gross_of, posting_row
from ledger.invoice.mappings.procountor.writing import NAME_CHARS, Body, Mapped, Writer, present
from ledger.invoice.pushed.ledger import Journal, Payment

KEY_CHARS: Final = 16
NOTE_CHARS: Final = 255
DESCRIPTION_CHARS: Final = 140


def journal_name(journal: Journal, key: str) -> str:
    """Return the name under which a journal is known again: it ends in our key."""
    ending = f" {KEY_MARK}{key[:KEY_CHARS]}"
    return within(journal.name)[: NAME_CHARS - len(ending)].rstrip() + ending


def journal_body(journal: Journal, writer: Writer, *, key: str) -> Mapped:
    """Return what creates a journal, or what stands against it."""
    check_rows(journal.postings, journal.vat_status, writer)
    if difference := gross_of(journal.postings, writer.terms.rounding):
        writer.note("postings_unbalanced", "postings", difference=difference)
    side, status = journal.vat_side, journal.vat_status
    return writer.mapped(
        {
            "type": "JOURNAL",
            "name": journal_name(journal, key),
            "receiptDate": journal.date.isoformat(),
            "vatType": side.upper(),
            "vatStatus": int(status) if status.isdigit() else None,
            "accountantsNotes": writer.text(journal.note, "note", NOTE_CHARS),
            "transactions": [
                posting_row(one, side=side, status=status) for one in journal.postings
            ],
        }
    )


def payment_body(payment: Payment, amount: Decimal, *, is_sale: bool) -> Body:
    """Return what marks an invoice paid; the description is taken of sales alone."""
    return present(
        {
            "paymentDate": payment.paid_on.isoformat(),
            "amount": amount,
            "currency": payment.currency,
            "description": within(payment.description)[:DESCRIPTION_CHARS] if is_sale else "",
        }
    )
