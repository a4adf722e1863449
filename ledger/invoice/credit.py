"""Credit notes: made of the invoice that they correct, with its VAT rates."""

from __future__ import annotations

import datetime as dt

from ledger.invoice.document import Credited, DocumentType, InvoiceDocument, Row


def credit_of(
    original: InvoiceDocument,
    *,
    id: str,  # noqa: A002 - the contract's word
    invoice_date: dt.date,
) -> InvoiceDocument:
    """Return the credit note that takes a whole invoice back: its rows with quantities negated.

    VAT rates are the original's, whatever is in force when it is credited.
    """
    return original.model_copy(
        update={
            "id": id,
            "type": DocumentType.CREDIT_NOTE,
            "number": None,
            "invoice_date": invoice_date,
            "due_date": invoice_date,
            "payment_reference": "",
            "credited": Credited(
                id=original.id, number=original.number, delivery_date=original.vat_date
            ),
            "rows": tuple(map(_negated, original.rows)),
        }
    )


def _negated(row: Row) -> Row:
    return row if row.quantity is None else row.model_copy(update={"quantity": -row.quantity})
