"""Fennoa as a source of ledgers: a year's rows by the page, and balances to hold them against."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Final

from blocks.http import CallFailed, CallProblem
from blocks.steps import reached
from blocks.systems.fennoa.balances import (
    Balances,
    YearRead,
    balance_in,
    closing_table,
    due,
    read_year,
)
from blocks.systems.fennoa.pages import Walk, walk
from blocks.systems.fennoa.parts import new_names, part_of, sent_or_named
from blocks.systems.fennoa.session import FennoaSession
from blocks.systems.fennoa.system import CRASH_POINTS
from blocks.systems.ports import Extract, KnownYear, SourceYear
from ledger.errors import TerminalError
from ledger.fennoa.answers import (
    ACCOUNTS,
    ASKED,
    FORMAT,
    OPENING,
    PERIODS,
    Unreadable,
    first_of,
    read_json,
    records,
)
from ledger.fennoa.port import READER
from ledger.fennoa.tables import period_year

MAX_WALKS: Final = 3
"""Walks through the pages of one year until one of them is known to be whole."""


class UnexpectedAnswer(TerminalError):
    """Fennoa answered with something else than its documentation or its users have shown."""

    sentence = "Fennoa's answer cannot be read: {problem}. Nothing was loaded; report it."


class NoBooks(TerminalError):
    """Books were asked for in a session that was not opened for a tenant."""

    sentence = "This session of Fennoa has no books. The program is at fault: report it."


class FennoaLedger:
    """The ledgers of one company; see `LedgerSource`."""

    def __init__(self, session: FennoaSession) -> None:
        if session.books is None:
            raise NoBooks
        self._books = session.books
        self._periods = b""

    async def fiscal_years(self) -> Sequence[SourceYear]:
        """List the accounting periods of the tenant's own company, oldest first.

        Raises:
            CallRefused: Another API user than the tenant's is in the block (``wrong_company``), or
                the call is refused.
            CallFailed: Try again later.
            UnexpectedAnswer: A period has no dates.
        """
        self._books.require_own_user()
        self._periods = await self._books.reading.get("periods")
        try:
            rows = records(read_json(self._periods, PERIODS), PERIODS)
            years = [SourceYear(period_year(row), first_of(row, ["id"], PERIODS)) for row in rows]
        except Unreadable as problem:
            raise UnexpectedAnswer(problem=str(problem)) from None
        await self._books.proved()
        return sorted(years, key=lambda item: item.year)

    async def extract(self, year: SourceYear, *, known: KnownYear) -> Extract:
        """Fetch a year's chart, opening balances and pages, and balances where they are due.

        All accounts are asked for their balance at a year's first pull, on the first night of a
        month and when told to; else those whose rows changed.

        Raises:
            CallRefused, CallFailed: As for any call; also when the books kept changing.
            UnexpectedAnswer: What came cannot be read.
        """
        before = self._books.reading.calls
        if not self._periods:
            await self.fiscal_years()
        try:
            return await self._extract(year, known, calls_before=before)
        except Unreadable as problem:
            raise UnexpectedAnswer(problem=str(problem)) from None

    async def _extract(self, year: SourceYear, known: KnownYear, *, calls_before: int) -> Extract:
        get = self._books.reading.get
        small = {
            ASKED: json.dumps({"year": year.year.key, "period_id": year.source_ref}).encode(),
            PERIODS: self._periods,
            ACCOUNTS: await get("accounts"),
            OPENING: await get(f"opening_balances/{year.source_ref}"),
        }
        reached("fennoa.pull.before", among=CRASH_POINTS)
        parts, closing = await self._settled(year, small, known)
        reached("fennoa.pull.after", among=CRASH_POINTS)
        return Extract(
            parts=tuple(sent_or_named(parts, known.parts)),
            format=FORMAT,
            evidence={"source_balance": closing_table(closing)} if closing else {},
            asked_always={},
            organisation_number="",
            calls=self._books.reading.calls - calls_before,
        )

    async def _settled(
        self, year: SourceYear, small: Mapping[str, bytes], known: KnownYear
    ) -> tuple[dict[str, bytes], Balances]:
        """Walk until the pages are of one moment: as published, as before, or as balances say."""
        digest_before = ""
        for _turn in range(MAX_WALKS):
            found = await walk(self._books.reading.get, year.year)
            if found is not None:
                reached("fennoa.pull.pages", among=CRASH_POINTS)
                parts = {**small, **found.parts}
                year_read = await asyncio.to_thread(_read, parts, found)
                wanted = await asyncio.to_thread(due, year_read, parts, known)
                closing = await self._closing(year.year.end_date, wanted)
                is_known = not new_names(found.parts, known.parts)
                if is_known or found.digest == digest_before or year_read.agrees(closing):
                    return parts, closing
            digest_before = found.digest if found else ""
        raise CallFailed(
            f"The books of {year.year} in Fennoa kept changing: none of {MAX_WALKS} walks through "
            "its pages was as another, or as the balances of the accounts say. Try again when less "
            "is being booked.",
            code="books_kept_changing",
        )

    async def _closing(self, day: dt.date, accounts: Collection[str]) -> Balances:
        """Ask for the balance of each account at the end of a day, in as many calls."""
        numbers = sorted(accounts)
        found = await asyncio.gather(*(self._balance(number, day) for number in numbers))
        answered = zip(numbers, found, strict=True)
        return {number: amount for number, amount in answered if amount is not None}

    async def _balance(self, account: str, day: dt.date) -> Decimal | None:
        try:
            content = await self._books.reading.get(f"account_balance/{account}/{day}")
        except CallProblem as problem:
            if problem.code == "http_404":  # nothing was ever booked on it, or it is none of these
                return None
            raise
        return balance_in(content)


def _read(parts: Mapping[str, bytes], found: Walk) -> YearRead:
    file = READER.open_parts([part_of(name, content) for name, content in parts.items()])
    if file.refusal:
        raise UnexpectedAnswer(problem=file.refusal)
    return read_year(file, found.rows)
