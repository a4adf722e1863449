"""The ledger as the accounting API lists it: years, accounts, balances, rows by the page.

Source:
    The vendor's page "api-accounting" (paths, limits); docs/systems/fennoa.md (what is guessed).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from simulators.fennoa.company import Company, Refused
from simulators.fennoa.ledger import Ledger
from simulators.fennoa.resources.accounting import require_accounting
from simulators.fennoa.resources.route import Asked, Route
from simulators.fennoa.rows import Row

MAX_LIMIT: Final = 500
USUAL_LIMIT: Final = 100

CREDIT_SIDE: Final = ("2", "3")
"""First digits of the accounts whose usual side is credit."""

VAT_CODES: Final = (
    (63, "Myynti 25,5 %", "25.5"),
    (58, "Osto 25,5 %", "25.5"),
    (71, "Myynti 13,5 %", "13.5"),
    (12, "Myynti 10 %", "10"),
    (14, "Veroton", "0"),
)
"""Id, name and percentage; ids are the company's own."""


def books_of(company: Company) -> Ledger:
    """Return the company's books.

    Raises:
        Refused: The API user may not read them (401), or there are none (404).
    """
    require_accounting(company)
    if company.ledger is None:
        raise Refused(404, "Not found")
    return company.ledger


def _periods(asked: Asked) -> dict[str, Any]:
    require_accounting(asked.company)
    if asked.company.ledger is None:
        return {"data": []}  # a company of which only invoices are simulated has no year yet
    ledger = books_of(asked.company)
    years = zip(ledger.ids, ledger.company.years, strict=True)
    return {
        "data": [
            {"id": id_, "start_date": str(year.start_date), "end_date": str(year.end_date)}
            for id_, year in years
        ]
    }


def _accounts(asked: Asked, wanted: str) -> dict[str, Any]:
    chart = books_of(asked.company).company.chart
    picked = set(wanted.split(",")) if wanted else None
    return {
        "data": [
            {"id": place, "code": account.number, "name_fi": account.name, "is_active": 1}
            for place, account in enumerate(chart, start=1)
            if picked is None or account.number in picked
        ]
    }


def _opening(asked: Asked, period: str, wanted: str) -> dict[str, Any]:
    ledger = books_of(asked.company)
    if int(period) not in ledger.ids:
        raise Refused(404, "Not found")
    balances = ledger.opening(ledger.ids.index(int(period)))
    picked = set(wanted.split(",")) if wanted else balances.keys()
    return {
        "data": [
            {"account": number, **_opened(ledger, number, ore)}
            for number, ore in balances.items()
            if number in picked
        ]
    }


def _opened(ledger: Ledger, account: str, ore: int) -> dict[str, Any]:
    if ledger.manners.balances == "columns":
        return _columns(ledger, ore)
    return {"balance": _money(ledger, _signed(ledger, account, ore))}


def _balance(asked: Asked, account: str, date: str) -> dict[str, Any]:
    ledger, day = books_of(asked.company), _day(date)
    place = _place_of(ledger, day)
    if account not in ledger.company.numbers:
        raise Refused(404, "Not found")
    ore = ledger.opening(place).get(account, 0)
    ore += sum(row.ore for row in ledger.rows(place) if row.account == account and row.date <= day)
    return {"data": {"account": account, "date": date, **_columns(ledger, ore)}}


def _ledger(asked: Asked, start: str, end: str, filters: str) -> dict[str, Any]:
    ledger, query = books_of(asked.company), asked.request.query_params
    first, last = _day(start), _day(end)
    place = _place_of(ledger, first)
    limit, page = int(query.get("limit", USUAL_LIMIT)), int(query.get("page", "1"))
    if not 1 <= limit <= MAX_LIMIT or page < 1:
        raise Refused(400, ["Invalid limit"])
    page = 1 if ledger.manners.ignores_page else page
    wanted = dict(part.split(":", 1) for part in filters.split("/") if part)
    chosen = [
        (row, before)
        for row, before in _running(ledger, place)
        if first <= row.date <= last and _is_wanted(row, wanted)
    ]
    shown = chosen[(page - 1) * limit : page * limit]
    body = {
        "data": [_shown(ledger, row, before) for row, before in shown],
        "pagination": {"page": page, "limit": limit, "pagesCount": -(-len(chosen) // limit)},
    }
    if ledger.after_page:
        ledger.after_page.popleft()(ledger)
    return body


def _is_wanted(row: Row, wanted: dict[str, str]) -> bool:
    accounts = wanted.get("accounts")
    return (
        (accounts is None or row.account in accounts.split(","))
        and wanted.get("series", row.series) == row.series
        and wanted.get("dim1", row.centre) == row.centre
    )


def _running(ledger: Ledger, place: int) -> Iterator[tuple[Row, int]]:
    """Yield each row with the balance of its account before it."""
    running = dict(ledger.opening(place))
    for row in ledger.rows(place):
        before = running.get(row.account, 0)
        running[row.account] = before + row.ore
        yield row, before


def _shown(ledger: Ledger, row: Row, before: int) -> dict[str, Any]:
    dimensions = {"1": row.centre, "6": row.project}
    shown = {
        "statement_id": row.id,
        "account": row.account,
        "date": str(row.date),
        "series": row.series,
        "number": row.number,
        "type": "statement",
        **_columns(ledger, row.ore),
        "opening": _money(ledger, _signed(ledger, row.account, before)),
        "closing": _money(ledger, _signed(ledger, row.account, before + row.ore)),
        "description": row.text,
        "dimensions": [
            {"dimension_type_id": number, "code": code}
            for number, code in dimensions.items()
            if code
        ],
    }
    return {name: value for name, value in shown.items() if name not in ledger.manners.omits}


def _columns(ledger: Ledger, ore: int) -> dict[str, Any]:
    return {"debit": _money(ledger, max(ore, 0)), "credit": _money(ledger, max(-ore, 0))}


def _signed(ledger: Ledger, account: str, ore: int) -> int:
    manner = ledger.manners.balances
    is_usual = manner in {"natural", "columns"} and account.startswith(CREDIT_SIDE)
    return -ore if is_usual or manner == "credit" else ore


def _money(ledger: Ledger, ore: int) -> str | Decimal:
    exact = Decimal(int(ore)).scaleb(-2)
    return f"{exact:.2f}" if ledger.manners.as_text else exact


def _place_of(ledger: Ledger, day: dt.date) -> int:
    for place, year in enumerate(ledger.company.years):
        if year.start_date <= day <= year.end_date:
            return place
    raise Refused(400, ["No accounting period"])


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Refused(400, ["Invalid date"]) from None


def _vat_codes(asked: Asked) -> dict[str, Any]:
    books_of(asked.company)
    return {
        "data": [{"id": id_, "name_fi": name, "percent": rate} for id_, name, rate in VAT_CODES]
    }


_DAY: Final = r"(\d{4}-\d{2}-\d{2})"
_BOOKS: Final = r"accounting_api/get/"

ROUTES: Final[tuple[Route, ...]] = (
    ("GET", rf"{_BOOKS}periods", _periods),
    ("GET", rf"{_BOOKS}accounts/?([\d,]*)", _accounts),
    ("GET", rf"{_BOOKS}opening_balances/(\d+)/?([\d,]*)", _opening),
    ("GET", rf"{_BOOKS}account_balance/(\d+)/{_DAY}", _balance),
    ("GET", rf"{_BOOKS}ledger/{_DAY}/{_DAY}((?:/\w+:[\w,]+)*)", _ledger),
    ("GET", rf"{_BOOKS}vatcodes", _vat_codes),
)
"""Calls of the accounting API that read books."""
