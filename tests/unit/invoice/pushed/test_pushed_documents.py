"""Pushed documents as values: what each kind is, what it refuses, what it waits for."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ledger.invoice.pushed.kinds import VALUES, kind_of, read_pushed, schema
from ledger.push.kinds import PushKind
from tests.pushed import COST, IMAGE, RENT, journal, partner, payment, product, purchase, sale

ALL = (
    purchase(),
    purchase(postings=[COST], image=IMAGE, type="credit_note", rows=[RENT | {"quantity": -1}]),
    sale(),
    sale(payment_reference=None, generates_reference=True, channel="email", order_number="PO 77"),
    partner(),
    product(),
    payment(),
    payment(amount="100.00", origin="reference"),
    journal(),
)


@pytest.mark.parametrize("document", ALL, ids=lambda one: one.id)
def test_a_document_comes_back_from_json_as_the_same_value(document):
    back = read_pushed(kind_of(document), document.as_json())

    assert document == back
    assert document.digest == back.digest


cents = st.decimals(-(10**9), 10**9, places=2)


@given(cents, st.decimals("-99999999", "99999999", places=5), st.decimals(0, 100, places=3))
def test_decimals_survive_json_exactly(amount, price, rate):
    """A sum that went through a binary fraction anywhere would not come back for all of these."""
    posting = COST | {"amount": str(amount), "vat_rate": str(rate)}
    document = purchase(postings=[posting], rows=[RENT | {"price": str(price)}])

    back = read_pushed("purchase_invoice", document.as_json())

    assert (amount, price, rate) == (
        back.postings[0].amount,
        back.rows[0].price,
        back.postings[0].vat_rate,
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: purchase(rows=[RENT | {"price": 0.1}]),
        lambda: purchase(postings=[COST | {"amount": 0.1}]),
        lambda: payment(amount=0.1),
    ],
)
def test_a_binary_fraction_is_refused(make):
    with pytest.raises(ValidationError, match="binary fraction"):
        make()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: purchase(rows=[RENT | {"price": -1}], type="credit_note"), "negative price"),
        (lambda: purchase(credited_number="4700"), "only a credit note"),
        (lambda: purchase(partner={}), "a link names either"),
        (lambda: purchase(partner={"document": "ecom/1", "target_id": "5"}), "a link names either"),
        (lambda: purchase(postings=[COST | {"kind": "rounding"}]), "rounding has no VAT"),
        (
            lambda: journal(postings=[{"account": "1", "amount": "0.01", "kind": "rounding"}] * 2),
            "at most",
        ),
        (lambda: sale(generates_reference=True), "either given or made"),
        (lambda: payment(amount="0"), "greater than 0"),
        (lambda: payment(amount="1.001"), "decimal places"),
        (lambda: purchase(cost_centre="x"), "not permitted"),
        (lambda: purchase(number=""), "at least 1"),
    ],
)
def test_what_contradicts_itself_is_refused(make, why):
    with pytest.raises(ValidationError, match=why):
        make()


def test_a_document_waits_for_what_makes_the_things_that_it_names_there():
    rows = [RENT | {"product": {"document": "spotilla/product-7"}}] * 2
    rows += [RENT | {"product": {"target_id": "88"}}]

    assert ("ecom/supplier-1", "spotilla/product-7") == purchase(rows=rows).waits_for
    assert ("ecom/p-1",) == payment().waits_for
    assert () == sale().waits_for
    assert () == partner().waits_for


def test_totals_follow_from_rows_and_both_discounts():
    document = purchase(rows=[RENT | {"discount_percent": 10}], discount_percent=50)

    assert (Decimal("450.00"), Decimal("564.75")) == (document.totals.net, document.totals.gross)


def test_a_credit_of_negative_quantities_has_negative_totals():
    document = purchase(type="credit_note", credited_number="4700", rows=[RENT | {"quantity": -1}])

    assert Decimal("-1255.00") == document.totals.gross


def test_codes_of_the_target_are_text_whether_they_came_as_numbers_or_not():
    assert purchase(vat_status=1) == purchase(vat_status="1")
    assert "FI2112345600000785" == purchase().bank_account.iban


def test_the_digest_changes_with_the_content_alone():
    assert purchase().digest == purchase(rows=[RENT | {"price": "1000"}]).digest
    assert purchase().digest != purchase(due_date="2026-04-16").digest


@pytest.mark.parametrize("kind", PushKind)
def test_each_kind_has_a_schema_that_closes_its_fields(kind):
    described = schema(kind)

    assert False is described["additionalProperties"]
    assert set(VALUES[kind].model_fields) == set(described["properties"])


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="offer"):
        read_pushed("offer", "{}")
