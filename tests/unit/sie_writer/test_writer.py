"""A whole file, byte by byte."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zlib
from decimal import Decimal

import pyarrow as pa
import pytest

from ledger.fiscal_year import FiscalYear
from ledger.schemas import REPORTED_FISCAL_YEAR
from ledger.sie.records.header import SieHeader
from ledger.sie.writer import write_sie


def lines(header, tables, **options):
    return write_sie(header, tables, **options).decode("cp437").splitlines()


def records(header, tables, *labels):
    return [line for line in lines(header, tables) if line.split()[0] in labels]


def test_file_holds_its_groups_in_the_order_of_the_format(rows_of, header):
    tables = {
        "ledger_account": rows_of(
            "ledger_account",
            {"account_number": "1910", "name": "Kassa", "account_type": "asset"},
            {"account_number": "3001", "name": "Försäljning", "sru_code": "7410 7411"},
            {"account_number": "7010", "name": "Löner", "quantity_unit": "tim"},
        ),
        "dimension": rows_of(
            "dimension",
            {"dimension_number": "21", "name": "Grupp", "parent_number": "1"},
            {"dimension_number": "1", "name": "Avdelning"},
        ),
        "dimension_object": rows_of(
            "dimension_object", {"dimension_number": "1", "object_number": "10", "name": "Väst"}
        ),
        "opening_balance": rows_of(
            "opening_balance", {"account_number": "1910", "amount": Decimal(5)}
        ),
        "voucher": rows_of("voucher", {"voucher_key": "A:1", "voucher_text": "Dagskassa"}),
        "posting": rows_of(
            "posting",
            {"voucher_key": "A:1", "row_number": 2, "account_number": "3001", "amount": -1},
            {"voucher_key": "A:1", "row_number": 1, "account_number": "1910", "amount": 1},
        ),
    }

    expected = [
        "#FLAGGA 0",
        '#PROGRAM "Täsmä" "1"',
        "#FORMAT PC8",
        "#GEN 20250102",
        "#SIETYP 4",
        "#ORGNR 556000-1111",
        '#FNAMN "Exempel AB"',
        "#RAR 0 20240101 20241231",
        "#VALUTA SEK",
        '#KONTO 1910 "Kassa"',
        '#KONTO 3001 "Försäljning"',
        '#KONTO 7010 "Löner"',
        "#KTYP 1910 T",
        "#ENHET 7010 tim",
        "#SRU 3001 7410",
        "#SRU 3001 7411",
        '#DIM 1 "Avdelning"',
        '#UNDERDIM 21 "Grupp" 1',
        '#OBJEKT 1 "10" "Väst"',
        "#IB 0 1910 5.00",
        '#VER A 1 20240131 "Dagskassa"',
        "{",
        "#TRANS 1910 {} 1.00 20240131",
        "#TRANS 3001 {} -1.00 20240131",
        "}",
    ]
    assert expected == lines(header, tables)


def test_every_line_ends_with_carriage_return_and_line_feed(header):
    content = write_sie(header, {}, control_sum=True)

    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == len(content.splitlines())


def test_header_says_all_it_knows():
    header = SieHeader(
        sie_type="2",
        program='"P"',
        declared_format="UTF-8",
        company_code="C:\\books\\",
        organisation_number="12345",
        currency="EUR",
        chart_type="EUBAS97",
        already_read=True,
        balances_up_to=dt.date(2024, 6, 30),
        fiscal_years={
            -1: FiscalYear(dt.date(2022, 7, 1), dt.date(2023, 12, 31)),
            0: FiscalYear(dt.date(2024, 1, 1), dt.date(2024, 12, 31)),
        },
    )

    expected = [
        "#FLAGGA 0",
        '#PROGRAM "\\"P\\"" ""',
        "#FORMAT PC8",
        "#SIETYP 4",
        '#FNR "C:\\books/"',
        "#ORGNR 12345",
        '#FNAMN ""',
        "#RAR 0 20240101 20241231",
        "#RAR -1 20220701 20231231",
        "#OMFATTN 20240630",
        "#KPTYP EUBAS97",
        "#VALUTA EUR",
    ]
    assert expected == lines(header, {})


def test_year_that_only_the_table_names_is_written(header):
    years = pa.Table.from_pylist(
        [{"year_offset": -1, "start_date": dt.date(2023, 1, 1), "end_date": dt.date(2023, 12, 31)}],
        schema=REPORTED_FISCAL_YEAR,
    )

    expected = ["#RAR 0 20240101 20241231", "#RAR -1 20230101 20231231"]
    assert expected == records(header, {"reported_fiscal_year": years}, "#RAR")


def test_reported_balances_are_written_as_their_own_records(rows_of, header):
    january = dt.date(2024, 1, 1)
    reported = rows_of(
        "reported_balance",
        {"balance_kind": "budget", "period": january, "amount": 7, "quantity": Decimal("-1.5")},
        {"balance_kind": "period", "period": january, "amount": 6}
        | {"dimension_number": "1 6", "object_number": "10 Hus 7"},
        {"balance_kind": "closing_object", "amount": 5, "year_offset": -1}
        | {"dimension_number": "8", "object_number": "Kund A"},
        {"balance_kind": "opening_object", "amount": 4, "dimension_number": "1"},
        {"balance_kind": "result", "amount": 3},
        {"balance_kind": "closing", "amount": 2, "quantity": Decimal(1)},
        {"balance_kind": "opening", "amount": 1, "year_offset": -1},
    )

    expected = [
        "#IB -1 1910 1.00",
        "#UB 0 1910 2.00 1",
        "#RES 0 1910 3.00",
        '#OIB 0 1910 {1 ""} 4.00',
        '#OUB -1 1910 {8 "Kund A"} 5.00',
        '#PSALDO 0 202401 1910 {1 "10" 6 "Hus 7"} 6.00',
        "#PBUDGET 0 202401 1910 {} 7.00 -1.5",
    ]
    assert expected == lines(header, {"reported_balance": reported})[-7:]


def test_opening_balance_that_is_also_reported_is_written_once(rows_of, header):
    row = {"account_number": "1910", "amount": Decimal(5)}
    tables = {
        "opening_balance": rows_of("opening_balance", row),
        "reported_balance": rows_of("reported_balance", row | {"balance_kind": "opening"}),
    }

    assert records(header, tables, "#IB") == ["#IB 0 1910 5.00"]


@pytest.mark.parametrize(
    ("closing", "expected"),
    [(Decimal(5), ["#UB -1 1910 5.00"]), (Decimal(6), ["#IB 0 1910 5.00", "#UB -1 1910 6.00"])],
    ids=["same", "other"],
)
def test_no_opening_balance_is_made_up_where_last_years_closing_opens(
    rows_of, header, closing, expected
):
    row = {"account_number": "1910", "amount": Decimal(5)}
    last_year = {"balance_kind": "closing", "year_offset": -1, "amount": closing}
    tables = {
        "opening_balance": rows_of("opening_balance", row),
        "reported_balance": rows_of("reported_balance", row | last_year),
    }

    assert expected == records(header, tables, "#IB", "#UB")


def test_vouchers_ascend_in_their_series_and_keep_their_turn(rows_of, header):
    """The turn of a voucher that shares its number is part of its key."""
    numbers = [
        ("B", "1", "B:1"),
        ("A", "10", "A:10"),
        ("A", "2", "A:2#2"),
        ("A", "X", "A:X"),
        ("A", "", "A:#10"),
        ("A", "", "A:#9"),
        ("A", "2", "A:2"),
        ("A", "02", "A:02"),
    ]
    vouchers = [
        {
            "voucher_series": series,
            "voucher_number": number,
            "voucher_key": key,
            "voucher_text": key,
        }
        for series, number, key in numbers
    ]

    written = records(header, {"voucher": rows_of("voucher", *vouchers)}, "#VER")

    expected = ["A:02", "A:2", "A:2#2", "A:10", "A:#9", "A:#10", "A:X", "B:1"]
    assert expected == [line.split('"')[-2] for line in written]


def test_row_says_all_it_knows(rows_of, header):
    tables = {
        "voucher": rows_of(
            "voucher",
            {
                "voucher_key": "A:1",
                "registered_on": dt.date(2024, 2, 1),
                "registered_by": "Per Signatur",
            },
        ),
        "posting": rows_of(
            "posting",
            {
                "voucher_key": "A:1",
                "row_number": 1,
                "amount": Decimal("-0.05"),
                "posting_date": dt.date(2024, 2, 3),
                "posting_text": "Text",
                "quantity": Decimal("2.50"),
                "registered_by": "AB",
            },
        ),
    }

    expected = [
        '#VER A 1 20240131 "" 20240201 "Per Signatur"',
        '#TRANS 1910 {} -0.05 20240203 "Text" 2.5 "AB"',
    ]
    assert expected == records(header, tables, "#VER", "#TRANS")


def test_control_sum_is_the_crc_of_labels_and_fields_alone(header, rows_of):
    """SIE 4B §10.14; the fields are put together by hand here."""
    account = {"account_number": "1915", "name": 'Kassa "special"'}
    tables = {"ledger_account": rows_of("ledger_account", account)}
    summed = (
        "#PROGRAMTäsmä1"
        "#FORMATPC8"
        "#GEN20250102"
        "#SIETYP4"
        "#ORGNR556000-1111"
        "#FNAMNExempel AB"
        "#RAR02024010120241231"
        "#VALUTASEK"
        '#KONTO1915Kassa "special"'
    )

    written = lines(header, tables, control_sum=True)

    assert written[1] == "#KSUMMA"
    assert written[-1] == f"#KSUMMA {zlib.crc32(summed.encode('cp437'))}"


def test_tables_are_written_alike_whatever_their_chunks(rows_of, header):
    rows = [{"voucher_key": f"A:{n}", "voucher_number": str(n)} for n in range(1, 8)]
    whole = rows_of("voucher", *rows)
    parts = pa.concat_tables([whole.slice(4), whole.slice(0, 4)])

    assert write_sie(header, {"voucher": whole}) == write_sie(header, {"voucher": parts})


def test_header_of_the_source_is_not_taken_over_where_the_file_is_new(header):
    read = dataclasses.replace(header, sie_type="1", declared_format="UTF-8", already_read=True)

    assert write_sie(header, {}) == write_sie(read, {})
