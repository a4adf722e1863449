"""Controls that judge a load by what is published already."""

from __future__ import annotations

import copy
import datetime as dt

import pytest

from ledger.controls import Answer, BreakKind
from ledger.fiscal_year import FiscalYear

ROWS = [("1910", "5"), ("1930", "-5")]
YEAR_2023 = FiscalYear(dt.date(2023, 1, 1), dt.date(2023, 12, 31))


def many_vouchers(books, count):
    for number in range(1, count + 1):
        books.book("M", str(number), "2024-06-01", ROWS)
    return books


def without(books, keys):
    smaller = copy.deepcopy(books)
    for table in ("voucher", "posting"):
        rows = smaller.tables[table]
        smaller.tables[table] = [row for row in rows if row["voucher_key"] not in keys]
    smaller.digests = {key: n for key, n in books.digests.items() if key not in keys}
    return smaller


def keys(count):
    return {f"M:{number}" for number in range(1, count + 1)}


def test_first_load_of_a_year_removes_nothing(books):
    assert books.result("mass_removal").reason == "nothing is published for this year yet"


@pytest.mark.parametrize(
    ("published", "removed", "breaks"),
    [
        (500, 9, False),  # 1.8 %, but fewer than ten
        (500, 10, True),  # 2 %
        (1_000, 10, False),  # 1 % is not more than 1 %
        (999, 10, True),
        (3, 3, True),  # nothing would be left
        (3, 2, False),
    ],
)
def test_load_that_removes_many_published_vouchers_is_held(empty_books, published, removed, breaks):
    earlier = many_vouchers(empty_books, published)
    later = without(earlier, keys(removed)).publishes(earlier)

    result = later.result("mass_removal")

    assert result.holds is breaks


def test_mass_removal_says_how_many_and_when(empty_books):
    earlier = many_vouchers(empty_books, 12)
    later = without(earlier, keys(11)).publishes(earlier)

    (item,) = later.result("mass_removal").breaks

    assert (item.kind, item.period, item.voucher_key) == (BreakKind.MISSING, "2024-06", "M:1")
    assert item.detail == (
        "11 of 12 published vouchers would be removed, dated 2024-06-01 to 2024-06-01;"
        " the load brings 1"
    )


def test_mass_removal_says_when_no_voucher_is_left_however_few_they_were(empty_books):
    earlier = many_vouchers(empty_books, 3)
    later = without(earlier, keys(3)).publishes(earlier)

    details = [item.detail for item in later.result("mass_removal").breaks]

    assert any(
        detail.startswith("3 of 3 published vouchers would be removed") for detail in details
    )


def test_vouchers_that_book_nothing_are_not_missed(empty_books):
    for number in range(1, 13):
        empty_books.book("M", str(number), "2024-06-01", [])
    later = without(empty_books, keys(12)).publishes(empty_books)

    assert later.result("mass_removal").outcome == Answer.PASSED


def test_vouchers_of_another_year_are_not_removed_by_this_one(empty_books):
    earlier = many_vouchers(empty_books, 50)
    earlier.year = YEAR_2023
    later = without(earlier, keys(50)).publishes(earlier)
    later.year = FiscalYear(dt.date(2024, 1, 1), dt.date(2024, 12, 31))

    assert later.result("mass_removal").outcome == Answer.NOT_APPLICABLE


def test_partial_load_never_removes(empty_books):
    earlier = many_vouchers(empty_books, 50)
    later = without(earlier, keys(50)).publishes(earlier)
    later.facts = {"source_kind": "4I", "coverage": "partial"}

    assert later.result("mass_removal").outcome == Answer.NOT_APPLICABLE


def of_june(books):
    """A load of June alone, whose other months are published."""
    books.facts = {"coverage": "period:2024-06-01:2024-06-30"}
    return books


@pytest.mark.parametrize(
    ("removed", "breaks"),
    [(9, set()), (10, {"10 of 500"}), (500, {"500 of 500", "2 of 2 accounts that are"})],
)
def test_a_period_misses_only_what_is_published_within_it(empty_books, removed, breaks):
    """Of the year ten would be less than one per cent, and what is of May is not in the load."""
    june = many_vouchers(empty_books, 500)
    year = copy.deepcopy(june)
    for number in range(700):
        year.book("V", str(number), "2024-05-31", [("4010", "5"), ("2440", "-5")])
    year.open(_2440="7").reports("closing", _2440="1")
    later = of_june(without(june, keys(removed))).publishes(year)

    found = later.result("mass_removal").breaks

    assert breaks == {item.detail.partition(" published")[0] for item in found}


def test_a_period_changes_a_locked_one_only_within_itself(empty_books):
    year = many_vouchers(empty_books, 2).open(_1930="5")
    year.book("V", "1", "2024-05-31", ROWS)
    later = of_june(without(year, {"V:1", "M:2"}))
    later.tables["opening_balance"] = []
    later.open(_1930="6", _1510="7").publishes(year)
    later.context = {"locked_until": dt.date(2024, 6, 30)}

    found = later.result("locked_period").breaks

    assert {(item.voucher_key, item.account_number) for item in found} == {
        ("M:2", ""),
        ("", "1510"),
    }


def test_each_change_in_a_locked_period_is_named(books):
    later = without(books, {"A:2"}).publishes(books)
    later.digests["A:1"] = -1
    later.book("A", "9", "2024-02-29", ROWS, line=90).book("A", "10", "2024-03-01", ROWS)
    later.context = {"locked_until": dt.date(2024, 2, 29)}

    result = later.result("locked_period")

    assert result.holds
    assert {(item.voucher_key, item.period, item.kind) for item in result.breaks} == {
        ("A:1", "2024-01", BreakKind.LOCKED_PERIOD),
        ("A:2", "2024-02", BreakKind.LOCKED_PERIOD),
        ("A:9", "2024-02", BreakKind.LOCKED_PERIOD),
    }
    details = {item.voucher_key: item.detail for item in result.breaks}
    removed = "the voucher would be removed; the books are locked until 2024-02-29"
    assert details["A:2"] == removed
    assert details["A:9"].endswith("(line 90)")


def test_history_alone_changes_nothing_under_a_lock(books):
    books.book("A", "7", "2024-01-20", []).correct("A:7", "struck", "4010", "300")
    later = without(books, {"A:7"}).publishes(books)
    later.book("A", "8", "2024-01-21", []).correct("A:8", "struck", "4010", "300")
    later.context = {"locked_until": dt.date(2024, 12, 31)}

    assert later.result("locked_period").outcome == Answer.PASSED


def test_striking_all_rows_of_a_voucher_is_a_change_under_a_lock(books):
    later = copy.deepcopy(books).publishes(books)
    posting = later.tables["posting"]
    later.tables["posting"] = [row for row in posting if row["voucher_key"] != "A:2"]
    later.digests["A:2"] = -1
    later.context = {"locked_until": dt.date(2024, 12, 31)}

    (item,) = later.result("locked_period").breaks

    assert item.voucher_key == "A:2"


def test_voucher_moved_out_of_a_locked_period_is_a_change_in_it(books):
    later = copy.deepcopy(books).publishes(books)
    later.tables["voucher"][0]["voucher_date"] = dt.date(2024, 7, 1)
    later.digests["A:1"] = -1
    later.context = {"locked_until": dt.date(2024, 1, 31)}

    (item,) = later.result("locked_period").breaks

    assert (item.voucher_key, item.period) == ("A:1", "2024-01")


def test_opening_balance_changed_under_a_lock_is_named_with_both_amounts(books):
    later = copy.deepcopy(books).publishes(books)
    later.tables["opening_balance"][0]["amount"] += 7
    later.context = {"locked_until": dt.date(2024, 1, 31)}

    (item,) = later.result("locked_period").breaks

    assert (item.account_number, str(item.difference)) == ("1930", "7.00")


def test_part_of_a_year_changes_nothing_under_a_lock(books):
    later = type(books)().book("A", "77", "2024-01-02", ROWS).publishes(books)
    later.facts = {"source_kind": "4I", "coverage": "partial"}
    later.context = {"locked_until": dt.date(2024, 12, 31)}

    assert later.result("locked_period").outcome == Answer.NOT_APPLICABLE


def test_changes_after_the_lock_pass(books):
    later = without(books, {"B:1"}).publishes(books)
    later.context = {"locked_until": dt.date(2024, 2, 27)}

    assert later.result("locked_period").outcome == Answer.PASSED


@pytest.mark.parametrize("locked_until", [None, dt.date(2023, 12, 31)])
def test_lock_that_is_not_there_or_ends_before_the_year_is_no_control(books, locked_until):
    later = copy.deepcopy(books).publishes(books)
    later.context = {"locked_until": locked_until}

    assert later.result("locked_period").outcome == Answer.NOT_APPLICABLE


def earlier_year(books):
    """Last year's books, which close with what `books` opens with after a result of 300.00."""
    earlier = type(books)(year=YEAR_2023)
    earlier.open(_1930="49700.00", _1910="1500.50", _2081="-51200.50")
    earlier.book("A", "1", "2023-05-05", [("1930", "300"), ("3001", "-300")])
    return earlier


def test_year_opens_with_what_the_published_year_before_closed_with(books):
    """The result (300.00 on 3001) has become equity, so equity is compared as one sum."""
    books.publishes(earlier_year(books))

    assert books.result("opening_continuity").outcome == Answer.PASSED


def test_year_that_opens_before_the_result_is_moved_still_continues_the_year_before(books):
    """Equity opens without last year's result; control opening_sums_to_zero says so."""
    books.tables["opening_balance"].clear()
    books.open(_1930="50000.00", _1910="1500.50", _2081="-51200.50")

    results = books.publishes(earlier_year(books)).results()

    assert results["opening_continuity"].outcome == Answer.PASSED
    assert results["opening_sums_to_zero"].outcome == Answer.BROKEN


def test_opening_balance_that_differs_from_the_published_close_is_named(books):
    earlier = earlier_year(books).book("A", "2", "2023-12-31", [("1930", "-25"), ("2081", "25")])
    books.publishes(earlier)

    result = books.result("opening_continuity")

    assert not result.holds
    assert {(item.account_number, str(item.difference)) for item in result.breaks} == {
        ("1930", "25.00"),
        ("2000", "-25.00"),
    }


def test_published_year_counts_before_what_the_source_reports_of_it(books):
    books.publishes(earlier_year(books)).reports("closing", offset=-1, _1930="1.00")

    assert books.result("opening_continuity").outcome == Answer.PASSED


def test_year_before_is_taken_from_the_source_when_none_is_published(books):
    books.reports("closing", offset=-1, _1930="50000.00", _1910="1500.50", _2081="-51200.50")
    books.reports("result", offset=-1, _3001="-300.00")
    assert books.result("opening_continuity").outcome == Answer.PASSED

    books.reports("closing", offset=-1, _1220="8.00")
    (item,) = books.result("opening_continuity").breaks
    assert (item.account_number, item.kind) == ("1220", BreakKind.MISSING)


def test_opening_balances_taken_from_the_year_before_do_not_prove_themselves(books):
    books.drop_reported("opening").reports("closing", offset=-1, _1930="50000.00")

    result = books.result("opening_continuity")

    assert result.outcome == Answer.NOT_APPLICABLE


def test_first_year_of_all_continues_nothing(books):
    reason = books.result("opening_continuity").reason

    assert reason == "nothing is published or reported for the year before"


def test_year_that_overlaps_a_published_one_is_held(books):
    earlier = earlier_year(books)
    earlier.year = FiscalYear(dt.date(2023, 1, 1), dt.date(2024, 1, 31))

    result = books.publishes(earlier).result("year_defined")

    assert result.holds
    assert [item.detail for item in result.breaks] == [
        "the year 2024-01-01 to 2024-12-31 overlaps the published year 2023-01-01 to 2024-01-31"
    ]


def test_published_chart_counts_for_a_source_that_sends_vouchers_only(books):
    new = type(books)().book("A", "77", "2024-04-04", [("1930", "8"), ("4010", "-8")])
    new.facts = {"source_kind": "4I", "coverage": "partial"}
    assert {item.account_number for item in new.result("account_in_chart").breaks} == {
        "1930",
        "4010",
    }

    assert new.publishes(books).result("account_in_chart").outcome == Answer.PASSED


def test_published_chart_does_not_excuse_a_whole_file(books):
    later = copy.deepcopy(books).publishes(books)
    later.tables["ledger_account"] = later.tables["ledger_account"][1:]

    assert later.result("account_in_chart").holds


def test_result_left_unmoved_is_noted_once_a_later_year_is_published(books):
    later = type(books)(year=FiscalYear(dt.date(2025, 1, 1), dt.date(2025, 12, 31)))

    result = books.publishes(later).result("year_result_unmoved")

    assert [str(item.difference) for item in result.breaks] == ["-519.75"]
    assert not result.holds


def test_result_moved_to_equity_is_not_noted(books):
    later = type(books)(year=FiscalYear(dt.date(2025, 1, 1), dt.date(2025, 12, 31)))
    books.book("A", "3", "2024-12-31", [("8999", "519.75"), ("2099", "-519.75")])

    assert books.publishes(later).result("year_result_unmoved").outcome == Answer.PASSED


def test_result_of_an_open_year_is_not_judged(books):
    assert books.result("year_result_unmoved").outcome == Answer.NOT_APPLICABLE


def with_accounts(books, count):
    """Open so many accounts of a hundred each, and report them."""
    for number in range(1000, 1000 + count):
        books.account(str(number)).open(**{f"_{number}": "100"})
    return books.report_truly()


def without_accounts(books, numbers):
    smaller = copy.deepcopy(books)
    for table in ("opening_balance", "reported_balance"):
        rows = smaller.tables[table]
        smaller.tables[table] = [row for row in rows if row["account_number"] not in numbers]
    return smaller


@pytest.mark.parametrize(
    ("published", "removed", "breaks"),
    [
        (500, 9, False),
        (500, 10, True),
        (1_000, 10, False),
        (999, 10, True),
        (3, 3, True),
        (3, 2, False),
    ],
)
def test_load_that_lacks_many_accounts_published_with_a_balance_is_held(
    empty_books, published, removed, breaks
):
    earlier = with_accounts(empty_books, published)
    later = without_accounts(earlier, {str(n) for n in range(1000, 1000 + removed)})
    later.publishes(earlier)

    result = later.result("mass_removal")

    assert result.holds is breaks


def test_accounts_that_a_load_lacks_are_counted_and_named(empty_books):
    earlier = with_accounts(empty_books, 12)
    later = without_accounts(earlier, {str(n) for n in range(1001, 1012)}).publishes(earlier)

    (item,) = later.result("mass_removal").breaks

    assert item.detail == (
        "11 of 12 accounts that are published with a balance are not in the load, from 1001 to 1011"
    )


@pytest.mark.parametrize("table", ["opening_balance", "posting", "reported_balance"])
def test_each_kind_of_balance_makes_an_account_count(empty_books, table):
    books = empty_books
    if table == "opening_balance":
        books.open(_1930="1")
    elif table == "reported_balance":
        books.reports("closing", _1930="1")
    else:
        books.book("A", "1", "2024-01-01", [("1930", "1")])
    later = type(books)().book("A", "1", "2024-01-01", []).publishes(books)

    assert ["1 of 1 accounts that are published with a balance are not in the load"] == [
        item.detail.partition(",")[0] for item in later.result("mass_removal").breaks
    ]


def test_unused_accounts_budgets_and_objects_may_go(empty_books):
    """They depend on how the source was exported."""
    books = empty_books.open(_1930="1").reports("closing", _1930="1")
    numbers = [str(n) for n in range(3000, 3020)]
    earlier = copy.deepcopy(books).account(*numbers)
    for number in numbers:
        account = {f"_{number}": "0"}
        earlier.open(**account).reports("closing", **account)
        filled = {f"_{number}": "7"}
        earlier.reports("budget", period="2024-01-01", **filled).reports("period", **filled)
        earlier.reports("closing_object", **filled).reports("closing", offset=-1, **filled)
        earlier.book("A", number, "2024-01-01", [(number, "5"), (number, "-5")])
        books.book("A", number, "2024-01-01", [])
    later = books.publishes(earlier)

    assert later.result("mass_removal").outcome == Answer.PASSED


def test_account_whose_balance_became_zero_is_still_there(empty_books):
    earlier = with_accounts(empty_books, 20)
    later = copy.deepcopy(earlier).publishes(earlier)
    for row in later.tables["opening_balance"] + later.tables["reported_balance"]:
        row["amount"] *= 0

    assert later.result("mass_removal").outcome == Answer.PASSED


# --- a file that is older than what is published ----------------------------------------------


@pytest.mark.parametrize(
    ("dated", "published", "answer"),
    [
        ("2024-06-01", "2024-06-02", Answer.BROKEN),
        ("2024-06-02", "2024-06-02", Answer.PASSED),
        ("2024-06-02T08:00:00", "2024-06-02T08:00:01", Answer.BROKEN),
        ("2024-06-02", "2024-06-02T08:00:01", Answer.PASSED),
        ("2024-06-02T08:00:00", "2024-06-02", Answer.PASSED),
        ("2024-06-03", "2024-06-02T08:00:01", Answer.PASSED),
        ("", "2024-06-02", Answer.NOT_APPLICABLE),
        ("2024-06-02", "", Answer.NOT_APPLICABLE),
    ],
)
def test_file_older_than_what_it_would_replace_is_a_break_of_timing(
    books, dated, published, answer
):
    books.context |= {"dated": dated, "published_dated": published}

    result = books.publishes(copy.deepcopy(books)).result("older_than_published")

    assert answer is result.outcome
    assert [BreakKind.TIMING] * (answer is Answer.BROKEN) == [item.kind for item in result.breaks]
    assert all(published.replace("T", " ") in item.detail for item in result.breaks)


@pytest.mark.parametrize(
    ("dated", "published", "answer"),
    [
        ("2024-06-02", "2024-06-02", Answer.BROKEN),
        ("2024-06-02", "2024-06-02T08:00:01", Answer.BROKEN),
        ("2024-06-02T08:00:01", "2024-06-02T08:00:00", Answer.PASSED),
        ("2024-06-03", "2024-06-02T08:00:01", Answer.PASSED),
    ],
)
def test_what_was_replaced_before_is_a_break_when_nothing_makes_it_newer(
    books, dated, published, answer
):
    books.context |= {"dated": dated, "published_dated": published}
    books.context |= {"published_before": "2024-06-04"}

    result = books.publishes(copy.deepcopy(books)).result("older_than_published")

    assert answer is result.outcome
    assert all("came on 2024-06-04 and were published" in item.detail for item in result.breaks)


def test_first_load_of_a_year_is_older_than_nothing(books):
    books.context |= {"dated": "2024-06-01", "published_dated": "2024-06-02"}

    assert "nothing is published for this year yet" == books.result("older_than_published").reason
