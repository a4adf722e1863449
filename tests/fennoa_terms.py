"""Settings of a made-up tenant, and what its invoices become for Fennoa."""

from __future__ import annotations

from blocks.systems.fennoa.tables import tables as fennoa_tables
from ledger.invoice.mappings.fennoa.mapping import map_invoice
from ledger.invoice.mappings.fennoa.terms import Terms
from tests.invoices import invoice


def terms(**changes):
    return Terms(**{"process": "draft", "series_id": 3} | changes)


def mapped(document=None, *, settings=None, customer_number="", credited_number=None, **changes):
    """Map an invoice, by default the good one with some fields changed."""
    return map_invoice(
        document or invoice(**changes),
        terms=settings or terms(),
        tables=fennoa_tables(),
        customer_number=customer_number,
        credited_number=credited_number,
    )


def form(**how):
    """Return the form fields by name; the invoice has to be sendable."""
    found = mapped(**how)
    assert found.is_sendable, [one.message for one in found.problems]
    assert len(dict(found.fields)) == len(found.fields)
    return dict(found.fields)


def row_of(fields, number):
    """Return the fields of one row, without their prefix."""
    prefix = f"row[{number}]["
    return {
        name.removeprefix(prefix)[:-1]: value
        for name, value in fields.items()
        if name.startswith(prefix)
    }
