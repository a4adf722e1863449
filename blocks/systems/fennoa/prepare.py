"""From a document of the outbox to what is sent to Fennoa, by what is agreed with the tenant."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from blocks.hub.outbox import Queued
from blocks.systems.fennoa.credits import CREDITED_NO
from blocks.systems.fennoa.customers import CUSTOMER_NO
from blocks.systems.fennoa.prepared import PREPARED, Prepared, Unsendable, document_of, marked
from blocks.systems.fennoa.tables import tables
from ledger.invoice.mappings.fennoa.mapping import Mapped, map_invoice
from ledger.invoice.mappings.fennoa.terms import KeyField, Terms

SENT_BEFORE: Final = "1"
"""In place of the number of what a credit that is there credits: nothing is held against it."""


def mapped(
    document: str, terms: Terms, *, customer_number: str = "", credited_number: int | None = None
) -> Mapped:
    """Return an invoice, given as JSON, as Fennoa takes it, or what stands against it."""
    return map_invoice(
        document_of(document),
        terms=terms,
        tables=tables(),
        customer_number=customer_number,
        credited_number=credited_number,
    )


def preparing(terms: Terms) -> Callable[[Queued], Prepared]:
    """Return what turns a document into what is sent; it is asked before, at and after a call."""

    @lru_cache(maxsize=PREPARED)
    def prepared(
        document: str, key: str, customer: str, number: str, *, is_created: bool
    ) -> Prepared:
        found = mapped(
            document,
            terms,
            customer_number=customer,
            credited_number=int(number) if number else None,
        )
        # What is there already is only held against what was sent.
        if not found.is_sendable and not is_created:
            raise Unsendable(code=", ".join(dict.fromkeys(one.code for one in found.problems)))
        form, read = dict(found.fields), document_of(document)
        method = read.recipients[0].channel if read.recipients else ""
        return Prepared(
            form=_with_key(form, marked(key), terms.key_field),
            customer_no=form.get(CUSTOMER_NO, ""),
            invoice_date=read.invoice_date.isoformat(),
            totals=found.totals,
            surcharge=terms.surcharge_of(method),
        )

    def prepare(queued: Queued) -> Prepared:
        item = queued.item
        number = item.before.get(CREDITED_NO) or (SENT_BEFORE if item.is_created else "")
        customer = str(item.before.get(CUSTOMER_NO, ""))
        return prepared(
            queued.document, item.key, customer, str(number), is_created=item.is_created
        )

    return prepare


def _with_key(form: dict[str, str], key: str, field: KeyField) -> dict[str, str]:
    """Put our key into its field, on a line of its own by which it is searched.

    In the notes the source's name of the invoice stays readable behind it.
    """
    is_notes = field is KeyField.NOTES_INTERNAL
    return form | {field.value: f"{key}\n{form.get(field, '')}".strip() if is_notes else key}
