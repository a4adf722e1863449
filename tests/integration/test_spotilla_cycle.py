"""Cycles between a simulated Spotilla and a simulated Procountor, over HTTP."""

from __future__ import annotations

import asyncio
import shutil
from decimal import Decimal
from types import SimpleNamespace

import pytest

from ledger.errors import TasmaError
from ledger.push.items import Phase
from simulators.procountor.sums import sums_of
from tasks.push_deviations import of_days
from tasks.spotilla.cycle import run_cycle
from tasks.spotilla.retry import NoFailedTask, retry_task
from tasks.spotilla.route import SpotillaRoute
from tasks.spotilla.sweeping import hear, page
from tests.spotilla_house import TARGET, opened_house

NEW = {"name": "Procountorin Oy", "type": "CUSTOMER",
       "address": {"name": "Procountorin Oy", "street": "Tie 9", "zip": "20100", "city": "Turku",
                   "country": "FINLAND"},
       "invoicingInfo": {"identifier": "7654321-4"},
       "paymentInfo": {"paymentMethod": "BANK_TRANSFER", "currency": "EUR"}}  # fmt: skip


@pytest.fixture
def house(tmp_path, empty_hub, monkeypatch):
    shutil.copy(empty_hub, tmp_path)
    with opened_house(monkeypatch, tmp_path / "hub.sqlite") as house:
        yield house


def card(**changes):
    info = {**NEW["invoicingInfo"], **changes.pop("invoicingInfo", {})}
    return {**NEW, "invoicingInfo": info, **changes}


@pytest.mark.requirement("R-SPO-1", "R-SPO-9a", "R-SPO-4a")
def test_customer_product_and_finished_task_that_are_all_new_go_in_one_cycle(house):
    house.switch_on()
    customer, product = house.spotilla.add_customer(), house.spotilla.add_product()
    task = house.task(customer, product)

    cycle = house.cycle()

    (invoice,) = house.invoices
    assert {"done": 3} == cycle.ends
    assert (f"SPO-{task}", "UNFINISHED", "SALES_INVOICE") == (
        invoice.body["originalInvoiceNumber"],
        invoice.status,
        invoice.type,
    )


def test_invoices_add_up_by_day_and_vat_rate_and_cards_are_no_sum(house):
    house.switch_on()
    house.task(house.spotilla.add_customer(), house.spotilla.add_product())
    house.cycle()

    (invoice,) = house.invoices
    (day,) = of_days(house.hub.outbox.delivered("acme", TARGET))
    assert 1 == day.received.count == day.by_state["done"].count
    assert sums_of(invoice.body).gross == day.received.total.gross
    assert day.adds_up


@pytest.fixture
def on(house):
    """The house, switched on."""
    house.switch_on()
    return house


def product_body(**changes):
    return {"type": "SALES", "name": "Huoltotunti", "code": "T1", "price": 12, "discount": 0,
            "active": True, "currency": "EUR", "vat": 25.5, **changes}  # fmt: skip


@pytest.mark.requirement("R-SPO-8a", "R-SPO-8b", "R-SPO-20b")
def test_invoice_carries_the_ids_of_its_card_and_products_and_is_unfinished(on):
    on.task(on.spotilla.add_customer(), on.spotilla.add_product())
    on.cycle()

    (invoice,) = on.invoices
    (partner,) = on.company.partners
    (product,) = on.company.products
    assert (partner, product) == (
        invoice.body["partnerId"],
        invoice.body["invoiceRows"][0]["productId"],
    )
    assert "UNFINISHED" == invoice.status
    assert invoice.body["extraInfo"]["accountingByRow"]
    assert invoice.body["paymentInfo"]["bankReferenceCode"]
    assert "FI2112345600000785" == invoice.body["paymentInfo"]["bankAccount"]["accountNumber"]


@pytest.mark.requirement("R-SPO-3")
def test_nothing_is_ever_approved_verified_or_sent(on):
    customer, product = on.spotilla.add_customer(), on.spotilla.add_product()
    for _ in range(3):
        on.task(customer, product)
        on.cycle()

    words = {path.rsplit("/", 1)[-1] for method, path in on.calls("PUT")}
    assert 3 == len(on.invoices)
    assert not words & {"approve", "verify", "send", "sendToCirculation", "markpaid"}


@pytest.mark.requirement("R-SPO-6")
def test_product_and_customer_that_no_task_uses_are_there_after_one_cycle(on):
    on.spotilla.add_product("Matkakulu")
    on.spotilla.add_customer("Hiljainen Oy")
    on.cycle()

    assert ["Matkakulu"] == [one.body["name"] for one in on.company.products.values()]
    assert ["Hiljainen Oy"] == [one.body["name"] for one in on.cards]


@pytest.mark.requirement("R-SPO-9b")
def test_partners_are_pulled_before_customers_are_pushed(on):
    on.spotilla.add_customer()
    on.cycle()
    calls = on.calls(path="businesspartners")

    assert calls.index(("GET", "businesspartners")) < calls.index(("POST", "businesspartners"))


@pytest.mark.requirement("R-SPO-7a", "R-SPO-7b", "R-SPO-16b")
def test_customer_of_procountor_comes_back_once_and_suppliers_and_persons_do_not(on):
    on.acts.add_partner(card())
    on.acts.add_partner(card(name="Toimittaja Oy", type="SUPPLIER"))
    on.acts.add_partner(card(name="Henkilo", type="PERSON"))
    on.cycle()
    for _ in range(2):
        on.cycle()

    (customer,) = on.customers
    assert ("Procountorin Oy", "7654321-4", "20100") == (
        customer["name"],
        customer["business_id"],
        customer["zip"],
    )
    assert [] == on.calls("POST", "businesspartners")


@pytest.mark.requirement("R-SPO-16a")
def test_all_customers_come_at_first_and_changes_afterwards(on):
    made = [on.acts.add_partner(card(name=f"Oy {n}", invoicingInfo={"identifier": ""}))
            for n in range(3)]  # fmt: skip
    on.cycle()
    on.clock.advance(minutes=30)
    on.acts.edit_partner(made[1], name="Muutettu Oy")
    cycle = on.cycle()

    assert ["Oy 0", "Muutettu Oy", "Oy 2"] == [one["name"] for one in on.customers]
    assert (0, 1) == (cycle.made, cycle.changed)


@pytest.mark.requirement("R-SPO-10a", "R-SPO-10b")
def test_task_of_an_incomplete_customer_is_listed_and_goes_once_that_is_completed(on):
    customer = on.spotilla.add_customer(business_id="")
    task = on.task(customer, on.spotilla.add_product())
    on.cycle()
    waits = (on.standing(), len(on.invoices))
    on.spotilla.edit_customer(customer, business_id="1234567-8")
    on.cycle()

    assert ({f"task-{task}": "business_id_absent"}, 0) == waits
    assert (1, {}) == (len(on.invoices), on.standing())


@pytest.mark.requirement("R-SPO-P3a")
def test_customer_without_an_address_is_not_made_and_its_reason_is_listed(on):
    customer = on.spotilla.add_customer(street="", zip="", city="")
    task = on.task(customer, on.spotilla.add_product())
    cycle = on.cycle()

    assert [] == on.cards
    assert ["address_absent"] == [one.code for one in cycle.against[str(customer)]]
    assert {f"task-{task}": "address_absent"} == on.standing()


@pytest.mark.requirement("R-SPO-14a", "R-SPO-26")
def test_product_is_made_once_with_its_fields(on):
    on.spotilla.add_product("Huoltotunti", price="49.90", unit="h", code="H1")
    for _ in range(10):
        on.cycle()

    (product,) = on.company.products.values()
    assert ("SALES", "H1", "Huoltotunti", Decimal("49.9"), "HOUR", Decimal("25.5")) == tuple(
        product.body[name] for name in ("type", "code", "name", "price", "unit", "vat")
    )
    assert 1 == len(on.calls("POST", "products"))


@pytest.mark.requirement("R-SPO-14b", "R-SPO-18")
def test_product_whose_code_is_there_is_linked_and_the_row_has_spotillas_price(on):
    theirs = on.acts.add_product(product_body(code="H1", price=12))
    ours = on.spotilla.add_product(code="H1", price="10.00")
    on.task(on.spotilla.add_customer(), ours)
    on.cycle()

    (invoice,) = on.invoices
    (row,) = invoice.body["invoiceRows"]
    assert (theirs, 10, 2) == (row["productId"], row["unitPrice"], row["quantity"])
    assert [] == on.calls("POST", "products")


@pytest.mark.requirement("R-SPO-15a", "R-SPO-23a")
def test_customer_is_made_once_as_a_partner_of_type_customer(on):
    on.spotilla.add_customer("Kerran Oy")
    for _ in range(10):
        on.cycle()

    (made,) = on.cards
    assert ("CUSTOMER", "Kerran Oy") == (made.body["type"], made.body["name"])
    assert 1 == len(on.calls("POST", "businesspartners"))
    assert 1 == len(on.customers)


@pytest.mark.requirement("R-SPO-15b")
def test_customer_whose_business_id_one_card_has_is_linked_to_it(on):
    theirs = on.acts.add_partner(card(invoicingInfo={"identifier": "1234567-8"}))
    customer = on.spotilla.add_customer("Sama Oy")
    on.task(customer, on.spotilla.add_product())
    cycle = on.cycle()

    assert (1, 0, 1) == (cycle.linked, cycle.made, len(on.cards))
    assert theirs == on.invoices[0].body["partnerId"]
    assert "Procountorin Oy" == on.customers[0]["name"]


@pytest.mark.requirement("R-SPO-15c")
def test_customer_whose_business_id_several_cards_have_is_an_error(on):
    for name in ("Yksi", "Kaksi"):
        on.acts.add_partner(card(name=name, invoicingInfo={"identifier": "1234567-8"}))
    customer = on.spotilla.add_customer()
    on.task(customer, on.spotilla.add_product())
    cycle = on.cycle()

    assert ["several_partners"] == [one.code for one in cycle.against[str(customer)]]
    assert (2, 1, 0) == (len(on.cards), len(on.customers), len(on.invoices))


@pytest.mark.requirement("R-SPO-19b", "R-SPO-29a", "R-SPO-29b")
def test_task_that_is_reopened_and_finished_again_is_one_invoice_and_a_notice(on):
    product = on.spotilla.add_product()
    task = on.task(on.spotilla.add_customer(), product)
    on.cycle()
    on.spotilla.set_state(task, "reopened")
    on.cycle()
    rows = [{"product_id": product, "quantity": "5"}]
    on.spotilla.edit(on.spotilla.tenant.tasks, task, rows=rows)
    on.spotilla.finish(task)
    for _ in range(2):
        on.cycle()

    (invoice,) = on.invoices
    assert 2 == invoice.body["invoiceRows"][0]["quantity"]
    assert ["queued", "changed_after_transfer"] == on.log(task)


def test_task_that_is_finished_again_unchanged_gives_no_notice(on):
    task = on.task(on.spotilla.add_customer(), on.spotilla.add_product())
    on.cycle()
    on.spotilla.set_state(task, "reopened")
    on.spotilla.finish(task)
    on.cycle()

    assert (1, ["queued"]) == (len(on.invoices), on.log(task))


@pytest.mark.requirement("R-SPO-21a", "R-SPO-21b", "R-SPO-24")
def test_billing_address_changed_in_procountor_is_changed_here_and_nothing_else(on):
    customer = on.spotilla.add_customer(phone="040 1", internal_code="oma")
    on.cycle()
    on.cycle()
    on.clock.advance(minutes=30)
    billing = {"name": "Laskut", "street": "PL 5", "zip": "00200", "city": "Espoo",
               "country": "FINLAND"}  # fmt: skip
    on.acts.edit_partner(on.cards[0].id, billingAddress=billing)
    on.cycle()

    kept = on.spotilla.tenant.customers[customer]
    assert ("Laskut", "PL 5", "00200", "Espoo") == tuple(
        kept[name] for name in ("billing_name", "billing_street", "billing_zip", "billing_city")
    )
    assert ("040 1", "oma", "Katu 1") == (kept["phone"], kept["internal_code"], kept["street"])


@pytest.mark.requirement("R-SPO-22a", "R-SPO-25")
def test_edits_in_spotilla_change_nothing_in_procountor(on):
    customer, product = on.spotilla.add_customer(), on.spotilla.add_product()
    on.cycle()
    on.cycle()
    on.spotilla.edit_customer(customer, street="Oma 2", name="Uusi nimi")
    on.spotilla.edit(on.spotilla.tenant.products, product, price="99.00", name="Kalliimpi")
    for _ in range(2):
        on.cycle()

    assert [] == [*on.calls("PUT"), *on.calls("PATCH"), *on.calls("DELETE")]
    assert "Oma 2" == on.customers[0]["street"]


@pytest.mark.requirement("R-SPO-22b")
def test_where_both_changed_a_field_procountors_word_stands(on):
    customer = on.spotilla.add_customer()
    on.cycle()
    on.cycle()
    on.clock.advance(minutes=30)
    on.spotilla.edit_customer(customer, street="Oma 2")
    address = {**on.cards[0].body["address"], "street": "Heidän 3"}
    on.acts.edit_partner(on.cards[0].id, address=address, billingAddress=address)
    cycle = on.cycle()

    assert "Heidän 3" == on.customers[0]["street"]
    assert [(str(customer), "overwritten")] == [(one, r.code) for one, r in cycle.notices]


def test_a_card_that_changes_twice_within_a_second_is_here_as_it_is_in_the_end(on):
    """Its version is a second, so the second change does not show in the list."""
    on.spotilla.add_customer()
    on.cycle()
    on.cycle()
    on.clock.advance(minutes=30)
    on.acts.edit_partner(on.cards[0].id, name="Eka Oy")
    on.cycle()
    on.cards[0].body["name"] = "Toka Oy"
    on.clock.advance(minutes=30)
    on.cycle()

    assert "Toka Oy" == on.customers[0]["name"]


@pytest.mark.requirement("R-SPO-23b")
def test_card_deleted_in_procountor_is_flagged_and_not_made_again(on):
    customer, product = on.spotilla.add_customer(), on.spotilla.add_product()
    on.cycle()
    on.cycle()
    on.acts.delete_partner(on.cards[0].id)
    on.clock.advance(days=8)
    task = on.task(customer, product)
    for _ in range(2):
        on.cycle()

    assert {f"task-{task}": "partner_gone"} == on.standing()
    assert ([], 0) == (on.cards, len(on.invoices))
    assert 1 == len(on.calls("POST", "businesspartners"))


def test_tasks_of_an_inactive_card_wait_until_it_is_active_again(on):
    customer, product = on.spotilla.add_customer(), on.spotilla.add_product()
    on.cycle()
    on.cycle()
    on.clock.advance(minutes=30)
    on.acts.set_active(on.cards[0].id, active=False)
    task = on.task(customer, product)
    on.cycle()
    waits = (on.standing(), len(on.invoices))
    on.clock.advance(minutes=30)
    on.acts.set_active(on.cards[0].id, active=True)
    on.cycle()

    assert ({f"task-{task}": "partner_inactive"}, 0) == waits
    assert 1 == len(on.invoices)


def test_customer_deleted_in_spotilla_is_not_made_again(on):
    on.acts.add_partner(card())
    on.cycle()
    on.spotilla.delete_customer(on.customers[0]["id"])
    for _ in range(2):
        on.cycle()

    assert 1 == len(on.customers)
    assert 1 == len(on.cards)


@pytest.mark.requirement("R-SPO-27")
def test_products_of_procountor_leave_spotilla_as_it_is(on):
    ours = on.spotilla.add_product("Oma", code="O1")
    on.cycle()
    before = {**on.spotilla.tenant.products[ours]}
    on.acts.add_product(product_body(code="X1"))
    on.acts.edit_product(next(iter(on.company.products)), price=77, name="Muu")
    on.cycle()

    assert {ours: before} == on.spotilla.tenant.products


@pytest.mark.requirement("R-SPO-30a")
def test_one_refused_task_of_five_stops_no_other_and_is_tried_in_the_next_cycle(on):
    customer, product = on.spotilla.add_customer(), on.spotilla.add_product()
    on.cycle()
    good = [on.task(customer, product) for _ in range(4)]
    odd = on.spotilla.add_product("Outo", code="OUTO", vat="14")
    bad = on.task(customer, odd)
    on.company.vat_percents.remove(Decimal(14))
    on.cycle()
    first = sorted(one.body["originalInvoiceNumber"] for one in on.invoices)
    on.company.vat_percents.append(Decimal(14))
    on.cycle()
    on.cycle()

    assert sorted(f"SPO-{task}" for task in good) == first
    assert f"SPO-{bad}" in {one.body["originalInvoiceNumber"] for one in on.invoices}
    assert 5 == len(on.invoices)


@pytest.mark.requirement("R-SPO-30b")
@pytest.mark.parametrize("fault", ["lost_done", "fault_done", "html_done", "cut"])
def test_invoice_whose_answer_was_lost_is_found_by_its_number(on, fault):
    on.there.world.faults.add("POST invoices", fault)
    on.task(on.spotilla.add_customer(), on.spotilla.add_product())
    on.cycle()
    for _ in range(2):
        on.cycle()

    assert 1 == len(on.invoices)
    assert 1 == len(on.calls("POST", "invoices"))


@pytest.mark.parametrize("path", ["businesspartners", "products"])
@pytest.mark.parametrize("fault", ["lost_done", "lost", "fault_done", "late"])
def test_card_whose_answer_was_lost_is_there_once(on, path, fault):
    on.there.world.faults.late_s = 0.05
    on.there.world.faults.add(f"POST {path}", fault)
    on.task(on.spotilla.add_customer(), on.spotilla.add_product())
    for _ in range(3):
        on.cycle()

    assert (1, 1, 1, 1) == (
        len(on.cards),
        len(on.company.products),
        len(on.invoices),
        len(on.customers),
    )


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("fault", ["lost_done", "fault_done", "lost"])
def test_customer_whose_answer_was_lost_in_spotilla_is_there_once(on, keeps, fault):
    on.spotilla.tenant.keeps_external_id = keeps
    if not keeps:
        on.without_external_id()
    on.acts.add_partner(card())
    on.here.world.faults.add("POST customers", fault)
    on.cycle()
    on.clock.advance(minutes=16)
    for _ in range(2):
        on.cycle()

    (link,) = on.hub.route_links.of("acme", "spotilla", "customer")
    assert ["Procountorin Oy"] == [one["name"] for one in on.customers]
    assert (str(on.customers[0]["id"]), "linked") == (link.source_id, link.state)
    assert [] == on.calls("POST", "businesspartners")


def test_customer_without_business_id_comes_back_once_and_is_not_sent_back(on):
    on.acts.add_partner(card(invoicingInfo={"identifier": ""}))
    for _ in range(3):
        on.cycle()

    assert (1, 1) == (len(on.customers), len(on.cards))


def test_customer_that_nothing_proves_is_held_and_not_made_again(on):
    on.without_external_id()
    on.acts.add_partner(card(invoicingInfo={"identifier": ""}))
    on.here.world.faults.add("POST customers", "lost_done")
    on.cycle()
    on.clock.advance(hours=1)
    for _ in range(2):
        on.cycle()

    (link,) = on.hub.route_links.of("acme", "spotilla", "customer")
    assert (1, "held") == (len(on.customers), link.state)


def test_update_whose_answer_was_lost_is_written_once_more(on):
    on.acts.add_partner(card())
    on.cycle()
    on.clock.advance(minutes=30)
    on.acts.edit_partner(on.cards[0].id, name="Uusi Oy")
    on.here.world.faults.add("PUT customers/*", "lost")
    on.cycle()
    first = on.customers[0]["name"]
    on.cycle()

    assert ("Procountorin Oy", "Uusi Oy") == (first, on.customers[0]["name"])


def test_idle_cycle_asks_procountor_for_two_lists_alone(on):
    on.spotilla.add_customer()
    for _ in range(3):
        on.cycle()
    on.clock.advance(hours=8)
    on.there.world.advance(8 * 3600)
    on.cycle()
    before = len(on.calls())
    on.cycle()

    lists = [call for call in on.calls()[before:] if call[1] != "sessioninfo"]
    assert [("GET", "businesspartners")] * 2 == lists


def test_feed_that_fails_concludes_nothing(on):
    on.task(on.spotilla.add_customer(), on.spotilla.add_product())
    on.there.world.faults.add("GET businesspartners", *["fault"] * 20)
    with pytest.raises(Exception, match="500"):
        on.cycle()
    on.there.world.faults.clear()
    on.cycle()

    assert 1 == len(on.invoices)


def test_creates_of_a_cycle_are_limited_and_tasks_of_linked_customers_do_not_wait(house):
    house.switch_on(max_creates=2)
    customer = house.spotilla.add_customer("Ensin Oy")
    product = house.spotilla.add_product()
    house.cycle()
    for number in range(4):
        house.spotilla.add_customer(f"Oy {number}", business_id=f"111111{number}-1")
    house.task(customer, product)
    cycle = house.cycle()

    assert (3, 2, 1) == (len(house.cards), cycle.left, len(house.invoices))
    house.cycle()
    assert 5 == len(house.cards)


def test_terms_and_channel_come_from_the_card(on):
    theirs = on.acts.add_partner(
        card(
            invoicingInfo={
                "identifier": "1234567-8",
                "invoiceChannel": "EMAIL",
                "email": "laskut@example.invalid",
                "language": "SWEDISH",
            },
            paymentInfo={**NEW["paymentInfo"], "paymentTermDays": "30"},
        )
    )
    on.task(on.spotilla.add_customer(), on.spotilla.add_product())
    on.cycle()

    (invoice,) = on.invoices
    body = invoice.body
    assert (theirs, "EMAIL", "SWEDISH", "laskut@example.invalid") == (
        body["partnerId"],
        body["invoiceChannel"],
        body["language"],
        body["counterParty"]["email"],
    )


def test_second_customer_of_one_business_id_is_held(on):
    product = on.spotilla.add_product()
    first, second = on.spotilla.add_customer("A Oy"), on.spotilla.add_customer("B Oy")
    on.task(first, product)
    task = on.task(second, product)
    cycle = on.cycle()

    assert 1 == len(on.cards)
    assert ["second_of_business_id"] == [one.code for one in cycle.against[str(second)]]
    assert {f"task-{task}": "customer_awaited"} == on.standing()


@pytest.mark.parametrize("reason", ["product_gone", "product_inactive"])
def test_task_of_a_product_that_is_gone_in_procountor_waits_and_others_go(on, reason):
    customer = on.spotilla.add_customer()
    gone, kept = on.spotilla.add_product("Vanha"), on.spotilla.add_product("Uusi")
    on.cycle()
    number = next(iter(on.company.products))
    if reason == "product_gone":
        on.acts.delete_product(number)
    else:
        on.acts.edit_product(number, active=False)
    waits, _ = on.task(customer, gone), on.task(customer, kept)
    on.cycle()
    before = len(on.calls(method="POST"))
    on.cycle()

    assert {f"task-{waits}": reason} == on.standing()
    assert 1 == len(on.invoices)
    assert before == len(on.calls(method="POST"))


def test_task_goes_once_its_product_is_in_use_again(on):
    customer, product = on.spotilla.add_customer(), on.spotilla.add_product()
    on.cycle()
    number = next(iter(on.company.products))
    on.acts.edit_product(number, active=False)
    on.task(customer, product)
    on.cycle()
    on.acts.edit_product(number, active=True)
    on.cycle()

    assert {} == on.standing()
    assert 1 == len(on.invoices)


def test_products_that_could_not_be_looked_at_are_not_taken_for_gone(on):
    customer, product = on.spotilla.add_customer(), on.spotilla.add_product()
    on.cycle()
    on.task(customer, product)
    on.there.world.faults.add("GET products/*", "forbidden")
    on.cycle()

    assert {} == on.standing()
    assert 1 == len(on.invoices)


def test_invoice_that_is_held_goes_on_by_a_persons_word_alone(on):
    customer, product = on.spotilla.add_customer(), on.spotilla.add_product()
    on.cycle()
    task = on.task(customer, product)
    # What is there is not what was sent: somebody put a row of 99.00 to it before it was read back.
    on.there.world.before.append(("invoices/", lambda: _worth(on, "99.00")))
    on.cycle()
    on.cycle()
    before = [one.item.phase for one in on.hub.outbox.listed("acme", TARGET, limit=1)]
    _worth(on, "10.00")
    retry_task(SpotillaRoute.of(on.hub, "acme"), str(task))
    on.cycle()

    assert [Phase.HELD] == before
    assert [Phase.DONE] == [one.item.phase for one in on.hub.outbox.listed("acme", TARGET, limit=1)]
    with pytest.raises(NoFailedTask):
        retry_task(SpotillaRoute.of(on.hub, "acme"), str(task))


def test_retry_of_a_task_marks_nothing_while_a_register_does_not_answer(on):
    asked = []
    on.there.world.faults.add("GET *", "forbidden")

    with pytest.raises(TasmaError):
        asyncio.run(run_cycle(on.hub, "acme", first=asked.append))

    assert [] == asked


def _worth(on, price):
    (invoice,) = on.invoices
    rows = [{**row, "unitPrice": Decimal(price)} for row in invoice.body["invoiceRows"]]
    on.acts.edit_invoice(invoice.id, invoiceRows=rows)


def test_page_of_a_cycle_names_what_was_made_what_waits_and_what_failed(on):
    customer, product = on.spotilla.add_customer(), on.spotilla.add_product()
    on.task(customer, product)
    waits = on.task(customer, product, order_number=" ")
    on.spotilla.add_customer("Toinen Oy")
    on.there.world.faults.add("POST invoices", "forbidden")
    turn = asyncio.run(hear(SimpleNamespace(hub=on.hub), "acme"))

    found = page(on.hub, "acme", turn)

    assert "queued partners: 1" in found
    assert f"| task-{waits} | the task has no order number" in found.replace("\\", "")
    assert "## Failed" in found
    assert "the same business id" in found
