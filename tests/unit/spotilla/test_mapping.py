"""What customers, products and tasks of Spotilla are when they are pushed into Procountor."""

import datetime as dt
from decimal import Decimal

import pytest

from ledger.invoice.mappings.spotilla_procountor.cards import (
    customer_key,
    fields_of,
    link_to,
    partner_of,
    product_key,
    product_of,
)
from ledger.invoice.mappings.spotilla_procountor.invoices import Links, channel_of, invoice_of
from ledger.invoice.mappings.spotilla_procountor.terms import Terms, terms_of
from ledger.invoice.parties import Address, DeliveryPlace
from ledger.invoice.pushed.cards import PartnerType
from ledger.invoice.pushed.invoices import Channel, EInvoiceAddress, SalesInvoice
from ledger.invoice.pushed.kinds import read_pushed
from ledger.invoice.pushed.parts import BankAccount
from ledger.spotilla.judge import Chosen

TODAY = dt.date(2026, 4, 10)
OURS = BankAccount(iban="FI2112345600000785")


@pytest.fixture
def mapped(task, product, customer):
    """Map a task with the usual registers."""

    def make(given=None, *, products=None, card=None, terms=None, **changes):
        made = product()
        links = Links(
            link_to("55501", customer_key("1")), lambda number: link_to("", product_key(number))
        )
        return invoice_of(
            given or task(**changes),
            card=card or partner_of(customer()),
            products={"7": made} if products is None else products,
            links=links,
            terms=terms or Terms(),
            bank_account=OURS,
            today=TODAY,
        )

    return make


@pytest.mark.requirement("R-SPO-15a")
def test_customer_is_a_card_of_type_customer_that_no_name_joins(customer):
    card = partner_of(customer())

    assert (PartnerType.CUSTOMER, False, "1234567-8") == (
        card.type,
        card.matches_by_name,
        card.business_id,
    )
    assert Address(street="Katu 1", postal_code="00100", city="Helsinki", country="FI") == (
        card.address
    )


@pytest.mark.requirement("R-SPO-P2b")
def test_card_has_nothing_beside_the_customer_record(customer):
    kept = partner_of(customer(email="a@example.invalid", external_id="x")).as_json()

    assert "external" not in kept
    assert set(partner_of(customer()).model_fields_set) <= {
        "source", "id", "type", "name", "matches_by_name", "business_id", "address",
        "contact_person", "email", "phone",
    }  # fmt: skip


def test_product_has_code_name_price_unit_and_rate(product):
    made = product_of(product(), Terms(units={"h": "HOUR"}))

    assert ("T7", "Huoltotunti", Decimal(10), "HOUR", Decimal("25.5")) == (
        made.code,
        made.name,
        made.price,
        made.unit,
        made.vat_rate,
    )


@pytest.mark.requirement("R-SPO-2a", "R-SPO-2b", "R-SPO-2c")
def test_task_is_one_invoice_linked_to_its_customer_and_products(mapped):
    document = mapped().document

    assert ("spotilla", "task-100", "55501") == (
        document.source,
        document.id,
        document.partner.target_id,
    )
    assert ["spotilla/product-7"] == [row.product.document for row in document.rows]
    assert document == read_pushed("sales_invoice", document.as_json())


@pytest.mark.requirement("R-SPO-20a", "R-SPO-P3b")
def test_invoice_is_a_sale_that_carries_the_tasks_number_and_its_order(mapped):
    document = mapped().document

    assert isinstance(document, SalesInvoice)
    assert ("SPO-100", "T-100", True) == (
        document.number,
        document.order_number,
        document.generates_reference,
    )


def test_price_is_spotillas_and_the_quantity_that_of_the_task(mapped, product):
    document = mapped(products={"7": product(price="10")}).document

    assert (Decimal(10), Decimal(2)) == (document.rows[0].price, document.rows[0].quantity)
    assert Decimal("25.10") == document.totals.gross


def test_term_language_channel_and_billing_come_from_the_card(mapped, customer):
    billing = DeliveryPlace(name="Laskut", address=Address(street="PL 1"))
    card = partner_of(customer(email="laskut@example.invalid")).model_copy(
        update={
            "payment_term_days": 30,
            "language": "sv",
            "channel": Channel.EMAIL,
            "billing": billing,
            "number": "100015",
        }
    )
    document = mapped(card=card).document

    assert (dt.date(2026, 5, 10), "sv", Channel.EMAIL, billing, "100015") == (
        document.due_date,
        document.language,
        document.channel,
        document.billing,
        document.counterparty.number,
    )


def test_card_without_term_and_language_has_the_agreed_ones(mapped):
    document = mapped(terms=Terms(payment_term_days=7, language="en")).document

    assert (dt.date(2026, 4, 17), "en", Channel.NOT_SENT) == (
        document.due_date,
        document.language,
        document.channel,
    )


@pytest.mark.parametrize(
    ("update", "channel"),
    [
        ({"channel": Channel.EMAIL, "email": ""}, Channel.NOT_SENT),
        ({"channel": Channel.EMAIL, "email": "a@example.invalid"}, Channel.EMAIL),
        ({"channel": Channel.POST, "address": Address(city="Turku")}, Channel.NOT_SENT),
        ({"channel": Channel.POST}, Channel.POST),
        ({"channel": Channel.E_INVOICE}, Channel.NOT_SENT),
        (
            {
                "channel": Channel.E_INVOICE,
                "e_invoice": EInvoiceAddress(address="003712345678", operator="DABAFIHH"),
            },
            Channel.E_INVOICE,
        ),
    ],
)
def test_channel_whose_requirements_are_not_met_is_not_sent_with_a_notice(
    customer, update, channel
):
    card = partner_of(customer()).model_copy(update=update)
    found, notices = channel_of(card)

    assert channel is found
    assert (found is Channel.NOT_SENT) == bool(notices)


def test_e_invoice_says_its_billing_address(mapped, customer):
    e_invoice = EInvoiceAddress(address="003712345678", operator="DABAFIHH")
    card = partner_of(customer()).model_copy(
        update={"channel": Channel.E_INVOICE, "e_invoice": e_invoice}
    )

    assert "Katu 1" == mapped(card=card).document.billing.address.street


def test_rows_of_nothing_are_left_out_and_said(mapped, task, product, codes):
    rows = [{"product_id": 7, "quantity": 2}, {"product_id": 8, "quantity": 1},
            {"product_id": 7, "quantity": 0}]  # fmt: skip
    found = mapped(rows=rows, products={"7": product(), "8": product(8, price="0")})

    assert 1 == len(found.document.rows)
    assert ["rows_left_out"] == codes(found.notices)


def test_total_of_nothing_is_held(mapped, product, codes):
    zero = mapped(products={"7": product(price="0")})
    rows = [{"product_id": 7, "quantity": 1}, {"product_id": 7, "quantity": -1}]
    balanced = mapped(rows=rows)

    assert [["total_zero"]] * 2 == [codes(found.against) for found in (zero, balanced)]


def test_product_without_a_rate_has_the_agreed_one_or_is_held(mapped, product, codes):
    products = {"7": product(vat_rate=None)}
    agreed = mapped(products=products, terms=Terms(vat_rate="13.5"))

    assert ["vat_rate_absent"] == codes(mapped(products=products).against)
    assert Decimal("13.5") == agreed.document.rows[0].vat_rate


def test_customer_and_card_are_the_same_fields_in_both_ways(customer):
    ours = customer(phone="040", email="a@example.invalid", contact_person="Ostot")
    fields = fields_of(partner_of(ours))

    assert {name: getattr(ours, name) for name in fields if fields[name] and name != "country"} == {
        name: value for name, value in fields.items() if value and name != "country"
    }


def test_settings_are_as_agreed_or_refused():
    terms = terms_of({"tasks": "all", "start_date": "2026-04-01", "has_contract": True})

    assert (Chosen.ALL, True) == (terms.tasks, terms.has_contract)
    with pytest.raises(ValueError, match="max_creates"):
        terms_of({"max_creates": 0})
    with pytest.raises(ValueError, match="unknown"):
        terms_of({"unknown": 1})


@pytest.mark.requirement("R-SPO-35b")
def test_start_date_takes_the_place_of_the_switch_on():
    on = dt.datetime(2026, 4, 10, 12, tzinfo=dt.UTC)

    assert on == Terms().since(on, dt.UTC)
    assert dt.datetime(2026, 4, 1, tzinfo=dt.UTC) == Terms(start_date="2026-04-01").since(
        on, dt.UTC
    )
