"""A file proves that it is whole by the balances that it reports."""

from __future__ import annotations

import pytest

from ledger.controls import Answer

NO_CLOSING = "the source reports no closing balances (#UB) for the year"
NO_RESULT = "the source reports no results (#RES) for the year, though result accounts are booked"
UNBALANCED = "the source has no vouchers, and its opening balances do not sum to zero"
ALL_ZERO = "the source has no vouchers, and every closing balance that it reports is zero"


def findings(result):
    """What is missing, without the count of what came."""
    return [item.detail.partition("; what came")[0] for item in result.breaks]


def details(books):
    return findings(books.result("closing_reported"))


@pytest.fixture
def dormant(empty_books):
    """A year without vouchers, as a company at rest has it."""
    return empty_books.account("1930", "2081").open(_1930="500", _2081="-500").report_truly()


@pytest.mark.parametrize(
    ("kinds", "found"),
    [
        (["closing"], [NO_CLOSING]),
        (["result"], [NO_RESULT]),
        (["closing", "result"], [NO_CLOSING, NO_RESULT]),
        (["opening"], []),
    ],
    ids=["closing", "result", "both", "opening"],
)
def test_year_whose_end_is_not_reported_is_held(books, kinds, found):
    for kind in kinds:
        books.drop_reported(kind)

    result = books.result("closing_reported")

    assert found == findings(result)
    assert result.holds is bool(found)


@pytest.mark.parametrize("kind", ["closing", "result"])
def test_balances_of_another_year_or_kind_do_not_prove_this_one(books, kind):
    books.drop_reported(kind).reports(kind, offset=-1, _1930="7")
    books.reports("period", period="2024-01-01", _1930="7").reports("budget", _3001="7")

    assert books.result("closing_reported").holds


def test_year_without_vouchers_that_closes_as_it_opened_is_whole(dormant):
    assert dormant.result("closing_reported").outcome is Answer.PASSED


def test_year_without_vouchers_whose_openings_do_not_sum_to_zero_is_held(dormant):
    dormant.tables["opening_balance"].pop()

    result = dormant.result("closing_reported")

    assert [UNBALANCED] == findings(result)
    assert "500.00" == str(result.breaks[0].difference)


def test_year_without_vouchers_that_reports_zeros_only_is_held(empty_books):
    empty_books.account("1930").reports("closing", _1930="0")

    assert [ALL_ZERO] == details(empty_books)


def test_openings_that_do_not_sum_to_zero_are_named_beside_missing_closings(dormant):
    dormant.drop_reported("closing").tables["opening_balance"].pop()

    assert {NO_CLOSING, UNBALANCED} == {*details(dormant)}


@pytest.mark.parametrize("table", ["opening_balance", "voucher"])
def test_what_came_is_part_of_the_break_so_that_a_shorter_file_is_another(books, table):
    books.drop_reported("closing")
    (whole,) = books.result("closing_reported").breaks
    books.tables[table].pop()
    shorter = books.result("closing_reported").breaks

    assert whole.fingerprint not in {item.fingerprint for item in shorter}


def test_year_of_nothing_but_a_header_is_held(empty_books):
    assert [NO_CLOSING] == details(empty_books)


def test_results_that_are_zero_may_be_left_out(empty_books):
    """SIE 4B 5.17: what is zero need not be written."""
    books = empty_books.account("1930", "3001").open(_1930="5", _2081="-5")
    books.book("A", "1", "2024-02-01", [("3001", "-9"), ("1930", "9")])
    books.book("A", "2", "2024-02-02", [("3001", "9"), ("1930", "-9")])
    books.report_truly().drop_reported("result")

    assert [] == details(books)


def test_results_that_stand_among_the_closing_balances_are_reported(books):
    books.drop_reported("result").reports("closing", _3001="-1000", _4010="480.25")

    assert [] == details(books)


def test_openings_that_do_not_sum_to_zero_hold_nothing_while_vouchers_are_there(books):
    books.tables["opening_balance"].pop()

    assert books.result("closing_reported").outcome is Answer.PASSED


def test_part_of_a_year_need_not_say_how_it_ends(books):
    books.facts = {"source_kind": "4I", "coverage": "partial"}

    assert books.drop_reported("closing").result("closing_reported").outcome is (
        Answer.NOT_APPLICABLE
    )


def test_fortnox_is_proven_by_its_own_lists_so_that_an_empty_year_is_only_mentioned(empty_books):
    empty_books.facts = {"source": "fortnox"}

    result = empty_books.result("closing_reported")

    assert [NO_CLOSING] == findings(result)
    assert not result.holds
