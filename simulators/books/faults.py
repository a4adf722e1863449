"""Planted faults: an export that says something else than the books, in one known way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from simulators.books.chart import ALL_NUMBERS, at
from simulators.books.model import BOOKED, Chunk, Extract
from simulators.books.names import organisation_number

UNBALANCED_ORE: Final = 50
WRONG_CLOSING_ORE: Final = 10_000
KEPT_PERCENT: Final = 90
YEARS_AWAY: Final = -20
"""A multiple of four, so that the year keeps its length."""


class Fault(StrEnum):
    """What can be wrong in a file whose writer did not notice."""

    UNBALANCED_VOUCHER = "unbalanced_voucher"
    """One voucher of series B has 0.50 too much on its first row."""
    WRONG_CLOSING_BALANCE = "wrong_closing_balance"
    """#UB of 1930 is 100.00 too high."""
    MISSING_ACCOUNT = "missing_account"
    """3041 is used but not in the chart."""
    OTHER_COMPANY = "other_company"
    """Another company's name and organisation number."""
    YEAR_OUTSIDE = "year_outside"
    """The year and all dates lie twenty years earlier."""
    DATE_OUTSIDE_YEAR = "date_outside_year"
    """One voucher of series B is dated three days after the year's end."""
    TRUNCATED = "truncated"
    """The last tenth of the vouchers is gone, neatly between two vouchers."""


@dataclass(frozen=True)
class Planted:
    """Where a fault lies: empty or zero where that says nothing."""

    fault: Fault
    series: str = ""
    number: int = 0
    account_number: str = ""
    difference_ore: int = 0
    """File - truth."""


def plant(extract: Extract, fault: Fault) -> tuple[Extract, Planted]:
    """Damage an extract in one way, and say where."""
    return _PLANTERS[fault](extract)


def _unbalanced(extract: Extract) -> tuple[Extract, Planted]:
    series, number, row = _victim(extract)

    def damage(chunk: Chunk, place: int) -> Chunk:
        rows = chunk.rows
        ore = rows.ore.copy()
        ore[np.flatnonzero(rows.voucher == place)[0]] += UNBALANCED_ORE
        return replace(chunk, rows=replace(rows, ore=ore))

    planted = Planted(Fault.UNBALANCED_VOUCHER, series, number, ALL_NUMBERS[row], UNBALANCED_ORE)
    return _damaged(extract, planted, damage), planted


def _date_outside(extract: Extract) -> tuple[Extract, Planted]:
    series, number, _ = _victim(extract)

    def damage(chunk: Chunk, place: int) -> Chunk:
        day = chunk.day.copy()
        day[place] = extract.year.days + 2
        return replace(chunk, day=day)

    planted = Planted(Fault.DATE_OUTSIDE_YEAR, series, number)
    return _damaged(extract, planted, damage), planted


def _victim(extract: Extract) -> tuple[str, int, int]:
    """Pick the middle voucher of the first chunk of series B whose rows are all booked."""
    chunk = next(chunk for chunk in extract.chunks() if chunk.series == "B")
    plain = np.ones(len(chunk), dtype=bool)
    plain[chunk.rows.voucher[chunk.rows.kind != BOOKED]] = False
    place = int(np.flatnonzero(plain)[plain.sum() // 2])
    account = chunk.rows.account[chunk.rows.voucher == place][0]
    return chunk.series, int(chunk.number[place]), int(account)


def _damaged(extract: Extract, planted: Planted, damage: Callable[[Chunk, int], Chunk]) -> Extract:
    def chunks() -> Iterator[Chunk]:
        for chunk in extract.chunks():
            hit = np.flatnonzero(chunk.number == planted.number)
            ours = chunk.series == planted.series and len(hit)
            yield damage(chunk, int(hit[0])) if ours else chunk

    return replace(extract, chunks=chunks)


def _wrong_closing(extract: Extract) -> tuple[Extract, Planted]:
    closing = extract.closing.copy()
    closing[at("1930")] += WRONG_CLOSING_ORE
    planted = Planted(
        Fault.WRONG_CLOSING_BALANCE, account_number="1930", difference_ore=WRONG_CLOSING_ORE
    )
    return replace(extract, closing=closing), planted


def _missing_account(extract: Extract) -> tuple[Extract, Planted]:
    accounts = extract.accounts[extract.accounts != at("3041")]
    planted = Planted(Fault.MISSING_ACCOUNT, account_number="3041")
    return replace(extract, accounts=accounts), planted


def _other_company(extract: Extract) -> tuple[Extract, Planted]:
    number = organisation_number(9_999)
    damaged = replace(extract, name="Främmande Låtsasbolaget AB", organisation_number=number)
    return damaged, Planted(Fault.OTHER_COMPANY)


def _year_outside(extract: Extract) -> tuple[Extract, Planted]:
    previous = extract.previous_year
    damaged = replace(
        extract,
        year=extract.year.moved(YEARS_AWAY),
        previous_year=previous.moved(YEARS_AWAY) if previous else None,
    )
    return damaged, Planted(Fault.YEAR_OUTSIDE)


def _truncated(extract: Extract) -> tuple[Extract, Planted]:
    def chunks() -> Iterator[Chunk]:
        left = extract.totals.vouchers * KEPT_PERCENT // 100
        for chunk in extract.chunks():
            yield chunk.keep(np.arange(len(chunk)) < left)
            left -= len(chunk)
            if left <= 0:
                return

    return replace(extract, chunks=chunks), Planted(Fault.TRUNCATED)


_PLANTERS: Final[dict[Fault, Callable[[Extract], tuple[Extract, Planted]]]] = {
    Fault.UNBALANCED_VOUCHER: _unbalanced,
    Fault.WRONG_CLOSING_BALANCE: _wrong_closing,
    Fault.MISSING_ACCOUNT: _missing_account,
    Fault.OTHER_COMPANY: _other_company,
    Fault.YEAR_OUTSIDE: _year_outside,
    Fault.DATE_OUTSIDE_YEAR: _date_outside,
    Fault.TRUNCATED: _truncated,
}
