"""The generator's own figures agree with each other and with a recount of what it wrote."""

from decimal import Decimal

import numpy as np
import pytest

from simulators.books.chart import CHART, HAS_BALANCE, NUMBERS
from simulators.books.chunks import Habits
from simulators.books.company import Company
from simulators.books.demo import demo_companies
from simulators.books.model import ADDED, BOOKED, STRUCK
from simulators.books.names import check_digit, organisation_number
from simulators.books.years import LONG_FIRST_YEAR, SHORT_FIRST_YEAR, broken_years, calendar_years

YEARS = {
    "calendar": calendar_years(2022, 2024),
    "broken": broken_years(2022, 2024),
    "short first": SHORT_FIRST_YEAR,
    "long first": LONG_FIRST_YEAR,
}


@pytest.fixture(params=YEARS.values(), ids=YEARS.keys())
def company(request):
    return Company(seed=11, years=request.param, vouchers_per_year=240)


def test_chart_is_ascending_without_doubles_and_of_a_sensible_size():
    assert sorted(set(NUMBERS)) == list(NUMBERS)
    assert 80 <= len(CHART) <= 150


def test_every_voucher_sums_to_zero(company):
    for year in range(len(company.years)):
        for chunk in company.book(year).chunks():
            booked = chunk.rows.kind == BOOKED
            sums = np.zeros(len(chunk), dtype=np.int64)
            np.add.at(sums, chunk.rows.voucher[booked], chunk.rows.ore[booked])
            assert not sums.any()


def test_added_row_is_followed_by_its_equal_and_struck_rows_are_not_booked(company):
    chunk = next(chunk for chunk in company.book().chunks() if chunk.series == "B")
    rows = chunk.rows
    added = np.flatnonzero(rows.kind == ADDED)

    assert len(added)
    assert (rows.kind == STRUCK).any()
    for column in (rows.account, rows.ore, rows.cost_centre, rows.project, rows.quantity):
        assert column[added].tolist() == column[added + 1].tolist()
    assert set(rows.kind[added + 1].tolist()) == {BOOKED}


def test_year_opens_with_what_the_year_before_closed(company):
    for year in range(1, len(company.years)):
        before, book = company.book(year - 1), company.book(year)
        assert before.closing[HAS_BALANCE].tolist() == book.opening[HAS_BALANCE].tolist()
        assert book.opening.sum() == 0
        assert not book.opening[~HAS_BALANCE].any()


def test_closed_year_has_its_result_on_2099_and_none_left_over(company):
    closed = company.book(0)
    result = closed.closing[~HAS_BALANCE]

    assert result.sum() == 0
    assert closed.closing[NUMBERS.index("2099")] == -closed.closing[NUMBERS.index("8999")] != 0


def test_result_of_a_year_left_open_is_in_the_next_opening_balances():
    company = Company(seed=3, closes_years=False)
    before, book = company.book(0), company.book(1)

    assert before.closing[~HAS_BALANCE].sum() == book.opening[NUMBERS.index("2099")] != 0
    assert book.opening.sum() == 0


def test_trial_balance_equals_a_recount_of_the_text(company, read):
    for year in range(len(company.years)):
        recount = read(company.sie(year))
        total = recount.balances("#IB")
        for account, amount in recount.booked().items():
            total[account] = total.get(account, Decimal()) + amount
        assert {a: v for a, v in total.items() if v} == company.trial_balance(year)


def test_movements_per_month_equal_a_recount_by_voucher_date(read):
    company = Company(seed=5, years=LONG_FIRST_YEAR)
    sums = {}
    recount = read(company.sie(0))
    dates = {(row[0], row[1]): row[2] for row in recount.values("#VER")}
    for voucher, rows in recount.vouchers.items():
        for label, account, amount, *_ in rows:
            if label == "#TRANS":
                day = dates[voucher]
                key = (account, f"{day[:4]}-{day[4:6]}")
                sums[key] = sums.get(key, Decimal()) + Decimal(amount)

    assert {k: v for k, v in sums.items() if v} == company.movements(0)
    assert len({month for _, month in company.movements(0)}) == 18


def test_same_fields_give_the_same_bytes_and_another_seed_gives_others():
    assert Company(seed=4).sie() == Company(seed=4).sie()
    assert Company(seed=4).sie() != Company(seed=14).sie()


def test_size_is_exact_when_nothing_is_voided():
    years, habits = calendar_years(2024, 2024), Habits(void_every=0)
    book = Company(1, years, vouchers_per_year=4_000, habits=habits).book()

    assert (book.totals.vouchers, book.totals.booked_rows) == (4_000, 12_000)


def test_books_larger_than_a_chunk_number_on_without_a_gap(monkeypatch):
    monkeypatch.setattr("simulators.books.chunks.CHUNK_VOUCHERS", 37)
    numbers = {}
    for chunk in Company(seed=1).book().chunks():
        numbers.setdefault(chunk.series, []).extend(chunk.number.tolist())

    assert len(numbers["B"]) == 90
    assert all(list(range(1, len(got) + 1)) == got for got in numbers.values())


def test_removed_voucher_is_gone_and_changed_one_still_balances(read):
    company = Company(seed=8)
    tonight = company.next_night(removed=[("B", 17)], changed=[("L", 3)])
    old, new = read(company.sie()).vouchers, read(tonight.sie()).vouchers

    assert {("B", "17")} == old.keys() - new.keys()
    assert [voucher for voucher in new if new[voucher] != old[voucher]] == [("L", "3")]
    assert sum(Decimal(row[2]) for row in new["L", "3"]) == 0


def test_edits_move_the_truth_along(read):
    tonight = Company(seed=8).next_night(removed=[("B", 17)], changed=[("L", 3)])
    recount = read(tonight.sie())
    total = recount.balances("#IB")
    for account, amount in recount.booked().items():
        total[account] = total.get(account, Decimal()) + amount

    assert {a: v for a, v in total.items() if v} == tonight.trial_balance()
    assert tonight.trial_balance() != Company(seed=8).trial_balance()


def test_changed_voucher_with_an_added_row_keeps_row_and_mark_equal():
    number = next(
        int(chunk.number[chunk.rows.voucher[chunk.rows.kind == ADDED][0]])
        for chunk in Company(seed=8).book().chunks()
        if chunk.series == "L"
    )
    tonight = Company(seed=8).next_night(changed=[("L", number)])
    rows = next(chunk for chunk in tonight.book().chunks() if chunk.series == "L").rows
    added = np.flatnonzero(rows.kind == ADDED)

    assert rows.ore[added].tolist() == rows.ore[added + 1].tolist()


@pytest.mark.parametrize(
    ("digits", "expected"), [("555555555", "5"), ("811218987", "6"), ("556036079", "3")]
)
def test_check_digit_follows_luhn(digits, expected):
    assert expected == check_digit(digits)


def test_organisation_number_beyond_the_range_is_refused():
    assert organisation_number(9_999) == "5599999991"
    with pytest.raises(ValueError, match="0-9999"):
        organisation_number(10_000)


def test_demo_companies_are_distinct_and_one_file_is_damaged():
    companies = demo_companies()
    files = [file for company in companies for file in company.files]

    assert 6 == len({c.slug for c in companies}) == len({c.company.name for c in companies})
    assert len({c.company.organisation_number for c in companies}) == 6
    assert sum(file.fault is not None for file in files) == 1
    assert all(2 <= len(c.files) <= 3 for c in companies)
    assert all(file.content for file in files)
