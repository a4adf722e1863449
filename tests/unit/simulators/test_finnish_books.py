"""Finnish books of the generator: chart, VAT of each rate, payroll and year end."""

from decimal import Decimal

import numpy as np
import pytest
from stdnum.fi import ytunnus

from simulators.books.chart import ALL_NUMBERS, CHART, FINNISH_CHART, HAS_BALANCE
from simulators.books.company import Company
from simulators.books.countries import FINLAND
from simulators.books.model import BOOKED
from simulators.books.names import business_id
from simulators.books.years import broken_years, calendar_years

RATES = {"3000": 255, "3020": 100, "3300": 0}


YEARS = {"whole": calendar_years(2024, 2026), "broken": broken_years(2024, 2026)}


@pytest.fixture(params=YEARS.values(), ids=YEARS.keys())
def company(request):
    return Company(seed=3, years=request.param, vouchers_per_year=240, country=FINLAND)


def vouchers(company, place):
    """Yield (series, {account: hundredths}) of each voucher."""
    for chunk in company.book(place).chunks():
        booked = chunk.rows.take(chunk.rows.kind == BOOKED)
        for at in range(len(chunk)):
            mine = booked.take(booked.voucher == at)
            numbers = (ALL_NUMBERS[account] for account in mine.account)
            yield chunk.series, dict(zip(numbers, mine.ore.tolist(), strict=True))


def test_chart_is_ascending_without_doubles_and_apart_from_the_swedish():
    numbers = [account.number for account in FINNISH_CHART]

    assert sorted(set(numbers)) == numbers
    assert len(ALL_NUMBERS) == len(CHART) + len(FINNISH_CHART) == len(HAS_BALANCE)


def test_only_the_companys_own_accounts_are_booked(company):
    book = company.book()
    booked = np.flatnonzero(book.totals.by_account)

    assert set(booked.tolist()) <= set(company.places.tolist())
    assert set(company.trial_balance()) <= set(company.numbers)
    assert Decimal(0) == sum(company.trial_balance().values())


def test_every_voucher_sums_to_zero(company):
    for place in range(len(company.years)):
        assert all(sum(rows.values()) == 0 for _, rows in vouchers(company, place))


def test_sales_carry_the_rate_of_their_account_and_of_their_year(company):
    seen = set()
    for place, year in enumerate(company.years):
        reduced = 140 if year.end_date.year < 2026 else 135
        for series, rows in vouchers(company, place):
            if series != "IN" or not rows:
                continue
            income = next(number for number in rows if number in {*RATES, "3010"})
            net = sum(ore for number, ore in rows.items() if number.startswith("3"))
            rate = RATES.get(income, reduced)
            seen.add(rate)
            assert abs(rows.get("29391", 0) - net * rate / 1000) <= 1
    assert {255, 140, 135, 100, 0} == seen


def test_payroll_has_withheld_tax_pension_and_social_costs(company):
    paid = [rows for series, rows in vouchers(company, 0) if series == "GL" and "5000" in rows]

    assert paid
    for rows in paid:
        assert {"2921", "1910", "5300", "2959", "6130", "2924", "6300", "2923"} <= rows.keys()


def test_result_of_a_year_is_carried_and_moved_on_by_the_first_statement_of_the_next(company):
    first, second = company.book(0), company.book(1)
    result = int(first.closing[~HAS_BALANCE].sum())
    (moved,) = (rows for series, rows in vouchers(company, 1) if series == "TI")

    assert result == dict(zip(company.numbers, second.opening_of_chart, strict=True))["2371"]
    assert {"2371": -result, "2251": result} == moved
    assert 0 == second.opening.sum()


def test_file_names_currency_and_business_id_as_in_finland(company):
    text = company.sie().decode("cp437")

    assert "#VALUTA EUR" in text
    number = company.organisation_number
    assert f"#ORGNR {number[:7]}-{number[7]}" in text


def test_invented_business_ids_are_valid_and_differ():
    numbers = [business_id(serial) for serial in range(0, 50_000, 7)]

    assert all(map(ytunnus.is_valid, numbers))
    assert len(set(numbers)) == len(numbers)
    with pytest.raises(ValueError, match="50000"):
        business_id(50_000)
