"""What carries one year into the next: opening balances and the vouchers of series Y."""

from __future__ import annotations

import numpy as np

from simulators.books.chart import CHART, HAS_BALANCE, at
from simulators.books.model import BOOKED, Chunk, Rows
from simulators.books.names import PROJECTS

_START = {"1220": 480_000_00, "1229": -120_000_00, "1510": 215_340_50, "1930": 902_118_75,
          "1940": 300_000_00, "2081": -50_000_00, "2440": -188_210_25}  # fmt: skip
RESULT_BEFORE = at("2098")
RESULT = at("2099")
RESULT_OF_YEAR = at("8999")


def first_opening(seed: int) -> np.ndarray:
    """Give a new company's opening balances, accounts x projects; they sum to zero."""
    opening = np.zeros((len(CHART), len(PROJECTS) + 1), dtype=np.int64)
    for number, ore in _START.items():
        opening[at(number), 0] = ore + (seed % 1000 if number == "1930" else 0)
    opening[at("2091"), 0] = -opening.sum()
    return opening


def next_opening(closing: np.ndarray) -> np.ndarray:
    """Carry closing balances (accounts x projects) forward.

    A result that the year itself did not book stands on 2099 afterwards, and what 2099 held
    moves to 2098, as bookkeeping systems do when a new year is opened before the old is closed.
    """
    opening = np.where(HAS_BALANCE[:, None], closing, 0)
    result = closing[~HAS_BALANCE].sum()
    if result:
        opening[RESULT_BEFORE, 0] += opening[RESULT, 0]
        opening[RESULT, 0] = result
    return opening


def vouchers(*, opening: np.ndarray, result: int, days: int, books_result: bool) -> Chunk:
    """Give series Y: 2099 to 2098 on the first day, the year's result to 2099 on the last.

    Args:
        opening: Opening balance per account, in öre.
        result: Sum of all profit and loss accounts, in öre (credit negative: a profit).
        days: Length of the year.
        books_result: Whether the year is closed.
    """
    pairs = [(0, RESULT, RESULT_BEFORE, -int(opening[RESULT]))]
    if books_result:
        pairs.append((days - 1, RESULT_OF_YEAR, RESULT, -result))
    pairs = [pair for pair in pairs if pair[3]]
    day = np.array([pair[0] for pair in pairs], dtype=np.int64)
    return Chunk(
        series="Y",
        number=np.arange(len(pairs)) + 1,
        day=day,
        registered=day,
        label="Omföring av resultat",
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
