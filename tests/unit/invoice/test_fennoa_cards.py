"""What Fennoa holds already: customers' cards, and periods that are locked."""

from __future__ import annotations

import pytest

from ledger.invoice.mappings.fennoa.cards import Card
from ledger.invoice.mappings.fennoa.locks import check_locks
from tests.invoices import CUSTOMER, codes, invoice

CARD = {
    "id": 7,
    "customer_no": "1042",
    "name": "Ostaja Esimerkki Oy",
    "business_id": "1234567-1",
    "sales_pricelist_id": "3",
    "identity_number": "010180-123T",
}


def check(card=None, **customer):
    return Card.of_answer(CARD | (card or {})).check(invoice(customer=CUSTOMER | customer).customer)


def test_a_card_is_read_with_its_price_list_and_without_a_personal_id():
    card = Card.of_answer(CARD)

    assert ("7", "1042", "3") == (card.id, card.number, card.price_list_id)
    assert "010180" not in repr(card)


def test_a_card_that_says_nothing_is_empty():
    assert Card("", "", "") == Card.of_answer({"id": None, "customer_no": True, "name": []})


@pytest.mark.parametrize(
    "card",
    [{}, {"name": "OSTAJA  esimerkki oy "}, {"business_id": "12345671"}],
)
def test_a_card_with_the_same_name_and_business_id_is_the_customer_s(card):
    assert () == check(card)


@pytest.mark.parametrize(
    ("card", "fields"),
    [
        ({"name": "Toinen Oy"}, "name"),
        ({"business_id": "2077474-0"}, "business id"),
        ({"business_id": ""}, "business id"),
        ({"business_id": None, "name": ""}, "name, business id"),
    ],
)
def test_any_other_card_is_somebody_else_s(card, fields):
    (problem,) = check(card)

    assert ("customer_differs", fields, True) == (
        problem.code,
        problem.values["fields"],
        problem.refuses,
    )


def test_consumers_agree_by_name_alone_when_neither_has_a_business_id():
    assert () == check({"business_id": ""}, business_id="")


@pytest.mark.parametrize(
    ("lock", "expected"),
    [
        ({"code": "sales_invoices_locked", "value": "2026-01-14"}, []),
        ({"code": "sales_invoices_locked", "value": "2026-01-15"}, ["period_locked"]),
        ({"code": "accounting_locked", "value": "2026-01-31 00:00:00"}, ["period_locked"]),
        ({"code": "purchase_invoices_locked", "value": "2026-12-31"}, []),
        ({"code": "accounting_locked", "value": None}, []),
        ({"code": "accounting_locked", "value": "0000-00-00"}, []),
        ({"code": "accounting_locked", "value": "soon"}, ["lock_unreadable"]),
        ({}, []),
    ],
)
def test_an_invoice_within_a_locked_period_is_refused(lock, expected):
    found = list(check_locks(invoice(), [lock]))

    assert expected == codes(found)
    assert all(one.refuses and one.message for one in found)
