"""What is booked: per voucher series, a grid of accounts and amounts that sums to zero by row.

A grid has one line per voucher and as many columns as its longest voucher; `ABSENT` marks a
place without a row. All arithmetic is in whole öre.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from simulators.books.chart import at, positions

ABSENT: Final = -1

_SALES: Final = positions("3001", "3041", "3540", "3550", "3590", "3990")
_COSTS: Final = positions(
    "4010", "4056", "4500", "4600", "5010", "5020", "5060", "5210", "5410", "5460", "5500", "5611",
    "5613", "5710", "5800", "5910", "6110", "6212", "6230", "6530", "6540", "6590", "7610", "7690",
)  # fmt: skip
_LOWER_VAT: Final = {3: ("3002", "2621", 12), 5: ("3003", "2631", 6)}
"""Which of every seven sales has a lower VAT: its income account, VAT account and percentage."""


class Grid(NamedTuple):
    """Account positions, öre and quantities (hundredths), each vouchers x places."""

    account: np.ndarray
    ore: np.ndarray
    quantity: np.ndarray


class Series(NamedTuple):
    """A voucher series: its letter, share of all vouchers, text and template."""

    letter: str
    permille: int
    label: str
    fill: Callable[[np.random.Generator, np.ndarray], Grid]


def amounts_of(rng: np.random.Generator, size: int) -> np.ndarray:
    """Draw positive amounts from 10.00 to 99,999.99: as many small as large ones, none float."""
    magnitude = 10 ** rng.integers(3, 6, size=size)
    return rng.integers(1, 100, size=size) * magnitude + rng.integers(0, 100, size=size)


def blank_grid(count: int, width: int) -> Grid:
    """Give a grid without rows."""
    blank = np.zeros((count, width), dtype=np.int64)
    return Grid(np.full((count, width), ABSENT, dtype=np.int16), blank, blank.copy())


def _percent(ore: np.ndarray, percent: np.ndarray | int) -> np.ndarray:
    return (ore * percent + 50) // 100


def _sales(rng: np.random.Generator, place: np.ndarray) -> Grid:
    """Invoice: customer, one or two incomes, VAT. Every fifth is an export without VAT."""
    grid = blank_grid(len(place), 4)
    export, double = place % 5 == 0, place % 5 == 1
    net = amounts_of(rng, len(place))
    extra = np.where(double, amounts_of(rng, len(place)), 0)
    grid.account[:, 0] = at("1510")
    grid.account[:, 1] = np.where(export, at("3305"), rng.choice(_SALES, len(place)))
    grid.account[:, 2] = np.where(double, at("3041"), ABSENT)
    grid.account[:, 3] = np.where(export, ABSENT, at("2611"))
    rate = _lower_the_vat(grid, place, fixed=export | double)
    vat = np.where(export, 0, _percent(net + extra, rate))
    grid.ore[:] = np.stack([net + extra + vat, -net, -extra, -vat], axis=1)
    # Hours or pieces are sold: credit rows carry negative quantities, as systems export them.
    grid.quantity[:, 1] = -np.where(place % 4 == 2, rng.integers(1, 8000, len(place)), 0)
    return grid


def _lower_the_vat(grid: Grid, place: np.ndarray, *, fixed: np.ndarray) -> np.ndarray:
    rate = np.full(len(place), 25)
    for residue, (income, vat, percent) in _LOWER_VAT.items():
        lower = (place % 7 == residue) & ~fixed
        grid.account[lower, 1] = at(income)
        grid.account[lower, 3] = at(vat)
        rate[lower] = percent
    return rate


def _purchases(rng: np.random.Generator, place: np.ndarray) -> Grid:
    """Supplier's invoice: debt, one or two costs, VAT. Every fifth is insurance without VAT."""
    grid = blank_grid(len(place), 4)
    insurance, double = place % 5 == 0, place % 5 == 1
    net = amounts_of(rng, len(place))
    extra = np.where(double, amounts_of(rng, len(place)), 0)
    vat = np.where(insurance, 0, _percent(net + extra, 25))
    cost = np.where(place % 11 == 7, at("1220"), rng.choice(_COSTS, len(place)))
    grid.account[:, 0] = at("2440")
    grid.account[:, 1] = np.where(insurance, at("6310"), cost)
    grid.account[:, 2] = np.where(double, at("5460"), ABSENT)
    grid.account[:, 3] = np.where(insurance, ABSENT, at("2641"))
    grid.ore[:] = np.stack([-(net + extra + vat), net, extra, vat], axis=1)
    grid.quantity[:, 1] = np.where(place % 6 == 4, rng.integers(1, 50_000, len(place)), 0)
    return grid


def _two_rows(debit: str, credit: str) -> Callable[[np.random.Generator, np.ndarray], Grid]:
    def fill(rng: np.random.Generator, place: np.ndarray) -> Grid:
        grid = blank_grid(len(place), 2)
        amount = amounts_of(rng, len(place))
        grid.account[:] = positions(debit, credit)
        grid.ore[:] = np.stack([amount, -amount], axis=1)
        return grid

    return fill


def _general(rng: np.random.Generator, place: np.ndarray) -> Grid:
    """Of every four: two payrolls, a depreciation and a VAT settlement in whole kronor."""
    grid = blank_grid(len(place), 7)
    for residues, width, fill in (((0, 2), 7, _payroll), ((1,), 4, _wear), ((3,), 6, _settle)):
        picked = np.isin(place % 4, residues)
        accounts, ore = fill(rng, int(picked.sum()))
        grid.account[picked, :width] = accounts
        grid.ore[picked, :width] = ore
    return grid


def _payroll(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    gross = amounts_of(rng, size)
    tax, holiday, fees = _percent(gross, 31), _percent(gross, 12), _percent(gross, 32)
    accounts = positions("7210", "2710", "1930", "7290", "2920", "7510", "2731")
    ore = [gross, -tax, tax - gross, holiday, -holiday, fees, -fees]
    return accounts, np.stack(ore, axis=1)


def _wear(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    tools, cars = amounts_of(rng, size), amounts_of(rng, size)
    accounts = positions("7832", "1229", "7834", "1249")
    return accounts, np.stack([tools, -tools, cars, -cars], axis=1)


def _settle(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    high, middle, low, paid = (amounts_of(rng, size) for _ in range(4))
    due = high + middle + low - paid
    kronor = due // 100 * 100
    accounts = positions("2611", "2621", "2631", "2641", "2650", "3740")
    return accounts, np.stack([high, middle, low, -paid, -kronor, kronor - due], axis=1)


SERIES: Final = (
    Series("A", 100, "Bokföringsorder", _general),
    Series("B", 300, "Kundfaktura", _sales),
    Series("C", 150, "Inbetalning", _two_rows("1930", "1510")),
    Series("L", 300, "Lev.faktura", _purchases),
    Series("U", 150, "Utbetalning", _two_rows("2440", "1930")),
)
"""The series of every company. With a number of vouchers that 200 divides, rows are exactly three
times the vouchers."""
