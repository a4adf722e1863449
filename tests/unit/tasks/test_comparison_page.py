from __future__ import annotations

from decimal import Decimal

from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity
from ledger.fiscal_year import FiscalYear
from ledger.unit import Unit
from tasks.pages.comparison import ROWS_SHOWN, comparison_in_words, comparison_page

UNIT = Unit("acme", FiscalYear.parse("2024"))
PASSED = ControlResult("customer_income_statement", Severity.BLOCKS, Answer.PASSED)


def broken(count):
    item = Break(
        "customer_balance_sheet",
        BreakKind.AMOUNT,
        account_number="1930",
        expected=Decimal("10.00"),
        actual=Decimal("9.99"),
        difference=Decimal("-0.01"),
        detail="row 7, <Bank>",
    )
    name = "customer_balance_sheet"
    return ControlResult(
        name, Severity.BLOCKS, Answer.BROKEN, breaks=(item,) * count, break_count=count
    )


def test_both_statements_are_there_with_each_row_that_differs_and_both_figures():
    page = comparison_page(UNIT, [PASSED, broken(1)])

    assert "## Income statement\n\nThe books agree" in page
    assert "| 1930 |  | 10.00 | 9.99 | -0.01 | row 7, &lt;Bank&gt; |" in page
    assert "balance sheet: 1 row differs, first: account 1930" in comparison_in_words([broken(1)])


def test_year_without_a_statement_agrees_with_nothing():
    assert "None of this year has come" in comparison_page(UNIT, [])
    assert "agree" not in comparison_in_words([])


def test_page_says_how_many_rows_it_leaves_out():
    page = comparison_page(UNIT, [broken(ROWS_SHOWN + 2)])

    assert ROWS_SHOWN == page.count("| 1930 |")
    assert "and 2 more rows" in page
