"""Reports: totals per account, one account's rows, and the statements.

What a row of ledgeraccounts means is not documented, so it is a switch: a movement or a balance,
with the VAT that no summary has yet or without it, and how a name is written.

Source:
    Procountor API 26.04: LedgerAccountsReport, GeneralLedgerReport, AccountingReport.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from simulators.procountor.answers import INVALID, Answer, json_answer, refuse
from simulators.procountor.ask import Ask
from simulators.procountor.checks import Checks, date_of
from simulators.procountor.company import Body, Receipt
from simulators.procountor.resources.receipts import may_see
from simulators.procountor.summaries import IN_BOOKS, SUMMARY, counts, vat_of
from simulators.procountor.sums import HUNDRED, ZERO, rounded

STATES: Final = IN_BOOKS | {
    "EMPTY", "UNFINISHED", "RECEIVED", "VERIFIED", "INVALIDATED", "STARTED", "INVOICED",
    "OVERRIDDEN", "DELETED", "UNSAVED", "PAYMENT_TRANSACTION_REMOVED",
}  # fmt: skip
OPENING: Final = "RECEIPT_FOR_OPENING_ACCOUNTS"
TYPES: Final = ("INCOME_STATEMENT", "BALANCE_SHEET", "CASH_FLOW")
CLASSES: Final = {
    "1": "Vastaavaa", "2": "Vastattavaa", "3": "Liikevaihto", "4": "Materiaalit ja palvelut",
    "5": "Henkilöstökulut", "6": "Henkilösivukulut ja poistot", "7": "Liiketoiminnan muut kulut",
    "8": "Liiketoiminnan muut kulut", "9": "Rahoitus ja verot",
}  # fmt: skip

Period = tuple[dt.date, dt.date]


def ledger_accounts(ask: Ask) -> Answer:
    """Answer POST /reports/ledgeraccounts: rows have a name and a value, and nothing else."""
    body = _body(ask)
    period = _period(ask, body)
    totals = _totals(ask, body, period)
    pattern = ask.world.habits.report_names
    rows = [
        {"name": pattern.format(code=code, name=_name(ask, code)), "value": value}
        for code, value in sorted(totals.items())
        if value
    ]
    return _report(body, period, {"rows": rows})


def general_ledger(ask: Ask) -> Answer:
    """Answer POST /reports/generalledger/{account}: its rows, without receipt ids."""
    code, body = ask.parts[0], _body(ask)
    if code not in ask.company.accounts:
        raise refuse(404, "Not found")
    period = _period(ask, body)
    rows = [
        _general_row(receipt, row)
        for receipt in _receipts(ask, body, period)
        for row in receipt.rows
        if row["account"] == code
    ]
    account = {
        "id": code,
        "name": _name(ask, code),
        "totalAccountingValue": sum((row["accountingValue"] for row in rows), ZERO),
        "ledgerReceiptTransactions": rows,
    }
    return _report(body, period, {"ledgerAccount": account})


def accounting(ask: Ask) -> Answer:
    """Answer POST /reports/accounting: one row per class of accounts, then their sum."""
    body = _body(ask)
    if body.get("type") not in TYPES:
        raise refuse(400, INVALID.format("type"), "type")
    period = _period(ask, body)
    is_balance = body["type"] == "BALANCE_SHEET"
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for code, value in _totals(ask, body, period, as_balance=is_balance).items():
        if (code[0] in "12") == is_balance:
            sums[code[0]] += value
    rows: list[Body] = [
        {"rowId": int(first), "type": "BALANCE", "name": CLASSES[first], "value": -value}
        for first, value in sorted(sums.items())
    ]
    rows.append(
        {
            "rowId": 99,
            "type": "ROW_FUNCTION",
            "name": "Yhteensä",
            "value": -sum(sums.values(), ZERO),
            "formula": "+".join(f"R{row['rowId']}" for row in rows),
        }
    )
    return _report(body, period, {"rows": rows})


def _report(body: Body, period: Period, found: Body) -> Answer:
    dates = {"startDate": str(period[0]), "endDate": str(period[1])}
    return json_answer({"reportParameters": body, "reportData": {"periods": [{**dates, **found}]}})


def _body(ask: Ask) -> Body:
    ask.need("accounting.accountingReports")
    body = ask.body()
    checks = Checks(body)
    checks.date("startDate")
    checks.date("endDate", required=True)
    given: Any = body.get("receiptStatus") or []
    if set(given) - STATES:
        checks.add(INVALID.format("receiptStatus"), "receiptStatus")
    checks.done()
    return body


def _period(ask: Ask, body: Body) -> Period:
    """Return the days that are asked for; from the start of the last tracking period otherwise."""
    last = date_of(body["endDate"]) or ask.world.today
    first = date_of(body.get("startDate"))
    if first is None:
        period = ask.company.period(last)
        first = period.start if period else last.replace(month=1, day=1)
    return first, last


def _totals(
    ask: Ask, body: Body, period: Period, *, as_balance: bool | None = None
) -> dict[str, Decimal]:
    habits = ask.world.habits
    is_balance = habits.report_rows == "balance" if as_balance is None else as_balance
    totals: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for receipt in _receipts(ask, body, period, since_start=is_balance):
        is_before = receipt.date < period[0] or receipt.type == OPENING
        for account, value in _values(ask, receipt):
            if not is_before or (is_balance and _carries(ask, account, receipt, period)):
                totals[account] += value
    return totals


def _carries(ask: Ask, account: str, receipt: Receipt, period: Period) -> bool:
    """Return whether what was before the period is in an account's balance.

    Accounts of the balance sheet hold all that ever was, those of the result their fiscal year.
    """
    if account[0] in "12":
        return True
    years = (year for year in ask.company.years if year.start <= period[1] <= year.end)
    return any(year.start <= receipt.date for year in years)


def _values(ask: Ask, receipt: Receipt) -> Iterator[tuple[str, Decimal]]:
    """Yield accounts and amounts; VAT per receipt in place of the summaries where that is on."""
    is_computed = ask.world.habits.report_vat == "computed"
    if is_computed and receipt.type == SUMMARY:
        return
    for row in receipt.rows:
        yield row["account"], row["accountingValue"]
    if is_computed:
        yield from vat_of(ask.company, receipt)


def _receipts(
    ask: Ask, body: Body, period: Period, *, since_start: bool = False
) -> Iterator[Receipt]:
    states = set(body.get("receiptStatus") or IN_BOOKS)
    types = set((body.get("options") or {}).get("receiptType") or ())
    for receipt in ask.company.receipts.values():
        is_within = (since_start or period[0] <= receipt.date) and receipt.date <= period[1]
        is_seen = not ask.world.habits.reports_hide_payroll or may_see(ask, receipt)
        if (
            is_within
            and is_seen
            and counts(receipt, states)
            and (not types or receipt.type in types)
        ):
            yield receipt


def _name(ask: Ask, code: str) -> str:
    account = ask.company.accounts.get(code)
    return account.name if account else ""


def _general_row(receipt: Receipt, row: Body) -> Body:
    rate, value = Decimal(row["vatPercent"]), row["accountingValue"]
    return {
        "id": row["id"],
        "name": receipt.body.get("name"),
        "receiptNumber": receipt.number,
        "receiptDate": str(receipt.date),
        "type": receipt.type,
        "accountingValue": value,
        "status": receipt.status,
        "vatPercent": rate,
        "vatAmount": rounded(value * rate / HUNDRED),
        "vatDeductionPercent": row.get("vatDeductionPercent", HUNDRED),
        "vatStatus": row.get("vatStatus"),
        "transactionDescription": row.get("description"),
    }
