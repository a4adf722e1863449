"""Procountor's report of ledger accounts, and what its rows mean, which is found by trying.

A row is a label and a value. Whether that is what moved or what the account holds, whether the VAT
that no summary has yet is in it, and how the label names the account, is documented nowhere.

Source:
    Procountor API 26.04: POST /reports/ledgeraccounts; help.procountor.fi 531609 (states).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from blocks.systems.procountor.api import Api
from ledger.fiscal_year import FiscalYear
from ledger.money import ZERO
from ledger.procountor.counting import OFFICIAL
from ledger.procountor.parts import Unreadable, rows_of

PATH: Final = "ledgeraccounts"

Totals = dict[str, Decimal]
"""By account, debit positive."""

LABELS: Final[dict[str, Callable[[str, str], str]]] = {
    "code name": lambda code, name: f"{code} {name}",
    "code - name": lambda code, name: f"{code} - {name}",
    "name (code)": lambda code, name: f"{name} ({code})",
    "name code": lambda code, name: f"{name} {code}",
    "code": lambda code, _name: code,
    "name": lambda _code, name: name,
}
"""Ways in which a label may name an account, by our name for them."""


@dataclass(frozen=True)
class Reading:
    """What a report's rows mean. `is_balance`: what the accounts hold, not what moved.

    `has_unsummarised_vat`: VAT of receipts is in it before a summary is made, so that accounts of
    VAT cannot be compared with receipts.
    """

    label: str
    is_balance: bool
    has_unsummarised_vat: bool


@dataclass(frozen=True)
class Ours:
    """What the receipts come to. `vat`: the accounts that VAT summaries are booked on."""

    opening: Totals
    moved: Totals
    vat: frozenset[str]

    def expected(self, account: str, reading: Reading) -> Decimal:
        """Return what a report has to say of an account under a reading."""
        opening = self.opening.get(account, ZERO) if reading.is_balance else ZERO
        return opening + self.moved.get(account, ZERO)


async def ask_report(api: Api, year: FiscalYear, last: dt.date) -> dict[str, Decimal]:
    """Return the rows of the report from a year's first day to a day: value by label.

    Raises:
        CallRefused, CallFailed: As for any call.
        Unreadable: The answer is no such report.
    """
    asked = {
        "startDate": str(year.start_date),
        "endDate": str(last),
        "receiptStatus": list(OFFICIAL),
        "options": {"reportLanguage": "fi"},
    }
    body = json.loads(await api.report(PATH, asked), parse_float=Decimal, parse_int=Decimal)
    data = body.get("reportData") if isinstance(body, dict) else None
    found: dict[str, Decimal] = {}
    for period in rows_of(data, "periods", PATH):
        for row in rows_of(period, "rows", PATH):
            label, value = row.get("name"), row.get("value")
            if not isinstance(label, str) or not isinstance(value, Decimal):
                raise Unreadable(f"{PATH} has a row without name and value")
            found[label] = found.get(label, ZERO) + value
    return found


def by_account(rows: Mapping[str, Decimal], chart: Mapping[str, str], label: str) -> Totals | None:
    """Return the rows by account; None when a label names no account of the chart, or several."""
    spelled = LABELS[label]
    accounts: dict[str, list[str]] = {}
    for code, name in chart.items():
        accounts.setdefault(spelled(code, name).strip(), []).append(code)
    named = {text: accounts.get(text.strip(), []) for text in rows}
    if any(len(found) != 1 for found in named.values()):
        return None
    return {named[text][0]: value for text, value in rows.items()}


def differing(ours: Ours, report: Totals, reading: Reading) -> set[str]:
    """Return the accounts on which the report is not what a reading of it has to be."""
    compared = ours.moved.keys() | report.keys()
    compared |= ours.opening.keys() if reading.is_balance else set()
    compared -= ours.vat if reading.has_unsummarised_vat else set()
    return {
        account
        for account in compared
        if report.get(account, ZERO) != ours.expected(account, reading)
    }


def readings() -> Collection[Reading]:
    """Return every way to read a report, the plainest first."""
    return [
        Reading(label, is_balance, has_vat)
        for label in LABELS
        for has_vat in (False, True)
        for is_balance in (False, True)
    ]


def find_reading(
    rows: Mapping[str, Decimal], ours: Ours, chart: Mapping[str, str]
) -> Reading | None:
    """Return the first reading under which the report agrees on every account, None for none."""
    for reading in readings():
        report = by_account(rows, chart, reading.label)
        if report is not None and not differing(ours, report, reading):
            return reading
    return None
