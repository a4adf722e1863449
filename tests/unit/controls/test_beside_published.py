"""What may not replace a year, held against the year that is published."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from ledger.controls import Answer, BreakKind, Severity
from ledger.fiscal_year import FiscalYear

BALANCES, VOUCHERS = "published_balances", "published_vouchers"


@pytest.fixture
def report(books):
    """A report without vouchers, beside the published books and true to them."""
    made = type(books)(facts={"source_kind": "2", "coverage": "evidence"}).publishes(books)
    made.tables["ledger_account"] = books.tables["ledger_account"]
    made.tables["reported_balance"] = [dict(row) for row in books.tables["reported_balance"]]
    return made


@pytest.fixture
def part(books):
    """A few vouchers of a pre-system, beside the published books."""
    return type(books)(facts={"source_kind": "4I", "coverage": "partial"}).publishes(books)


def found(result):
    return [
        (item.account_number, item.period, str(item.expected), str(item.actual))
        for item in result.breaks
    ]


def test_true_report_agrees_with_the_published_year(report):
    assert report.result(BALANCES).outcome == Answer.PASSED


@pytest.mark.parametrize("kind", ["1", "2", "3"])
def test_report_that_differs_names_account_and_amount_and_holds_nothing(report, kind):
    report.facts["source_kind"] = kind
    report.change_report("closing", "1930", "51350").change_report("result", "3001", "-1100")

    result = report.result(BALANCES)

    assert [
        ("1930", "2024-12", "51350.00", "51250.00"),
        ("3001", "2024-12", "-1100.00", "-1000.00"),
    ] == found(result)
    assert ["-100.00", "100.00"] == [str(item.difference) for item in result.breaks]
    assert (Severity.WARNS, False) == (result.severity, result.holds)


def test_report_is_compared_as_of_its_day(report, books):
    """On 31 January the claim was open and nothing was paid or bought."""
    report.facts["balances_up_to"] = dt.date(2024, 1, 31)
    report.tables["reported_balance"] = []
    report.reports("closing", _1930="50000", _1910="1500.50", _2081="-51500.50", _1510="1250")
    report.reports("closing", _2610="-250").reports("result", _3001="-1000")

    assert report.result(BALANCES).outcome == Answer.PASSED

    report.facts["balances_up_to"] = dt.date(2024, 2, 20)

    assert [
        ("1510", "2024-02", "1250.00", "0.00"),
        ("1930", "2024-02", "50000.00", "51250.00"),
    ] == found(report.result(BALANCES))


def test_day_before_the_year_is_nothing_to_compare_with(report):
    report.facts["balances_up_to"] = dt.date(2023, 12, 31)

    result = report.result(BALANCES)

    assert "the source gives balances as of 2023-12-31, before the year begins" == result.reason


def test_account_that_only_one_side_has_counts_as_zero_on_the_other(report):
    report.tables["reported_balance"] = [
        row for row in report.tables["reported_balance"] if row["account_number"] != "2440"
    ]
    report.reports("closing", _1940="7", _1950="0")

    result = report.result(BALANCES)

    assert [
        ("1940", "2024-12", "7.00", "0.00"),
        ("2440", "2024-12", "0.00", "-480.25"),
    ] == found(result)
    assert [BreakKind.MISSING, BreakKind.UNEXPECTED] == [item.kind for item in result.breaks]


def test_opening_balance_that_differs_is_named_in_the_first_month(report):
    report.change_report("opening", "1910", "1400.50").change_report("closing", "1910", "1400.50")

    assert [
        ("1910", "2024-01", "1400.50", "1500.50"),
        ("1910", "2024-12", "1400.50", "1500.50"),
    ] == found(report.result(BALANCES))


def test_report_that_gives_no_opening_balances_is_compared_by_its_closing_ones(report):
    report.drop_reported("opening")

    assert report.result(BALANCES).outcome == Answer.PASSED


def test_month_that_differs_is_named(report):
    report.reports("period", period="2024-01-01", _1510="1250", _3001="-900")
    report.reports("period", period="2024-02-01", _1510="-1250")

    assert [("3001", "2024-01", "-900.00", "-1000.00")] == found(report.result(BALANCES))


def test_month_left_out_counts_only_where_the_reported_months_lead_to_the_balance(report):
    """1930 moves in February; its months lead to what is reported, 1510's leave one out."""
    report.change_report("closing", "1930", "50000")
    report.reports("period", period="2024-03-01", _1930="0")
    report.reports("period", period="2024-02-01", _1510="-1250")

    assert [
        ("1930", "2024-02", "0.00", "1250.00"),
        ("1930", "2024-12", "50000.00", "51250.00"),
    ] == found(report.result(BALANCES))


def test_months_and_balances_of_objects_are_no_balances_of_the_account(report):
    row = {"year_offset": 0, "balance_kind": "period", "period": dt.date(2024, 1, 1)}
    row |= {"account_number": "1510", "dimension_number": "1", "object_number": "7"}
    report.tables["reported_balance"].append(row | {"amount": Decimal(5)})

    assert report.result(BALANCES).outcome == Answer.PASSED


@pytest.mark.parametrize(
    ("kind", "words"),
    [("result", "no results (#RES); 2 published"), ("closing", "no closing balances (#UB); 5 ")],
)
def test_kind_of_balance_that_is_left_out_is_said_once(report, kind, words):
    report.drop_reported(kind)

    (item,) = report.result(BALANCES).breaks

    assert words in item.detail


def test_report_of_nothing_is_no_pass(report):
    report.tables["reported_balance"] = []

    result = report.result(BALANCES)

    assert (Answer.NOT_APPLICABLE, True) == (result.outcome, "reports no closing" in result.reason)


def test_balances_of_the_year_before_are_not_this_years(report):
    report.reports("closing", offset=-1, _1930="1").reports("result", offset=-1, _3001="-1")

    assert report.result(BALANCES).outcome == Answer.PASSED


@pytest.mark.parametrize("control", [BALANCES, VOUCHERS])
@pytest.mark.parametrize("kind", ["4E", "4I", "1"])
def test_without_a_published_year_there_is_nothing_to_compare_with(books, control, kind):
    coverage = {"4E": "whole_year", "4I": "partial", "1": "evidence"}[kind]
    books.facts = {"source_kind": kind, "coverage": coverage}
    asked = (control, kind) in {(BALANCES, "1"), (VOUCHERS, "4I")}

    result = books.result(control)

    assert result.outcome == Answer.NOT_APPLICABLE
    assert asked == (result.reason == "nothing is published for this year yet")


def test_published_year_of_other_dates_is_another_year(report, part):
    for made in (report, part):
        (earlier,) = made.published
        earlier.year = FiscalYear(dt.date(2023, 1, 1), dt.date(2023, 12, 31))

    assert report.result(BALANCES).outcome == Answer.NOT_APPLICABLE
    assert part.result(VOUCHERS).outcome == Answer.NOT_APPLICABLE


def test_voucher_that_is_published_under_another_number_is_named(part):
    part.book("", "", "2024-02-28", [("2440", "-480.25"), ("4010", "480.25")], key=":#1", line=9)
    part.book("", "", "2024-02-28", [("4010", "480.25"), ("2440", "-480.24")], key=":#2")
    part.book("", "", "2024-02-29", [("4010", "480.25"), ("2440", "-480.25")], key=":#3")
    part.book("", "", "2024-02-28", [("4011", "480.25"), ("2440", "-480.25")], key=":#4")

    result = part.result(VOUCHERS)

    assert [(":#1", "2024-02")] == [(item.voucher_key, item.period) for item in result.breaks]
    assert (
        "voucher B:1 of 2024-02-28 is published with the same accounts and amounts (line 9)"
        == result.breaks[0].detail
    )
    assert (Severity.INFORMS, False) == (result.severity, result.holds)


@pytest.mark.parametrize(("published", "sent", "matched"), [(1, 3, 1), (3, 2, 2), (2, 2, 2)])
def test_vouchers_that_are_alike_are_matched_one_by_one(part, published, sent, matched):
    (year,) = part.published
    for number in range(published):
        year.book("C", str(number), "2024-06-01", [("1910", "5"), ("1930", "-5")])
    for number in range(sent):
        part.book("", "", "2024-06-01", [("1910", "5"), ("1930", "-5")], key=f":#{number}")

    result = part.result(VOUCHERS)

    assert matched == result.break_count
    assert matched == len({item.detail for item in result.breaks})


def test_rows_that_are_alike_are_counted(part):
    """Twice 5.00 is neither once 5.00 nor once 10.00."""
    (year,) = part.published
    year.book("C", "1", "2024-06-01", [("1910", "5"), ("1910", "5"), ("1930", "-10")])
    part.book("", "", "2024-06-01", [("1910", "10"), ("1930", "-10")], key=":#1")
    part.book("", "", "2024-06-01", [("1910", "5"), ("1930", "-10"), ("1910", "5")], key=":#2")

    assert [":#2"] == [item.voucher_key for item in part.result(VOUCHERS).breaks]


def test_vouchers_that_book_nothing_are_never_there_already(part):
    (year,) = part.published
    year.book("C", "1", "2024-06-01", []).book("C", "2", "2024-06-01", [("1910", "0")])
    part.book("", "", "2024-06-01", [], key=":#1")

    assert part.result(VOUCHERS).outcome == Answer.PASSED


def test_rows_of_nothing_do_not_tell_vouchers_apart(part):
    part.book("", "", "2024-02-20", [("1930", "1250"), ("1510", "-1250"), ("3740", "0")], key=":#1")
    (year,) = part.published
    year.book("C", "1", "2024-06-01", [("1910", "5"), ("1930", "-5"), ("3740", "0")])
    part.book("", "", "2024-06-01", [("1910", "5"), ("1930", "-5")], key=":#2")

    assert [":#1", ":#2"] == [item.voucher_key for item in part.result(VOUCHERS).breaks]
