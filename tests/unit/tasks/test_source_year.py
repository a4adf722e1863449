"""The fiscal year of a source that does not name it."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger.fiscal_year import FiscalYear
from ledger.sie.reader import open_sie
from tasks.source_year import likely_year, voucher_dates

MARCH, MAY = dt.date(2024, 3, 1), dt.date(2024, 5, 1)
BROKEN = FiscalYear(dt.date(2023, 7, 1), dt.date(2024, 6, 30))
LATER = FiscalYear(dt.date(2024, 7, 1), dt.date(2025, 6, 30))


def file(*days):
    vouchers = [f'#VER "A" "{n}" {day:%Y%m%d}\r\n{{\r\n}}' for n, day in enumerate(days)]
    return open_sie("\r\n".join(["#FLAGGA 0", "#SIETYP 4", *vouchers, ""]).encode("cp437"))


def test_vouchers_show_their_first_and_last_date():
    assert (MARCH, MAY) == voucher_dates(file(MAY, MARCH))
    assert voucher_dates(file()) is None


@pytest.mark.parametrize(
    ("dates", "defined", "expected"),
    [
        ((MARCH, MAY), [LATER, BROKEN], BROKEN),
        ((MARCH, dt.date(2024, 8, 1)), [LATER, BROKEN], BROKEN),
        ((MARCH, MAY), [LATER], FiscalYear.parse("2024")),
        ((MARCH, MAY), [], FiscalYear.parse("2024")),
    ],
    ids=["all in a defined year", "begins in one", "in none", "none defined"],
)
def test_the_likely_year_is_the_defined_one_else_the_calendar_year(dates, defined, expected):
    assert expected == likely_year(dates, defined)
