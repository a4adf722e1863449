"""Accounts of a year. The balance carried forward and quantities stand on the single account only.

Source: Fortnox OpenAPI, /3/accounts and /3/accounts/{Number}.
"""

from __future__ import annotations

from typing import Any, Final

from simulators.books.chart import CHART, HAS_BALANCE, NUMBERS
from simulators.fortnox.answers import Answer, Raw, Refusal, json_answer, json_text, number
from simulators.fortnox.ask import NOT_FOUND, Ask
from simulators.fortnox.paging import listing

VAT_CODES: Final = {
    "2611": "U1", "2621": "U2", "2631": "U3", "2641": "I", "2645": "I",
    "3001": "MP1", "3002": "MP2", "3003": "MP3", "3041": "MP1", "3106": "VTEU",
    "4056": "IVEU",
}  # fmt: skip
"""VAT codes stand here only: SIE files have none."""


def accounts(ask: Ask) -> Answer:
    """Answer /3/accounts, ascending by number."""
    place = ask.place()
    rows = ask.edition.kept(
        ("accounts", place),
        lambda: [Raw(json_text(_account(ask, place, at))) for at in range(len(CHART))],
    )
    return listing(ask, "Accounts", rows)


def account(ask: Ask) -> Answer:
    """Answer /3/accounts/{Number}."""
    place = ask.place()
    if ask.path["Number"] not in NUMBERS:
        raise Refusal(NOT_FOUND, 2000423)
    at = NUMBERS.index(ask.path["Number"])
    closing = int(ask.edition.book(place).closing[at]) if HAS_BALANCE[at] else 0
    more = {
        "BalanceCarriedForward": number(closing),
        "OpeningQuantities": [],
        "QuantitySettings": "ALLOWED",
        "QuantityUnit": "",
        "TransactionInformation": "",
        "TransactionInformationSettings": "ALLOWED",
    }
    return json_answer({"Account": {**_account(ask, place, at), **more}})


def _account(ask: Ask, place: int, at: int) -> dict[str, Any]:
    known, year_id = CHART[at], ask.edition.ids[place]
    return {
        "@url": ask.url(f"accounts/{known.number}?financialyear={year_id}"),
        "Active": True,
        "BalanceBroughtForward": number(int(ask.edition.book(place).opening[at])),
        "CostCenter": None,
        "CostCenterSettings": "ALLOWED",
        "Description": known.name,
        "Number": int(known.number),
        "Project": "",
        "ProjectSettings": "ALLOWED",
        "SRU": int(known.sru_code),
        "VATCode": VAT_CODES.get(known.number),
        "Year": year_id,
    }
