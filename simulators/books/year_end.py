"""What carries one year into the next: opening balances and the vouchers of the last series."""

from __future__ import annotations

import numpy as np

from simulators.books.chart import ACCOUNTS, HAS_BALANCE
from simulators.books.countries import Country
from simulators.books.model import BOOKED, Chunk, Rows
from simulators.books.names import PROJECTS


def first_opening(seed: int, country: Country) -> np.ndarray:
    """Give a new company's opening balances, accounts x projects; they sum to zero."""
    opening = np.zeros((len(ACCOUNTS), len(PROJECTS) + 1), dtype=np.int64)
    for place, ore in country.start.items():
        opening[place, 0] = ore + (seed % 1000 if place == country.bank else 0)
    opening[country.older_results, 0] = -opening.sum()
    return opening


def next_opening(closing: np.ndarray, country: Country) -> np.ndarray:
    """Carry closing balances (accounts x projects) forward.

    A result that the year itself did not book stands on the account of results afterwards (2099,
    2371), and what that held moves on (to 2098, 2251), as bookkeeping systems do when a new year is
    opened before the old is closed.
    """
    opening = np.where(HAS_BALANCE[:, None], closing, 0)
    result = closing[~HAS_BALANCE].sum()
    if result:
        opening[country.result_before, 0] += opening[country.result, 0]
        opening[country.result, 0] = result
    return opening


def vouchers(
    *, opening: np.ndarray, result: int, days: int, books_result: bool, country: Country
) -> Chunk:
    """Move the last result on (2099 to 2098) on the first day, the year's result on the last.

    Args:
        opening: Opening balance per account, in öre.
        result: Sum of all profit and loss accounts, in öre (credit negative: a profit).
        days: Length of the year.
        books_result: Whether the year is closed.
        country: In Finland nothing books a year's result.
    """
    last = country.result
    pairs = [(0, last, country.result_before, -int(opening[last]))]
    if books_result and country.result_of_year is not None:
        pairs.append((days - 1, country.result_of_year, last, -result))
    pairs = [pair for pair in pairs if pair[3]]
    day = np.array([pair[0] for pair in pairs], dtype=np.int64)
    return Chunk(
        series=country.year_end_series,
        number=np.arange(len(pairs)) + 1,
        day=day,
        registered=day,
        label=country.year_end_label,
        partner=np.zeros(len(pairs), dtype=np.int64),
        rows=_rows([row for pair in pairs for row in (pair[1:3])], [pair[3] for pair in pairs]),
    )


def _rows(accounts: list[int], amounts: list[int]) -> Rows:
    size = len(accounts)
    none = np.zeros(size, dtype=np.int8)
    ore = np.array([ore for amount in amounts for ore in (amount, -amount)], dtype=np.int64)
    return Rows(
        voucher=np.arange(size, dtype=np.int32) // 2,
        kind=np.full(size, BOOKED, dtype=np.int8),
        account=np.array(accounts, dtype=np.int16),
        ore=ore,
        cost_centre=none,
        project=none,
        quantity=np.zeros(size, dtype=np.int64),
        text=none,
    )
