"""Pushing into the simulated Procountor: each document once, in order, and nobody's work undone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from simulators.procountor.acts import Acts
from tests.procountor_push import COMPANY_ID, IMAGE, IMAGE_BYTES, Books
from tests.pushed import COST, payment, purchase


@pytest.fixture
def books(stores):
    return Books(stores.hub)


@pytest.fixture
def acts(books):
    return Acts(books.world, COMPANY_ID)


def rows_of(books):
    (invoice,) = books.invoices()
    return [
        (row["transactionType"], row["account"], row["accountingValue"])
        for row in books.receipt(invoice).rows
    ]


def test_a_purchase_goes_from_its_suppliers_card_to_a_marked_payment(books):
    books.add_purchase(purchase(postings=[COST], image=IMAGE))
    books.add(payment())

    assert {"done": 3} == books.push()

    (invoice,) = books.invoices()
    (card,) = books.company.partners.values()
    (attachment,) = books.company.attachments.values()
    assert ("MARKED_PAID", card.id, "4711") == (
        invoice.status,
        invoice.body["partnerId"],
        invoice.body["originalInvoiceNumber"],
    )
    assert ("ENTRY", "7230", Decimal("1000.00")) in rows_of(books)
    assert IMAGE_BYTES == attachment.content
    assert [(Decimal("1255.00"), "2026-04-15")] == [
        (one["amount"], str(one["paymentDate"])) for one in invoice.payments
    ]
    assert str(invoice.number) == books.item().target_number
