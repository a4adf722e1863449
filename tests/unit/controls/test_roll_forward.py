"""Opening balance plus movements against what the source reports, and the guesses at the cause."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.controls import Answer, BreakKind


def found(result):
    """Reduce breaks to what they say of place and amounts."""
    return {item.account_number: str(item.difference) for item in result.breaks}


@pytest.mark.requirement("R-FIN-15a")
def test_wrong_closing_balance_is_a_break_with_both_sides(books):
    books.change_report("closing", "1930", "51300.00")

    result = books.result("balance_roll_forward")

    assert result.holds
    (item,) = result.breaks
    assert (item.account_number, item.kind) == ("1930", BreakKind.AMOUNT)
    assert (item.expected, item.actual, item.difference) == (
        Decimal("51300.00"),
        Decimal("51250.00"),
        Decimal("-50.00"),
    )
    assert item.detail == (
        "no single voucher explains it; the reported balances sum to 50.00 and the opening"
        " balances to 0.00, so a reported balance is wrong"
    )


@pytest.mark.parametrize(
    ("closing", "words"),
    [
        ("51250.00", "sum to 0.00 and the opening balances to 1,234.00, so an opening balance is"),
        ("51300.00", "sum to 50.00 and the opening balances to 1,234.00, so an opening or a"),
    ],
)
def test_opening_balances_that_do_not_sum_to_zero_are_named_as_the_cause(books, closing, words):
    books.open(_1930="1234.00")
    books.change_report("closing", "1930", closing)

    items = books.result("balance_roll_forward").breaks

    assert [True] == [words in item.detail for item in items], [item.detail for item in items]


def test_wrong_result_is_a_break_of_its_own_control(books):
    books.change_report("result", "3001", "-1000.70")

    results = books.results()

    assert found(results["result_roll_forward"]) == {"3001": "0.70"}
    assert results["result_roll_forward"].holds
    assert results["balance_roll_forward"].outcome == Answer.PASSED


def test_account_absent_on_one_side_counts_as_zero(books):
    """SIE 4B 5.17: a zero balance may be left out, on either side."""
    books.open(_1220="0.00")
    books.reports("closing", _1240="0.00").reports("result", _5010="0.00")

    results = books.results()

    assert results["balance_roll_forward"].outcome == Answer.PASSED
    assert results["result_roll_forward"].outcome == Answer.PASSED


def test_booked_account_without_a_reported_balance_is_compared_with_zero(books):
    books.book("A", "3", "2024-03-01", [("1470", "9"), ("5010", "-9")])

    results = books.results()

    assert found(results["balance_roll_forward"]) == {"1470": "9.00"}
    assert found(results["result_roll_forward"]) == {"5010": "-9.00"}
    (item,) = results["balance_roll_forward"].breaks
    assert (item.voucher_key, item.kind) == ("A:3", BreakKind.UNEXPECTED)


def test_reported_account_that_nothing_here_knows_is_missing(books):
    books.reports("closing", _1380="10.00").reports("closing", _2390="-10.00")

    result = books.result("balance_roll_forward")

    assert found(result) == {"1380": "-10.00", "2390": "10.00"}
    assert {item.kind for item in result.breaks} == {BreakKind.MISSING}
    assert result.breaks[0].detail.startswith("nothing is opened or booked on this account here")


def test_result_account_that_the_source_carries_is_proven_by_its_closing_balance(books):
    """SoftOne XE reports result accounts under #UB, some of them with an opening balance."""
    books.open(_3740="145.98").reports("closing", _3740="147.84")
    books.book("A", "3", "2024-03-01", [("3740", "1.86"), ("1910", "-1.86")])
    books.change_report("closing", "1910", "1498.64")

    results = books.results()

    assert results["balance_roll_forward"].outcome == Answer.PASSED
    assert results["result_roll_forward"].outcome == Answer.PASSED


def test_account_reported_as_balance_and_as_result_must_agree_with_both(books):
    books.reports("closing", _3001="-999.00")

    results = books.results()

    assert found(results["balance_roll_forward"]) == {"3001": "-1.00"}
    assert results["result_roll_forward"].outcome == Answer.PASSED


def test_account_outside_the_classes_goes_by_its_type(books):
    row = {"account_number": "FEL", "name": "Felkonto", "account_type": "asset"}
    books.tables["ledger_account"].append(row)
    books.book("A", "3", "2024-03-01", [("FEL", "9"), ("1930", "-9")])
    books.change_report("closing", "1930", "51241.00")

    assert found(books.result("balance_roll_forward")) == {"FEL": "9.00"}


def test_source_without_closing_balances_proves_nothing(books):
    books.drop_reported("closing").drop_reported("result")

    results = books.results()

    assert results["balance_roll_forward"].reason == "the source reports no #UB to compare with"
    assert results["result_roll_forward"].reason == "the source reports no #RES to compare with"


def test_closing_balances_of_another_year_show_that_silence_means_zero(books):
    """#UB of the year must be there (5.16): a source that knows #UB and has none says 0.00."""
    books.drop_reported("closing").reports("closing", offset=-1, _1930="50000.00")

    result = books.result("balance_roll_forward")

    assert set(found(result)) == {"1910", "1930", "2081", "2440", "2610"}


@pytest.mark.parametrize(("kind", "coverage"), [("4I", "partial"), ("1", "evidence")])
def test_part_of_a_year_cannot_roll_forward(books, kind, coverage):
    books.facts = {"source_kind": kind, "coverage": coverage}
    books.change_report("closing", "1930", "1.00").change_report("result", "3001", "1.00")

    results = books.results()

    assert results["balance_roll_forward"].outcome == Answer.NOT_APPLICABLE
    assert results["result_roll_forward"].outcome == Answer.NOT_APPLICABLE


def test_difference_of_one_hundredth_is_a_rounding(books):
    books.change_report("closing", "1930", "51250.01")

    (item,) = books.result("balance_roll_forward").breaks

    assert (item.kind, item.difference) == (BreakKind.ROUNDING, Decimal("-0.01"))


def test_balance_reported_in_whole_units_is_a_rounding(books):
    books.change_report("closing", "2440", "-480")

    (item,) = books.result("balance_roll_forward").breaks

    assert (item.kind, item.difference) == (BreakKind.ROUNDING, Decimal("-0.25"))
    assert "in whole units" in item.detail


def test_balance_with_the_other_sign_is_a_turned_sign(books):
    books.change_report("closing", "2440", "480.25")

    (item,) = books.result("balance_roll_forward").breaks

    assert (item.kind, item.difference) == (BreakKind.SIGN, Decimal("-960.50"))
    assert item.detail.startswith("the reported balance is the same amount with the other sign")


def test_voucher_with_a_turned_sign_is_named(books):
    books.book("A", "3", "2024-05-06", [("1930", "-77"), ("1910", "77")])
    books.change_report("closing", "1930", "51327.00").change_report("closing", "1910", "1423.50")

    result = books.result("balance_roll_forward")

    assert {(item.kind, item.voucher_key, item.period) for item in result.breaks} == {
        (BreakKind.SIGN, "A:3", "2024-05")
    }
    assert result.breaks[0].detail.startswith("the difference is twice the amount of voucher A:3")


def test_voucher_that_the_reported_balances_are_without_is_named(books):
    books.book("A", "3", "2024-05-06", [("1930", "-77"), ("4010", "77")])

    results = books.results()

    items = results["balance_roll_forward"].breaks + results["result_roll_forward"].breaks
    assert {(item.account_number, item.voucher_key) for item in items} == {
        ("1930", "A:3"),
        ("4010", "A:3"),
    }
    assert items[0].detail.startswith("the difference equals voucher A:3 on this account")


def test_voucher_booked_twice_is_named_as_a_duplicate(books):
    books.book("A", "3", "2024-05-06", [("1930", "-77"), ("4010", "77")])
    books.tables["reported_balance"].clear()
    books.report_truly()
    books.book("A", "3", "2024-05-06", [("1930", "-77"), ("4010", "77")], key="A:3#2")

    (item,) = books.result("balance_roll_forward").breaks

    assert (item.kind, item.voucher_key) == (BreakKind.DUPLICATE, "A:3#2")
    assert "which is there 2 times with the same amount and date" in item.detail


def test_unbalanced_voucher_behind_a_difference_is_named(books):
    books.tables["posting"][3]["amount"] -= Decimal("12.77")  # A:2 on 1930

    (item,) = books.result("balance_roll_forward").breaks

    assert (item.account_number, item.voucher_key, item.period) == ("1930", "A:2", "2024-02")
    assert item.detail == (
        "the difference equals what voucher A:2, which is booked on this account,"
        " does not balance by (line 40)"
    )


def test_books_that_open_unbalanced_do_not_make_a_reported_balance_wrong(books):
    """Programs leave last year's result out of the opening balances until it is moved."""
    books.tables["opening_balance"].pop()
    books.drop_reported("closing").drop_reported("result").drop_reported("opening").report_truly()
    books.book("A", "3", "2024-05-06", [("1930", "-77"), ("4010", "70"), ("5010", "7")])
    books.book("A", "4", "2024-05-07", [("1930", "-78"), ("4010", "70"), ("5010", "8")])

    (item,) = books.result("balance_roll_forward").breaks

    assert "a reported balance is wrong" not in item.detail
    assert "the differences of all 3 accounts sum to 0.00" in item.detail


def test_voucher_is_not_named_when_several_would_explain_one_account(books):
    for number in ("3", "4"):
        rows = [("1910", "-60"), ("4010", "60")]
        books.book("A", number, f"2024-05-0{number}", rows)
    books.tables["reported_balance"].clear()
    books.report_truly()
    books.change_report("closing", "1910", "1440.50")

    (item,) = books.result("balance_roll_forward").breaks

    assert item.voucher_key == ""
    assert item.detail.startswith("2 vouchers have this amount on the account")


def test_struck_row_that_the_source_still_counts_is_named(books):
    books.correct("A:2", "struck", "1910", "-33")
    books.change_report("closing", "1910", "1467.50")

    (item,) = books.result("balance_roll_forward").breaks

    assert item.voucher_key == "A:2"
    assert item.detail.startswith("the difference equals a struck row of voucher A:2")


def test_closing_balance_without_the_year_is_seen(books):
    """Fortnox 2.0 writes #UB = #IB into its 4I files."""
    books.change_report("closing", "1930", "50000.00")

    (item,) = books.result("balance_roll_forward").breaks

    assert "equals the opening balance" in item.detail


def test_closing_balance_without_the_opening_balance_is_seen(books):
    books.change_report("closing", "1930", "1250.00")

    (item,) = books.result("balance_roll_forward").breaks

    assert "equals the movements alone" in item.detail


def test_two_digits_that_changed_places_are_suspected(books):
    books.change_report("closing", "1930", "52150.00")  # 51250.00

    (item,) = books.result("balance_roll_forward").breaks

    assert item.difference == Decimal("-900.00")
    assert "as when two neighbouring digits change places" in item.detail


def test_truncated_but_balanced_books_name_the_last_voucher_read(books):
    books.book("B", "2", "2024-11-30", [("1910", "410"), ("3001", "-410")])
    books.book("B", "3", "2024-12-30", [("1910", "93.40"), ("3001", "-93.40")])
    books.tables["reported_balance"].clear()
    books.report_truly()
    keep = {"A:1", "A:2", "B:1"}
    for table in ("voucher", "posting"):
        rows = books.tables[table]
        books.tables[table] = [row for row in rows if row["voucher_key"] in keep]

    results = books.results()

    assert found(results["balance_roll_forward"]) == {"1910": "-503.40"}
    assert found(results["result_roll_forward"]) == {"3001": "503.40"}
    assert results["balance_roll_forward"].holds
    assert results["balance_roll_forward"].breaks[0].detail == (
        "no single voucher explains it; the differences of all 2 accounts sum to 0.00, so whole"
        " vouchers are missing or too many, and the last one read is B:1"
    )


def test_difference_is_drilled_to_the_oldest_differing_month(books):
    books.book("A", "3", "2024-05-06", [("1930", "-77"), ("1910", "77")])
    books.book("A", "4", "2024-06-06", [("1930", "-12"), ("1910", "12")])
    books.reports("period", period="2024-02-01", _1930="1250.00")
    books.reports("period", period="2024-04-01", _1930="-77.00")
    books.change_report("closing", "1930", "51173.00").change_report("closing", "1910", "1589.50")

    (item,) = books.result("balance_roll_forward").breaks

    assert (item.account_number, item.period) == ("1930", "2024-04")
    assert item.difference == Decimal("-12.00")


def test_voucher_of_the_oldest_differing_month_explains_it(books):
    books.book("A", "3", "2024-05-06", [("1930", "-77"), ("1910", "77")])
    books.book("A", "4", "2024-06-06", [("1930", "-12"), ("1910", "12")])
    books.reports("period", period="2024-02-01", _1930="1250.00")
    books.change_report("closing", "1930", "51250.00").change_report("closing", "1910", "1589.50")

    (item,) = books.result("balance_roll_forward").breaks

    assert (item.difference, item.period, item.voucher_key) == (Decimal("-89.00"), "2024-05", "A:3")


def test_months_that_do_not_lead_to_the_reported_balance_are_not_trusted(books):
    books.reports("period", period="2024-02-01", _1930="999.00")
    books.change_report("closing", "1930", "51300.00")

    (item,) = books.result("balance_roll_forward").breaks

    assert item.period == ""


def test_reported_months_are_compared_with_the_reported_balances(books):
    books.reports("period", period="2024-02-01", _1930="1250.00")
    books.reports("period", period="2024-02-01", _4010="480.25", _2440="-480.00")

    result = books.result("period_balances")

    assert not result.holds
    assert found(result) == {"2440": "0.25"}
    assert result.breaks[0].period == "2024-02"


def test_months_of_an_object_are_no_months_of_the_account(books):
    books.reports("period", period="2024-02-01", _1930="1250.00")
    row = {**books.tables["reported_balance"][-1], "dimension_number": "1", "object_number": "10"}
    books.tables["reported_balance"].append(row)

    assert books.result("period_balances").outcome == Answer.PASSED


def test_source_without_months_has_none_to_compare(books):
    assert books.result("period_balances").reason == "the source reports no months"


def test_opening_balances_that_do_not_sum_to_zero_are_noted(books):
    books.open(_1220="3.00")

    result = books.result("opening_sums_to_zero")

    assert not result.holds
    assert [str(item.difference) for item in result.breaks] == ["3.00"]


def test_books_without_opening_balances_have_none_to_sum(empty_books):
    reason = empty_books.result("opening_sums_to_zero").reason

    assert reason == "the source gives no opening balances"


def test_reported_balances_that_do_not_add_up_are_noted(books):
    books.change_report("result", "3001", "-1000.70")

    result = books.result("reported_sums")

    assert [str(item.difference) for item in result.breaks] == ["-0.70"]


def test_report_that_carries_on_an_unbalanced_opening_is_not_noted_twice(empty_books):
    books = empty_books.open(_1930="100.00", _2081="-70.00")
    books.book("A", "1", "2024-05-06", [("1930", "5"), ("3001", "-5")]).report_truly()

    results = books.results()

    assert results["opening_sums_to_zero"].outcome == Answer.BROKEN
    assert results["reported_sums"].outcome == Answer.PASSED


@pytest.mark.parametrize("kind", ["closing", "result"])
def test_half_a_report_has_no_sum(books, kind):
    books.drop_reported(kind)

    assert books.result("reported_sums").outcome == Answer.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("closing", "the source reports no closing balances (#UB) for the year"),
        (
            "result",
            "the source reports no results (#RES), though 2 result accounts are booked",
        ),
        (
            "opening",
            "the source gives no opening balances (#IB), though it has an earlier year",
        ),
    ],
)
def test_missing_evidence_is_named(books, kind, detail):
    row = {"year_offset": -1, "start_date": books.year.start_date, "end_date": books.year.end_date}
    books.tables["reported_fiscal_year"].append(row)
    books.drop_reported(kind)

    result = books.result("missing_evidence")

    assert not result.holds
    assert [item.detail for item in result.breaks] == [detail]


def test_first_year_of_a_company_opens_with_nothing(books):
    books.drop_reported("opening")

    assert books.result("missing_evidence").outcome == Answer.PASSED


def test_booked_account_that_no_balance_can_prove_is_named(books):
    books.book("A", "3", "2024-03-01", [("9001", "9"), ("1930", "-9")])

    result = books.result("missing_evidence")

    assert [item.account_number for item in result.breaks] == ["9001"]


def test_part_of_a_year_need_not_bring_evidence(books):
    books.facts = {"source_kind": "4I", "coverage": "partial"}
    books.drop_reported("closing")

    assert books.result("missing_evidence").outcome == Answer.NOT_APPLICABLE
