"""What is booked in a Finnish company: VAT of 25.5, 14 or 13.5, 10 and 0 %, payroll, wear.

Source:
    VAT Act 1501/1993: 25.5 % from 2024-09-01; 14 % became 13.5 % on 2026-01-01.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

import numpy as np

from simulators.books.chart import finnish, finnish_positions
from simulators.books.templates import ABSENT, Grid, Series, amounts_of, blank_grid
from simulators.books.years import Year

USUAL_PERMILLE: Final = 255
NEWS_PERMILLE: Final = 100
REDUCED_UNTIL: Final = dt.date(2025, 12, 31)
"""Last day of 14 %; of a year that ends later every reduced sale has 13.5 %."""

_COSTS: Final = finnish_positions(
    "4000", "4450", "7000", "7230", "7270", "7410", "7620", "8000", "8370", "8450", "8680"
)


def reduced_permille(year: Year) -> int:
    """Give the reduced rate of a year in thousandths."""
    return 140 if year.end_date <= REDUCED_UNTIL else 135


def finnish_series(year: Year) -> tuple[Series, ...]:
    """Give the series of a year; their shares are those of Swedish companies."""
    reduced = reduced_permille(year)
    return (
        Series("GL", 100, "Muistiotosite", _general),
        Series("IN", 300, "Myyntilasku", _sales(reduced)),
        Series("PJ", 150, "Tiliote, saapuva", _two_rows("1910", "1701")),
        Series("PU", 300, "Ostolasku", _purchases(reduced)),
        Series("PM", 150, "Tiliote, lähtevä", _two_rows("2871", "1910")),
    )


Fill = Callable[[np.random.Generator, np.ndarray], Grid]


def _vat(cents: np.ndarray, permille: np.ndarray | int) -> np.ndarray:
    return (cents * permille + 500) // 1000


def _sales(reduced: int) -> Fill:
    """Invoice: customer, income, VAT. Every fifth is an export without VAT."""

    def fill(rng: np.random.Generator, place: np.ndarray) -> Grid:
        grid = blank_grid(len(place), 4)
        export, double = place % 5 == 0, place % 5 == 1
        is_reduced, is_news = (place % 7 == 3) & ~export, (place % 7 == 5) & ~export
        double &= ~is_reduced & ~is_news
        net = amounts_of(rng, len(place))
        extra = np.where(double, amounts_of(rng, len(place)), 0)
        income = np.where(is_reduced, finnish("3010"), finnish("3000"))
        income = np.where(is_news, finnish("3020"), income)
        rate = np.where(is_reduced, reduced, np.where(is_news, NEWS_PERMILLE, USUAL_PERMILLE))
        vat = np.where(export, 0, _vat(net + extra, rate))
        grid.account[:, 0] = finnish("1701")
        grid.account[:, 1] = np.where(export, finnish("3300"), income)
        grid.account[:, 2] = np.where(double, finnish("3650"), ABSENT)
        grid.account[:, 3] = np.where(export, ABSENT, finnish("29391"))
        grid.ore[:] = np.stack([net + extra + vat, -net, -extra, -vat], axis=1)
        return grid

    return fill


def _purchases(reduced: int) -> Fill:
    """Supplier's invoice: debt, cost, VAT. Every fifth is insurance without VAT."""

    def fill(rng: np.random.Generator, place: np.ndarray) -> Grid:
        grid = blank_grid(len(place), 4)
        insurance, food = place % 5 == 0, place % 5 == 2
        net = amounts_of(rng, len(place))
        rate = np.where(food, reduced, USUAL_PERMILLE)
        vat = np.where(insurance, 0, _vat(net, rate))
        cost = np.where(place % 11 == 7, finnish("1161"), rng.choice(_COSTS, len(place)))
        cost = np.where(food, finnish("4010"), cost)
        grid.account[:, 0] = finnish("2871")
        grid.account[:, 1] = np.where(insurance, finnish("8500"), cost)
        grid.account[:, 3] = np.where(insurance, ABSENT, finnish("17631"))
        grid.ore[:] = np.stack([-(net + vat), net, np.zeros_like(net), vat], axis=1)
        return grid

    return fill


def _two_rows(debit: str, credit: str) -> Fill:
    def fill(rng: np.random.Generator, place: np.ndarray) -> Grid:
        grid = blank_grid(len(place), 2)
        amount = amounts_of(rng, len(place))
        grid.account[:] = finnish_positions(debit, credit)
        grid.ore[:] = np.stack([amount, -amount], axis=1)
        return grid

    return fill


def _general(rng: np.random.Generator, place: np.ndarray) -> Grid:
    """Of every four: two payrolls, a depreciation and a VAT settlement."""
    grid = blank_grid(len(place), 9)
    for residues, width, fill in (((0, 2), 9, _payroll), ((1,), 4, _wear), ((3,), 3, _settle)):
        picked = np.isin(place % 4, residues)
        accounts, cents = fill(rng, int(picked.sum()))
        grid.account[picked, :width] = accounts
        grid.ore[picked, :width] = cents
    return grid


def _payroll(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    gross = amounts_of(rng, size)
    tax, holiday, pension, social = (_vat(gross, part) for part in (240, 115, 175, 12))
    accounts = finnish_positions(
        "5000", "2921", "1910", "5300", "2959", "6130", "2924", "6300", "2923"
    )
    cents = [gross, -tax, tax - gross, holiday, -holiday, pension, -pension, social, -social]
    return accounts, np.stack(cents, axis=1)


def _wear(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    tools, programs = amounts_of(rng, size), amounts_of(rng, size)
    accounts = finnish_positions("6870", "1169", "6820", "1029")
    return accounts, np.stack([tools, -tools, programs, -programs], axis=1)


def _settle(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    sold, bought = amounts_of(rng, size), amounts_of(rng, size)
    accounts = finnish_positions("2939", "1763", "1910")
    return accounts, np.stack([sold, -bought, bought - sold], axis=1)
