"""A journal file that is a workbook says what the same file says as CSV."""

from __future__ import annotations

import csv
import datetime as dt
import re

import pyarrow as pa
import pytest

from blocks.settings import REFERENCE
from blocks.workbooks.journal import journal_text
from ledger.journal.port import open_file
from ledger.schemas import CANONICAL, VOUCHER_TABLES
from ledger.source import Part
from ledger.statement.refusals import StatementRefused

GOOD = (REFERENCE / "journal_template.csv").read_text().replace("SAMPLE", "A")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def typed(text):
    """Give a cell as a person types it: a number, a day or a text."""
    if DAY.fullmatch(text):
        return dt.date.fromisoformat(text)
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    return text or None


def sections():
    parts = re.split(r"(?m)^\[(\w+)\]\n", GOOD)[1:]
    return {
        name: [[typed(cell) for cell in row] for row in csv.reader(text.splitlines())]
        for name, text in zip(parts[::2], parts[1::2], strict=True)
    }


def opened(content):
    return open_file([Part("books.csv", lambda: content)])


def tables(file):
    batches = list(file.batches())
    return dict(file.tables) | {
        name: pa.Table.from_batches([batch[name] for batch in batches], CANONICAL[name])
        for name in VOUCHER_TABLES
    }


def made(make, sheet, *, change=None, **more):
    rows = sections()
    if change:
        name, row, column, value = change
        rows[name][row - 1][column - 1] = value
    sheets = [sheet(name, content, **more.get(name, {})) for name, content in rows.items()]
    return make(sheet("Read me", [["How to fill this in"]]), *sheets)


def test_numbers_and_days_are_read_as_the_text_says_them(make, sheet):
    by_csv, by_workbook = opened(GOOD.encode()), opened(journal_text(made(make, sheet)))

    assert "" == by_workbook.refusal
    assert (by_csv.facts.year, by_csv.facts.coverage) == (
        by_workbook.facts.year,
        by_workbook.facts.coverage,
    )
    expected, found = tables(by_csv), tables(by_workbook)
    for name, table in expected.items():
        same = [column for column in table.column_names if column != "source_line"]
        assert table.select(same).equals(found[name].select(same))


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (("vouchers", 5, 6, 250.004), "[vouchers] row 5, column amount: no amount"),
        (("vouchers", 5, 6, "1 250,00"), "[vouchers] row 5, column amount: no amount"),
        (("vouchers", 6, 5, 9999), "[vouchers] row 6, column account: not in [accounts]"),
        (("opening", 3, 1, 2001), "[opening] row 3, column account: not in [accounts]"),
        (("accounts", 1, 2, "Name"), "[accounts] row 1: the headings are others"),
        (("journal", 6, 2, "euro"), "[journal] row 6, column currency: expected a code"),
        (("vouchers", 3, 4, "two\nlines"), "[vouchers] row 3, column text: holds a line break"),
    ],
)
def test_what_is_wrong_is_named_by_the_row_of_its_sheet(makers, sheet, change, finding):
    file = opened(journal_text(made(makers["xlsx"], sheet, change=change)))

    assert finding in file.refusal


def test_a_number_that_is_next_to_whole_cents_is_meant_so(makers, sheet):
    change = ("vouchers", 2, 6, 125.50000000000001 + 1e-9)

    assert "" == opened(journal_text(made(makers["xlsx"], sheet, change=change))).refusal


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"vouchers": {"hidden_rows": (4,)}}, "vouchers hides rows or columns .* A4"),
        ({"opening": {"hidden_columns": (2,)}}, "opening hides rows or columns .* B1"),
        ({"accounts": {"is_hidden": True}}, "accounts hides"),
        ({"vouchers": {"formulas": {"F2": ("=1/0", "#DIV/0!")}}}, "error .* F2"),
        ({"vouchers": {"formulas": {"F2": ("=100+25.5", None)}}}, "without a stored value: F2"),
    ],
)
def test_what_is_hidden_or_has_no_value_is_refused(makers, sheet, more, message):
    with pytest.raises(StatementRefused, match=message):
        journal_text(made(makers["xlsx"], sheet, **more))


def test_a_formula_with_a_stored_value_counts_as_that(makers, sheet):
    formulas = {"vouchers": {"formulas": {"F2": ("=100+25.5", 125.5)}}}

    assert "" == opened(journal_text(made(makers["xlsx"], sheet, **formulas))).refusal
