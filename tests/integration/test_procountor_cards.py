"""Products and journals in the simulated Procountor: made once, joined, or shown to a person."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ledger.push.items import HoldCode, Phase
from ledger.push.kinds import PushKind
from simulators.procountor import Fault
from simulators.procountor.acts import Acts
from tests.procountor_push import COMPANY_ID, Books
from tests.pushed import RENT, journal, partner, product, sale

PRODUCT = ("spotilla/product-7", PushKind.PRODUCT)
JOURNAL = ("ecom/period-2026-03", PushKind.JOURNAL)


@pytest.fixture
def books(stores):
    return Books(stores.hub)


@pytest.fixture
def acts(books):
    return Acts(books.world, COMPANY_ID)


def body(**changes):
    whole = {"type": "SALES", "name": "Tunti", "code": "T7", "price": 12, "discount": 0}
    return whole | {"active": True, "currency": "EUR"} | changes


def hold_of(books, key, kind):
    item = books.item(key, kind)
    return item.hold.code if item.hold else item.phase


def journals(books):
    return [one for one in books.company.receipts.values() if one.type == "JOURNAL"]


def test_a_product_is_made_with_what_it_says(books):
    books.add(product())

    assert {"done": 1} == books.push()
    (made,) = books.company.products.values()
    assert ("T7", "Tunti", "HOUR", Decimal("56.66"), Decimal("25.5")) == tuple(
        made.body[name] for name in ("code", "name", "unit", "price", "vat")
    )


def test_a_product_with_the_code_is_joined_and_never_changed(books, acts):
    number = acts.add_product(body(name="Vanha nimi", price=12))
    acts.add_product(body(code="T77"))
    books.add(product())

    assert {"done": 1} == books.push()
    assert str(number) == books.item(*PRODUCT).target_id
    assert [] == [call for call in books.calls("products") if call.method != "GET"]
    assert 12 == books.company.products[number].body["price"]


@pytest.mark.parametrize(
    ("cards", "code"),
    [
        ([body(), body()], HoldCode.SEVERAL),
        ([body(active=False)], HoldCode.LOOKALIKE),
        ([body(type="PURCHASE")], Phase.DONE),
        ([body(active=False), body()], Phase.DONE),
    ],
    ids=["two", "not in use", "a purchase product", "one in use"],
)
def test_products_are_chosen_by_no_guess(books, acts, cards, code):
    for one in cards:
        acts.add_product(one)
    books.add(product())

    books.push()

    assert code is hold_of(books, *PRODUCT)


def test_a_product_whose_code_is_edited_in_doubt_is_for_a_person(books, acts):
    books.faults.add("POST products", Fault.LOST_DONE)
    books.add(product())

    def edit():
        if books.company.products:
            acts.edit_product(next(iter(books.company.products)), code="T7-uusi")
        else:
            books.world.before.append(("products", edit))

    books.world.before.append(("products", edit))

    books.push()

    assert HoldCode.LOOKALIKE is hold_of(books, *PRODUCT)
    assert 1 == len(books.company.products)


def test_a_sale_links_to_its_products_and_customer_once_these_are_there(books):
    books.add(product())
    address = {"street": "Testitie 2", "postal_code": "33100", "city": "TAMPERE", "country": "FI"}
    books.add(partner(id="customer-1", type="customer", address=address))
    rows = [RENT | {"product": {"document": "spotilla/product-7"}}]
    link = {"document": "ecom/customer-1"}
    books.add(sale(rows=rows, partner=link, postings=None), process="unfinished")

    assert {"done": 3} == books.push()
    (invoice,) = books.invoices()
    (made,) = books.company.products.values()
    (card,) = books.company.partners.values()
    assert (made.id, card.id, "UNFINISHED") == (
        invoice.body["invoiceRows"][0]["productId"],
        invoice.body["partnerId"],
        invoice.status,
    )


def test_a_journal_is_made_read_back_and_approved(books):
    books.add(journal())

    assert {"done": 1} == books.push()
    (made,) = journals(books)
    assert "APPROVED" == made.status
    assert made.body["name"].startswith("Myynnit 2026-03 tasma:")
    assert [Decimal("1255.00"), Decimal("-1000.00")] == [
        one["accountingValue"] for one in made.rows
    ]
    assert str(made.number) == books.item(*JOURNAL).target_number


def test_a_journal_whose_name_is_edited_in_doubt_is_for_a_person(books):
    books.faults.add("POST ledgerreceipts", Fault.LOST_DONE)
    books.add(journal())

    def edit():
        if journals(books):
            journals(books)[0].body["name"] = "Myynnit"
        else:
            books.world.before.append(("ledgerreceipts", edit))

    books.world.before.append(("ledgerreceipts", edit))

    books.push()

    assert HoldCode.LOOKALIKE is hold_of(books, *JOURNAL)
    assert 1 == len(journals(books))


def test_a_journal_that_a_person_changed_is_not_approved(books, acts):
    books.add(journal())

    def edit():
        if any(call.method == "GET" for call in books.calls("ledgerreceipts/")):
            acts.edit_posting(journals(books)[0].id, account="3010", row=1)
        else:
            books.world.before.append(("ledgerreceipts/", edit))

    books.world.before.append(("ledgerreceipts/", edit))

    books.push()

    assert HoldCode.CONFLICT is hold_of(books, *JOURNAL)
    assert "UNFINISHED" == journals(books)[0].status


def test_a_journal_in_a_closed_period_is_refused_with_its_remedy(books, acts):
    acts.set_period("2026-03-31")
    books.add(journal())

    books.push()

    item = books.item(*JOURNAL)
    assert (Phase.REJECTED, "CLOSED_FISCAL_PERIOD") == (item.phase, item.answer_code)
    assert [] == journals(books)
