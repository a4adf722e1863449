"""Pulling a year: the SIE file, and beside it what Fortnox says by other calls, before and after.

The account list and the voucher list are evidence that does not come from the file. They are read
before and after it: only when both readings are equal did the three see the same books.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from blocks.http import CallFailed
from blocks.progress import share, unheard
from blocks.steps import reached
from blocks.systems.fortnox import wire
from blocks.systems.fortnox.codes import unknown_codes
from blocks.systems.fortnox.pages import GetJson, walk
from blocks.systems.fortnox.system import CRASH_POINTS
from blocks.systems.fortnox.wire import id_of
from blocks.systems.ports import SourceYear

MAX_PULLS: Final = 3
"""SIE files fetched of one year until the books stood still around one of them."""

GetSie = Callable[[SourceYear], Awaitable[bytes]]


@dataclass(frozen=True)
class YearExtract:
    """A year as Fortnox gave it.

    `sie`: type 4, exactly as received. `opening_balances`: `wire.OPENING_BALANCES`.
    `voucher_headers`: `wire.VOUCHER_HEADERS`, every voucher of the year. `fetched_at`: when the
    file came, UTC. `calls`: spent on it, repetitions included. `attempts`: 1 when the books stood
    still.
    """

    sie: bytes
    opening_balances: pa.Table
    voucher_headers: pa.Table
    fetched_at: dt.datetime
    calls: int
    attempts: int

    @property
    def unknown_codes(self) -> dict[str, int]:
        """In how many rows each code stands that nobody here knows; see `codes`."""
        return unknown_codes(self.opening_balances, self.voucher_headers)


@dataclass(frozen=True)
class Evidence:
    """What the lists said at one time."""

    accounts: pa.Table
    vouchers: pa.Table

    def equals(self, other: Evidence) -> bool:
        """Return whether nothing moved between the two readings."""
        return bool(self.accounts.equals(other.accounts) and self.vouchers.equals(other.vouchers))


async def pull(
    source_year: SourceYear, *, get: GetJson, get_sie: GetSie, calls: Callable[[], int]
) -> YearExtract:
    """Pull one year; see `YearExtract`.

    Raises:
        CallFailed: The books kept changing, or a call failed for now.
        CallRefused: A call is refused until somebody acts.
    """
    calls_before = calls()
    with share(0, of=2):
        before = await _evidence(get, source_year)
    for attempt in range(1, MAX_PULLS + 1):
        reached("fortnox.pull.before", among=CRASH_POINTS)
        sie = await get_sie(source_year)
        fetched_at = dt.datetime.now(dt.UTC)
        reached("fortnox.pull.sie", among=CRASH_POINTS)
        with share(1, of=2):
            after = await _evidence(get, source_year)
        reached("fortnox.pull.after", among=CRASH_POINTS)
        if before.equals(after):
            spent = calls() - calls_before
            return YearExtract(
                sie, before.accounts, before.vouchers, fetched_at, calls=spent, attempts=attempt
            )
        # What was read after this file was read before the next one.
        before = after
    raise CallFailed(
        f"The books of {source_year.year} in Fortnox kept changing: accounts or vouchers differed "
        f"before and after each of {MAX_PULLS} SIE files. Try again when less is being booked.",
        code="books_kept_changing",
    )


async def _evidence(get: GetJson, source_year: SourceYear) -> Evidence:
    with unheard():
        accounts = await read_accounts(get, source_year)
    year = {"financialyear": id_of(source_year)}
    vouchers = await walk(
        get,
        "/3/vouchers",
        year,
        name="Vouchers",
        key=("VoucherSeries", "VoucherNumber"),
        what="voucher list",
    )
    headers = wire.voucher_headers(vouchers, year_id=id_of(source_year))
    return Evidence(accounts, headers)


async def read_accounts(get: GetJson, source_year: SourceYear) -> pa.Table:
    """List a year's accounts; `wire.OPENING_BALANCES`."""
    year = {"financialyear": id_of(source_year)}
    rows = await walk(
        get, "/3/accounts", year, name="Accounts", key=("Number",), what="account list"
    )
    return wire.opening_balances(rows, year_id=id_of(source_year))
