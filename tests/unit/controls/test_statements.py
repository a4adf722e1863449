"""Trial balance, income statement and balance sheet by month, from the published tables."""

from __future__ import annotations

import csv
import datetime as dt
from contextlib import contextmanager
from decimal import Decimal

import pyarrow as pa
import pytest

from blocks.settings import REFERENCE
from ledger.fiscal_year import FiscalYear
from tests.published_statements import statement

LINES = REFERENCE / "statement_line.csv"
STATEMENTS = ["trial_balance", "income_statement", "balance_sheet"]
JANUARY, FEBRUARY, DECEMBER = (dt.date(2024, month, 1) for month in (1, 2, 12))
BROKEN_YEAR = FiscalYear(dt.date(2023, 7, 15), dt.date(2024, 8, 31))


@contextmanager
def published(books, *others):
    """Yield a connection on the tenant's file as it would be read."""
    for other in (books, *others):
        books.publishes(other)
    with books.bench(views=True) as db:
        db.execute("use published")
        yield db


def lines_of(db, name, year, period, column):
    rows = statement(db, name, year, period=period).to_pylist()
    return {row["line"]: row[column] for row in rows if row[column]}


def accounts_of(db, year, period):
    rows = statement(db, "trial_balance", year, period=period).to_pylist()
    return {
        row["account_number"]: tuple(str(row[key]) for key in ("opening", "movement", "closing"))
        for row in rows
        if any(row[key] for key in ("opening", "movement", "closing"))
    }


def test_trial_balance_carries_every_account_from_month_to_month(books):
    with published(books) as db:
        january = accounts_of(db, books.year, JANUARY)
        february = accounts_of(db, books.year, FEBRUARY)
        december = accounts_of(db, books.year, DECEMBER)

    assert january == {
        "1510": ("0.00", "1250.00", "1250.00"),
        "1910": ("1500.50", "0.00", "1500.50"),
        "1930": ("50000.00", "0.00", "50000.00"),
        "2081": ("-51500.50", "0.00", "-51500.50"),
        "2610": ("0.00", "-250.00", "-250.00"),
        "3001": ("0.00", "-1000.00", "-1000.00"),
    }
    assert february["1510"] == ("1250.00", "-1250.00", "0.00")
    assert february["1930"] == ("50000.00", "1250.00", "51250.00")
    assert december == {
        "1910": ("1500.50", "0.00", "1500.50"),
        "1930": ("51250.00", "0.00", "51250.00"),
        "2081": ("-51500.50", "0.00", "-51500.50"),
        "2440": ("-480.25", "0.00", "-480.25"),
        "2610": ("-250.00", "0.00", "-250.00"),
        "3001": ("-1000.00", "0.00", "-1000.00"),
        "4010": ("480.25", "0.00", "480.25"),
    }


def test_income_statement_gives_the_month_and_the_year_so_far(books):
    with published(books) as db:
        months = [
            lines_of(db, "income_statement", books.year, period, column)
            for period, column in ((JANUARY, "amount"), (FEBRUARY, "amount"))
        ]
        accumulated = lines_of(db, "income_statement", books.year, FEBRUARY, "accumulated")

    profit = ("operating_result", "result_after_financial_items", "result_before_tax", "net_result")
    assert months[0] == {
        **dict.fromkeys(("net_turnover", "operating_income", *profit), Decimal("1000.00"))
    }
    assert months[1] == {
        **dict.fromkeys(("materials_and_goods", "operating_expenses", *profit), Decimal("-480.25"))
    }
    assert accumulated == {
        **dict.fromkeys(("net_turnover", "operating_income"), Decimal("1000.00")),
        **dict.fromkeys(("materials_and_goods", "operating_expenses"), Decimal("-480.25")),
        **dict.fromkeys(profit, Decimal("519.75")),
    }


def test_balance_sheet_shows_the_result_before_it_is_booked(books):
    with published(books) as db:
        lines = lines_of(db, "balance_sheet", books.year, FEBRUARY, "closing")

    assert lines == {
        "cash_and_bank": Decimal("52750.50"),
        "current_assets": Decimal("52750.50"),
        "assets": Decimal("52750.50"),
        "booked_equity": Decimal("51500.50"),
        "unbooked_result": Decimal("519.75"),
        "equity": Decimal("52020.25"),
        "accounts_payable": Decimal("480.25"),
        "vat_and_payroll_liabilities": Decimal("250.00"),
        "liabilities": Decimal("730.25"),
        "equity_and_liabilities": Decimal("52750.50"),
    }


def test_result_booked_to_equity_leaves_the_unbooked_line_and_not_the_income_statement(books):
    books.book("A", "9", "2024-12-31", [("8999", "519.75"), ("2099", "-519.75")])

    with published(books) as db:
        sheet = lines_of(db, "balance_sheet", books.year, DECEMBER, "closing")
        income = lines_of(db, "income_statement", books.year, DECEMBER, "accumulated")

    assert "unbooked_result" not in sheet
    assert (sheet["booked_equity"], income["net_result"]) == (
        Decimal("52020.25"),
        Decimal("519.75"),
    )


def test_assets_equal_equity_and_liabilities_in_every_month(books):
    books.book("A", "8", "2024-08-08", [("2893", "-70"), ("6990", "70")])
    books.book("A", "9", "2024-09-09", [("1229", "-5"), ("7832", "5")])
    books.book("A", "10", "2024-10-10", [("2123", "-100"), ("8811", "100")])

    with published(books) as db:
        rows = statement(db, "balance_sheet", books.year).to_pylist()

    sides = {
        side: [row["closing"] for row in rows if row["line"] == side]
        for side in ("assets", "equity_and_liabilities")
    }
    assert len(sides["assets"]) == 12
    assert sides["assets"] == sides["equity_and_liabilities"]


def test_net_result_is_the_change_of_the_unbooked_result(books):
    with published(books) as db:
        income = statement(db, "income_statement", books.year).to_pylist()
        sheet = statement(db, "balance_sheet", books.year).to_pylist()

    assert [row["amount"] for row in income if row["line"] == "net_result"] == [
        row["movement"] for row in sheet if row["line"] == "unbooked_result"
    ]


def test_account_without_a_line_stays_in_sight(books):
    books.book("A", "9", "2024-09-09", [("9001", "5"), ("FEL", "-2"), ("1930", "-3")])

    with published(books) as db:
        lines = lines_of(db, "balance_sheet", books.year, DECEMBER, "closing")

    assert lines["unplaced_accounts"] == Decimal("3.00")
    assert lines["assets"] + Decimal("3.00") == lines["equity_and_liabilities"]


def test_account_with_digits_of_the_users_own_lies_on_its_accounts_line(books):
    books.book("A", "9", "2024-09-09", [("143010", "5"), ("19", "-5")])

    with published(books) as db:
        lines = lines_of(db, "balance_sheet", books.year, DECEMBER, "closing")

    assert (lines["inventories"], lines["cash_and_bank"]) == (Decimal("5.00"), Decimal("52745.50"))


def test_voucher_decides_the_month_of_its_rows(books):
    """A row's own date in another month would leave both months unbalanced."""
    rows = [("1930", "-9", "2024-09-30"), ("4010", "9", "2024-10-01")]
    books.book("A", "9", "2024-09-30", rows)

    with published(books) as db:
        table = statement(db, "trial_balance", books.year, period=dt.date(2024, 9, 1))

    assert sum(table.column("movement").to_pylist()) == 0
    assert Decimal("9.00") in table.column("movement").to_pylist()


def test_long_and_broken_year_has_all_its_months(empty_books):
    empty_books.year = BROKEN_YEAR
    empty_books.book("A", "1", "2023-07-15", [("1930", "5"), ("3001", "-5")])
    empty_books.book("A", "2", "2024-08-31", [("1930", "5"), ("3001", "-5")])

    with published(empty_books) as db:
        rows = statement(db, "trial_balance", BROKEN_YEAR).to_pylist()

    periods = [row["period"] for row in rows if row["account_number"] == "1930"]
    assert (len(periods), periods[0], periods[-1]) == (
        14,
        dt.date(2023, 7, 1),
        dt.date(2024, 8, 1),
    )
    assert rows[-1]["closing"] == Decimal("-10.00")


def test_voucher_dated_outside_its_year_is_in_no_month_lost(books):
    """A person may accept such a voucher; the statements must then still add up."""
    books.book("A", "8", "2023-11-30", [("1930", "5"), ("3001", "-5")])
    books.book("A", "9", "2025-02-01", [("1930", "7"), ("3001", "-7")])

    with published(books) as db:
        january = accounts_of(db, books.year, JANUARY)
        december = accounts_of(db, books.year, DECEMBER)

    assert january["1930"] == ("50000.00", "5.00", "50005.00")
    assert december["1930"] == ("51255.00", "7.00", "51262.00")


def test_years_do_not_mix(books):
    later = type(books)(year=FiscalYear(dt.date(2025, 1, 1), dt.date(2025, 12, 31)))
    later.open(_1930="1.00")

    with published(books, later) as db:
        assert accounts_of(db, later.year, dt.date(2025, 1, 1)) == {
            "1930": ("1.00", "0.00", "1.00")
        }
        assert "3001" in accounts_of(db, books.year, DECEMBER)


def test_year_that_is_not_published_has_no_rows(books):
    with published(books) as db:
        tables = [statement(db, name, BROKEN_YEAR) for name in STATEMENTS]

    assert [table.num_rows for table in tables] == [0, 0, 0]


@pytest.mark.requirement("R-X-6b")
def test_no_table_or_view_of_the_warehouse_or_the_evidence_holds_a_float(books):
    with published(books) as db:
        types = {
            kind
            for (kind,) in db.execute(
                "select distinct data_type from duckdb_columns() where not internal"
            ).fetchall()
        }
        table = statement(db, "balance_sheet", books.year)

    assert "DECIMAL(18,2)" in types
    assert types.isdisjoint({"FLOAT", "DOUBLE", "REAL"})
    assert table.schema.field("closing").type == pa.decimal128(38, 2)


def reference_lines(name):
    with LINES.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        return [row for row in rows if row["statement"] == name and row["chart"] == "BAS"]


def lines_holding(number, lines):
    ranges = [
        (row["line"], *part.split("-"))
        for row in lines
        if row["accounts"] not in {"", "*"}
        for part in row["accounts"].split()
    ]
    return [line for line, first, last in ranges if first <= number <= last]


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("income_statement", 3000, 8989), ("balance_sheet", 1000, 8999)],
)
def test_every_account_of_its_classes_has_exactly_one_line(name, first, last):
    lines = reference_lines(name)
    numbers = [str(number) for number in range(first, last + 1)]

    assert dict.fromkeys(numbers, 1) == {
        number: len(lines_holding(number, lines)) for number in numbers
    }


@pytest.mark.parametrize("name", ["income_statement", "balance_sheet"])
def test_each_line_either_holds_accounts_or_adds_lines_that_exist(name):
    lines = reference_lines(name)
    orders = [int(row["line_order"]) for row in lines]

    assert orders == sorted(set(orders))
    assert [row["line"] for row in lines if bool(row["accounts"]) == bool(row["adds"])] == []
    ends = [int(end) for row in lines if row["adds"] for end in row["adds"].split("-")]
    assert set(ends) <= set(orders)


def test_each_line_has_a_sign_and_its_source_with_a_date():
    lines = reference_lines("income_statement") + reference_lines("balance_sheet")

    assert all(row[key] for row in lines for key in ("source", "source_date"))
    assert {row["presented_sign"] for row in lines} == {"1", "-1"}
