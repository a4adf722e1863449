"""Which fiscal year a source is of, also when it does not say so itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pyarrow.compute as pc

from blocks.lake import Landed
from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.readers import format_named
from ledger.source import LedgerFile


class NoFiscalYear(TerminalError):
    """A file does not say which year it is of, and its vouchers do not show it."""

    def __init__(self, landed: Landed) -> None:
        expected = format_named(landed.format).reader.says_year
        super().__init__(
            f"{landed.file_name} does not say which fiscal year it is of: expected {expected}. "
            "Export it again.",
            file_name=landed.file_name,
            expected=expected,
        )


def voucher_dates(file: LedgerFile) -> tuple[dt.date, dt.date] | None:
    """Return the first and the last voucher date; None without vouchers. Takes the batches."""
    found = [
        (pc.min(dates).as_py(), pc.max(dates).as_py())
        for batch in file.batches()
        if len(dates := batch["voucher"].column("voucher_date"))
    ]
    if not found:
        return None
    return min(first for first, _ in found), max(last for _, last in found)


def likely_year(dates: tuple[dt.date, dt.date], defined: Iterable[FiscalYear]) -> FiscalYear:
    """Return the defined year in which the vouchers lie, else the first one's calendar year.

    A wrong guess does no harm: what lies outside the year is a break of control `posting_dates`,
    and a source that does not name its year never replaces one.
    """
    first, last = dates
    fitting = [year for year in defined if first in year and last in year]
    fitting += [year for year in defined if first in year]
    calendar = FiscalYear(dt.date(first.year, 1, 1), dt.date(first.year, 12, 31))
    return next(iter(fitting), calendar)
