"""Vouchers of a file that names no year, by the years that are defined for the tenant."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from ledger.fiscal_year import FiscalYear
from tasks.defined_years import MAX_LISTED, RefusedVouchers, by_year

BROKEN = FiscalYear(dt.date(2023, 7, 1), dt.date(2024, 6, 30))
LATER = FiscalYear(dt.date(2024, 7, 1), dt.date(2025, 6, 30))


def vouchers(*days):
    dates = [dt.date.fromisoformat(day) for day in days]
    lines = range(10, 10 + len(days))
    return pa.table({"source_line": pa.array(lines), "voucher_date": pa.array(dates, pa.date32())})


def refused(*days):
    return RefusedVouchers("acme", "kassa.si", vouchers(*days))


@pytest.mark.parametrize(
    ("defined", "years", "lines"),
    [
        ([LATER, BROKEN], [BROKEN, LATER], [10, 14]),
        ([BROKEN], [BROKEN], [10, 13, 14]),
        ([FiscalYear.parse("2022")], [], [10, 11, 12, 13, 14]),
        ([], [], [10, 11, 12, 13, 14]),
    ],
    ids=["two", "one", "other", "none"],
)
def test_each_voucher_belongs_to_the_defined_year_of_its_date_or_to_none(defined, years, lines):
    days = ("2023-06-30", "2023-07-01", "2024-06-30", "2024-07-01", "2025-07-01")

    found, left = by_year(vouchers(*days), defined)

    assert (years, lines) == (found, left["source_line"].to_pylist())


def test_refusal_names_each_voucher_and_the_commands_that_define_its_year():
    told = str(refused("2025-01-05", "2024-12-30", "2024-12-31"))

    assert "3 vouchers of kassa.si lie in no fiscal year that is defined for acme" in told
    assert "(tasma tenant year add acme 2024, tasma tenant year add acme 2025;" in told
    assert told.endswith(
        "Refused: line 10 of 2025-01-05; line 11 of 2024-12-30; line 12 of 2024-12-31."
    )


def test_refusal_of_very_many_vouchers_counts_those_that_it_does_not_list():
    told = str(refused(*["2024-12-30"] * (MAX_LISTED + 5)))

    assert MAX_LISTED == told.count("of 2024-12-30")
    assert told.endswith("; and 5 more.")
