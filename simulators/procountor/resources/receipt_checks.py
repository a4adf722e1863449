"""What Procountor requires of a ledger receipt and its rows.

Source:
    Procountor API 26.04: LedgerReceipt; support.procountor.fi 360001761638 (VAT statuses).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from simulators.procountor.ask import Ask
from simulators.procountor.checks import Checks
from simulators.procountor.company import DOMESTIC, Body, Company
from simulators.procountor.enums import (
    DEPRECIATIONS,
    TRANSACTION_TYPES,
    VALIDITIES,
    VAT_TYPES,
)

TEXTS: Final = {
    "invoiceNotes": 10_000, "accountantsNotes": 255, "transactionDescription": 255,
}  # fmt: skip
NO_SUCH_ACCOUNT: Final = "ERROR_LEDGERACCOUNT_VATPERCENTAGE_COMBINATION"
STATUS_AND_RATE: Final = "ERROR_VATSTATUS_VATPERC"
DIMENSIONS: Final = (
    "DIMENSION_OR_DIMENSION_ITEM_IDENTIFIERS_DOES_NOT_MATCH_THOSE_STORED_IN_DATABASE"
)
SIDES: Final = ("REVERSING_ENTRY", "RECONCILIATION_ENTRY")
"""Rows of which there is one at most, without a VAT status and at 0 %."""
CENTS: Final = 2


def check_receipt(ask: Ask, body: Body) -> None:
    """Refuse a receipt that breaks a rule; an open period and its balance are looked at later.

    Raises:
        Refused: With every error that was found (400).
    """
    checks = Checks(body)
    takes_empty = ask.world.habits.takes_empty_text
    checks.text("name", 80, required=True)
    checks.date("receiptDate", required=True)
    checks.enum("vatType", VAT_TYPES, required=True)
    checks.number("vatStatus", required=True, whole=True)
    checks.enum("depreciation", DEPRECIATIONS)
    checks.enum("receiptValidity", VALIDITIES)
    for path in ("periodStartDate", "periodEndDate", "vatDate"):
        checks.date(path, takes_empty=takes_empty)
    for path, longest in TEXTS.items():
        checks.text(path, longest)
    rows = checks.rows("transactions")
    parts = [checks.of_row(row, f"transactions[{place}]") for place, row in enumerate(rows)]
    for part in parts:
        _check_fields(part)
    checks.done()
    _check_sides(checks, rows)
    for part in parts:
        _check_row(ask.company, part, body)
    checks.done()


def _check_fields(row: Checks) -> None:
    row.enum("transactionType", TRANSACTION_TYPES, required=True)
    row.text("account", 10, required=True)
    row.number("accountingValue", required=True)
    row.number("vatPercent", required=True, low=0, high=100)
    row.enum("vatType", VAT_TYPES)
    row.number("vatStatus", whole=True)
    row.number("vatDeductionPercent", low=0, high=100)
    row.text("description", 255)
    row.text("balanceCode", 255)


def _check_sides(checks: Checks, rows: list[Body]) -> None:
    for side in SIDES:
        found = [row for row in rows if row["transactionType"] == side]
        if len(found) > 1:
            checks.add(f"Only one {side} is allowed", "transactions")
        if any(row.get("vatStatus") is not None or row["vatPercent"] != 0 for row in found):
            checks.add(STATUS_AND_RATE, "transactions")


def _check_row(company: Company, part: Checks, body: Body) -> None:
    row: Body = part.body
    account = company.accounts.get(row["account"])
    takes = account is not None and (account.vat is None or row["vatPercent"] in account.vat)
    is_usable = account is not None and account.active
    if not is_usable or not takes or not company.has_vat(row["vatPercent"]):
        part.add(NO_SUCH_ACCOUNT, "account")
    if row["transactionType"] not in SIDES:
        _check_status(company, part, body)
    value: Decimal = row["accountingValue"]
    if value != round(value, CENTS):
        part.add("Value of the 'accountingValue' has more than two decimals", "accountingValue")
    _check_dimensions(company, part)


def _check_status(company: Company, part: Checks, body: Body) -> None:
    row: Body = part.body
    status = row["vatStatus"] if row.get("vatStatus") is not None else body["vatStatus"]
    vat_type = row.get("vatType") or body["vatType"]
    if not company.has_status(status, vat_type) or (status != DOMESTIC and row["vatPercent"] != 0):
        part.add(STATUS_AND_RATE, "vatStatus")


def _check_dimensions(company: Company, part: Checks) -> None:
    given: list[Any] = part.body.get("dimensionItemValues") or []
    known = {
        (dimension["id"], item["id"])
        for dimension in company.dimensions
        for item in dimension["items"]
        if item.get("status") != "P"
    }
    pairs = [(value.get("dimensionId"), value.get("itemId")) for value in given]
    if set(pairs) - known or len(set(pairs)) < len(pairs):
        part.add(DIMENSIONS, "dimensionItemValues")
    sums: dict[Any, Decimal] = {}
    for value in given:
        key = value.get("dimensionId")
        sums[key] = sums.get(key, Decimal(0)) + (value.get("value") or Decimal(0))
    if any(total != part.body["accountingValue"] for total in sums.values()):
        part.add("Sum of dimension values must equal accountingValue", "dimensionItemValues")
