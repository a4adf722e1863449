"""What is published comes as tables, to whoever asks by a name."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest

from blocks.lake import Lake
from blocks.lake.lake import NotAnAddress
from blocks.warehouse.errors import NoLedger, NoSuchTable
from blocks.warehouse.reports import rows_of
from ledger.fiscal_year import FiscalYear
from tests.staged_units import facts, joined, stage, voucher

YEAR = FiscalYear.parse("2024")


@pytest.fixture
def house(lake, warehouse):
    """A warehouse with a year of two vouchers."""
    rows = joined(
        voucher("A:1", ("1930", "100.00"), ("3001", "-100.00")),
        voucher("A:2", ("1930", "-7.50"), ("4010", "7.50")),
    )
    staged = stage(lake, rows, said=facts(year=2024))
    warehouse.publish(staged, unit=staged.facts.unit, token=1, load_id="load-1", run_id="run")
    return warehouse


def test_a_report_is_a_table_with_exact_amounts(house):
    found = house.report("acme", "closing_balance", fiscal_year=YEAR.key)

    assert pa.types.is_decimal(found.schema.field("closing").type)
    assert rows_of(found)
    assert 0 == sum(row[1] for row in rows_of(found))


def test_several_reports_at_once_are_those_that_are_asked_for_one_by_one(house):
    first, last = YEAR.start_date, YEAR.end_date.replace(day=1)
    names = ("trial_balance", "income_statement", "balance_sheet")
    found = house.reports("acme", names, fiscal_year=YEAR.key, first=first, last=last)
    alone = {"fiscal_year": YEAR.key, "first": first, "last": last}

    assert list(names) == list(found)
    for name, table in found.items():
        assert [] != rows_of(table)
        assert rows_of(house.report("acme", name, **alone)) == rows_of(table)


def test_version_of_a_tenants_books_changes_with_each_publication(house, tmp_path):
    before = house.version("acme")
    again = house.version("acme")
    lake = Lake(tmp_path / "later")
    other = stage(lake, voucher("A:1", ("1930", "1.00"), ("3001", "-1.00")), said=facts(year=2024))
    house.publish(other, unit=other.facts.unit, token=1, load_id="load-2", run_id="run")

    assert before == again
    assert before != house.version("acme")
    assert () == house.version("nobody")


def test_a_table_is_given_of_one_year_or_of_all(house):
    of_all = house.published("acme", "voucher")
    of_year = house.published("acme", "voucher", year=YEAR)
    of_none = house.published("acme", "voucher", year=FiscalYear.parse("1999"))

    assert of_all.num_rows == of_year.num_rows > 0 == of_none.num_rows
    assert of_year["debit_sum"].to_pylist()[0] > Decimal(0)


def test_an_unknown_table_is_answered_with_those_that_there_are(house):
    with pytest.raises(NoSuchTable, match="trial_balance"):
        house.published("acme", "duckdb_secrets()")
    with pytest.raises(NoLedger):
        house.published("nobody", "voucher")


@pytest.mark.parametrize("address", ["/etc/passwd", "stage/../../other", ""])
def test_an_address_that_leads_out_of_the_lake_is_refused(tmp_path, address):
    with pytest.raises(NotAnAddress, match="by hand"):
        Lake(tmp_path).place_of(address)
