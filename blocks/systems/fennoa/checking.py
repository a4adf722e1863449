"""An invoice there, held against what was sent: its key, its sums, its day, its delivery."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from blocks.field_words import field_in_words
from blocks.hub.outbox import Queued
from blocks.systems.fennoa.listing import Row
from blocks.systems.fennoa.prepared import Prepared, marked
from ledger.invoice.mappings.fennoa.read_back import compare, has_key, sums_of
from ledger.invoice.mappings.fennoa.terms import KeyField
from ledger.invoice.problems import Problem
from ledger.push.items import Step

ID_FIELDS: Final = ("sales_invoice_id", "invoice_id")
"""By which a delivery error may name its invoice: the documentation does not say."""


def differing_sums(header: Row, expected: Prepared, *, is_sent: bool) -> tuple[Problem, ...] | None:
    """Return which sums differ; None where they could not be read.

    Once an invoice was sent, exactly the surcharge of its delivery method is allowed.
    """
    found = sums_of(header)
    if found is None:
        return None
    return compare(expected.totals, found, surcharge=expected.surcharge if is_sent else None)


def against_sums(header: Row, expected: Prepared, *, is_sent: bool) -> str:
    """Return why the sums hold a document, without a figure; empty when they are right."""
    found = differing_sums(header, expected, is_sent=is_sent)
    if found is None:
        return "its totals could not be read there"
    names = ", ".join(field_in_words(one.field) for one in found)
    return f"not as expected there: {names}" if names else ""


def differing(queued: Queued, header: Row, expected: Prepared, field: KeyField) -> Iterator[str]:
    """Yield in what an invoice differs from what was sent, in sentences."""
    if not has_key(header, marked(queued.item.key), field):
        yield f"not ours: our key is not in {field}"
    is_sent = Step.SEND in queued.item.steps[: queued.item.finished]
    sums = differing_sums(header, expected, is_sent=is_sent)
    if sums is None:
        yield "its totals could not be read there"
    yield from (one.message for one in sums or ())
    if (day := str(header.get("invoice_date", ""))) != expected.invoice_date:
        yield f"invoice date {day} there, {expected.invoice_date} sent"


def is_undelivered(errors: list[Row], target_id: str, number: str) -> bool:
    """Return whether one of the delivery errors is about an invoice."""
    return any(_is_about(row, target_id, number) for row in errors)


def _is_about(row: Row, target_id: str, number: str) -> bool:
    if not isinstance(row, dict):
        return False
    invoice = row.get("SalesInvoice")
    head = invoice if isinstance(invoice, dict) else {}
    ids = {str(row.get(name, "")) for name in ID_FIELDS} | {str(head.get("id", ""))}
    numbers = {str(one.get("invoice_no", "")) for one in (row, head)} - {""}
    return target_id in ids or number in numbers
