"""What can be wrong with an invoice by itself, wherever it goes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from ledger.invoice import identifiers
from ledger.invoice.document import InvoiceDocument, VatTreatment
from ledger.invoice.identifiers import Verdict
from ledger.invoice.problems import Problem, problem
from ledger.invoice.vat_rates import VatRates


def check(document: InvoiceDocument, *, country: str, rates: VatRates) -> tuple[Problem, ...]:
    """Return what is wrong, in the order of the fields.

    Args:
        document: The invoice.
        country: The seller's, whose VAT rates hold where the invoice names no other country.
        rates: The table of VAT rates.
    """
    return (
        *_dates(document),
        *_customer(document, country),
        *_reference(document),
        *_rates(document, document.vat_country or country, rates),
        *_treatment(document),
        *_credit(document),
        *(() if document.rows else (problem("rows_absent", "rows"),)),
    )


def _dates(document: InvoiceDocument) -> Iterator[Problem]:
    pairs = (
        ("invoice_date", "due_date"),
        ("delivery_period_start", "delivery_period_end"),
    )
    for first, last in pairs:
        one, other = getattr(document, first), getattr(document, last)
        if one and other and other < one:
            yield problem("dates_reversed", last, first=one, last=other)


def _customer(document: InvoiceDocument, country: str) -> Iterator[Problem]:
    customer = document.customer
    home = customer.address.country or country
    if customer.business_id:
        verdict = identifiers.business_id(customer.business_id, home)
        yield from _number("business_id", "customer.business_id", verdict, country=home)
    if customer.vat_number:
        verdict = identifiers.vat_number(customer.vat_number)
        yield from _number("vat_number", "customer.vat_number", verdict)


def _reference(document: InvoiceDocument) -> Iterator[Problem]:
    if document.payment_reference:
        verdict = identifiers.payment_reference(document.payment_reference)
        yield from _number("reference", "payment_reference", verdict)


def _number(code: str, field: str, verdict: Verdict, *, country: str = "") -> Iterator[Problem]:
    if verdict is not Verdict.GOOD:
        yield problem(f"{code}_{verdict}", field, country=country)


def _rates(document: InvoiceDocument, country: str, rates: VatRates) -> Iterator[Problem]:
    if not rates.knows(country):
        yield problem("rates_unknown", "vat_country", country=country)
        return
    known = _known(document, country, rates)
    ends = (document.delivery_period_start, document.delivery_period_end)
    for number, rate in _rated(document):
        if rate not in known:
            yield problem(
                "rate_not_in_force",
                "vat_rate",
                row=number,
                rate=rate,
                country=country,
                day=document.vat_date,
                known=", ".join(map(str, known)),
            )
        elif not document.is_credit and not document.delivery_date:
            yield from _within(rate, country, rates, number, ends)


def _known(document: InvoiceDocument, country: str, rates: VatRates) -> tuple[Decimal, ...]:
    """Return the rates that rows may have; all there were, of a credit of unknown day."""
    is_of_any_day = document.is_credit and not (
        document.credited and document.credited.delivery_date
    )
    if is_of_any_day:
        return rates.ever(country, until=document.vat_date)
    return rates.on(country, document.vat_date)


def _within(
    rate: Decimal,
    country: str,
    rates: VatRates,
    number: int,
    ends: tuple[dt.date | None, dt.date | None],
) -> Iterator[Problem]:
    if any(day and rate not in rates.on(country, day) for day in ends):
        yield problem("rate_changes_within", "vat_rate", row=number, rate=rate, country=country)


def _treatment(document: InvoiceDocument) -> Iterator[Problem]:
    is_domestic = document.vat_treatment is VatTreatment.DOMESTIC
    for number, rate in _rated(document):
        if is_domestic and not rate:
            yield problem("rate_zero", "vat_rate", row=number)
        elif rate and not is_domestic:
            treatment = str(document.vat_treatment)
            yield problem("rate_not_zero", "vat_rate", row=number, rate=rate, treatment=treatment)


def _credit(document: InvoiceDocument) -> Iterator[Problem]:
    if not document.is_credit:
        if document.credited:
            yield problem("credits_nothing", "credited")
        return
    credited = document.credited
    if credited is None or (credited.id is None and credited.number is None):
        yield problem("credited_absent", "credited")
    gross = document.totals.gross
    if gross > 0:
        yield problem("credit_not_negative", "rows", gross=gross)


def _rated(document: InvoiceDocument) -> Iterator[tuple[int, Decimal]]:
    for number, row in enumerate(document.rows, 1):
        if row.vat_rate is not None:
            yield number, row.vat_rate


def check_credits(
    original: InvoiceDocument, credits_so_far: tuple[InvoiceDocument, ...]
) -> tuple[Problem, ...]:
    """Return a remark when the credits of an invoice exceed it."""
    credited = -sum((one.totals.gross for one in credits_so_far), start=Decimal(0))
    gross = original.totals.gross
    if credited <= gross:
        return ()
    return (problem("credit_above_original", "rows", credited=credited, original=gross),)
