"""Laws that hold for whatever books: what is whole passes, what is altered is found."""

from __future__ import annotations

import copy
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.controls import Answer
from tests.examples import examples
from tests.published_statements import statement

LAWS = settings(
    max_examples=examples(12, least=6),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
ACCOUNTS = ["1510", "1910", "1930", "2081", "2440", "2611", "3001", "4010", "7010", "8310"]
BALANCE_ACCOUNTS = [number for number in ACCOUNTS if number[0] in "12"]
CENTS = st.integers(-(10**9), 10**9)
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2024, 12, 31))


def amount(cents):
    return Decimal(cents) / 100


def balanced(rows):
    """Add a row on 1930 that makes them sum to zero."""
    return [*rows, ("1930", -sum((value for _, value in rows), Decimal(0)))]


ROWS = st.lists(st.tuples(st.sampled_from(ACCOUNTS), CENTS.map(amount)), max_size=5).map(balanced)
VOUCHERS = st.lists(st.tuples(DAYS, ROWS), min_size=1, max_size=8)
OPENINGS = st.lists(
    st.tuples(st.sampled_from(BALANCE_ACCOUNTS), CENTS.map(amount)), max_size=4
).map(balanced)


def booked(books, vouchers, opening):
    own = copy.deepcopy(books).account(*ACCOUNTS)
    for number, value in opening:
        own.open(**{f"_{number}": value})
    for number, (day, rows) in enumerate(vouchers, start=1):
        own.book("A", str(number), day.isoformat(), rows)
    return own.report_truly()


@LAWS
@given(vouchers=VOUCHERS, opening=OPENINGS)
def test_whole_books_are_never_held(empty_books, vouchers, opening):
    results = booked(empty_books, vouchers, opening).results()

    assert [name for name, result in results.items() if result.outcome is Answer.BROKEN] == []


@pytest.mark.requirement("R-FIN-15a", "R-FIN-15b", "R-FIN-15c")
@LAWS
@given(vouchers=VOUCHERS, opening=OPENINGS, row=st.integers(0), change=CENTS.filter(bool))
def test_any_altered_amount_unbalances_its_voucher_and_its_account(
    empty_books, vouchers, opening, row, change
):
    books = booked(empty_books, vouchers, opening)
    postings = books.tables["posting"]
    posting = postings[row % len(postings)]
    posting["amount"] += amount(change)

    results = books.results()

    (item,) = results["voucher_balance"].breaks
    assert (item.voucher_key, item.difference) == (posting["voucher_key"], amount(change))
    moved = results["balance_roll_forward"].breaks + results["result_roll_forward"].breaks
    assert {(posting["account_number"], amount(change))} == {
        (item.account_number, item.difference) for item in moved
    }


@LAWS
@given(vouchers=VOUCHERS, opening=OPENINGS, chosen=st.integers(0))
def test_voucher_that_is_lost_shows_on_exactly_its_accounts(empty_books, vouchers, opening, chosen):
    books = booked(empty_books, vouchers, opening)
    key = books.tables["voucher"].pop(chosen % len(vouchers))["voucher_key"]
    lost = [row for row in books.tables["posting"] if row["voucher_key"] == key]
    books.tables["posting"] = [row for row in books.tables["posting"] if row not in lost]
    sums = {}
    for row in lost:
        sums[row["account_number"]] = sums.get(row["account_number"], 0) - row["amount"]

    results = books.results()

    found = results["balance_roll_forward"].breaks + results["result_roll_forward"].breaks
    assert {item.account_number: item.difference for item in found} == {
        number: value for number, value in sums.items() if value
    }
    assert results["voucher_balance"].outcome in {Answer.PASSED, Answer.NOT_APPLICABLE}


@LAWS
@given(vouchers=VOUCHERS, opening=OPENINGS)
def test_statements_agree_with_each_other_and_with_plain_sums(empty_books, vouchers, opening):
    books = booked(empty_books, vouchers, opening)
    books.publishes(copy.deepcopy(books))
    closing = {}
    for table in ("opening_balance", "posting"):
        for row in books.tables[table]:
            closing[row["account_number"]] = closing.get(row["account_number"], 0) + row["amount"]

    with books.bench(views=True) as db:
        db.execute("use published")
        trial, income, sheet = (
            statement(db, name, books.year).to_pylist()
            for name in ("trial_balance", "income_statement", "balance_sheet")
        )

    december = dt.date(2024, 12, 1)
    assert closing == {
        row["account_number"]: row["closing"] for row in trial if row["period"] == december
    }
    assert all(row["opening"] + row["movement"] == row["closing"] for row in trial + sheet)
    by_line = {(row["period"], row["line"]): row for row in sheet}
    for row in income:
        if row["line"] == "net_result":
            month = row["period"]
            assert row["accumulated"] == by_line[month, "unbooked_result"]["closing"]
            assert (
                by_line[month, "assets"]["closing"]
                == (by_line[month, "equity_and_liabilities"]["closing"])
            )


@LAWS
@given(vouchers=VOUCHERS, opening=OPENINGS, harm=st.data())
def test_no_control_passes_at_a_glance_what_its_list_would_show(
    empty_books, vouchers, opening, harm
):
    """The glance is a short cut: it may say too little, and never that something is not there."""
    books = booked(empty_books, vouchers, opening)
    for _ in range(harm.draw(st.integers(1, 3))):
        table = harm.draw(st.sampled_from([name for name, rows in books.tables.items() if rows]))
        rows = books.tables[table]
        row = harm.draw(st.integers(0, len(rows) - 1))
        match harm.draw(st.sampled_from(["lose", "double", "alter"])):
            case "lose":
                rows.pop(row)
            case "double":
                rows.append(dict(rows[row]))
            case "alter" if "amount" in rows[row]:
                rows[row]["amount"] += harm.draw(CENTS.map(amount))

    assert [] == books.overlooked()
