"""From an invoice to the form fields of `sales_api/add`, or to what stands against it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from ledger.invoice.arithmetic import Totals
from ledger.invoice.checks import check
from ledger.invoice.document import InvoiceDocument
from ledger.invoice.mappings.fennoa.checks import STRICT, check_for_fennoa
from ledger.invoice.mappings.fennoa.header import header_of
from ledger.invoice.mappings.fennoa.rows import check_rows, rows_of
from ledger.invoice.mappings.fennoa.tables import Tables
from ledger.invoice.mappings.fennoa.terms import Terms
from ledger.invoice.problems import Problem, Severity, made_strict


@dataclass(frozen=True)
class Mapped:
    """What is to be sent. `fields`: names and values in order, none when it cannot go.

    `totals`: what Fennoa is expected to compute; it is sent none.
    """

    fields: tuple[tuple[str, str], ...]
    problems: tuple[Problem, ...]
    totals: Totals

    @property
    def is_sendable(self) -> bool:
        """Return whether nothing refuses it and it waits for nothing."""
        return bool(self.fields)

    @property
    def digest(self) -> str:
        """Return a hash of what is sent, to be stored before the call."""
        return hashlib.sha256(json.dumps(self.fields).encode()).hexdigest()

    @property
    def is_waiting(self) -> bool:
        """Return whether it goes by itself later: it waits, and nothing refuses it."""
        severities = {one.severity for one in self.problems}
        return Severity.WAITS in severities and Severity.REFUSES not in severities


def map_invoice(
    document: InvoiceDocument,
    *,
    terms: Terms,
    tables: Tables,
    customer_number: str = "",
    credited_number: int | None = None,
) -> Mapped:
    """Return an invoice as Fennoa takes it.

    Args:
        document: The invoice.
        terms: Of the tenant.
        tables: What Fennoa lists.
        customer_number: The customer's number in Fennoa where that is not the source's.
        credited_number: Number in Fennoa of the invoice that a credit corrects; by default what
            the credit note itself says.
    """
    number = credited_number or (document.credited.number if document.credited else None)
    found = (
        *check(document, country=terms.country, rates=tables.rates),
        *check_for_fennoa(document, terms=terms, tables=tables, credited_number=number),
        *check_rows(document, terms),
    )
    problems = made_strict(found, STRICT) if terms.is_strict else found
    totals = document.totals_by(terms.rounding)
    if any(one.severity is not Severity.WARNS for one in problems):
        return Mapped((), problems, totals)
    header = header_of(
        document,
        terms=terms,
        tables=tables,
        customer_number=customer_number,
        credited_number=number,
    )
    return Mapped((*header, *rows_of(document, terms)), problems, totals)
