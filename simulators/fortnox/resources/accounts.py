"""Accounts of a year. The balance carried forward and quantities stand on the single account only.

Source: Fortnox OpenAPI, /3/accounts and /3/accounts/{Number}.
"""

from __future__ import annotations

from typing import Any, Final

from simulators.books.chart import ACCOUNTS, HAS_BALANCE
from simulators.fortnox.answers import Answer, Raw, Refusal, json_answer, json_text, number
from simulators.fortnox.ask import BAD_REQUEST, NOT_FOUND, Ask
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
        lambda: [Raw(json_text(row)) for row in _accounts(ask, place)],
    )
    places = ask.edition.company.places.tolist()
    wanted = [row for row, at in zip(rows, places, strict=True) if _is_wanted(ask, place, at)]
    return listing(ask, "Accounts", wanted, total=len(rows))


def _is_wanted(ask: Ask, place: int, at: int) -> bool:
    since, begins = ask.stamp("lastmodified"), ask.edition.company.years[place].start_date
    if ask.query.get("sortby", "number") != "number":
        raise Refusal(BAD_REQUEST, 2000588)
    # The chart of a year is made with the year and never touched again.
    is_new = not since or since.date() <= begins
    return is_new and ask.query.get("sru", ACCOUNTS[at].sru_code) == ACCOUNTS[at].sru_code


def account(ask: Ask) -> Answer:
    """Answer /3/accounts/{Number}."""
    place = ask.place()
    numbers = ask.edition.company.numbers
    if ask.path["Number"] not in numbers:
        raise Refusal(NOT_FOUND, 2000423)
    at = ask.edition.company.country.first_account + numbers.index(ask.path["Number"])
    book = ask.edition.book(place)
    opening, closing = int(book.opening[at]), int(book.closing[at]) if HAS_BALANCE[at] else 0
    more = {
        "BalanceCarriedForward": number(closing),
        "OpeningQuantities": [],
        "QuantitySettings": "ALLOWED",
        "QuantityUnit": "",
        "TransactionInformation": "",
        "TransactionInformationSettings": "ALLOWED",
    }
    return json_answer({"Account": {**_account(ask, place, at, opening=opening), **more}})


def _accounts(ask: Ask, place: int) -> list[dict[str, Any]]:
    openings, places = ask.edition.book(place).opening, ask.edition.company.places.tolist()
    return [_account(ask, place, at, opening=int(openings[at])) for at in places]


def _account(ask: Ask, place: int, at: int, *, opening: int) -> dict[str, Any]:
    known, year_id = ACCOUNTS[at], ask.edition.ids[place]
    return {
        "@url": ask.url(f"accounts/{known.number}?financialyear={year_id}"),
        "Active": True,
        "BalanceBroughtForward": number(opening),
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
