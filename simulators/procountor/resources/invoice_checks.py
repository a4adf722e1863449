"""What Procountor requires of an invoice, whether new or changed.

Source:
    Procountor API 26.04: Invoice; BEZALA's and Severa's lists of error codes.
"""

from __future__ import annotations

from typing import Any, Final

from simulators.procountor.answers import BLANK, EMPTY, INVALID
from simulators.procountor.ask import Ask
from simulators.procountor.checks import Checks, date_of, dig
from simulators.procountor.company import DOMESTIC, Body, Company
from simulators.procountor.enums import (
    CHANNELS,
    COUNTRIES,
    CURRENCIES,
    EXPENSE_TYPES,
    INVOICE_TYPES,
    LANGUAGES,
    PAYMENT_METHODS,
    SALES_TYPES,
    UNITS,
)
from simulators.procountor.references import is_valid

ADDRESS_LENGTHS: Final = {
    "name": 80, "specifier": 80, "street": 80, "zip": 20, "city": 40, "subdivision": 35,
}  # fmt: skip
TEXTS: Final = {
    "originalInvoiceNumber": 40, "orderReference": 70, "deliveryInstructions": 255,
    "buyerReferenceIdentifier": 70, "sellerReferenceIdentifier": 70,
    "additionalInformation": 10_000, "notes": 10_000, "counterParty.contactPersonName": 70,
}  # fmt: skip
ROW_TEXTS: Final = {"comment": 512, "headerText": 512, "explanationText": 512}
TERM_DAYS_MAX: Final = 999
NOT_OURS: Final = "BANK_ACCOUNT_DOES_NOT_BELONG_TO_THIS_COMPANY"
STATUS_AND_RATE: Final = "ERROR_VATSTATUS_VATPERC"


def check_invoice(ask: Ask, body: Body) -> None:
    """Refuse an invoice that breaks a rule.

    Raises:
        Refused: With every error that was found (400).
    """
    checks = Checks(body)
    _check_fields(checks)
    rows = checks.rows("invoiceRows")
    for place, row in enumerate(rows):
        _check_row(checks.of_row(row, f"invoiceRows[{place}]"))
    checks.done()
    _check_parties(checks)
    _check_payment(ask, checks)
    _check_channel(checks)
    _check_vat(ask.company, checks, rows)
    _check_links(ask.company, checks, rows)
    checks.done()


def _check_fields(checks: Checks) -> None:
    checks.enum("type", INVOICE_TYPES, required=True)
    checks.date("date", required=True)
    checks.enum("invoiceChannel", CHANNELS, required=True)
    checks.enum("language", LANGUAGES, required=checks.body.get("type") in SALES_TYPES)
    checks.number("discountPercent", required=True, high=100)
    checks.flag("extraInfo.accountingByRow", required=True)
    checks.flag("extraInfo.unitPricesIncludeVat", required=True)
    checks.enum("paymentInfo.paymentMethod", PAYMENT_METHODS, required=True)
    checks.enum("paymentInfo.currency", CURRENCIES, required=True)
    checks.date("paymentInfo.dueDate", required=True)
    checks.number("paymentInfo.currencyRate", required=True, low=0, high=1_000_000)
    checks.number("vatStatus", required=_needs_status(checks.body), whole=True)
    for path, longest in TEXTS.items():
        checks.text(path, longest)


def _needs_status(body: Body) -> bool:
    return body.get("type") not in EXPENSE_TYPES


def _check_row(row: Checks) -> None:
    row.text("product", 512, required=True)
    row.number("quantity", required=True)
    row.enum("unit", UNITS, required=True)
    row.number("unitPrice", required=True)
    row.number("discountPercent", required=True, high=100)
    row.number("vatPercent", required=True, low=0, high=100)
    row.number("vatStatus", whole=True)
    for path, longest in ROW_TEXTS.items():
        row.text(path, longest)


def _check_parties(checks: Checks) -> None:
    body = checks.body
    if not dig(body, "counterParty.counterPartyAddress"):
        checks.add(BLANK.format("counterParty.counterPartyAddress"), "counterParty")
    for at in ("counterParty.counterPartyAddress", "billingAddress", "deliveryAddress"):
        if dig(body, at):
            _check_address(checks, at)


def _check_address(checks: Checks, at: str) -> None:
    for name, longest in ADDRESS_LENGTHS.items():
        checks.text(f"{at}.{name}", longest, required=name == "name")
    checks.enum(f"{at}.country", COUNTRIES, required=at == "deliveryAddress")


def _check_payment(ask: Ask, checks: Checks) -> None:
    body, info = checks.body, checks.body["paymentInfo"]
    date, due = date_of(body["date"]), date_of(info["dueDate"])
    if date and due and due < date:
        checks.add("DUE_DATE_BEFORE_BILL_DATE")
    if date and due and (due - date).days > TERM_DAYS_MAX:
        checks.add(INVALID.format("paymentInfo.dueDate"), "paymentInfo.dueDate")
    if info["currency"] == ask.company.currency and info["currencyRate"] != 1:
        checks.add(INVALID.format("paymentInfo.currencyRate"), "paymentInfo.currencyRate")
    reference = info.get("bankReferenceCode")
    if reference and not is_valid(reference):
        at = "paymentInfo.bankReferenceCode"
        checks.add(INVALID.format(at), at)
    _check_bank(ask.company, checks)


def _check_bank(company: Company, checks: Checks) -> None:
    info, at = checks.body["paymentInfo"], "paymentInfo.bankAccount"
    account: Any = dig(info, "bankAccount.accountNumber")
    if info["paymentMethod"] == "CASH":
        return
    if checks.body["type"] not in SALES_TYPES:
        if info["paymentMethod"] == "BANK_TRANSFER" and not account and _is_purchase(checks.body):
            checks.add(BLANK.format(at), at)
        return
    known = {row["iban"] for row in company.bank_accounts if row["status"] == "ACTIVE"}
    if account not in known:
        checks.add(NOT_OURS, at)
    if dig(info, "bankAccount.bic"):
        checks.add(INVALID.format(f"{at}.bic"), f"{at}.bic")


def _is_purchase(body: Body) -> bool:
    return bool(body["type"] == "PURCHASE_INVOICE")


def _check_channel(checks: Checks) -> None:
    body, channel = checks.body, checks.body["invoiceChannel"]
    if body["type"] not in SALES_TYPES:
        return
    party, billing = "counterParty.counterPartyAddress", "billingAddress"
    if channel == "EMAIL":
        checks.text("counterParty.email", 256, required=True)
    if channel == "MAIL":
        at = billing if dig(body, f"{billing}.street") else party
        _need(checks, at, "street", "zip", "city")
    if channel == "ELECTRONIC_INVOICE" and body["type"] == "SALES_INVOICE":
        for at in (party, billing):
            _need(checks, at, "name", "street", "zip", "city")
        _need(checks, "counterParty.einvoiceAddress", "address", "operator")


def _need(checks: Checks, at: str, *names: str) -> None:
    for name in names:
        checks.text(f"{at}.{name}", 255, required=True)


def _check_vat(company: Company, checks: Checks, rows: list[Body]) -> None:
    vat_type = "SALES" if checks.body["type"] in SALES_TYPES else "PURCHASE"
    header = checks.body.get("vatStatus")
    if header is not None and not company.has_status(header, vat_type):
        checks.add(STATUS_AND_RATE, "vatStatus")
    for place, row in enumerate(rows):
        part = checks.of_row(row, f"invoiceRows[{place}]")
        status = row.get("vatStatus") if row.get("vatStatus") is not None else header
        if not company.has_vat(row["vatPercent"]):
            part.add(STATUS_AND_RATE, "vatPercent")
        if row.get("vatStatus") is not None and not company.has_status(status, vat_type):
            part.add(STATUS_AND_RATE, "vatStatus")
        if status not in (None, DOMESTIC) and row["vatPercent"] != 0:
            part.add(STATUS_AND_RATE, "vatStatus")


def _check_links(company: Company, checks: Checks, rows: list[Body]) -> None:
    partner = checks.body.get("partnerId")
    if partner is not None and partner not in company.partners:
        checks.add(INVALID.format("partnerId"), "partnerId")
    for place, row in enumerate(rows):
        product = row.get("productId")
        if product is not None and product not in company.products:
            checks.of_row(row, f"invoiceRows[{place}]").add(
                INVALID.format("productId"), "productId"
            )
    info = checks.body.get("invoiceApprovalInformation") or {}
    for role in ("acceptors", "verifiers"):
        for item in info.get(role) or []:
            if item.get("userId") not in company.users:
                checks.add(EMPTY, f"invoiceApprovalInformation.{role}.userId")
