"""Holding the receipts against Procountor's own report, down to the month that differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final

from blocks.http import CallRefused
from blocks.systems.procountor.api import Api
from blocks.systems.procountor.holding import Holding
from blocks.systems.procountor.report import (
    Reading,
    Totals,
    ask_report,
    by_account,
    differing,
    find_reading,
)
from ledger.fiscal_year import FiscalYear
from ledger.money import ZERO
from ledger.procountor.port import AGREED, UNTRIED

MAX_MONTHS: Final = 12
"""Months of a year that are listed anew in one night, the earliest first."""

NO_REPORT: Final = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
"""Answers of a company that has no such report, or of a user who may not see it."""

Relist = Callable[[dt.date, dt.date], Awaitable[bool]]


@dataclass(frozen=True)
class Known:
    """What is known of a tenant's report since it agreed for the first time; None before."""

    reading: Reading | None = None

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Known:
        """Return what the published extract notes."""
        noted = asked.get("reading")
        if asked.get("report") != AGREED or not isinstance(noted, dict):
            return cls()
        flags = (noted.get("is_balance") is True, noted.get("has_unsummarised_vat") is True)
        return cls(Reading(str(noted.get("label")), *flags))


@dataclass(frozen=True)
class Compared:
    """What came of the comparison.

    `rows`: of the report, None where there is none for us. `reading`: under which it agreed, now or
    before; None when it never did. `closing`: what accounts close with by the report, None without
    a reading that could say so.
    """

    rows: Mapping[str, Decimal] | None
    reading: Reading | None
    closing: Totals | None

    def noted(self) -> dict[str, Any]:
        """Return what of it is kept with the extract."""
        if self.reading is None:
            return {"report": "none" if self.rows is None else UNTRIED}
        reading = self.reading
        return {
            "report": AGREED,
            "reading": {
                "label": reading.label,
                "is_balance": reading.is_balance,
                "has_unsummarised_vat": reading.has_unsummarised_vat,
            },
        }


@dataclass
class Comparing:
    """One comparison. `chart`: names of accounts by code; `opening`: of the year."""

    api: Api
    held: Holding
    chart: Mapping[str, str]
    opening: Totals
    known: Known

    async def settled(self, relist: Relist) -> Compared:
        """Compare; where a known report differs, list its months by id, and compare again."""
        year = self.held.year
        try:
            rows = await ask_report(self.api, year, year.end_date)
        except CallRefused as problem:
            if problem.status not in NO_REPORT:
                raise
            return Compared(None, self.known.reading, None)
        found = self._reading(rows)
        if found is None and self.known.reading is not None:
            await self._drill(self.known.reading, relist)
            rows = await ask_report(self.api, year, year.end_date)
            found = self._reading(rows)
        reading = found or self.known.reading
        return Compared(rows, reading, self._closing(rows, reading or self._likely(rows)))

    def _reading(self, rows: Mapping[str, Decimal]) -> Reading | None:
        """Return the reading that agrees; the one that has agreed before is tried alone."""
        ours = self.held.ours(self.opening, self.held.year.end_date)
        if self.known.reading is None:
            return find_reading(rows, ours, self.chart)
        report = by_account(rows, self.chart, self.known.reading.label)
        agrees = report is not None and not differing(ours, report, self.known.reading)
        return self.known.reading if agrees else None

    async def _drill(self, reading: Reading, relist: Relist) -> None:
        """List the earliest month by id up to which the report differs; then the next."""
        months = month_ends(self.held.year)
        begin = 0
        for _turn in range(MAX_MONTHS):
            place = await self._first_differing(reading, months, begin)
            if place is None:
                return
            first = months[place - 1] + dt.timedelta(days=1) if place else self.held.year.start_date
            changed = await relist(first, months[place])
            # A month that is listed as it is held differs for another reason; later ones may not.
            begin = place if changed and await self._differs(reading, months[place]) else place + 1
            if begin > place and not changed:
                return

    async def _first_differing(
        self, reading: Reading, months: list[dt.date], begin: int
    ) -> int | None:
        low, high = begin, len(months)
        while low < high:
            middle = (low + high) // 2
            if await self._differs(reading, months[middle]):
                high = middle
            else:
                low = middle + 1
        return low if low < len(months) else None

    async def _differs(self, reading: Reading, last: dt.date) -> bool:
        rows = await ask_report(self.api, self.held.year, last)
        report = by_account(rows, self.chart, reading.label)
        ours = self.held.ours(self.opening, last)
        return report is None or bool(differing(ours, report, reading))

    def _likely(self, rows: Mapping[str, Decimal]) -> Reading | None:
        """Return the plainest reading that names every account, for a report that never agreed."""
        labels = ("code name", "code - name", "name (code)", "name code", "code", "name")
        named = (name for name in labels if by_account(rows, self.chart, name) is not None)
        label = next(named, None)
        return Reading(label, is_balance=False, has_unsummarised_vat=False) if label else None

    def _closing(self, rows: Mapping[str, Decimal], reading: Reading | None) -> Totals | None:
        report = by_account(rows, self.chart, reading.label) if reading else None
        if reading is None or report is None:
            return None
        ours = self.held.ours(self.opening, self.held.year.end_date)
        accounts = ours.moved.keys() | report.keys() | self.opening.keys()
        accounts -= ours.vat if reading.has_unsummarised_vat else set()
        before = Totals() if reading.is_balance else self.opening
        return {
            account: before.get(account, ZERO) + report.get(account, ZERO)
            for account in sorted(accounts)
        }


def month_ends(year: FiscalYear) -> list[dt.date]:
    """Return the last day of each calendar month of a year."""
    found, day = [], year.start_date
    while day <= year.end_date:
        following = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        found.append(min(following - dt.timedelta(days=1), year.end_date))
        day = following
    return found
