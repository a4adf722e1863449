"""Which tasks become invoices, and the reason of each that does not."""

import datetime as dt

import pytest

from ledger.spotilla.conditions import against_card, against_invoicing
from ledger.spotilla.judge import Choice, Chosen, against_task
from ledger.spotilla.sentences import SENTENCES, Stand, reason

NOON = dt.datetime(2026, 4, 10, 12, tzinfo=dt.UTC)


@pytest.fixture
def against(customer, product, codes):
    """Judge a task by the usual registers."""

    def judge(task, *, customers=None, products=None, **choice):
        found = against_task(
            task,
            customers={"1": customer()} if customers is None else customers,
            products={"7": product()} if products is None else products,
            choice=Choice(**choice),
        )
        return codes(found)

    return judge


def test_finished_task_with_all_that_is_needed_goes(against, task):
    assert [] == against(task())


@pytest.mark.requirement("R-SPO-19a")
@pytest.mark.parametrize("state", ["planned", "started", "reopened"])
def test_task_that_is_not_finished_does_not_go(against, task, state):
    assert ["not_finished"] == against(task(state=state))


@pytest.mark.requirement("R-SPO-19c")
def test_where_tasks_are_accepted_a_finished_one_waits(against, task):
    accepted = task(state="accepted", accepted_at=NOON)

    assert ["acceptance_awaited"] == against(task(), needs_acceptance=True)
    assert [] == against(accepted, needs_acceptance=True)
    assert [] == against(accepted)


@pytest.mark.requirement("R-SPO-19c", "R-SPO-35a")
def test_task_accepted_after_the_switch_on_goes_though_it_was_finished_before(against, task):
    accepted = task(state="accepted", accepted_at=NOON)
    since = NOON - dt.timedelta(hours=1)

    assert ["before_switch_on"] == against(task(), since=since)
    assert ["before_switch_on"] == against(accepted, since=since)
    assert [] == against(accepted, since=since, needs_acceptance=True)


@pytest.mark.requirement("R-SPO-5a")
def test_with_all_tasks_chosen_one_without_order_number_goes(against, task):
    assert [] == against(task(order_number=""), tasks=Chosen.ALL)


@pytest.mark.requirement("R-SPO-5b")
def test_with_order_numbers_required_only_a_task_with_one_goes(against, task):
    required = {"tasks": Chosen.WITH_ORDER_NUMBER}

    assert [["order_number_absent"], []] == [
        against(task(order_number=number), **required) for number in ("", "T-1")
    ]


@pytest.mark.requirement("R-SPO-5c", "R-SPO-5d")
def test_blank_order_number_is_none_and_one_is_required_by_default(against, task):
    assert ["order_number_absent"] == against(task(order_number="  "))


@pytest.mark.requirement("R-SPO-17a")
def test_task_without_customer_is_skipped(against, task):
    assert ["customer_absent"] == against(task(customer_id=""))
    assert ["customer_unknown"] == against(task(customer_id=9))


def test_task_of_a_deleted_customer_is_skipped(against, task, customer):
    assert ["customer_unknown"] == against(task(), customers={"1": customer(is_deleted=True)})


@pytest.mark.requirement("R-SPO-17b")
def test_task_without_products_is_skipped(against, task):
    assert ["products_absent"] == against(task(rows=[]))
    assert ["product_unknown"] == against(task(), products={})


@pytest.mark.requirement("R-SPO-11")
@pytest.mark.parametrize("name", ["", "   "])
def test_task_of_a_customer_without_a_name_is_skipped(against, task, customer, name):
    assert ["name_absent"] == against(task(), customers={"1": customer(name=name)})


@pytest.mark.requirement("R-SPO-12a")
@pytest.mark.parametrize("business_id", ["1234567-8", "1234567-1", " 1234567-8 "])
def test_business_id_of_the_form_is_accepted_whatever_its_check_digit(customer, codes, business_id):
    """The article's own example has a wrong check digit."""
    assert [] == codes(against_invoicing(customer(business_id=business_id)))


@pytest.mark.requirement("R-SPO-12b")
@pytest.mark.parametrize(
    ("business_id", "code"),
    [
        ("12345678", "business_id_malformed"),
        ("FI12345678", "business_id_malformed"),
        ("1234567-", "business_id_malformed"),
        ("", "business_id_absent"),
        ("  ", "business_id_absent"),
    ],
)
def test_business_id_of_another_form_is_refused(against, task, customer, business_id, code):
    assert [code] == against(task(), customers={"1": customer(business_id=business_id)})


@pytest.mark.requirement("R-SPO-13")
def test_consumer_may_have_a_card_and_is_not_invoiced(against, task, customer, codes):
    consumer = customer(business_id="")

    assert [] == codes(against_card(consumer))
    assert ["business_id_absent"] == against(task(), customers={"1": consumer})


@pytest.mark.requirement("R-SPO-P3a")
def test_customer_without_an_address_has_no_card(customer, codes):
    nowhere = customer(street="", postal_code="", city="")

    assert ["address_absent"] == codes(against_card(nowhere))
    assert [] == codes(against_card(customer(street="", postal_code="")))


def test_each_missing_condition_is_named(customer, codes):
    nothing = customer(name="", business_id="", street="", postal_code="", city="")

    assert ["name_absent", "address_absent", "business_id_absent"] == codes(
        against_invoicing(nothing)
    )


def test_deleted_task_is_left(against, task):
    assert ["deleted_here"] == against(task(is_deleted=True))


def test_every_reason_has_a_stand_and_a_sentence():
    filled = dict.fromkeys(
        (
            "product",
            "limit",
            "first",
            "ids",
            "since",
            "count",
            "fields",
            "channel",
            "lacks",
            "card",
        ),
        "x",
    )
    reasons = [reason(code, **filled) for code in SENTENCES]

    assert all(one.message and isinstance(one.stand, Stand) for one in reasons)
    with pytest.raises(KeyError):
        reason("no_such_reason")
