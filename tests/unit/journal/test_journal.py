"""Journal files: read whole, or refused with every place that is not as the layout has it."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pyarrow as pa
import pytest

from blocks.settings import REFERENCE
from blocks.translated import translated, without_commands
from ledger.coverage import VOUCHERS, WHOLE_YEAR, Coverage
from ledger.fiscal_year import FiscalYear
from ledger.journal.port import READER, open_file
from ledger.schemas import CANONICAL, VOUCHER_TABLES
from ledger.source import Part

TEMPLATE = (REFERENCE / "journal_template.csv").read_text()
GOOD = TEMPLATE.replace("SAMPLE", "A")
QUOTED = re.compile('".*"')


def padded(line):
    return line + "," * (8 - QUOTED.sub("", line).count(","))


PADDED = "".join(f"{padded(line)}\n" for line in GOOD.splitlines())
"""As a spreadsheet writes it: every row filled up to the width of the widest."""

MARCH = Coverage.period(dt.date(2025, 1, 1), dt.date(2025, 3, 31))


def opened(text, **how):
    content = text if isinstance(text, bytes) else text.encode()
    return open_file([Part("books.csv", lambda: content)], **how)


def tables(file):
    batches = list(file.batches())
    return {
        name: pa.Table.from_batches([batch[name] for batch in batches], CANONICAL[name])
        for name in VOUCHER_TABLES
    }


def changed(*pairs):
    text = GOOD
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_a_file_says_whose_it_is_and_what_it_covers():
    facts = opened(GOOD).facts

    assert ("76543212", "Sample Company", "EUR") == (
        facts.organisation_number,
        facts.company_name,
        facts.currency,
    )
    assert (FiscalYear.parse("2025"), WHOLE_YEAR) == (facts.year, facts.coverage)
    assert {"organisation_number": 4, "fiscal_year": 8, "currency": 7} == facts.lines


def test_rows_become_vouchers_and_postings():
    file = opened(GOOD)
    found = tables(file)

    assert [("A:1", "Invoice 1001", 27), ("A:2", "Office chairs, two", 30)] == [
        (row["voucher_key"], row["voucher_text"], row["source_line"])
        for row in found["voucher"].to_pylist()
    ]
    assert [
        ("A:1", 1, "1910", Decimal("125.50"), None),
        ("A:1", 3, "2939", Decimal("-25.50"), "VAT 25.5 %"),
    ] == [
        tuple(
            row[name]
            for name in ("voucher_key", "row_number", "account_number", "amount", "posting_text")
        )
        for row in found["posting"].to_pylist()[:3:2]
    ]
    assert {("A:1", 2, "1", "10"), ("A:2", 1, "1", "10"), ("A:2", 1, "6", "P1")} == {
        tuple(row.values()) for row in found["posting_dimension"].to_pylist()
    }
    assert [(Decimal("2500.00")), Decimal("-2500.00")] == file.tables["opening_balance"][
        "amount"
    ].to_pylist()
    assert ["asset", "equity", "liability", "income", "expense"] == file.tables["ledger_account"][
        "account_type"
    ].to_pylist()
    assert 7 == file.path_counts.fast_rows
    for name, table in file.tables.items():
        assert table.schema.equals(CANONICAL[name])


@pytest.mark.parametrize("block_bytes", [64, 100, 300])
def test_blocks_of_any_size_give_the_same_rows(block_bytes):
    rows = "".join(
        f"B,{number},2025-03-01,Text,1910,{amount}.00,,,\n"
        for number in range(60)
        for amount in (5, 5, -10)
    )
    text = changed(("row_count,5", "row_count,185"), ("total,375.50", "total,975.50")) + rows
    whole, cut = tables(opened(text)), opened(text, block_bytes=block_bytes)

    batches = list(cut.batches())
    assert len(batches) > 3
    assert len(batches) == cut.piece_count, "known when it is open, so that progress can be told"
    for name in VOUCHER_TABLES:
        joined = pa.Table.from_batches([batch[name] for batch in batches], CANONICAL[name])
        assert whole[name].equals(joined)
    for batch in batches:
        assert set(batch["posting"]["voucher_key"].to_pylist()) == set(
            batch["voucher"]["voucher_key"].to_pylist()
        )


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        GOOD.replace('"Office chairs, two"', "Office chairs")
        .replace(",", ";")
        .replace(".50", ",50"),
        GOOD.replace("\n[", "\n\n["),
        GOOD.rstrip("\n"),
        PADDED,
        PADDED.replace("[opening]", ",,,,,,,,\n,,,,,,,,\n[opening]"),
        GOOD.replace("[", '"[').replace("]", ']"'),
        "\n\n" + GOOD,
    ],
    ids=[
        "CRLF",
        "BOM",
        "semicolons and decimal commas",
        "empty lines",
        "no last line end",
        "filled up",
        "empty rows",
        "quoted section lines",
        "empty lines first",
    ],
)
def test_what_spreadsheets_write_is_read_alike(text):
    file = opened(text)

    assert "" == file.refusal
    assert tables(opened(GOOD))["posting"].equals(tables(file)["posting"])


def test_a_period_is_covered_when_the_file_says_so():
    file = opened(changed(("covers_last_day,2025-12-31", "covers_last_day,2025-03-31")))

    assert MARCH == file.facts.coverage


@pytest.mark.requirement("R-FIN-P7")
@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (("1910,125.50", "1910,1 125.50"), "[vouchers] row 27, column amount: no amount"),
        (("1910,125.50", "1910,125.505"), "[vouchers] row 27, column amount: no amount"),
        (("1910,2500.00", '1910,"2,500.00"'), "[opening] row 23, column amount: no amount"),
        (("2025-02-03", "2025-02-30"), "row 30, column date: no date"),
        (("2025-02-03", "3.2.2025"), "row 30, column date: no date"),
        (("2025-02-03", "2026-02-03"), "row 30, column date: outside of 2025-01-01 to 2025-12-31"),
        (
            (",3000,-100.00", ",3001,-100.00"),
            "[vouchers] row 28, column account: not in [accounts]",
        ),
        (("2000,-2500.00", "2001,-2500.00"), "[opening] row 24, column account: not in [accounts]"),
        (
            ("SAMPLE"[:0] + 'A,2,2025-02-03,"Office', 'A,,2025-02-03,"Office'),
            "row 30, column number: is empty",
        ),
        (
            ("Invoice 1001,3000", "Invoice 1002,3000"),
            "row 28, column text: differs from the row above",
        ),
        (
            ("2025-01-15,Invoice 1001,3000", "2025-01-16,Invoice 1001,3000"),
            "row 28, column date: differs",
        ),
        (("-100.00,,10,", "-100.00,,10,,x"), "[vouchers] row 28: has 10 columns; expected 9"),
        (("account,name,type", "account,type,name"), "[accounts] row 15: the headings are others"),
        (("account,amount,row_text", "account,Amount,row_text"), "[vouchers] row 26: the headings"),
        (("asset", "assets"), "[accounts] row 16, column type: unknown; expected asset, equity"),
        (
            ("2000,Share", "1910,Share"),
            "[accounts] row 16, column account: is there more than once",
        ),
        (("[opening]\n", ""), "[opening]: the section is missing"),
        (("[journal]", "# of July\n[journal]"), "[journal] row 1: something stands before"),
        (("[opening]", "[opening] of July"), "[opening] row 21: expected nothing but [opening]"),
        (("currency,EUR", "currency,euro"), "[journal] row 7, column currency: expected a code"),
        (("currency,EUR\n", ""), "[journal]: key currency is there 0 times; expected once"),
        (("layout,1", "layout,2"), "[journal] row 3, column layout: expected 1"),
        (("row_count,5", "row_count,6"), "row_count: declares 6, and the file holds 5 rows"),
        (("total,375.50", "total,375.00"), "declares 375.00, and the file holds debits of 375.50"),
        (("Invoice 1001,1910", '"Invoice\n1001",1910'), "column text: holds a line break"),
        (('chairs, two",1910', 'chairs, two",1910\0'), "the file holds NUL bytes"),
    ],
)
def test_what_is_not_as_the_layout_has_it_is_named_and_nothing_is_taken_in(change, finding):
    file = opened(changed(change))

    assert finding in file.refusal
    assert "nothing of it was taken in" in file.refusal
    assert [] == list(file.batches())
    assert all(in_other_languages(file))


def in_other_languages(file):
    reason = without_commands(f"july.csv is {file.refusal}")
    return [translated(reason, language) for language in ("fi", "sv")]


def test_rows_below_a_wrong_or_an_empty_one_keep_their_numbers():
    text = changed(("VAT 25.5 %,,", "VAT 25.5 %,,,,"), ("-250.00,,,", "x,,,"))
    text = text.replace("A,2,", ",,,,,,,,\nA,2,", 1)

    for block_bytes in (80, 1 << 20):
        refusal = opened(text, block_bytes=block_bytes).refusal
        assert "[vouchers] row 29: has 11 columns; expected 9" in refusal
        assert "[vouchers] row 32, column amount: no amount" in refusal
        assert "(2)" in refusal


@pytest.mark.parametrize("quote", ['"Office chairs, two,4000', 'Office chairs,"4000'])
@pytest.mark.parametrize("block_bytes", [150, 1 << 20])
def test_a_quote_that_is_not_closed_is_refused(quote, block_bytes):
    text = changed(('"Office chairs, two",4000', quote)) + "A,3,2025-05-01,,1910,0,,,\n" * 40

    file = opened(text, block_bytes=block_bytes)

    assert "[vouchers] row" in file.refusal
    assert [] == list(file.batches())


def test_a_value_under_no_heading_is_named():
    file = opened(PADDED.replace("1910,2500.00,", "1910,2500.00,x"))

    assert "[opening] row 23, column 3: has no heading" in file.refusal
    assert all(in_other_languages(file))


def test_a_voucher_that_comes_again_is_named_also_in_a_later_block():
    text = changed(("row_count,5", "row_count,9"), ("total,375.50", "total,378.50"))
    text += "A,1,2025-01-15,Invoice 1001,1910,1.00,,,\nA,1,2025-01-15,Invoice 1001,3000,-1.00,,,\n"
    text += "A,4,2025-01-15,,1910,2.00,,,\nA,4,2025-01-15,,3000,-2.00,,,\n"

    for block_bytes in (200, 1 << 20):
        assert "row 32, column number: comes again" in opened(text, block_bytes=block_bytes).refusal


def test_all_places_are_counted_and_the_first_are_named():
    file = opened(GOOD + "A,3,2025-01-01,,9999,x,,,\n" * 50)

    assert "To be corrected (100): [vouchers] row 32" in file.refusal
    assert "and 80 more" in file.refusal
    finnish, swedish = in_other_languages(file)
    assert "Korjattavaa (100): [vouchers] rivi 32, sarake account: ei ole osiossa" in finnish
    assert "Att rätta (100): [vouchers] rad 32, kolumn account: finns inte i" in swedish


@pytest.mark.parametrize(
    ("old", "covers"),
    [
        ("row_count,5", WHOLE_YEAR),
        ("debit_total,375.50", WHOLE_YEAR),
        ("covers_first_day,2025-01-01\ncovers_last_day,2025-12-31", VOUCHERS),
    ],
)
def test_a_file_that_does_not_declare_how_much_it_holds_is_read_and_held(old, covers):
    new = "\n".join(f"{line.partition(',')[0]}," for line in old.split("\n"))
    file = opened(changed((old, new)))

    assert ("", covers) == (file.refusal, file.facts.coverage)
    assert new.count(",") == file.diagnostics.errors
    assert {"journal_not_declared"} == {item.code for item in file.diagnostics.items}


@pytest.mark.requirement("R-FIN-29b", "R-FIN-29c")
def test_the_template_is_read_as_it_is_and_none_of_its_sample_rows_is_taken():
    file = opened(TEMPLATE)

    assert ("", 0, VOUCHERS) == (file.refusal, file.diagnostics.errors, file.facts.coverage)
    assert [] == list(file.batches())
    assert ["journal_template"] == [item.code for item in file.diagnostics.items]


def test_sample_rows_that_were_left_among_others_are_named():
    own = TEMPLATE.replace("SAMPLE,2,", "A,2,")

    assert "To be corrected (1): [vouchers]: 3 rows of series SAMPLE" in opened(own).refusal


def test_bytes_that_are_no_text_are_refused():
    assert (
        "the file is no UTF-8"
        in opened(GOOD.replace("chairs", "stolar å").encode("cp1252")).refusal
    )
    assert "the section is missing, and with it " in opened(b"").refusal
    assert READER.version == 1
