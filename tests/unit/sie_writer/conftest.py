"""Small canonical tables, written out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from ledger.fiscal_year import FiscalYear
from ledger.schemas import CANONICAL
from ledger.sie.records.header import SieHeader

DAY = dt.date(2024, 1, 31)


@pytest.fixture(scope="session")
def header():
    return SieHeader(
        sie_type="4E",
        program="Täsmä",
        program_version="1",
        generated_on=dt.date(2025, 1, 2),
        organisation_number="5560001111",
        company_name="Exempel AB",
        fiscal_years={0: FiscalYear(dt.date(2024, 1, 1), dt.date(2024, 12, 31))},
    )


@pytest.fixture(scope="session")
def rows_of():
    """Build one canonical table from rows that name only the columns that matter."""

    def build(name, *rows):
        return pa.Table.from_pylist([complete(name, row) for row in rows], schema=CANONICAL[name])

    return build


def complete(name, row):
    defaults = {
        "voucher": {"voucher_series": "A", "voucher_number": "1", "voucher_date": DAY},
        "posting": {"posting_date": DAY, "amount": Decimal(0), "account_number": "1910"},
        "posting_correction": {"posting_date": DAY, "account_number": "1910"},
        "reported_balance": {"year_offset": 0, "account_number": "1910"},
    }
    return defaults.get(name, {}) | row
