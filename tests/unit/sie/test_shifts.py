"""A number that a bare blank parts is damage: two fields, with all behind them shifted."""

from __future__ import annotations

import pytest

from ledger.diagnostics import Level
from ledger.sie.reader import open_sie

ROW = 16
"""The line of the first row of the sound file."""
IB = 11


def read(content, *, exact_only=False):
    file = open_sie(content, suffix=".se", exact_only=exact_only)
    batches = list(file.batches())
    rows = [row for batch in batches for row in batch["posting"].to_pylist()]
    return file, rows


def shifts(file):
    return [
        (item.line, item.field, item.level)
        for item in file.diagnostics.items
        if item.code == "fields_shifted"
    ]


PARTED_ROWS = {
    "thousands": ("1 000.00", "amount"),
    "thousands, negative": ("-1 000.00", "amount"),
    "thousands, comma": ("12 345,67", "amount"),
    "thousands, no decimals": ("1 000", "amount"),
    "millions": ("1 234 567.00", "amount"),
    "tab": ("1\t000.00", "amount"),
    "before the point": ("1000 .50", "amount"),
    "behind the point": ("1000. 50", "amount"),
    "for the point": ("1000 50", "amount"),
    "between the decimals": ("1000.5 0", "amount"),
    "sign behind": ("1000.00 -", "amount"),
    "currency behind": ("1 000kr", "amount"),
    "thousands, date and text": ('1 000.00 20240120 "Text"', "amount"),
    "thousands, quoted date": ('1 000.00 "" "Text" 0', "amount"),
    "date": ('100.00 2024 01 20 "Text"', "date"),
    "quantity": ('100.00 "" "Text" 1 000', "quantity"),
    "quantity, decimals": ("100.00 20240120 Text 1 000.5", "quantity"),
    "quantity, point": ('100.00 "" "" 2 .5 "AL"', "quantity"),
}


@pytest.mark.parametrize(("text", "field"), PARTED_ROWS.values(), ids=PARTED_ROWS)
@pytest.mark.parametrize("label", ["#TRANS", "#RTRANS", "#BTRANS"])
@pytest.mark.parametrize("exact_only", [False, True], ids=["columns", "exact"])
def test_row_with_a_parted_number_is_left_out_and_holds(bend, label, text, field, exact_only):
    content = bend().change(ROW, f"{label} 1930 {{}} {text}").content

    file, rows = read(content, exact_only=exact_only)

    assert [(ROW, f"{label} {field}", Level.ERROR)] == shifts(file)
    assert file.diagnostics.errors >= 1
    assert ["3001"] == [row["account_number"] for row in rows]


def test_row_without_an_object_list_is_looked_at_alike(bend):
    file, _ = read(bend().change(ROW, "#TRANS 1930 1 000.00").content)

    assert [(ROW, "#TRANS amount", Level.ERROR)] == shifts(file)


RIGHT_ROWS = {
    "whole amount": "100",
    "date": "100 20240120",
    "date in six digits": "100 240120",
    "date in six digits that is none": "100 249999",
    "date that is none": "100 00000000",
    "date with dashes": "100 2024-01-20",
    "quoted": '100 "" "000.00"',
    "text for the date": "100 Text",
    "number and text for the date": "100 3st",
    "quoted number for the date": '"100" "000"',
    "complete amount, year for the date": "100.00 2024 Text",
    "quantity and sign": '100.00 "" "" 1 "000"',
    "quoted quantity and sign": '100.00 "" "" "1" 000',
    "no quantity, sign of digits": '100.00 "" "" 0 101',
    "longer quantity, sign of digits": '100.00 "" "" 1000 101',
}


@pytest.mark.parametrize("text", RIGHT_ROWS.values(), ids=RIGHT_ROWS)
def test_row_with_odd_but_whole_fields_is_read(bend, text):
    content = bend().change(ROW, f"#TRANS 1930 {{}} {text}").content

    file, rows = read(content)

    assert [] == shifts(file)
    assert ["100.00", "-100.00"] == [str(row["amount"]) for row in rows]


BALANCES = {
    "#IB 0 1930": "opening",
    "#UB 0 1930": "closing",
    "#RES 0 3001": "result",
    "#OIB 0 1930 {1 10}": "opening_object",
    "#OUB 0 1930 {1 10}": "closing_object",
    "#PSALDO 0 202401 1930 {}": "period",
    "#PBUDGET 0 202401 1930 {}": "budget",
}


@pytest.mark.parametrize("start", BALANCES)
@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("1 000.00", "amount"),
        ("-12 345", "amount"),
        ("1 234 567.00", "amount"),
        ("1000 .50", "amount"),
        ("1000. 50", "amount"),
        ("500.00 -", "amount"),
        ("1 000kr", "amount"),
        ("500.00 1 000", "quantity"),
    ],
)
def test_balance_with_a_parted_number_is_left_out_and_holds(bend, start, text, field):
    content = bend().change(IB, f"{start} {text}").change(12).change(13).content

    file, _ = read(content)

    label = start.partition(" ")[0]
    assert [(IB, f"{label} {field}", Level.ERROR)] == shifts(file)
    assert 0 == file.tables["reported_balance"].num_rows


@pytest.mark.parametrize(
    ("text", "amount", "quantity"),
    [
        ("500 50", "500.00", "50.000000"),
        ("1000 250", "1000.00", "250.000000"),
        ("500.00 116", "500.00", "116.000000"),
        ("500.00 4885.5", "500.00", "4885.500000"),
        ('"500" "116"', "500.00", "116.000000"),
        ("0 116", "0.00", "116.000000"),
        ("-500.00 -116", "-500.00", "-116.000000"),
    ],
)
def test_quantity_behind_a_balance_is_a_quantity(bend, text, amount, quantity):
    file, _ = read(bend().change(IB, f"#IB 0 1930 {text}").change(12).change(13).content)

    (row,) = file.tables["reported_balance"].to_pylist()
    assert [] == shifts(file)
    assert (amount, quantity) == (str(row["amount"]), str(row["quantity"]))


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('#VER A 1 2024 01 15 "Försäljning"', "#VER date"),
        ('#VER A 1 20240115 "Försäljning" 2024 1 16', "#VER regdate"),
    ],
)
def test_date_of_a_voucher_that_is_parted_holds(bend, line, field):
    file, _ = read(bend().change(14, line).content)

    assert [(14, field, Level.ERROR)] == shifts(file)
