"""Vouchers by the chunk: a bounded number at a time, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from simulators.books.chart import HAS_BALANCE
from simulators.books.countries import Country
from simulators.books.model import ADDED, BOOKED, STRUCK, Chunk, Rows
from simulators.books.names import COST_CENTRES, PARTNERS, PROJECTS, ROW_TEXTS
from simulators.books.templates import ABSENT, Grid, Series
from simulators.books.years import Year

CHUNK_VOUCHERS: Final = 50_000
"""Vouchers that are held in memory at a time."""

REGISTERED_WITHIN_DAYS: Final = 10


@dataclass(frozen=True)
class Habits:
    """How a company keeps its books.

    `corrected_every`: one voucher in so many had a row struck and one added. `void_every`: one in
    so many had all its rows struck. 0 means never. `object_percent`: rows of profit and loss
    accounts that name a cost centre; projects are a third as many.
    """

    corrected_every: int = 50
    void_every: int = 997
    object_percent: int = 20


def operations(
    *, vouchers: int, year: Year, seed: tuple[int, ...], habits: Habits, country: Country
) -> Iterator[Chunk]:
    """Yield a year's vouchers, series by series, numbers and dates ascending.

    Args:
        vouchers: How many the year has in all series together.
        year: The fiscal year.
        seed: Company and year; the same seed gives the same books.
        habits: Corrections and objects.
        country: Whose accounts and series they have.
    """
    for order, (series, size) in enumerate(_shares(vouchers, country.series(year))):
        for first in range(0, size, CHUNK_VOUCHERS):
            place = np.arange(first, min(first + CHUNK_VOUCHERS, size))
            rng = np.random.default_rng([*seed, order, first])
            yield _chunk(
                series,
                place,
                rng=rng,
                day=place * year.days // size,
                habits=habits,
                country=country,
            )


def _shares(vouchers: int, all_series: tuple[Series, ...]) -> list[tuple[Series, int]]:
    sizes = [vouchers * series.permille // 1000 for series in all_series]
    sizes[1] += vouchers - sum(sizes)
    return list(zip(all_series, sizes, strict=True))


def _chunk(
    series: Series,
    place: np.ndarray,
    *,
    rng: np.random.Generator,
    day: np.ndarray,
    habits: Habits,
    country: Country,
) -> Chunk:
    grid = series.fill(rng, place)
    rows = _rows(grid, rng, habits, country.project_account)
    rows = _corrected(rows, place, habits, country.corrected_account)
    rows = _voided(rows, place, habits)
    return Chunk(
        series=series.letter,
        number=place + 1,
        day=day,
        registered=day + rng.integers(0, REGISTERED_WITHIN_DAYS, len(place)),
        label=series.label,
        partner=rng.integers(0, len(PARTNERS), len(place)),
        rows=rows,
    )


def _rows(grid: Grid, rng: np.random.Generator, habits: Habits, project_account: int) -> Rows:
    voucher, column = np.nonzero(grid.account != ABSENT)
    account = grid.account[voucher, column]
    size = len(voucher)
    chance = rng.integers(0, 100, size)
    objects = (chance < habits.object_percent) & ~HAS_BALANCE[account]
    centre = rng.integers(1, len(COST_CENTRES) + 1, size)
    project = rng.integers(1, len(PROJECTS) + 1, size)
    # Inventory is bought for a project, so that balance accounts have object balances too.
    on_project = (objects & (chance % 3 == 0)) | (account == project_account)
    return Rows(
        voucher=voucher.astype(np.int32),
        kind=np.zeros(size, dtype=np.int8),
        account=account,
        ore=grid.ore[voucher, column],
        cost_centre=np.where(objects, centre, 0).astype(np.int8),
        project=np.where(on_project, project, 0).astype(np.int8),
        quantity=grid.quantity[voucher, column],
        text=np.where(chance >= 90, chance % len(ROW_TEXTS), 0).astype(np.int8),
    )


def _corrected(rows: Rows, place: np.ndarray, habits: Habits, wrong_account: int) -> Rows:
    """Put a struck row and the mark of an added one before the second row of some vouchers."""
    if not habits.corrected_every:
        return rows
    chosen = place % habits.corrected_every == habits.corrected_every // 2
    second = np.flatnonzero(np.diff(rows.voucher, prepend=-1) != 0) + 1
    times = np.ones(len(rows), dtype=np.int64)
    times[second[chosen]] = 3
    longer = rows.take(np.repeat(np.arange(len(rows)), times))
    struck = (np.cumsum(times) - times)[second[chosen]]
    longer.kind[struck], longer.kind[struck + 1] = STRUCK, ADDED
    # The row was first booked on a wrong account; only the account was corrected.
    longer.account[struck] = wrong_account
    return longer


def _voided(rows: Rows, place: np.ndarray, habits: Habits) -> Rows:
    """Strike all rows of some vouchers: nothing of them is booked."""
    if not habits.void_every:
        return rows
    void = place % habits.void_every == habits.void_every - 1
    rows = rows.take(~void[rows.voucher] | (rows.kind == BOOKED))
    return replace(rows, kind=np.where(void[rows.voucher], np.int8(STRUCK), rows.kind))
