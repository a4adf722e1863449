"""Which class an account is of: by its number where the chart is built so, else by its type."""

from __future__ import annotations

import pytest

from ledger.controls import Answer
from ledger.fiscal_year import FiscalYear

TYPES = {
    "1910": "asset",
    "2000": "equity",
    "2200": "equity",
    "2871": "liability",
    "3000": "income",
    "2500": "income",
    "9370": "expense",
}


def finnish(books, year="2024", opening="100.00"):
    """Books of a chart in which numbers decide nothing: income on 2500, expense on 9370."""
    books.year, books.facts = FiscalYear.parse(year), {"account_classes": {}}
    for number, kind in TYPES.items():
        row = {"account_number": number, "name": f"Tili {number}", "account_type": kind}
        books.tables["ledger_account"].append(row)
    books.open(_1910=opening, _2000=f"-{opening}")
    books.book("A", "1", f"{year}-03-01", [("1910", "80"), ("2500", "-80")])
    return books.book("A", "2", f"{year}-04-01", [("9370", "30"), ("1910", "-30")])


def differences(result):
    return {item.account_number: str(item.difference) for item in result.breaks}


def reported(books, **results):
    books.reports("closing", _1910="150.00", _2000="-100.00").reports("result", **results)
    return books.results()


def test_results_of_any_number_are_proven_by_the_type_of_the_account(empty_books):
    results = reported(finnish(empty_books), _2500="-80.00", _9370="30.00")

    assert results["result_roll_forward"].outcome == Answer.PASSED
    assert results["balance_roll_forward"].outcome == Answer.PASSED
    assert results["missing_evidence"].outcome == Answer.PASSED


def test_a_result_that_the_source_leaves_out_is_missed_on_any_number(empty_books):
    results = reported(finnish(empty_books), _3000="-1.00")

    assert differences(results["result_roll_forward"]) == {
        "2500": "-80.00",
        "3000": "1.00",
        "9370": "30.00",
    }
    assert results["balance_roll_forward"].outcome == Answer.PASSED


def test_where_numbers_decide_a_wrong_type_changes_nothing(books):
    """A program writes #KTYP T for accounts of income."""
    for row in books.tables["ledger_account"]:
        row["account_type"] = "asset" if row["account_number"] > "3" else "income"
    books.drop_reported("result").change_report("closing", "1930", "51240.00")

    results = books.results()

    assert differences(results["balance_roll_forward"]) == {"1930": "10.00"}
    books.reports("result", _3001="-999.00")
    assert "3001" in differences(books.result("result_roll_forward"))


@pytest.mark.parametrize(
    ("opening", "breaks"),
    [
        ({"_1910": "150.00", "_2000": "-150.00"}, {}),
        ({"_1910": "150.00", "_2000": "-100.00", "_2200": "-50.00"}, {}),
        ({"_1910": "150.00", "_2000": "-100.00"}, {}),
        ({"_1910": "149.00", "_2000": "-149.00"}, {"1910": "-1.00", "2000": "1.00"}),
    ],
    ids=["result in equity", "on an account of its own", "not moved yet", "wrong"],
)
def test_results_of_any_number_are_brought_forward_into_equity(empty_books, opening, breaks):
    books = finnish(empty_books, "2025")
    books.tables["opening_balance"].clear()
    books.open(**opening).publishes(finnish(type(books)()))

    assert differences(books.result("opening_continuity")) == breaks


def test_a_source_of_balances_is_compared_on_the_side_of_the_type(empty_books):
    published = finnish(type(empty_books)())
    books = finnish(empty_books)
    books.facts |= {"source_kind": "3", "coverage": "evidence"}
    for name in ("voucher", "posting", "opening_balance"):
        books.tables[name].clear()
    books.reports("opening", _1910="100.00", _2000="-100.00")
    books.reports("closing", _1910="150.00", _2000="-100.00")
    books.reports("result", _2500="-80.00").publishes(published)

    result = books.result("published_balances")

    assert {"9370": "30.00"} == differences(result)
