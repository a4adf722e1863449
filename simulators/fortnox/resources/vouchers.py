"""Vouchers: lists of headers without rows, one voucher with its rows, the series.

Source: Fortnox OpenAPI, /3/vouchers, /3/vouchers/sublist, /3/voucherseries and the text of their
tags; 2002363 for a first day outside the year was seen in production.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np

from simulators.books.chart import ACCOUNTS
from simulators.books.model import ADDED, STRUCK, Chunk, Rows
from simulators.books.names import PARTNERS, ROW_TEXTS
from simulators.fortnox.answers import Answer, Raw, Refusal, json_answer, json_text, number
from simulators.fortnox.ask import BAD_REQUEST, NOT_FOUND, Ask, holds
from simulators.fortnox.edition import Edition, PlacedVoucher
from simulators.fortnox.paging import listing

REGISTERED_AT: Final = dt.time(12)
"""Generated vouchers are registered at noon."""

REFERENCE_TYPES: Final = {"B": "INVOICE", "C": "INVOICEPAYMENT", "L": "SUPPLIERINVOICE",
                          "U": "SUPPLIERPAYMENT"}  # fmt: skip
FILTERS: Final = frozenset({"lastmodified", "fromdate", "todate", "voucherseries"})


class Head(NamedTuple):
    """A voucher as lists know it; `modified_at` in Swedish time, `row` as JSON."""

    series: str
    number: int
    date: dt.date
    modified_at: dt.datetime
    row: Raw


SORTS: Final[dict[str, Callable[[Head], Any]]] = {
    "vouchernumber": lambda head: (head.number, head.series),
    "voucherseries": lambda head: (head.series, head.number),
    "referencenumber": lambda head: (head.number, head.series),
    "referencetype": lambda head: (REFERENCE_TYPES.get(head.series, "MANUAL"), head.number),
}


def heads(edition: Edition, place: int) -> list[Head]:
    """Give a year's vouchers in order of series and number."""
    return edition.kept(
        ("heads", place),
        lambda: [head for chunk in edition.chunks(place) for head in _heads(edition, place, chunk)],
    )


def vouchers(ask: Ask) -> Answer:
    """Answer /3/vouchers: headers of a year, filtered and sorted."""
    return _listed(ask, ask.place(), _shown(ask))


def sublist(ask: Ask) -> Answer:
    """Answer /3/vouchers/sublist: headers of the current year."""
    return _listed(ask, ask.edition.current(ask.today), _shown(ask))


def sublist_of_series(ask: Ask) -> Answer:
    """Answer /3/vouchers/sublist/{VoucherSeries}: headers of one series."""
    series, shown = ask.path["VoucherSeries"], _shown(ask)
    return _listed(ask, ask.place(), lambda head: head.series == series and shown(head))


def voucher(ask: Ask) -> Answer:
    """Answer /3/vouchers/{VoucherSeries}/{VoucherNumber}, with rows; struck ones are marked."""
    place, text = ask.place(), ask.path["VoucherNumber"]
    key = (ask.path["VoucherSeries"], int(text) if text.isdecimal() else -1)
    for chunk in ask.edition.chunks(place):
        found = np.flatnonzero((chunk.number == key[1]) & (chunk.series == key[0]))
        for at in map(int, found):
            head, rows = _header(ask.edition, place, chunk, at), list(_rows(chunk, at))
            more = {"Comments": "", "CostCenter": "", "Project": "", "VoucherRows": rows}
            return json_answer({"Voucher": {**head, **more}})
    raise Refusal(NOT_FOUND, 2000423)


def voucher_series(ask: Ask) -> Answer:
    """Answer /3/voucherseries."""
    place = ask.place()
    labels = {chunk.series: chunk.label for chunk in ask.edition.chunks(place)}
    rows = [
        Raw(json_text(_series(ask, place, code, label))) for code, label in sorted(labels.items())
    ]
    return listing(ask, "VoucherSeriesCollection", rows)


def one_voucher_series(ask: Ask) -> Answer:
    """Answer /3/voucherseries/{Code}, with the number that comes next."""
    place, code = ask.place(), ask.path["Code"]
    chunks = [chunk for chunk in ask.edition.chunks(place) if chunk.series == code]
    if not chunks:
        raise Refusal(NOT_FOUND, 2000423)
    last = max(int(chunk.number.max(initial=0)) for chunk in chunks)
    series = {**_series(ask, place, code, chunks[0].label), "NextVoucherNumber": last + 1}
    return json_answer({"VoucherSeries": series})


def _series(ask: Ask, place: int, code: str, label: str) -> dict[str, Any]:
    year_id = ask.edition.ids[place]
    return {
        "@url": ask.url(f"voucherseries/{code}?financialyear={year_id}"),
        "Code": code,
        "Description": label,
        "Manual": code == "A",
        "Year": year_id,
    }


def _shown(ask: Ask) -> Callable[[Head], bool]:
    hidden = ask.hidden
    return lambda head: (head.series, head.number) != hidden


def _listed(ask: Ask, place: int, wanted: Callable[[Head], bool]) -> Answer:
    known = list(filter(wanted, heads(ask.edition, place)))
    filtered = list(filter(_passes(ask, place), known)) if FILTERS & ask.query.keys() else known
    rows = [head.row for head in _sorted(ask, filtered)]
    return listing(ask, "Vouchers", rows, total=len(known))


def _passes(ask: Ask, place: int) -> Callable[[Head], bool]:
    first, last = ask.date("fromdate"), ask.date("todate")
    since, series = ask.stamp("lastmodified"), ask.query.get("voucherseries")
    if first and not holds(ask.edition.company.years[place], first):
        raise Refusal(BAD_REQUEST, 2002363)
    return lambda head: (
        (not first or first <= head.date)
        and (not last or head.date <= last)
        and (not since or since <= head.modified_at)
        and series in (None, head.series)
    )


def _sorted(ask: Ask, found: list[Head]) -> list[Head]:
    by, order = ask.query.get("sortby"), ask.query.get("sortorder", "ascending")
    if (by and by not in SORTS) or order not in ("ascending", "descending"):
        raise Refusal(BAD_REQUEST, 2000588)
    down = order == "descending"
    return sorted(found, key=SORTS[by or "voucherseries"], reverse=down) if by or down else found


def _heads(edition: Edition, place: int, chunk: Chunk) -> Iterator[Head]:
    year = edition.company.years[place]
    for at in range(len(chunk)):
        registered = year.start_date + dt.timedelta(days=int(chunk.registered[at]))
        key: PlacedVoucher = (place, chunk.series, int(chunk.number[at]))
        header = _header(edition, place, chunk, at)
        yield Head(
            series=chunk.series,
            number=key[2],
            date=dt.date.fromisoformat(header["TransactionDate"]),
            modified_at=edition.modified_at.get(
                key, dt.datetime.combine(registered, REGISTERED_AT)
            ),
            row=Raw(json_text(header)),
        )


def _header(edition: Edition, place: int, chunk: Chunk, at: int) -> dict[str, Any]:
    year_id, number_ = edition.ids[place], int(chunk.number[at])
    date = edition.company.years[place].start_date + dt.timedelta(days=int(chunk.day[at]))
    kind = REFERENCE_TYPES.get(chunk.series, "MANUAL")
    path = f"/3/vouchers/{chunk.series}/{number_}?financialyear={year_id}"
    return {
        "@url": edition.base + path,
        "ApprovalState": 0,
        "Comments": None,
        "Description": f"{chunk.label} {number_} {PARTNERS[chunk.partner[at]]}",
        "ReferenceNumber": "" if kind == "MANUAL" else str(number_),
        "ReferenceType": kind,
        "TransactionDate": str(date),
        "VoucherNumber": number_,
        "VoucherSeries": chunk.series,
        "Year": year_id,
    }


def _rows(chunk: Chunk, at: int) -> Iterator[dict[str, Any]]:
    # The mark of an added row repeats the row that it precedes; Fortnox's API has no such mark.
    rows = chunk.rows.take((chunk.rows.voucher == at) & (chunk.rows.kind != ADDED))
    for row in range(len(rows)):
        yield _row(rows, row)


def _row(rows: Rows, at: int) -> dict[str, Any]:
    account, ore = ACCOUNTS[rows.account[at]], int(rows.ore[at])
    centre, project = int(rows.cost_centre[at]), int(rows.project[at])
    return {
        "Account": int(account.number),
        "CostCenter": f"{centre}0" if centre else "",
        "Credit": number(max(-ore, 0)),
        "Debit": number(max(ore, 0)),
        "Description": account.name,
        "Project": f"P0{project}" if project else "",
        "Quantity": number(int(rows.quantity[at])),
        "Removed": bool(rows.kind[at] == STRUCK),
        "TransactionInformation": ROW_TEXTS[rows.text[at]],
    }
