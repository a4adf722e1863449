"""Who a file is about: header, types, fiscal years."""

from __future__ import annotations

import datetime as dt

import pytest

from ledger.fiscal_year import FiscalYear
from ledger.sie.reader import open_sie
from ledger.sie.records.header import SieHeader

YEAR = FiscalYear(dt.date(2024, 1, 1), dt.date(2024, 12, 31))


def test_header_is_what_the_identification_records_say(bend):
    content = (
        bend()
        .change(1, "#FLAGGA 1")
        .insert(9, "#RAR -1 20230101 20231231", "#FNR X1", "#KPTYP EUBAS97")
        .insert(10, "#VALUTA eur", "#OMFATTN 20240131")
        .content
    )

    assert (
        SieHeader(
            sie_type="4E",
            program="Bokföraren",
            program_version="1.0",
            declared_format="PC8",
            generated_on=dt.date(2024, 1, 31),
            organisation_number="5566778899",
            company_name="Övningsbolaget AB",
            company_code="X1",
            currency="EUR",
            chart_type="EUBAS97",
            already_read=True,
            balances_up_to=dt.date(2024, 1, 31),
            fiscal_years={0: YEAR, -1: FiscalYear(dt.date(2023, 1, 1), dt.date(2023, 12, 31))},
        )
        == open_sie(content).header
    )


def test_what_is_missing_is_empty_and_the_currency_is_kronor(join):
    assert SieHeader(sie_type="4I") == open_sie(join("#FLAGGA 0", "#SIETYP 4")).header


@pytest.mark.parametrize(
    ("number", "digits"),
    [
        ("556677-8899", "5566778899"),
        ("5566778899", "5566778899"),
        ("165566778899", "5566778899"),
        ("16556677-8899", "5566778899"),
        ("", ""),
    ],
)
def test_organisation_number_is_ten_digits(bend, number, digits):
    assert (
        digits == open_sie(bend().change(7, f"#ORGNR {number}").content).header.organisation_number
    )


@pytest.mark.parametrize(
    ("declared", "suffix", "balances", "sie_type"),
    [
        ("#SIETYP 1", ".se", True, "1"),
        ("#SIETYP 2", ".si", True, "2"),
        ("#SIETYP 3", "", True, "3"),
        ("#SIETYP 4", ".se", False, "4E"),
        ("#SIETYP 4", ".SI", True, "4I"),
        ("#SIETYP 4", "", True, "4E"),
        ("#SIETYP 4", ".txt", False, "4I"),
        ("#SIETYP 4i", "", True, "4I"),
        ("#SIETYP 4E", ".si", True, "4I"),
        ('#SIETYP "4"', "", True, "4E"),
        ("", ".se", True, "4E"),
        ("#SIETYP X", "", True, "4E"),
    ],
)
def test_type_is_told_by_label_then_suffix_then_contents(
    bend, declared, suffix, balances, sie_type
):
    bent = bend().change(5, declared)
    if not balances:
        bent.change(11).change(12).change(13)

    assert sie_type == open_sie(bent.content, suffix=suffix).header.sie_type


def test_without_a_type_and_vouchers_it_is_type_1(join):
    """SIE 4B, #SIETYP: a file without it is of type 1."""
    assert "1" == open_sie(join("#FLAGGA 0", "#IB 0 1930 1.00"), suffix=".se").header.sie_type


def test_empty_voucher_number_is_no_more_than_information_in_a_file_for_import(bend, read_sie):
    content = bend().change(14, '#VER "" "" 20240115').change(11).change(12).change(13).content

    levels = {
        suffix: [
            item.level.value
            for item in read_sie(content, suffix)[0].diagnostics.items
            if item.code == "voucher_number_empty"
        ]
        for suffix in (".si", ".se")
    }

    assert {".si": ["info"], ".se": ["warning"]} == levels


def test_fiscal_years_are_a_table_too(bend, read_sie):
    _, tables = read_sie(bend().insert(9, "#RAR -1 20230701 20231231").content)

    assert [
        {"year_offset": 0, "start_date": YEAR.start_date, "end_date": YEAR.end_date},
        {
            "year_offset": -1,
            "start_date": dt.date(2023, 7, 1),
            "end_date": dt.date(2023, 12, 31),
        },
    ] == tables["reported_fiscal_year"].to_pylist()


@pytest.mark.requirement("R-SEN-15c", "R-SEN-15d")
def test_header_says_in_which_line_a_fact_stands(join):
    header = open_sie(
        join(
            "#FLAGGA 0",
            "#SIETYP 4",
            "#RAR -1 20230101 20231231",
            "#RAR 0 20240101 20241231",
            "#ORGNR 556000-1234",
            "#ORGNR 556000-0001",
            "#VALUTA SEK",
        )
    ).header

    assert ("5560000001", 6) == (header.organisation_number, header.lines["#ORGNR"])
    assert (YEAR, 4) == (header.fiscal_years[0], header.lines["#RAR"])
    assert 7 == header.lines["#VALUTA"]
    assert {} == open_sie(b"").header.lines
