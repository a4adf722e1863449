"""Deliveries add up: by day, currency and VAT rate, in count and in sums."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from blocks.systems.fennoa.rows import differing_rows
from ledger.invoice.arithmetic import Sum
from ledger.push.sums import Counted, Sums, day_totals
from tests.invoices import invoice, row

CENTS = st.integers(-10_000_000, 10_000_000).map(lambda cents: Decimal(cents) / 100)
RATES = st.sampled_from([Decimal("25.5"), Decimal("13.5"), Decimal(0)])
SUMS = st.builds(
    Sums,
    st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 3)),
    st.sampled_from(["EUR", "SEK"]),
    st.dictionaries(RATES, st.builds(Sum, CENTS, CENTS)),
)
FORM = {
    "row[1][price]": "10.00",
    "row[1][quantity]": "2",
    "row[1][vatpercent]": "25.5",
    "row[2][description]": "a text",
}


@given(SUMS)
def test_sums_that_were_stored_come_back_as_they_were(sums):
    assert sums == Sums.read(sums.as_text())


@given(st.lists(SUMS, max_size=6), st.data())
def test_what_stands_somewhere_adds_up_and_what_is_lost_or_changed_does_not(came, data):
    places = data.draw(st.lists(st.sampled_from(["done", "held"]), min_size=6, max_size=6))
    there = {"done": [], "held": []}
    for sums, place in zip(came, places, strict=False):
        there[place].append(sums)

    assert all(one.adds_up for one in day_totals(came, there))
    lost = {state: found[1:] for state, found in there.items()}
    dropped = [sums for state, found in there.items() for sums in found[:1] if sums.by_rate]
    assert bool(dropped) == any(not one.adds_up for one in day_totals(came, lost))


def test_totals_are_those_of_the_invoices_by_rate():
    one = invoice(rows=[row(price=10, rate="25.5"), row(price=100, rate="13.5")])
    (low, high) = day_totals([Sums.of_invoice(one)] * 2, {})

    assert (Decimal("13.5"), Counted(2, Sum(Decimal("200.00"), Decimal("27.00")))) == (
        low.vat_rate,
        low.received,
    )
    assert Sum(Decimal("20.00"), Decimal("5.10")) == high.received.total


def test_rows_differ_by_figure_and_by_count_and_text_rows_do_not_count():
    same = {"price": "10", "quantity": "2.0", "vatpercent": "25.50", "name": "renamed"}

    assert [] == list(differing_rows([same, {"description": "edited"}], FORM))
    assert ["row 1: quantity 3 there, 2 sent"] == list(
        differing_rows([same | {"quantity": "3"}], FORM)
    )
    assert ["2 rows with a price there, 1 sent"] == list(differing_rows([same, same], FORM))
    assert [] == list(differing_rows([], FORM))
