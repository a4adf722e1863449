"""A voucher that moves over a year's end is in one year alone."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ledger.controls import Answer, BreakKind, Severity
from ledger.fiscal_year import FiscalYear

MOVED = "moved_vouchers"
LAST, NEXT = FiscalYear.parse("2023"), FiscalYear.parse("2025")


@pytest.fixture
def year(books, empty_books):
    """A published year of a source whose keys outlive years, loaded once more as it is."""
    books.facts |= {"keys_outlive_years": True}
    return books.publishes(books)


def other(year, which, *keys):
    """Let another year be published with vouchers of these keys."""
    made = type(year)(year=which)
    for number, key in enumerate(keys, start=1):
        made.book("B", str(number), str(which.start_date), [("1930", "5"), ("3001", "-5")], key=key)
    year.publishes(made)


def moved_on(year, key):
    """Let a voucher of this year have a day of the next."""
    for table in ("voucher", "posting"):
        year.tables[table] = [row for row in year.tables[table] if row["voucher_key"] != key]
    year.facts["moved_vouchers"] = f"{key}>{NEXT.start_date}"


@pytest.fixture
def staged(year):
    """The load apart from what is published."""
    made = type(year)(facts=dict(year.facts), published=list(year.published))
    made.tables = {name: list(rows) for name, rows in year.tables.items()}
    made.digests = dict(year.digests)
    return made


def test_voucher_that_came_from_a_year_where_it_is_still_is_a_break(staged):
    key = staged.tables["voucher"][0]["voucher_key"]
    other(staged, LAST, key, "B:2")

    result = staged.result(MOVED)

    (found,) = result.breaks
    assert (Severity.BLOCKS, BreakKind.DUPLICATE) == (result.severity, found.kind)
    assert (key, "2023-01") == (found.voucher_key, found.period)


@pytest.mark.parametrize("is_there", [False, True])
def test_voucher_that_went_to_a_year_is_a_break_until_it_is_there(staged, is_there):
    key = staged.tables["voucher"][0]["voucher_key"]
    moved_on(staged, key)
    other(staged, NEXT, "B:2", *([key] if is_there else []))

    result = staged.result(MOVED)

    found = [(item.voucher_key, item.period, item.kind) for item in result.breaks]
    assert ([] if is_there else [(key, "2025-01", BreakKind.MISSING)]) == found


def test_voucher_that_went_to_a_year_of_which_nothing_is_published_is_only_gone(staged):
    moved_on(staged, staged.tables["voucher"][0]["voucher_key"])

    assert Answer.PASSED is staged.result(MOVED).outcome


def test_year_of_another_source_is_no_place_that_a_voucher_went_to(staged):
    key = staged.tables["voucher"][0]["voucher_key"]
    other(staged, LAST, key)
    staged.facts["source"] = "fennoa"
    staged.facts["source_kind"] = "v1"

    assert Answer.PASSED is staged.result(MOVED).outcome


def test_same_key_says_nothing_where_keys_are_a_years_own(staged):
    other(staged, LAST, staged.tables["voucher"][0]["voucher_key"])
    staged.facts["keys_outlive_years"] = False

    assert "its own year" in staged.result(MOVED).reason


def test_load_that_is_published_in_one_with_another_is_held_against_its_vouchers(staged, tmp_path):
    key = staged.tables["voucher"][0]["voucher_key"]
    other(staged, LAST, key)
    files = {}
    for name, keys in (("gone", ["B:2"]), ("there", [key])):
        files[name] = tmp_path / f"{name}.parquet"
        day = [dt.date(2023, 1, 1)]
        pq.write_table(pa.table({"voucher_key": keys, "voucher_date": day}), files[name])

    outcomes = []
    for file in files.values():
        staged.context["neighbours"] = {LAST: file}
        outcomes.append(staged.result(MOVED).outcome)

    assert [Answer.PASSED, Answer.BROKEN] == outcomes
