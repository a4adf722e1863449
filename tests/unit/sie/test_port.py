"""SIE as one of the formats."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger.coverage import WHOLE_YEAR
from ledger.fiscal_year import FiscalYear
from ledger.sie.port import READER
from ledger.source import Part

YEAR = FiscalYear.parse("2024")


def opened(content, name="books.se"):
    return READER.open_parts([Part(name, lambda: content)])


def test_a_file_says_whose_it_is_and_where_that_stands(bend):
    facts = opened(bend().insert(9, "#VALUTA EUR", "#OMFATTN 20240630").content).facts

    assert ("4E", WHOLE_YEAR, YEAR) == (facts.kind, facts.coverage, facts.year)
    assert ("5566778899", "Övningsbolaget AB") == (facts.organisation_number, facts.company_name)
    assert ("Bokföraren 1.0", "Bokföraren") == (facts.program, facts.program_name)
    assert ("EUR", dt.date(2024, 6, 30)) == (facts.currency, facts.balances_up_to)
    assert {"organisation_number": 7, "currency": 9, "fiscal_year": 8} == facts.lines


@pytest.mark.parametrize(
    ("sie_type", "year", "name", "says"),
    [
        ("4", "#RAR 0 20240101 20241231", "a.se", ("whole_year", False)),
        ("4", "", "a.se", ("partial", False)),
        ("4", "#RAR 0 20240101 20241231", "a.si", ("partial", False)),
        ("4", "", "a.si", ("partial", True)),
        ("3", "#RAR 0 20240101 20241231", "a.se", ("evidence", False)),
        ("1", "", "a.se", ("evidence", False)),
    ],
)
def test_a_type_says_what_it_may_replace(join, sie_type, year, name, says):
    facts = opened(join("#FLAGGA 0", f"#SIETYP {sie_type}", year), name).facts

    assert says == (str(facts.coverage), facts.is_of_several_years)


def test_vouchers_come_whole_where_the_year_is_named_and_by_year_where_it_is_not(join):
    body = [
        line
        for day in ("20241231", "20250101", "20250102")
        for line in (f'#VER A "" {day}', "{", "#TRANS 1930 {} 1.00", "#TRANS 3001 {} -1.00", "}")
    ]
    named = opened(join("#FLAGGA 0", "#SIETYP 4", "#RAR 0 20240101 20241231", *body), "a.si")
    nameless = opened(join("#FLAGGA 0", "#SIETYP 4", *body), "a.si")

    taken = [
        sum(part["voucher"].num_rows for part in file.batches_of(YEAR))
        for file in (named, nameless)
    ]
    assert [3, 1] == taken
    assert [0, 6] == [file.path_counts.set_aside_rows for file in (named, nameless)]


def test_what_is_no_sie_is_refused_with_what_it_is():
    file = opened(b"<!doctype html><html><body>Logga in</body></html>")

    assert file.refusal.startswith("no SIE file of type 1 to 4. It is a web page (HTML)")
    assert not [*file.batches()]
