"""The account table: CSV out and in, what it is checked against, and what is suggested."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.ecom.documents import EcomAccount
from ledger.invoice.mappings.ecom_procountor.accounts import (
    COLUMNS,
    AccountRow,
    VatStatus,
    check_table,
    read_csv,
    table_of,
    write_csv,
)
from ledger.invoice.mappings.ecom_procountor.suggestions import offered, suggest

HEAD = ",".join(COLUMNS)
STATUSES = [
    VatStatus("3", "Myynti EU:n ulkopuolelle", is_for_purchases=False),
    VatStatus("31", "Rakennusalan käänteinen ALV 25,5%"),
    VatStatus("12", "Ei ALV-käsittelyä"),
    VatStatus("1", "Kotimainen"),
]
CHART = {"4000": EcomAccount(number="4000", name="Ostot", vat_rates=("25.5", "14"))}
TARGET = {"4100": "Ostot", "4000": "Muu"}
ROW = AccountRow("4000", Decimal("25.5"), "4100", "1")
ROWS = st.builds(
    AccountRow,
    st.text("0123456789", min_size=1, max_size=8),
    st.sampled_from([Decimal(text) for text in ("0", "10", "13.5", "14", "25.5", "24.00")]),
    st.text("0123456789", max_size=8),
    st.text("0123456789", max_size=3),
    st.booleans(),
    st.booleans(),
)


def reasons(row, *, target=TARGET, statuses=STATUSES):
    found = check_table([row], chart=CHART, target_chart=target, statuses=statuses)
    return [one.reason for one in found]


@pytest.mark.requirement("R-ECO-17a", "R-ECO-19")
@given(st.lists(ROWS, max_size=20, unique_by=lambda row: row.key))
def test_table_survives_export_and_import_unchanged(rows):
    text = write_csv(rows)

    back, findings = read_csv(text)

    assert table_of(rows) == table_of(back)
    assert [] == findings
    assert text == write_csv(back)


@pytest.mark.requirement("R-ECO-17b")
@pytest.mark.parametrize("rate", ["25.5", "25,50", "25.5 %"])
def test_second_row_for_an_account_and_rate_is_refused_by_line(rate):
    text = f'{HEAD}\n4000,25.5,4100,1,yes,yes\n4000,"{rate}",4200,1,yes,yes\n4000,14,4200,1,,\n'

    rows, findings = read_csv(text)

    assert [Decimal("25.5"), Decimal(14)] == [row.vat_rate for row in rows]
    (only,) = findings
    assert (3, True) == (only.line, "already on line 2" in str(only))


@pytest.mark.requirement("R-ECO-24c")
def test_both_switches_start_on():
    (row,), _ = read_csv(f"{HEAD}\n4000,25.5,4100,1,,\n")

    made = AccountRow("1", Decimal(0))
    switches = [(one.is_for_sales, one.is_for_purchases) for one in (row, made)]
    assert [(True, True)] * 2 == switches


def test_other_heading_is_told_by_whole_names_that_lines_can_be_broken_between():
    names = [f"customer_column_{number}" for number in range(12)]

    with pytest.raises(ValueError, match="the heading is customer_column_0, ") as refused:
        read_csv(f"{','.join(names)}\n1,2\n")

    assert ", customer_column_5, ...; expected ecom_account, vat_rate, " in str(refused.value)
    assert max(map(len, str(refused.value).split())) < 40


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("4000,x,4100,1,yes,yes", "rate 'x'"),
        ("4000,-1,4100,1,yes,yes", "rate '-1'"),
        ("4000,NaN,4100,1,yes,yes", "rate 'NaN'"),
        ("4000,1E-999999,4100,1,yes,yes", "at most 3 decimals"),
        ("4000,0.0001,4100,1,yes,yes", "rate '0.0001'"),
        (",25.5,4100,1,yes,yes", "expected account"),
        ("4000,25.5,4100,1,maybe,yes", "'maybe'"),
        ("4000,25.5,4100", "3 cells"),
        ("4000,25.5,abc,1,yes,yes", "'abc'; expected a number of an account"),
        ("4000,25.5,4100,1x,yes,yes", "'1x'; expected a whole number, such as 1"),
    ],
)
def test_line_that_is_no_row_is_named_and_the_others_are_read(line, reason):
    rows, (only,) = read_csv(f"{HEAD}\n{line}\n4001,0,1,12,yes,no\n")

    assert ["4001"] == [row.account for row in rows]
    assert reason in str(only)
    assert "line 2" in str(only)


def test_other_heading_is_refused():
    with pytest.raises(ValueError, match="expected ecom_account"):
        read_csv("a,b\n")


@pytest.mark.requirement("R-ECO-18")
def test_account_that_ecom_does_not_have_is_refused():
    assert ["Ecom has no such account"] == reasons(AccountRow("9", Decimal(0), "4100", "12"))


@pytest.mark.requirement("R-ECO-20b", "R-ECO-22c")
def test_account_or_status_that_procountor_does_not_have_is_flagged():
    assert [] == reasons(ROW)
    assert ["Procountor's chart has no account 9"] == reasons(AccountRow("4000", 1, "9", "1"))
    assert ["Procountor's list has no VAT status 99"] == reasons(
        AccountRow("4000", 1, "4100", "99")
    )
    assert ["VAT status 3 is not for purchases"] == reasons(AccountRow("4000", 1, "4100", "3"))
    assert [] == reasons(AccountRow("4000", 1, "9", "99"), target=None, statuses=None)


@pytest.mark.requirement("R-ECO-21b")
def test_row_with_both_switches_off_may_be_without_a_status_and_one_in_use_may_not():
    off = AccountRow("4000", Decimal(14), "", "", is_for_sales=False, is_for_purchases=False)

    assert [] == reasons(off)
    assert ["no VAT status is given, and every account in use has one"] == reasons(
        AccountRow("4000", Decimal(14), "4100", "", is_for_sales=False)
    )


@pytest.mark.requirement("R-ECO-22a", "R-ECO-22b")
def test_statuses_offered_are_the_environments_own_with_the_common_ones_first():
    assert ["1", "12", "31", "3"] == [one.code for one in offered(STATUSES)]
    assert ["3"] == [one.code for one in offered(STATUSES[:1])]


def test_missing_rows_are_suggested_by_equal_number_or_name_and_saved_by_nobody():
    accounts = [*CHART.values(), EcomAccount(number="7", name="ostot "), EcomAccount(number="8")]

    found = list(
        suggest(
            accounts,
            table=table_of([ROW]),
            target_chart=TARGET,
            domestic="1",
            without_vat="12",
        )
    )

    assert [
        ("4000", Decimal(14), "4000", "1", "number"),
        ("7", Decimal(0), "4100", "12", "name"),
        ("8", Decimal(0), "", "", ""),
    ] == [
        (one.row.account, one.row.vat_rate, one.row.target_account, one.row.vat_status, one.why)
        for one in found
    ]


def test_name_that_two_accounts_have_suggests_none():
    (only,) = suggest(
        [EcomAccount(number="7", name="Ostot")],
        table={},
        target_chart={"1": "Ostot", "2": "Ostot"},
        domestic="1",
        without_vat="12",
    )

    assert ("", "") == (only.row.target_account, only.why)
