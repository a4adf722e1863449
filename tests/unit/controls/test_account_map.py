"""The account map: where accounts are, what lacks a place, and what the statements make of it."""

from __future__ import annotations

import csv
import datetime as dt
from contextlib import contextmanager
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.settings import REFERENCE
from blocks.statement_lines import charts, lines_of
from ledger.account_map import (
    AccountMap,
    Place,
    cover,
    lies_in,
    read_map,
    suggest,
    write_map,
)
from ledger.controls import Answer
from tests.published_statements import statement

YEAR_END = dt.date(2024, 12, 31)
BAS = lines_of("BAS")
PMA = lines_of("PMA")


@pytest.mark.parametrize(
    ("number", "accounts", "is_in"),
    [
        ("3650", "365-39", True),
        ("3999", "365-39", True),
        ("3649", "365-39", False),
        ("4000", "365-39", False),
        ("143010", "1400-1499", True),
        ("9989", "99-997", False),
        ("5", "5", True),
        ("599", "5", True),
    ],
)
def test_range_is_inclusive_by_prefix(number, accounts, is_in):
    assert lies_in(number, accounts) is is_in


@pytest.mark.parametrize("chart", charts())
def test_every_account_of_the_classes_of_a_scheme_has_at_most_one_line(chart):
    account_map = AccountMap(chart, lines_of(chart))
    numbers = [str(number) for number in range(1000, 10_000)]
    for number in numbers:
        held = [
            line.line
            for line in account_map.lines
            if line.line != "unbooked_result"
            and any(lies_in(number, accounts) for accounts in line.accounts)
        ]
        assert len(held) <= 1, (number, held)


@pytest.mark.parametrize("chart", charts())
def test_every_line_of_a_scheme_is_named_in_english_and_its_own_language(chart):
    language = {"BAS": "sv", "PMA": "fi"}[chart]
    for line in lines_of(chart):
        assert line.names["en"], line.line
        assert line.names[language], line.line


def test_account_that_books_the_result_to_equity_has_its_place_in_the_result():
    account_map = AccountMap("BAS", BAS)

    assert "unbooked_result" == account_map.find("8999", YEAR_END).line
    assert "tax" == account_map.find("8910", YEAR_END).line
    assert {} == cover(account_map, {"8999": Decimal(5)}, YEAR_END).unmapped


def test_map_with_semicolons_is_read_as_spreadsheets_write_it():
    text = write_map([Place("1930", "balance_sheet", "cash_and_bank")])

    assert read_map(text, BAS) == read_map(text.replace(",", ";"), BAS)
    assert not read_map(text.replace(",", ";"), BAS)[1]


def test_own_place_goes_before_the_schemes_and_the_most_exact_and_latest_before_others():
    places = (
        Place("19", "balance_sheet", "accounts_receivable"),
        Place("1930", "balance_sheet", "inventories"),
        Place("1930", "balance_sheet", "other_receivables", dt.date(2025, 1, 1)),
    )
    found = AccountMap("BAS", BAS, places)

    assert found.find("1910", YEAR_END).line == "accounts_receivable"
    assert found.find("1930", YEAR_END).line == "inventories"
    assert found.find("1930", dt.date(2025, 12, 31)).line == "other_receivables"
    assert found.find("2440", YEAR_END).is_default
    assert found.find("9000", YEAR_END) is None


def test_coverage_is_in_percent_of_balances_and_names_what_has_no_place():
    balances = {"1910": Decimal("75.00"), "9000": Decimal("-25.00"), "9001": Decimal("0.00")}

    found = cover(AccountMap("BAS", BAS), balances, YEAR_END)

    assert found.percent == Decimal("75.00")
    assert found.unmapped == {"9000": Decimal("-25.00"), "9001": Decimal("0.00")}
    assert found.by_default == ("1910",)


def test_suggestions_go_by_number_and_by_name_and_give_their_reason():
    account_map = AccountMap(
        "PMA", PMA, (Place("K10", "income_statement", "other_operating_expenses"),)
    )
    found = list(
        suggest(
            account_map,
            {"K11": "Siivous", "X9": "Ostovelat", "Y1": "Liikevaihto"},
            {"K10": "Vuokrat", "2871": "Ostovelat"},
            YEAR_END,
        )
    )

    assert [(item.account_number, item.line, item.why) for item in found] == [
        ("K11", "other_operating_expenses", "next to account K10"),
        ("X9", "short_term_liabilities", "called as account 2871"),
        ("Y1", "net_turnover", "called as the line"),
    ]


TAKING = [(line.statement, line.line) for line in BAS if line.accounts]
PLACES = st.builds(
    lambda accounts, line, day: Place(accounts, *line, day),
    st.from_regex(r"[0-9]{1,6}(-[0-9]{1,6})?", fullmatch=True),
    st.sampled_from(TAKING),
    st.dates(),
)


@given(st.lists(PLACES, max_size=8, unique_by=lambda place: (place.accounts, place.valid_from)))
def test_map_that_was_written_is_read_back_as_it_was(places):
    found, problems = read_map(write_map(places), BAS)

    assert problems == ()
    assert sorted(places) == sorted(found)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "row 1"),
        ("account,line\n", "row 1"),
        ("accounts,statement,line,valid_from\n19,balance_sheet,no_such,\n", "row 2: line"),
        ("accounts,statement,line,valid_from\n19,balance_sheet,assets,\n", "row 2: line"),
        ("accounts,statement,line,valid_from\n1 9,balance_sheet,inventories,\n", "row 2: accounts"),
        ("accounts,statement,line,valid_from\n19,balance_sheet,inventories,1.1.\n", "valid_from"),
        ("accounts,statement,line,valid_from\n19,balance_sheet,inventories\n", "row 2: 3 fields"),
        (
            "accounts,statement,line,valid_from\n19,balance_sheet,inventories,\n19,balance_sheet,x,\n",
            "row 3: line",
        ),
    ],
)
def test_each_wrong_row_of_a_map_is_named_and_none_is_taken(text, named):
    places, problems = read_map(text, BAS)

    assert places == ()
    assert named in problems[0]


@pytest.mark.requirement("R-FIN-27a")
def test_account_with_a_balance_and_no_place_holds_the_load(books):
    books.book("A", "9", "2024-03-01", [("9500", "10.00"), ("1930", "-10.00")])
    books.context["account_map"] = AccountMap("BAS", BAS)

    result = books.results()["unmapped_account"]

    assert result.holds
    assert [("9500", Decimal("10.00"))] == [
        (found.account_number, found.actual) for found in result.breaks
    ]


@pytest.mark.requirement("R-FIN-27b")
def test_account_with_a_balance_of_zero_and_no_place_only_warns(books):
    books.book("A", "9", "2024-03-01", [("9500", "10.00"), ("9500", "-10.00")])
    books.context["account_map"] = AccountMap("BAS", BAS)

    results = books.results()

    assert results["unmapped_account"].outcome is Answer.PASSED
    assert ["9500"] == [item.account_number for item in results["unmapped_empty_account"].breaks]
    assert not results["unmapped_empty_account"].holds


def test_tenant_without_an_account_map_is_judged_by_none(books):
    books.book("A", "9", "2024-03-01", [("9500", "10.00"), ("1930", "-10.00")])

    assert books.results()["unmapped_account"].outcome is Answer.NOT_APPLICABLE


@contextmanager
def published(books, chart, *places):
    if not books.published:
        books.publishes(books)
    with books.bench(views=True) as db:
        db.execute("use published")
        db.execute("insert into statement_scheme values ('exempel', $chart)", {"chart": chart})
        for place in places:
            db.execute(
                "insert into account_place"
                " values ('exempel', $statement, $line, $accounts, $valid_from)",
                vars(place),
            )
        yield db


def closing(db, books, name="balance_sheet", column="closing"):
    rows = statement(db, name, books.year, period=dt.date(2024, 12, 1)).to_pylist()
    return {row["line"]: row[column] for row in rows if row[column]}


def test_finnish_scheme_places_accounts_by_prefix_and_both_sides_agree(books):
    with published(books, "PMA") as db:
        sheet = closing(db, books)

    assert sheet["assets"] == sheet["equity_and_liabilities"] + sheet.get("unplaced_accounts", 0)


def test_own_place_moves_an_account_to_another_line_and_leaves_the_sums(books):
    with published(books, "BAS") as db:
        before = closing(db, books)
    with published(books, "BAS", Place("1930", "balance_sheet", "accounts_receivable")) as db:
        after = closing(db, books)

    assert after["accounts_receivable"] == Decimal("51250.00")
    assert after["cash_and_bank"] == before["cash_and_bank"] - Decimal("51250.00")
    assert after["assets"] == before["assets"]


def test_own_place_on_the_income_statement_counts_in_the_result_that_is_not_booked(books):
    place = Place("2610", "income_statement", "other_operating_income")
    with published(books, "BAS", place) as db:
        sheet = closing(db, books)
        income = closing(db, books, "income_statement", "accumulated")

    assert income["other_operating_income"] == Decimal("250.00")
    assert sheet["unbooked_result"] == income["net_result"]
    assert sheet["assets"] == sheet["equity_and_liabilities"]


def test_names_of_lines_are_rows_by_language():
    with (REFERENCE / "statement_line_name.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))

    assert {"sv", "en", "fi"} == {row["language"] for row in rows}
    assert len(rows) == len({(row["chart"], row["line"], row["language"]) for row in rows})
