"""Which fiscal year a source is of, also when it does not say so itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import PurePath

import pyarrow.compute as pc

from ledger.errors import TerminalError
from ledger.fiscal_year import FiscalYear
from ledger.sie.reader import SieFile, open_sie


class NoFiscalYear(TerminalError):
    """A file does not say which year it is of, and its vouchers do not show it."""

    def __init__(self, *, file_name: str) -> None:
        super().__init__(
            f"{file_name} does not say which fiscal year it is of: expected a line such as "
            "#RAR 0 20240101 20241231 with readable dates. Export it again."
        )


class NotSie(TerminalError):
    """A file is of another kind than SIE 1 to 4."""

    def __init__(self, *, file_name: str, advice: str) -> None:
        super().__init__(f"{file_name} is no SIE file of type 1 to 4. {advice}")


def read_sie(content: bytes, *, file_name: str) -> SieFile:
    """Open a file that somebody gave for SIE.

    Raises:
        NotSie: It is none; the message says what it is and what to do.
    """
    file = open_sie(content, suffix=PurePath(file_name).suffix)
    if file.refusal:
        raise NotSie(file_name=file_name, advice=file.refusal)
    return file


def stated_year(file: SieFile) -> FiscalYear | None:
    """Return the year that the file names as its own (#RAR 0)."""
    return file.header.fiscal_years.get(0)


def voucher_dates(file: SieFile) -> tuple[dt.date, dt.date] | None:
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

    Source:
        SIE file format 4B, #RAR: required in files of every type but 4I; some 4E files lack it.
    """
    first, last = dates
    fitting = [year for year in defined if first in year and last in year]
    fitting += [year for year in defined if first in year]
    calendar = FiscalYear(dt.date(first.year, 1, 1), dt.date(first.year, 12, 31))
    return next(iter(fitting), calendar)
