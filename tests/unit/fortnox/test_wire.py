from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.http import CallRefused, WhoActs, read_json
from blocks.hub import Tenant
from blocks.systems.fortnox import wire
from blocks.systems.fortnox.answers import state_after
from blocks.systems.fortnox.codes import unknown_codes
from blocks.systems.fortnox.session import require_own
from blocks.systems.fortnox.wire import Company, UnexpectedShape
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


YEAR = 3


def accounts(*rows):
    return wire.opening_balances(list(rows), year_id=YEAR)


def headers(*rows):
    return wire.voucher_headers(list(rows), year_id=YEAR)


@given(st.decimals(-(10**15), 10**15, places=2))
def test_opening_balance_arrives_to_the_last_digit(amount):
    body = f'[{{"Number": 1930, "Description": "", "BalanceBroughtForward": {amount}}}]'

    (row,) = accounts(*read_json(body.encode())).to_pylist()

    assert amount == row["amount"]


def test_missing_balance_is_unknown_and_not_zero():
    (row,) = accounts({"Number": 1930, "Description": None}).to_pylist()

    assert row == {"account_number": "1930", "name": "", "amount": None, "vat_code": None}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BalanceBroughtForward", Decimal("1.234")),
        ("BalanceBroughtForward", "Anna"),
        ("BalanceBroughtForward", False),
        ("Description", {"Anna": 1}),
        ("Description", False),
        ("Number", True),
        ("Number", Decimal("1930.0")),
        ("Number", "19 30"),
        ("VATCode", False),
        ("VATCode", 0),
        ("VATCode", "Anna Andersson"),
        ("VATCode", ["MP1"]),
        ("Year", "three"),
    ],
)
def test_account_of_another_shape_is_told_by_its_field_and_without_its_value(name, value):
    with pytest.raises(UnexpectedShape, match=f"its field {name} ") as raised:
        accounts({**ACCOUNT, name: value})

    assert "Anna" not in str(raised.value)
    assert isinstance(raised.value, TerminalError)


@pytest.mark.parametrize("name", ["VoucherSeries", "VoucherNumber", "TransactionDate"])
def test_header_without_its_key_is_told_by_name(name):
    with pytest.raises(UnexpectedShape, match=f"its field {name} is missing"):
        headers({key: value for key, value in HEADER.items() if key != name})


def test_headers_come_in_one_order_whatever_the_order_of_the_list():
    rows = [{**HEADER, "VoucherNumber": number} for number in (3, "10", 1)]

    assert headers(*rows).equals(headers(*rows[::-1]))
    assert headers(*rows).to_pylist()[0] == {
        "voucher_series": "A",
        "voucher_number": "1",
        "voucher_date": dt.date(2025, 1, 3),
        "voucher_text": None,
        "reference_type": "MANUAL",
        "reference_number": None,
    }


def test_empty_year_has_empty_tables_of_the_same_columns():
    assert accounts().schema == wire.OPENING_BALANCES
    assert headers().schema == wire.VOUCHER_HEADERS


@pytest.mark.parametrize("read", [accounts, headers])
@pytest.mark.parametrize("year", [2, "2", 2025])
def test_row_of_another_year_is_refused_and_never_counted(read, year):
    """Without a year that it understands Fortnox lists the default one."""
    rows = [{**ACCOUNT, **HEADER, "Year": YEAR}, {**ACCOUNT, **HEADER, "Number": 1, "Year": year}]

    with pytest.raises(UnexpectedShape, match="Year tells of another year"):
        read(*rows)


@pytest.mark.parametrize("read", [accounts, headers])
@pytest.mark.parametrize("year", [{"Year": YEAR}, {"Year": "3"}, {"Year": None}, {}])
def test_row_of_the_year_asked_for_or_of_none_is_taken(read, year):
    assert 1 == read({**ACCOUNT, **HEADER, **year}).num_rows


@pytest.mark.parametrize("name", ["Number", "Description", "BalanceBroughtForward", "VATCode"])
def test_mark_of_a_missing_right_in_any_field_of_an_account_is_refused(name):
    with pytest.raises(CallRefused, match=f"In place of {name} .*account list.*Bokf") as raised:
        accounts(ACCOUNT, {**ACCOUNT, "Number": 1, name: "API_NORIGHT"})

    assert ("permission_suspected", WhoActs.CUSTOMER_ADMINISTRATOR) == (
        raised.value.code,
        raised.value.who_acts,
    )
    assert "permission_missing" == state_after(raised.value)


@pytest.mark.parametrize("name", [*HEADER, "Year"])
def test_mark_of_a_missing_right_in_any_field_of_a_voucher_is_refused(name):
    with pytest.raises(CallRefused, match=f"In place of {name} .*voucher list"):
        headers({**HEADER, name: "API_NORIGHT"})


@pytest.mark.parametrize("name", ["CompanyName", "OrganizationNumber", "DatabaseNumber"])
def test_mark_of_a_missing_right_never_names_a_company(name):
    found = {"CompanyName": "A", "OrganizationNumber": "5560000001", "DatabaseNumber": 1}

    with pytest.raises(CallRefused, match=f"In place of {name} .*scope companyinformation"):
        wire.company({"CompanyInformation": {**found, name: "API_NORIGHT"}})


def test_code_that_nobody_knows_is_kept_and_counted():
    coded = [{**ACCOUNT, "Number": 3000 + at, "VATCode": "XY9"} for at in range(3)]
    table = accounts(*coded, {**ACCOUNT, "VATCode": "MP1"})
    listed = headers(HEADER, {**HEADER, "ReferenceType": "NEWKIND", "VoucherNumber": 8})

    assert ["MP1", "XY9", "XY9", "XY9"] == table["vat_code"].to_pylist()
    assert {"VATCode XY9": 3, "ReferenceType NEWKIND": 1} == unknown_codes(table, listed)


ROW = {"Account": 1510, "Debit": Decimal("10.50"), "Credit": 0, "Removed": False}


def one_voucher(*rows, **change):
    body = {"Voucher": {**HEADER, "VoucherRows": list(rows), **change}}
    return wire.voucher(body, series="A", number="7", year_id=YEAR)


def test_struck_rows_of_a_voucher_are_marked():
    found = one_voucher(ROW, {**ROW, "Removed": True, "Credit": 20}).rows.to_pylist()

    assert [(Decimal("10.50"), False), (Decimal("-9.50"), True)] == [
        (row["amount"], row["is_removed"]) for row in found
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("false", False), ("False", False), ("true", True), (0, False), (1, True), (None, False)],
)
def test_yes_and_no_are_read_right_when_they_came_as_text_or_number(value, expected):
    assert [expected] == one_voucher({**ROW, "Removed": value}).rows["is_removed"].to_pylist()


@pytest.mark.parametrize("value", ["", "no", "nein", 2, -1, Decimal("0.0"), [], {}])
def test_other_words_for_yes_and_no_are_refused(value):
    with pytest.raises(UnexpectedShape, match="Removed is neither true nor false"):
        one_voucher({**ROW, "Removed": value})


@pytest.mark.parametrize(
    "change",
    [{"VoucherNumber": 8}, {"VoucherSeries": "B"}, {"Year": 2}, {"VoucherRows": {"Account": 1}}],
)
def test_voucher_that_is_not_the_one_asked_for_is_refused(change):
    with pytest.raises(UnexpectedShape, match=f"its field {next(iter(change))} "):
        one_voucher(ROW, **change)


@pytest.mark.parametrize("change", [{"Number": 1931}, {"Year": 2}, {"BalanceCarriedForward": True}])
def test_closing_balance_of_another_account_or_year_is_refused(change):
    account = {"Number": 1930, "Year": YEAR, "BalanceCarriedForward": "1 713,94"}
    good = wire.closing_balance({"Account": account}, number="1930", year_id=YEAR)

    assert Decimal("1713.94") == good
    with pytest.raises(UnexpectedShape, match=f"its field {next(iter(change))} "):
        wire.closing_balance({"Account": {**account, **change}}, number="1930", year_id=YEAR)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ToDate": "2024-01-01"}, "ToDate lies before FromDate"),
        ({"FromDate": "20250101"}, "FromDate is no date"),
        ({"FromDate": "2025-02-30"}, "FromDate is a day that no calendar has"),
        ({"Id": Decimal("2.7")}, "Id is neither"),
        ({"Id": True}, "Id is neither"),
        ({"Id": "²"}, "Id is no whole number"),
    ],
)
def test_year_that_cannot_be_one_is_not_taken(change, told):
    row = {"Id": 1, "FromDate": "2025-01-01", "ToDate": "2025-12-31", **change}

    with pytest.raises(UnexpectedShape, match=f"list of financial years.*{told}"):
        wire.source_years([row])


@pytest.mark.parametrize("ours", ["5560000001", "165560000001", ""])
@pytest.mark.parametrize("theirs", ["5560000001", "165560000001"])
def test_company_is_the_tenants_however_its_number_is_written_or_while_it_is_unknown(ours, theirs):
    require_own(Tenant("acme", "Acme AB", ours), Company("Acme AB", theirs, "1"))


@pytest.mark.parametrize("theirs", ["5560000019", "0000000001", "55600001", ""])
def test_another_companys_number_is_refused(theirs):
    with pytest.raises(CallRefused, match="organisation number here: 5560000001"):
        require_own(Tenant("acme", "Acme AB", "5560000001"), Company("Acme AB", theirs, "1"))
