"""Sums of rows and invoices: the vectors of the requirements, and the laws behind them."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.invoice.arithmetic import (
    DEFAULT,
    Mode,
    Priced,
    Prices,
    Rounding,
    VatBase,
    VatPer,
    sum_of_row,
    totals_of,
)

NET = [
    ("100", "1", "0", "25.5", "100", "100.00", "125.50", "125.50"),
    ("33.33", "3", "10", "25.5", "89.991", "89.99", "112.94", "112.94"),
    ("4.95", "1", "10", "25.5", "4.455", "4.46", "5.59", "5.60"),
    ("4.95", "3", "10", "10", "13.365", "13.37", "14.70", "14.71"),
    ("0.125", "1", "0", "0", "0.125", "0.13", "0.13", "0.13"),
    ("10", "-2", "0", "25.5", "-20", "-20.00", "-25.10", "-25.10"),
    ("19.90", "1", "0", "13.5", "19.9", "19.90", "22.59", "22.59"),
    ("0.3333", "3", "0", "25.5", "0.9999", "1.00", "1.25", "1.26"),
    ("12.34567", "1", "0", "14", "12.34567", "12.35", "14.07", "14.08"),
    ("10", "2", "100", "25.5", "0", "0.00", "0.00", "0.00"),
]
GROSS = [
    ("124", "1", "0", "25.5", "124.00", "98.80", "25.20"),
    ("125.50", "1", "0", "25.5", "125.50", "100.00", "25.50"),
    ("10.00", "3", "0", "25.5", "30.00", "23.90", "6.10"),
    ("9.90", "1", "10", "13.5", "8.91", "7.85", "1.06"),
    ("100", "1", "0", "25.5", "100.00", "79.68", "20.32"),
]
FROM_ROUNDED = replace(DEFAULT, vat_base=VatBase.ROUNDED)
PER_RATE = replace(DEFAULT, vat_per=VatPer.RATE)


def priced(price, quantity, discount, rate):
    return Priced(Decimal(price), Decimal(quantity), Decimal(rate), Decimal(discount))


@pytest.mark.requirement("R-FEN-13a", "R-FEN-13b", "R-FEN-14a")
@pytest.mark.parametrize("vector", NET, ids=" ".join)
def test_vectors_of_net_prices(vector):
    row = priced(*vector[:4])

    found = sum_of_row(row, prices=Prices.NET)

    exact, net, gross, _ = map(Decimal, vector[4:])
    assert (exact, net, gross) == (row.exact, found.net, found.gross)
    assert vector[5] == str(found.net)


@pytest.mark.requirement("R-FEN-14b")
@pytest.mark.parametrize("vector", NET, ids=" ".join)
def test_vectors_of_gross_from_the_rounded_net(vector):
    found = sum_of_row(priced(*vector[:4]), prices=Prices.NET, rounding=FROM_ROUNDED)

    assert (Decimal(vector[5]), Decimal(vector[7])) == (found.net, found.gross)


@pytest.mark.requirement("R-FEN-15b")
@pytest.mark.parametrize("vector", GROSS, ids=" ".join)
def test_vectors_of_gross_prices(vector):
    found = sum_of_row(priced(*vector[:4]), prices=Prices.GROSS)

    assert tuple(map(Decimal, vector[4:])) == (found.gross, found.net, found.vat)


def test_half_even_is_a_switch_that_shows():
    even = Rounding(mode=Mode.HALF_EVEN)

    nets = [
        sum_of_row(priced(*row), prices=Prices.NET, rounding=even).net
        for row in [("4.95", "3", "10", "10"), ("0.125", "1", "0", "0")]
    ]
    assert [Decimal("13.36"), Decimal("0.12")] == nets


@pytest.mark.requirement("R-FEN-14c")
@pytest.mark.parametrize(("rounding", "vat"), [(DEFAULT, "1.53"), (PER_RATE, "1.52")])
def test_vat_is_rounded_on_each_row_or_once_for_each_rate(rounding, vat):
    rows = [priced("1.99", "1", "0", "25.5")] * 3

    found = totals_of(rows, prices=Prices.NET, rounding=rounding)

    assert (Decimal("5.97"), Decimal(vat)) == (found.net, found.vat)


@pytest.mark.requirement("R-FEN-14c")
@pytest.mark.parametrize(("rounding", "net"), [(DEFAULT, "4.77"), (PER_RATE, "4.76")])
def test_the_same_switch_holds_for_gross_prices(rounding, net):
    rows = [priced("1.99", "1", "0", "25.5")] * 3

    found = totals_of(rows, prices=Prices.GROSS, rounding=rounding)

    assert (Decimal("5.97"), Decimal(net)) == (found.gross, found.net)


def test_rates_are_summed_apart():
    rows = [priced("56.66", "12.5", "0", "25.5"), priced("14.50", "3", "0", "13.5")]

    found = totals_of(rows, prices=Prices.NET)

    assert ("751.75", "186.47", "938.22") == (str(found.net), str(found.vat), str(found.gross))
    assert {"13.5": "5.87", "25.5": "180.60"} == {
        str(rate): str(one.vat) for rate, one in found.by_rate.items()
    }


def test_an_invoice_without_rows_has_sums_of_nothing():
    assert "0.00" == str(totals_of([], prices=Prices.NET).gross)


amounts = st.decimals("-999999999.99999", "999999999.99999", places=5)
percents = st.decimals("0", "100", places=3)
rows = st.builds(Priced, amounts, amounts, percents, percents)
roundings = st.builds(
    Rounding, st.sampled_from(Mode), st.sampled_from(VatBase), st.sampled_from(VatPer)
)
prices = st.sampled_from(Prices)


@given(rows, prices, roundings)
def test_a_row_alone_is_the_same_by_row_and_by_rate(row, prices, rounding):
    by = {
        totals_of([row], prices=prices, rounding=replace(rounding, vat_per=per)).gross
        for per in VatPer
    }
    assert len(by) == 1


@given(st.lists(rows, max_size=6), prices, roundings)
def test_sums_of_rates_add_up_to_the_invoice_in_whole_cents(rows, prices, rounding):
    found = totals_of(rows, prices=prices, rounding=rounding)

    assert found.net == sum(one.net for one in found.by_rate.values())
    assert found.gross == sum(one.gross for one in found.by_rate.values())
    assert {-2} == {part.as_tuple().exponent for part in (found.net, found.vat, found.gross)}


@given(st.lists(rows, max_size=6), prices, roundings)
def test_a_credit_of_all_rows_is_the_invoice_with_the_other_sign(rows, prices, rounding):
    credit = [row._replace(quantity=-row.quantity) for row in rows]

    one = totals_of(rows, prices=prices, rounding=rounding)
    other = totals_of(credit, prices=prices, rounding=rounding)
    assert (one.net, one.vat, one.gross) == (-other.net, -other.vat, -other.gross)


@given(st.lists(rows, max_size=5), prices, roundings)
def test_the_order_of_rows_changes_no_sum(rows, prices, rounding):
    one = totals_of(rows, prices=prices, rounding=rounding)
    assert one == totals_of(rows[::-1], prices=prices, rounding=rounding)


@given(rows)
def test_what_is_multiplied_is_not_rounded_on_the_way(row):
    """Thirty digits do not fit the default context of decimals; fractions know the truth."""
    share = 1 - Fraction(row.discount_percent) / 100
    exact = Fraction(row.price) * Fraction(row.quantity) * share

    assert exact == Fraction(row.exact)
    net = sum_of_row(row, prices=Prices.NET).net
    assert abs(Fraction(net) - exact) <= Fraction(1, 200)
    assert net == row.exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


@given(rows, prices)
def test_vat_is_within_a_cent_of_the_rate(row, prices):
    found = sum_of_row(row, prices=prices)

    exact = Fraction(found.net) * (1 + Fraction(row.vat_rate) / 100)
    assert abs(Fraction(found.gross) - exact) <= Fraction(3, 200)
