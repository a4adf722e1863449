"""Controls that judge vouchers one by one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.controls import Answer, BreakKind

THREE_KINDS_OF_EVIDENCE = ["1", "2", "3"]


def test_balanced_books_pass_every_control_that_applies(books):
    outcomes = {result.outcome for result in books.results().values()}

    assert {Answer.PASSED, Answer.NOT_APPLICABLE} == outcomes


@pytest.mark.requirement("R-FIN-15b", "R-FIN-15c")
def test_unbalanced_voucher_is_named_with_its_difference(books):
    books.book("A", "3", "2024-03-01", [("1910", "100.00"), ("3001", "-99.90")], line=61)

    result = books.result("voucher_balance")

    assert result.holds
    (found,) = result.breaks
    assert (found.voucher_key, found.period, found.kind) == ("A:3", "2024-03", BreakKind.AMOUNT)
    assert (Decimal("0.00"), Decimal("0.10"), Decimal("0.10")) == (
        found.expected,
        found.actual,
        found.difference,
    )
    assert found.detail == "the 2 booked rows do not sum to zero (line 61)"


def test_voucher_off_by_one_hundredth_is_still_a_break(books):
    books.book("A", "3", "2024-03-01", [("1910", "100.00"), ("3001", "-99.99")])

    (found,) = books.result("voucher_balance").breaks

    assert (BreakKind.ROUNDING, Decimal("0.01")) == (found.kind, found.difference)


def test_unbalanced_voucher_with_a_turned_sign_names_the_account(books):
    books.book(
        "A", "3", "2024-03-01", [("1910", "80"), ("3001", "-100"), ("2610", "-20"), ("1930", "80")]
    )
    books.tables["posting"][-1]["amount"] = Decimal("-40.00")

    (found,) = books.result("voucher_balance").breaks

    assert (found.kind, found.account_number) == (BreakKind.SIGN, "1930")
    assert found.detail.endswith("they would with the other sign on 1930")


def test_unbalanced_voucher_that_lost_a_struck_row_says_so(books):
    books.book("A", "3", "2024-03-01", [("1910", "100"), ("3001", "-75")])
    books.correct("A:3", "struck", "4010", "-25")

    (found,) = books.result("voucher_balance").breaks

    assert found.account_number == "4010"
    assert found.detail.endswith("they would with the struck row on 4010")


def test_unbalanced_voucher_with_an_added_row_booked_twice_says_so(books):
    books.book("A", "3", "2024-03-01", [("1910", "100"), ("3001", "-100"), ("4010", "25")])
    books.correct("A:3", "added", "4010", "25")

    (found,) = books.result("voucher_balance").breaks

    assert found.detail.endswith("they would without the added row on 4010")


@pytest.mark.parametrize("kind", THREE_KINDS_OF_EVIDENCE)
def test_evidence_has_no_vouchers_to_balance(books, kind):
    books.facts = {"source_kind": kind, "coverage": "evidence"}

    result = books.result("voucher_balance")

    assert result.outcome == Answer.NOT_APPLICABLE
    assert f"a SIE type {kind} file is evidence of balances; it has no vouchers to judge" == (
        result.reason
    )


@pytest.mark.requirement("R-FIN-26a", "R-FIN-26b")
def test_voucher_dated_outside_the_year_is_named(books):
    books.book("A", "3", "2025-01-02", [("1910", "5"), ("1930", "-5")], line=70)

    result = books.result("posting_dates")

    assert result.holds
    (found,) = result.breaks
    assert (found.voucher_key, found.period, found.kind) == ("A:3", "2025-01", BreakKind.TIMING)
    assert (
        found.detail
        == "its own date, 2025-01-02, lies outside the year 2024-01-01 to 2024-12-31 (line 70)"
    )


def test_row_dated_outside_the_year_is_found_though_its_voucher_is_inside(books):
    rows = [("1910", "5", "2023-12-31"), ("1930", "-5", "2024-12-31")]
    books.book("A", "3", "2024-01-01", rows)

    (found,) = books.result("posting_dates").breaks

    assert "the date of a row, 2023-12-31, lies outside" in found.detail


def test_first_and_last_day_lie_within_the_year(books):
    books.book("A", "3", "2024-01-01", [("1910", "5"), ("1930", "-5")])
    books.book("A", "4", "2024-12-31", [("1910", "5"), ("1930", "-5")])

    assert books.result("posting_dates").outcome == Answer.PASSED


def test_voucher_that_books_nothing_holds_no_year_wherever_it_is_dated(books):
    """Fortnox keeps a voucher whose rows were all struck; one of last year changes no balance."""
    books.book("B", "7", "2023-12-30", []).correct("B:7", "struck", "4010", "300")

    assert books.result("posting_dates").outcome == Answer.PASSED
    assert [] == [name for name, result in books.results().items() if result.holds]


def test_evidence_has_no_dates_to_judge(books):
    books.facts = {"source_kind": "1", "coverage": "evidence"}

    assert books.result("posting_dates").outcome == Answer.NOT_APPLICABLE


@pytest.mark.requirement("R-FIN-25b", "R-FIN-25c")
def test_account_missing_from_the_chart_is_named_with_its_first_voucher(books):
    books.book("A", "4", "2024-03-09", [("4999", "7"), ("1930", "-7")], line=90)
    books.book("A", "3", "2024-03-02", [("4999", "8"), ("1930", "-8")], line=80)

    result = books.result("account_in_chart")

    assert result.holds
    (found,) = result.breaks
    assert (
        found.account_number,
        found.voucher_key,
        found.kind,
    ) == ("4999", "A:3", BreakKind.MISSING)
    assert found.detail == "no chart of accounts knows it; booked 2 times, first here (line 80)"


def test_account_with_only_an_opening_balance_must_be_in_the_chart_too(books):
    books.open(_1999="12.00")

    (found,) = books.result("account_in_chart").breaks

    assert ("1999", Decimal("12.00")) == (found.account_number, found.actual)


def test_gap_in_a_series_is_one_range(books):
    books.book("B", "5", "2024-03-01", [("1910", "5"), ("1930", "-5")])
    books.book("B", "7", "2024-03-02", [("1910", "5"), ("1930", "-5")])

    result = books.result("series_gaps")

    assert not result.holds
    assert [found.detail for found in result.breaks] == [
        "series B lacks the 3 numbers 2 to 4, after voucher B:1",
        "series B lacks number 6, after voucher B:5",
    ]


def test_series_that_starts_high_or_counts_in_words_has_no_gap(books):
    books.book("C", "500", "2024-03-01", [("1910", "5"), ("1930", "-5")])
    books.book("C", "501", "2024-03-01", [("1910", "5"), ("1930", "-5")])
    books.book("C", "F-7", "2024-03-01", [("1910", "5"), ("1930", "-5")])

    assert books.result("series_gaps").outcome == Answer.PASSED


def test_number_longer_than_any_integer_is_passed_over(books):
    books.book("C", "9" * 40, "2024-03-01", [("1910", "5"), ("1930", "-5")])

    assert books.result("series_gaps").outcome == Answer.PASSED


def test_vouchers_without_numbers_have_no_series_to_judge(empty_books):
    empty_books.book("", "", "2024-03-01", [("1910", "5"), ("1930", "-5")])

    results = empty_books.results()

    assert results["series_gaps"].reason == "no voucher has a number"
    assert results["series_duplicates"].reason == "no voucher has a number"


def test_number_used_twice_is_named_with_its_lines(books):
    rows = [("1910", "5"), ("1930", "-5")]
    books.book("B", "1", "2024-04-01", rows, key="B:1#2", line=77)

    result = books.result("series_duplicates")

    assert not result.holds
    (found,) = result.breaks
    assert (found.voucher_key, found.kind) == ("B:1#2", BreakKind.DUPLICATE)
    assert found.detail == "2 vouchers have number 1 of series B (lines 50 to 77)"


def test_vouchers_without_number_are_no_duplicates_of_each_other(books):
    rows = [("1910", "5"), ("1930", "-5")]
    books.book("B", "", "2024-04-01", rows, key="B:#1")
    books.book("B", "", "2024-04-01", rows, key="B:#2")

    assert books.result("series_duplicates").outcome == Answer.PASSED


def test_object_in_use_that_is_not_declared_is_noted(books):
    declared = {"dimension_number": "1", "object_number": "10", "name": "Verkstad"}
    books.tables["dimension_object"].append(declared)
    for number in ("10", "20"):
        row = {"voucher_key": "A:1", "row_number": 1, "dimension_number": "1"}
        books.tables["posting_dimension"].append({**row, "object_number": number})

    result = books.result("undeclared_object")

    assert [found.detail for found in result.breaks] == [
        "object 20 of dimension 1 is used 1 time and not declared"
    ]


def test_books_without_objects_have_none_to_declare(books):
    assert books.result("undeclared_object").reason == "no row names an object"
