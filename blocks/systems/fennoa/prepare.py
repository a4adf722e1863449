"""From a document of the outbox to what is sent to Fennoa, by what is agreed with the tenant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from blocks.hub.outbox import Queued
from blocks.invoices.tables import fennoa_tables
from blocks.systems.fennoa.credits import CREDITED_NO
from blocks.systems.fennoa.customers import CUSTOMER_NO
from blocks.systems.fennoa.prepared import Prepared, Unsendable, marked
from ledger.invoice.document import InvoiceDocument
from ledger.invoice.mappings.fennoa.mapping import Mapped, map_invoice
from ledger.invoice.mappings.fennoa.terms import KeyField, Terms

SENT_BEFORE: Final = "1"
"""In place of the number of what a credit that is there credits: nothing is held against it."""


def mapped(
    document: str, terms: Terms, *, customer_number: str = "", credited_number: int | None = None
) -> Mapped:
    """Return an invoice, given as JSON, as Fennoa takes it, or what stands against it."""
    return map_invoice(
        InvoiceDocument.model_validate_json(document),
        terms=terms,
        tables=fennoa_tables(),
        customer_number=customer_number,
        credited_number=credited_number,
    )


def preparing(terms: Terms) -> Callable[[Queued], Prepared]:
    """Return what turns a document into what is sent."""

    def prepare(queued: Queued) -> Prepared:
        before = queued.item.before
        number = before.get(CREDITED_NO)
        if not number and queued.item.is_created:
            number = SENT_BEFORE
        found = mapped(
            queued.document,
            terms,
            customer_number=str(before.get(CUSTOMER_NO, "")),
            credited_number=int(number) if number else None,
        )
        # What is there already is only held against what was sent.
        if not found.is_sendable and not queued.item.is_created:
            raise Unsendable(code=", ".join(dict.fromkeys(one.code for one in found.problems)))
        form = dict(found.fields)
        document = InvoiceDocument.model_validate_json(queued.document)
        method = document.recipients[0].channel if document.recipients else ""
        return Prepared(
            form=_with_key(form, marked(queued.item.key), terms.key_field),
            customer_no=form.get(CUSTOMER_NO, ""),
            invoice_date=document.invoice_date.isoformat(),
            totals=found.totals,
            surcharge=terms.surcharge_of(method),
        )

    return prepare


def _with_key(form: dict[str, str], key: str, field: KeyField) -> dict[str, str]:
    """Put our key into its field, on a line of its own by which it is searched.

    In the notes the source's name of the invoice stays readable behind it.
    """
    is_notes = field is KeyField.NOTES_INTERNAL
    return form | {field.value: f"{key}\n{form.get(field, '')}".strip() if is_notes else key}
