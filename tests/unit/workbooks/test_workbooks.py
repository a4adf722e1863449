"""Workbooks of every kind come as the same cells, with what is hidden, merged or computed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.workbooks.reader import read_workbook
from blocks.workbooks.values import number
from ledger.statement.refusals import StatementRefused

DAY = dt.date(2026, 12, 31)
ROWS = [
    ["Tuloslaskelma", None, None],
    [None, DAY, "31.12.2025"],
    ["LIIKEVAIHTO", 16848.9, -0.1],
    ["01910", 3041, 15834.67],
]


def test_values_come_as_text_days_and_the_shortest_decimals(make, sheet):
    book = read_workbook(make(sheet("Tase", ROWS)))

    found = {cell.place: cell.value for cell in book.sheets[0].cells()}

    assert make.kind == book.container.kind
    assert {
        "A1": "Tuloslaskelma", "B2": DAY, "C2": "31.12.2025", "A3": "LIIKEVAIHTO",
        "B3": Decimal("16848.9"), "C3": Decimal("-0.1"), "A4": "01910", "B4": Decimal(3041),
        "C4": Decimal("15834.67"),
    } == found  # fmt: skip


def test_what_is_hidden_is_said(make, sheet):
    book = read_workbook(
        make(
            sheet("Tase", ROWS, hidden_rows=(3,), hidden_columns=(2,)),
            sheet("Vanha", ROWS, is_hidden=True),
        )
    )

    assert ["Tase", "Vanha"] == [found.name for found in book.sheets]
    assert [False, True] == [found.is_hidden for found in book.sheets]
    assert {3} == book.sheets[0].hidden_rows
    assert {2} == book.sheets[0].hidden_columns
    assert not book.sheets[1].hidden_rows


def test_a_merged_cell_is_seen_wherever_it_covers(make, sheet):
    rows = [["Rivi", "Kausi", None, None], ["Myynti", 1, 2, 3]]

    (found,) = read_workbook(make(sheet("S", rows, merged=("B1:D1",)))).sheets

    assert ["Kausi"] * 3 == [found.at(1, column).text for column in (2, 3, 4)]
    assert found.at(1, 5) is None


def test_formats_of_percentages_are_kept(make, sheet):
    (found,) = read_workbook(make(sheet("S", [["Myynti", 0.5]], formats={"B1": "0.0%"}))).sheets

    assert "%" in found.rows[1][2].number_format


def test_errors_are_marked(make, sheet):
    formulas = {"B1": ("=1/0", "#REF!")}

    (found,) = read_workbook(make(sheet("S", [["x", "#REF!"]], formulas=formulas))).sheets

    assert found.rows[1][2].error
    assert not found.rows[1][1].error


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_formula_without_a_stored_value_is_told_from_one_with(kind, makers, sheet):
    formulas = {"B1": ("=1+1", 2), "C1": ("=1+1", None)}

    (found,) = read_workbook(makers[kind](sheet("S", [["x", 1, 1, 5]], formulas=formulas))).sheets

    assert [Decimal(2), None, Decimal(5)] == [found.rows[1][column].value for column in (2, 3, 4)]
    assert [True, True, False] == [found.rows[1][column].is_formula for column in (2, 3, 4)]


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell(kind, makers, sheet):
    formulas = {"B1": ('=IF(A1="","",A1)', "")}

    (found,) = read_workbook(makers[kind](sheet("S", [["x", 1]], formulas=formulas))).sheets

    assert 2 not in found.rows[1]


def test_binary_noise_of_a_stored_sum_is_kept_to_its_last_digit(makers, sheet):
    formulas = {"B1": ("=SUM(B2:B9)", 15834.669999999998)}

    (found,) = read_workbook(makers["xlsx"](sheet("S", [["x", 1]], formulas=formulas))).sheets

    assert Decimal("15834.669999999998") == found.rows[1][2].value


def test_numbers_of_open_documents_are_never_binary(makers, sheet):
    exact = "1234567890123456.78"

    (found,) = read_workbook(makers["ods"](sheet("S", [["x", Decimal(exact)]]))).sheets

    assert Decimal(exact) == found.rows[1][2].value


def test_indents_of_excel_are_kept(makers, sheet):
    (found,) = read_workbook(makers["xlsx"](sheet("S", [["x", 1]], indents={"A1": 2}))).sheets

    assert 2 == found.rows[1][1].indent


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_every_amount_survives_the_binary_numbers_of_a_workbook(amount):
    assert amount == number(float(amount))


def test_damaged_workbooks_are_refused(make, sheet):
    content = make(sheet("S", ROWS))

    for broken in (content[: len(content) // 3], content[:600] + b"\0" * 900 + content[1500:]):
        with pytest.raises(StatementRefused) as refused:
            read_workbook(broken)
        assert refused.value.code in ("damaged", "format_unknown")
