"""Rows of a generated year as Fennoa keeps them: flat, each with its statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final, NamedTuple

from simulators.books.chart import ALL_NUMBERS
from simulators.books.company import Company
from simulators.books.model import BOOKED, Chunk
from simulators.books.names import PARTNERS, ROW_TEXTS

YEAR_STEP: Final = 100_000_000
SERIES_STEP: Final = 10_000_000
"""Ids by place of the year, letters of the series and number, so that they outlive an edit."""


class Row(NamedTuple):
    """One row. `id`: of its statement. `ore`: hundredths, debit positive. Empty: none."""

    id: int
    series: str
    number: int
    date: dt.date
    account: str
    ore: int
    text: str
    centre: str
    project: str


def ledger_rows(company: Company, place: int) -> Iterator[Row]:
    """Yield what is booked in a year; Fennoa has neither history nor vouchers without rows."""
    letters: dict[str, int] = {}
    for chunk in company.book(place).chunks():
        series = letters.setdefault(chunk.series, len(letters))
        yield from _of_chunk(company, place, chunk, place * YEAR_STEP + series * SERIES_STEP)


def _of_chunk(company: Company, place: int, chunk: Chunk, first_id: int) -> Iterator[Row]:
    rows, first_day = chunk.rows, company.years[place].start_date
    for at in range(len(rows)):
        if rows.kind[at] != BOOKED:
            continue
        voucher = int(rows.voucher[at])
        number = int(chunk.number[voucher])
        centre, project = int(rows.cost_centre[at]), int(rows.project[at])
        text = f"{chunk.label} {number} {PARTNERS[chunk.partner[voucher]]}"
        yield Row(
            id=first_id + number,
            series=chunk.series,
            number=number,
            date=first_day + dt.timedelta(days=int(chunk.day[voucher])),
            account=ALL_NUMBERS[rows.account[at]],
            ore=int(rows.ore[at]),
            text=ROW_TEXTS[rows.text[at]] or text,
            centre=f"{centre}0" if centre else "",
            project=f"P0{project}" if project else "",
        )
