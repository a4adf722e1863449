"""The rolling sweep: each night some days of the year are listed by id, all of it within a week.

Two receipts that were deleted and sum to nothing on every account show in no report.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from ledger.fiscal_year import FiscalYear

NIGHTS: Final = 7
"""Within how many nights every day of the year is listed once."""


def swept_days(year: FiscalYear, today: dt.date | None) -> Iterator[tuple[dt.date, dt.date]]:
    """Yield first and last day of what is listed tonight; the whole year without a known day."""
    if today is None:
        yield year.start_date, year.end_date
        return
    days = (year.end_date - year.start_date).days + 1
    turn = today.toordinal() % NIGHTS
    begin, end = days * turn // NIGHTS, days * (turn + 1) // NIGHTS
    if end > begin:
        yield (
            year.start_date + dt.timedelta(days=begin),
            year.start_date + dt.timedelta(days=end - 1),
        )
