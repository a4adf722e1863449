"""From a document of the outbox to what is sent to Fennoa, by what is agreed with the tenant."""

from __future__ import annotations

from collections.abc import Callable

from blocks.hub.outbox import Queued
from blocks.invoices.tables import fennoa_tables
from blocks.systems.fennoa.prepared import KEY_FIELD, Prepared, Unsendable
from ledger.invoice.document import InvoiceDocument
from ledger.invoice.mappings.fennoa.mapping import Mapped, map_invoice
from ledger.invoice.mappings.fennoa.terms import Terms


def mapped(document: str, terms: Terms) -> Mapped:
    """Return an invoice, given as JSON, as Fennoa takes it, or what stands against it."""
    invoice = InvoiceDocument.model_validate_json(document)
    return map_invoice(invoice, terms=terms, tables=fennoa_tables())


def preparing(terms: Terms) -> Callable[[Queued], Prepared]:
    """Return what turns a document into what is sent."""

    def prepare(queued: Queued) -> Prepared:
        found = mapped(queued.document, terms)
        if not found.is_sendable:
            raise Unsendable(code=", ".join(dict.fromkeys(one.code for one in found.problems)))
        form = dict(found.fields)
        # Our key on a line of its own, by which it is searched; the source's name stays readable.
        form[KEY_FIELD] = f"tasma:{queued.item.key}\n{form.get(KEY_FIELD, '')}".strip()
        return Prepared(
            form=form,
            customer_no=form.get("customer_no", ""),
            invoice_date=form["invoice_date"],
            total_gross=found.totals.gross,
        )

    return prepare
