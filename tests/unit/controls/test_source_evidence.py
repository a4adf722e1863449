"""What the source was asked beside the ledger: its list of vouchers, its balances."""

import pytest

LISTED = [("A", "1", "2024-01-15"), ("A", "2", "2024-02-20"), ("B", "1", "2024-02-28")]
OPENING = {"_1930": "50000.00", "_1910": "1500.50", "_2081": "-51500.50", "_1510": "0.00"}
CLOSING = {"_1930": "51250.00", "_1510": "0.00", "_3001": "-1000.00"}

CONTROLS = ("source_vouchers", "source_opening_balances", "source_closing_balances")


def found(result):
    return [(each.kind, each.voucher_key or each.account_number) for each in result.breaks]


@pytest.mark.parametrize("control", CONTROLS)
def test_a_source_that_was_not_asked_proves_nothing(books, control):
    result = books.result(control)

    assert ("not_applicable", True) == (result.outcome, "not asked" in result.reason)


def test_books_that_agree_with_what_the_source_answers_pass(books):
    books.source_lists(*LISTED).source_answers("opening", **OPENING)
    books.source_answers("closing", **CLOSING)

    assert ["passed"] * 3 == [books.result(control).outcome for control in CONTROLS]


def test_a_voucher_that_the_source_lists_and_the_ledger_lacks_is_missing(books):
    result = books.source_lists(*LISTED, ("B", "2", "2024-03-01")).result("source_vouchers")

    assert ([("missing", "B:2")], True) == (found(result), result.holds)


def test_a_voucher_that_the_source_does_not_list_is_unexpected(books):
    assert [("unexpected", "B:1")] == found(books.source_lists(*LISTED[:2]).result(CONTROLS[0]))


def test_an_empty_list_of_vouchers_is_an_answer(books):
    result = books.source_lists().result("source_vouchers")

    assert 3 == result.break_count


def test_a_voucher_of_another_date_differs_in_an_attribute(books):
    moved = [*LISTED[:2], ("B", "1", "2024-02-27")]

    assert [("attribute", "B:1")] == found(books.source_lists(*moved).result("source_vouchers"))


def test_a_number_that_came_twice_and_is_listed_once_is_a_duplicate(books):
    rows = [("1930", "10.00"), ("3001", "-10.00")]
    books.book("B", "1", "2024-02-28", rows, key="B:1#2")

    result = books.source_lists(*LISTED).result("source_vouchers")

    assert [("duplicate", "B:1#2")] == found(result)


def test_vouchers_without_series_and_number_are_told_apart_by_their_keys(books):
    for row in books.tables["voucher"]:
        row.update(voucher_series="", voucher_number="")

    result = books.source_lists(*LISTED[:2]).result("source_vouchers")

    assert [("unexpected", "B:1")] == found(result)


@pytest.mark.parametrize("listed", [[], [("B", "7", "2024-02-01")]], ids=["unlisted", "listed"])
def test_a_voucher_that_books_nothing_may_be_listed_or_not(books, listed):
    books.book("B", "7", "2024-03-01", []).correct("B:7", "struck", "4010", "300")

    assert "passed" == books.source_lists(*LISTED, *listed).result("source_vouchers").outcome


@pytest.mark.parametrize(
    ("answer", "kind", "difference"),
    [
        ({"_1930": "50000.01"}, "amount", "-0.01"),
        ({"_1930": "-50000.00"}, "sign", "100000.00"),
        ({"_1930": "0.00"}, "unexpected", "50000.00"),
        ({"_2010": "7.00"}, "missing", "-7.00"),
    ],
)
def test_an_opening_balance_that_differs_is_a_break(books, answer, kind, difference):
    result = books.source_answers("opening", **(OPENING | answer)).result("source_opening_balances")

    (only,) = result.breaks
    assert (kind, difference, True) == (only.kind, str(only.difference), result.holds)


def test_a_closing_balance_that_differs_is_a_break(books):
    closing = CLOSING | {"_3001": "-1000.50"}
    result = books.source_answers("closing", **closing).result("source_closing_balances")

    assert [("amount", "3001")] == found(result)
