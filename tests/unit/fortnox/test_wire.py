from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.http import read_json
from blocks.systems.fortnox import wire
from blocks.systems.fortnox.session import require_same
from blocks.systems.fortnox.wire import UnexpectedShape
from ledger.errors import TerminalError

ACCOUNT = {"Number": 1930, "Description": "Bank", "BalanceBroughtForward": 1, "VATCode": None}
HEADER = {
    "VoucherSeries": "A",
    "VoucherNumber": 7,
    "TransactionDate": "2025-01-03",
    "Description": "",
    "ReferenceType": "MANUAL",
    "ReferenceNumber": None,
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1 713,94", "1713.94"),
        ("1\u00a0713,94", "1713.94"),
        ("-0.5", "-0.5"),
        (0, "0"),
        (Decimal("1000.5"), "1000.5"),
        ("", None),
        (None, None),
    ],
)
def test_amount_is_read_in_every_form_seen(value, expected):
    assert (None if expected is None else Decimal(expected)) == wire.amount(value)


@pytest.mark.parametrize("value", ["x", "1,2,3", True, "NaN", "Infinity", {}])
def test_what_is_no_amount_is_refused(value):
    with pytest.raises(ValueError, match="no number"):
        wire.amount(value)


@given(st.decimals(-(10**15), 10**15, places=2))
def test_opening_balance_arrives_to_the_last_digit(amount):
    body = f'[{{"Number": 1930, "Description": "", "BalanceBroughtForward": {amount}}}]'

    (row,) = wire.opening_balances(read_json(body.encode())).to_pylist()

    assert amount == row["amount"]


def test_missing_balance_is_unknown_and_not_zero():
    (row,) = wire.opening_balances([{"Number": 1930, "Description": None}]).to_pylist()

    assert row == {"account_number": "1930", "name": "", "amount": None, "vat_code": None}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"BalanceBroughtForward": Decimal("1.234")}, "another kind"),
        ({"BalanceBroughtForward": "Anna"}, "another kind"),
        ({"Description": {"Anna": 1}}, "another kind"),
    ],
)
def test_account_of_another_shape_is_told_without_its_value(change, told):
    with pytest.raises(UnexpectedShape, match=told) as raised:
        wire.opening_balances([{**ACCOUNT, **change}])

    assert "Anna" not in str(raised.value)
    assert isinstance(raised.value, TerminalError)


@pytest.mark.parametrize("name", ["VoucherSeries", "VoucherNumber", "TransactionDate"])
def test_header_without_its_key_is_told_by_name(name):
    with pytest.raises(UnexpectedShape, match=f"there is no {name}"):
        wire.voucher_headers([{key: value for key, value in HEADER.items() if key != name}])


def test_headers_come_in_one_order_whatever_the_order_of_the_list():
    rows = [{**HEADER, "VoucherNumber": number} for number in (3, "10", 1)]

    assert wire.voucher_headers(rows).equals(wire.voucher_headers(rows[::-1]))
    assert wire.voucher_headers(rows).to_pylist()[0] == {
        "voucher_series": "A",
        "voucher_number": "1",
        "voucher_date": dt.date(2025, 1, 3),
        "voucher_text": None,
        "reference_type": "MANUAL",
        "reference_number": None,
    }


def test_empty_year_has_empty_tables_of_the_same_columns():
    assert wire.opening_balances([]).schema == wire.OPENING_BALANCES
    assert wire.voucher_headers([]).schema == wire.VOUCHER_HEADERS


def test_struck_rows_of_a_voucher_are_marked():
    row = {"Account": 1510, "Debit": Decimal("10.50"), "Credit": 0, "Removed": False}
    body = {"Voucher": {**HEADER, "VoucherRows": [row, {**row, "Removed": True, "Credit": 20}]}}

    assert [(Decimal("10.50"), False), (Decimal("-9.50"), True)] == [
        (found["amount"], found["is_removed"]) for found in wire.voucher(body).rows.to_pylist()
    ]


def test_year_that_ends_before_it_begins_is_not_taken():
    row = {"Id": 1, "FromDate": "2025-12-31", "ToDate": "2025-01-01"}

    with pytest.raises(UnexpectedShape, match="financial years"):
        wire.source_years([row])


@pytest.mark.parametrize(
    ("expected", "actual"),
    [("5560000001", "5560000001"), ("165560000001", "5560000001"), ("", "5560000001")],
)
def test_number_is_the_same_with_its_century_or_while_unknown(expected, actual):
    require_same("organisation number", expected, actual)
