"""A generated company's books as Procountor keeps them: net receipts, and VAT summed per month.

What the generator books as VAT of an invoice is no row of its receipt here: it is kept beside it
and comes in the month's VAT_SUMMARY, so that receipts and summaries together have the books'
balances.

Source:
    Procountor API 26.04: LedgerReceipt; support.procountor.fi 360000240898 (VAT processing).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final, NamedTuple

import numpy as np

from simulators.books.chart import ACCOUNTS
from simulators.books.company import Company as Books
from simulators.books.model import BOOKED, Chunk, Rows
from simulators.books.names import COST_CENTRES, PARTNERS, PROJECTS, ROW_TEXTS
from simulators.books.years import Year
from simulators.procountor.company import Account, Body, Company, FiscalYear, Receipt
from simulators.procountor.summaries import summarise
from simulators.procountor.world import World

CENTRE, PROJECT = 501, 502
"""Ids of the two dimensions."""
KINDS: Final = ("JOURNAL", "SALES_INVOICE", "REFERENCE_PAYMENT", "PURCHASE_INVOICE",
                "BANK_STATEMENT_AS_RECEIPT")  # fmt: skip
"""Types of receipts, in the order of the generator's series."""
GENERAL: Final = ("SALARY", "JOURNAL", "SALARY", "VAT_FORM")
"""What every four general vouchers are: payrolls, a depreciation, a settlement of VAT."""
STATUSES: Final[dict[str, tuple[str, ...]]] = {
    "SALES_INVOICE": ("SENT", "PAID", "MARKED_PAID", "PARTLY_PAID", "NOT_SENT"),
    "PURCHASE_INVOICE": ("APPROVED", "PAID", "MARKED_PAID", "PAYMENT_SENT_TO_BANK"),
    "SALARY": ("PAID",),
    "JOURNAL": ("APPROVED",),
}
"""States in turn; other types have that of `Habits.system_status`."""
RATES: Final = tuple(Decimal(text) for text in ("25.5", "14", "13.5", "10", "25", "12", "6"))
OPENING: Final = "RECEIPT_FOR_OPENING_ACCOUNTS"
PERIOD_OPENING: Final = "TRACKING_PERIOD_OPENING_RECEIPT"


class Voucher(NamedTuple):
    """One voucher of the generator, with its booked rows, or its struck ones where all were."""

    place: int
    series: str
    number: int
    date: dt.date
    registered: dt.date
    text: str
    rows: list[tuple[int, int, int, int, str]]
    is_void: bool


def environment(books: Books, company_id: int) -> Company:
    """Make an environment with the chart, years and dimensions of a generated company."""
    numbers = range(1, len(books.years) + 1)
    digits, before = books.organisation_number, books.country.digits_before_hyphen
    is_finnish = books.country.code == "FI"
    company = Company(
        company_id,
        books.name,
        f"{digits[:before]}-{digits[before:]}",
        country="FINLAND" if is_finnish else "SWEDEN",
        currency=books.country.currency,
        years=[
            FiscalYear(number, year.start_date, year.end_date)
            for number, year in zip(numbers, books.years, strict=True)
        ],
        accounts={
            ACCOUNTS[place].number: Account(ACCOUNTS[place].number, ACCOUNTS[place].name)
            for place in books.places
        },
        dimensions=[
            _dimension(CENTRE, "Kustannuspaikka", COST_CENTRES),
            _dimension(PROJECT, "Projekti", PROJECTS),
        ],
    )
    if not is_finnish:
        company.vat_percents = [Decimal(text) for text in ("25", "12", "6", "0")]
    return company


def _dimension(number: int, name: str, items: tuple[str, ...]) -> Body:
    rows = [
        {"id": number * 10 + place, "codeName": f"{name[:2].upper()}-{place}", "description": item}
        for place, item in enumerate(items, start=1)
    ]
    return {"id": number, "name": name, "items": rows}


def fill(
    world: World,
    company: Company,
    books: Books,
    *,
    openings: str = "first",
    summarised: bool = True,
) -> None:
    """Put a generated company's years into an environment.

    `Company.booked` says which receipt a voucher became. ``openings``: first, every or none, the
    years that have a receipt of opening accounts. ``summarised``: whether each month has its
    VAT_SUMMARY. Each year has a TRACKING_PERIOD_OPENING_RECEIPT too, which repeats its openings and
    is no movement.

    Raises:
        ValueError: No such choice of openings.
    """
    if openings not in ("first", "every", "none"):
        raise ValueError(f"No choice {openings!r}: first, every or none.")
    world.lists.clear()
    for place, year in enumerate(books.years):
        opening = _opening_rows(books, place)
        if openings == "every" or (openings == "first" and place == 0):
            _system(world, company, OPENING, year.start_date, opening)
        _system(world, company, PERIOD_OPENING, year.start_date, opening)
        for voucher in vouchers(books, place):
            _add(world, company, books, voucher)
        if summarised:
            for month in year.months:
                summarise(world, company, month)


def _opening_rows(books: Books, place: int) -> list[Body]:
    opening = books.book(place).opening
    return [_row(int(at), int(opening[at])) for at in np.flatnonzero(opening)]


def _system(world: World, company: Company, kind: str, date: dt.date, rows: list[Body]) -> None:
    if rows:
        at = dt.datetime.combine(date, dt.time(1))
        receipt = Receipt(
            company.next_id("receipt"),
            {"name": kind},
            at,
            at,
            type=kind,
            status=world.habits.system_status,
            date=date,
            rows=[{"id": company.next_id("row"), **row} for row in rows],
            own_rows=True,
        )
        company.receipts[receipt.id] = receipt


def vouchers(books: Books, place: int) -> Iterator[Voucher]:
    """Yield the vouchers of a year, in the generator's order."""
    year = books.years[place]
    for chunk in books.book(place).chunks():
        yield from _of_chunk(year, place, chunk)


def _of_chunk(year: Year, place: int, chunk: Chunk) -> Iterator[Voucher]:
    booked = _grouped(chunk.rows.take(chunk.rows.kind == BOOKED))
    struck = _grouped(chunk.rows.take(chunk.rows.kind != BOOKED))
    for at in range(len(chunk)):
        number = int(chunk.number[at])
        yield Voucher(
            place,
            chunk.series,
            number,
            year.start_date + dt.timedelta(days=int(chunk.day[at])),
            year.start_date + dt.timedelta(days=int(chunk.registered[at])),
            f"{chunk.label} {number} {PARTNERS[chunk.partner[at]]}",
            booked.get(at) or struck.get(at, []),
            at not in booked,
        )


def _grouped(rows: Rows) -> dict[int, list[tuple[int, int, int, int, str]]]:
    found: dict[int, list[tuple[int, int, int, int, str]]] = {}
    columns = (rows.voucher, rows.account, rows.ore, rows.cost_centre, rows.project, rows.text)
    for voucher, account, ore, centre, project, text in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        found.setdefault(voucher, []).append((account, ore, centre, project, ROW_TEXTS[text]))
    return found


def _add(world: World, company: Company, books: Books, voucher: Voucher) -> None:
    kind = _kind(books, voucher)
    has_vat = kind in ("SALES_INVOICE", "PURCHASE_INVOICE")
    vat_accounts = books.country.vat_accounts if has_vat else frozenset[int]()
    net = [row for row in voucher.rows if row[0] not in vat_accounts]
    vat = [(ACCOUNTS[row[0]].number, _money(row[1])) for row in voucher.rows if row not in net]
    rate = _rate(net, vat)
    at = dt.datetime.combine(voucher.registered, dt.time(8))
    states = STATUSES.get(kind, (world.habits.system_status,))
    receipt = Receipt(
        company.next_id("receipt"),
        {"name": voucher.text[:80], "vatStatus": 1, **_sides(kind)},
        at,
        at,
        type=kind,
        status="INVALIDATED" if voucher.is_void else states[voucher.number % len(states)],
        invoice_id=company.next_id("invoice") if has_vat or kind == "JOURNAL" else None,
        number=voucher.number,
        date=voucher.date,
        rows=_rows(company, net, rate, kind),
    )
    receipt.vat = vat
    company.receipts[receipt.id] = receipt
    company.booked[voucher.place, voucher.series, voucher.number] = receipt.id


def _kind(books: Books, voucher: Voucher) -> str:
    letters = [series.letter for series in books.country.series(books.years[voucher.place])]
    if voucher.series not in letters:
        return "JOURNAL"
    place = letters.index(voucher.series)
    return GENERAL[(voucher.number - 1) % 4] if place == 0 else KINDS[place]


def _sides(kind: str) -> Body:
    return {"vatType": "SALES" if kind == "SALES_INVOICE" else "PURCHASE"}


def _rate(net: list[Any], vat: list[tuple[str, Decimal]]) -> Decimal:
    """Find the rate at which the net of an invoice gives its VAT."""
    due = abs(sum((amount for _, amount in vat), Decimal(0)))
    if not due:
        return Decimal(0)
    base = abs(sum((_money(row[1]) for row in net[1:]), Decimal(0)))
    return min(RATES, key=lambda rate: abs(base * rate / 100 - due))


def _rows(company: Company, net: list[Any], rate: Decimal, kind: str) -> list[Body]:
    rows = []
    for place, (account, ore, centre, project, text) in enumerate(net):
        row: Body = {"id": company.next_id("row"), **_row(account, ore)}
        is_other_side = place == 0 and kind in ("SALES_INVOICE", "PURCHASE_INVOICE")
        if is_other_side:
            row["transactionType"] = "REVERSING_ENTRY"
        else:
            row |= {"vatPercent": rate, "vatStatus": 1 if rate else 12, **_sides(kind)}
        if text:
            row["description"] = text
        if values := _values(ore, centre, project):
            row["dimensionItemValues"] = values
        rows.append(row)
    return rows


def _row(account: int, ore: int) -> Body:
    return {
        "transactionType": "ENTRY",
        "account": ACCOUNTS[account].number,
        "accountingValue": _money(ore),
        "vatPercent": Decimal(0),
    }


def _values(ore: int, centre: int, project: int) -> list[Body]:
    pairs = ((CENTRE, centre), (PROJECT, project))
    return [
        {"dimensionId": number, "itemId": number * 10 + place, "value": _money(ore)}
        for number, place in pairs
        if place
    ]


def _money(ore: int) -> Decimal:
    return Decimal(ore).scaleb(-2)
