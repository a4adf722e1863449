"""What Fennoa would refuse or take otherwise than it is meant: found before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ledger.invoice import identifiers
from ledger.invoice.arithmetic import Prices
from ledger.invoice.document import InvoiceDocument, VatTreatment
from ledger.invoice.identifiers import Verdict
from ledger.invoice.mappings.fennoa.tables import Method, Tables
from ledger.invoice.mappings.fennoa.terms import KeyField, Terms
from ledger.invoice.parties import CustomerKind, Recipient
from ledger.invoice.problems import Problem, problem

TITLE: Final = "Fennoa"
NOTE_CHARS: Final = 500
"""Longest text above the rows."""

STRICT: Final = frozenset(
    {"customer_number_absent", "product_number_absent", "rate_not_zero", "rate_zero"}
)
"""Remarks that refuse the invoice of a tenant who wants it so."""

_EXPECTED: Final = {
    "email": "one e-mail address",
    "e_invoice": "an OVT, an IBAN or the operator's own form",
    "iban": "the IBAN-like address that the consumer's bank gave",
}


def check_for_fennoa(
    document: InvoiceDocument, *, terms: Terms, tables: Tables, credited_number: int | None
) -> Iterator[Problem]:
    """Yield what stands against sending an invoice, in the order of the fields.

    Args:
        document: The invoice, itself checked already.
        terms: Of the tenant.
        tables: What Fennoa lists.
        credited_number: Number in Fennoa of the invoice that a credit corrects, when it has one.
    """
    yield from _customer(document)
    yield from _vat(document, tables)
    yield from _recipient(document, terms, tables)
    yield from _settings(document, terms)
    if document.is_credit and document.credited and credited_number is None:
        yield problem("credited_number_awaited", "credited", target=TITLE)


def _customer(document: InvoiceDocument) -> Iterator[Problem]:
    customer = document.customer
    if not customer.number:
        yield problem("customer_number_absent", "customer.number", target=TITLE)
    for name in ("street", "postal_code", "city", "country"):
        if not getattr(customer.address, name):
            yield problem("field_absent", f"customer.address.{name}", target=TITLE)
    if document.due_date is None:
        yield problem("field_absent", "due_date", target=TITLE)


def _vat(document: InvoiceDocument, tables: Tables) -> Iterator[Problem]:
    treatment = document.vat_treatment
    if treatment not in tables.tax_codes:
        yield problem("treatment_unknown", "vat_treatment", target=TITLE, treatment=str(treatment))
    if not document.customer.vat_number:
        if treatment is VatTreatment.EU_SERVICES:
            yield problem("vat_number_absent", "customer.vat_number")
        elif treatment is VatTreatment.EU_GOODS:
            yield problem("vat_number_wanted", "customer.vat_number")
    is_consumer = document.customer.kind is CustomerKind.CONSUMER or any(
        method.is_consumer for method in _methods(document, tables)
    )
    if is_consumer and document.prices is Prices.NET:
        yield problem("consumer_prices_net", "prices")


def _methods(document: InvoiceDocument, tables: Tables) -> Iterator[Method]:
    for one in document.recipients:
        if one.channel in tables.methods:
            yield tables.methods[one.channel]


def _recipient(document: InvoiceDocument, terms: Terms, tables: Tables) -> Iterator[Problem]:
    if len(document.recipients) > 1:
        yield problem("recipients_several", "recipients", count=len(document.recipients))
    if not document.recipients:
        yield problem("channel_absent", "recipients.channel")
    for one in document.recipients[:1]:
        method = tables.methods.get(one.channel)
        if method is None:
            known = ", ".join(tables.methods)
            yield problem("channel_unknown", "recipients.channel", channel=one.channel, known=known)
        else:
            yield from _channel(one, method, terms, tables)


def _channel(one: Recipient, method: Method, terms: Terms, tables: Tables) -> Iterator[Problem]:
    if method.is_consumer and not terms.consumer_e_invoicing:
        yield problem(
            "consumer_e_invoicing_absent",
            "recipients.channel",
            channel=method.code,
            target=TITLE,
        )
    yield from _address(one, method)
    if method.operator and not one.operator:
        yield problem("operator_absent", "recipients.operator")
    elif method.operator and not _is_operator(one.operator, method, terms, tables):
        yield problem(
            "operator_unknown",
            "recipients.operator",
            operator=one.operator,
            listed=tables.listed_on,
        )


def _address(one: Recipient, method: Method) -> Iterator[Problem]:
    field = "recipients.address"
    if not method.address:
        return
    if not one.address:
        yield problem("address_absent", field, channel=method.code)
        return
    verdict = _verdict(one.address, method.address)
    if verdict is Verdict.MALFORMED:
        expected = _EXPECTED[method.address]
        yield problem("address_malformed", field, channel=method.code, expected=expected)
    elif verdict is Verdict.CHECK_DIGIT:
        yield problem("address_check_digit", field)


def _verdict(address: str, kind: str) -> Verdict:
    judge = {
        "email": identifiers.email,
        "e_invoice": identifiers.e_invoice_address,
        "iban": identifiers.iban_number,
    }
    return judge[kind](address)


def _is_operator(operator: str, method: Method, terms: Terms, tables: Tables) -> bool:
    is_bank = method.operator == "bic" and identifiers.bic_code(operator) is Verdict.GOOD
    return operator in tables.operators or operator in terms.more_operators or is_bank


def _settings(document: InvoiceDocument, terms: Terms) -> Iterator[Problem]:
    if terms.uses_factoring and document.factoring is None:
        yield problem("factoring_undecided", "factoring")
    if document.factoring and not terms.factoring_ready:
        yield problem("factoring_not_ready", "factoring", target=TITLE)
    if document.trade_name is not None and document.trade_name not in terms.trade_names:
        yield problem("trade_name_unknown", "trade_name", trade_name=document.trade_name)
    if len(document.note) > NOTE_CHARS:
        length = len(document.note)
        yield problem("text_too_long", "note", target=TITLE, length=length, limit=NOTE_CHARS)
    taken = {
        KeyField.ORDER_IDENTIFIER: ("order_number", document.order_number),
        KeyField.YOUR_REFERENCE: ("buyer_reference", document.buyer_reference),
    }
    name, text = taken.get(terms.key_field, ("", ""))
    if text:
        yield problem("key_field_taken", name)
