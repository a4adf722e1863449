"""From what people do in Ecom to the outbox: the simulator's feed, a real hub and lake."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from contextlib import nullcontext
from dataclasses import replace
from decimal import Decimal

import pytest

from blocks.hub import Connection, Method, Tenant
from blocks.systems.registry import open_feed, port
from flows.cli import ecom_work
from ledger.ecom.modes import Mode
from ledger.ecom.sentences import Colour
from ledger.invoice.mappings.ecom_procountor.accounts import AccountRow
from ledger.push.advance import Rules
from ledger.push.events import After, Begun, NoEffect, Succeeded
from simulators.ecom import Company, EcomSimulator
from tasks.ecom import accounts, hearing
from tasks.ecom.hearing import has_news, hear
from tasks.ecom.journals import book
from tasks.ecom.mode import (
    Earlier,
    EarlierUndecided,
    GuardFails,
    add_route,
    checked,
    earlier,
    switch,
)
from tasks.ecom.overview import marks
from tasks.ecom.retry import AlreadyTransferred, NothingToRetry, retry
from tasks.ecom.route import TARGET, EcomRoute
from tasks.ecom.settle import Settling, due
from tasks.feeds import listen
from tasks.overview import whole_overview
from tasks.push import now
from tests.command_line import invoke
from tests.harnesses.ecom import BLOCK, BUSINESS_ID, KEY, give_block
from tests.homes import opened_new
from tests.toy_target import ToyTarget

RATE = Decimal("25.5")
ROWS = [AccountRow("7230", RATE, "7240", "1"), AccountRow("3000", RATE, "3010", "1")]


class Clock:
    """The time of hub and Ecom alike."""

    def __init__(self):
        self.moment = dt.datetime(2026, 5, 4, 9, 0, tzinfo=dt.UTC)

    def __call__(self):
        self.moment += dt.timedelta(seconds=1)
        return self.moment

    def on(self, day, hour=12):
        self.moment = dt.datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00")


class House:
    """A tenant with a route, and what people do."""

    def __init__(self, stores, company, clock):
        self.stores, self.hub, self.company, self.clock = stores, stores.hub, company, clock
        self.target = ToyTarget()

    def route(self):
        return EcomRoute.of(self.hub, "acme")

    def run(self, *also):
        """Listen, decide what is new or due, queue what goes; return what was queued."""

        async def work():
            async with open_feed(self.hub, "acme", "ecom") as feed:
                await listen(self.hub, "acme", "ecom", feed)
                subjects, last = self.hub.feeds.unsettled("acme", "ecom")
                route = self.route()
                wanted = sorted({*subjects, *also, *due(route)} - {""})
                settling = Settling(route, feed, self.stores.lake, self.target)
                settled = await settling.of_subjects(wanted)
                self.hub.feeds.settled("acme", "ecom", last)
                return settled.queued + book(route, self.target)

        return asyncio.run(work())

    def mode(self, mode, **more):
        return switch(self.hub, "acme", mode, who="anna", **more)

    def outbox(self):
        return {one.source_id: one for one in self.hub.outbox.listed("acme", TARGET)}

    def state(self, item):
        found = self.hub.transfers.find("acme", "ecom", item)
        return (str(found.state), found.code) if found else None

    def shown(self):
        return [(one.item, str(one.colour), one.code) for one in marks(self.route())]

    def answered(self, item, event, steps=1):
        """Let the target answer the next steps of a document."""
        queued = self.outbox()[f"ecom/{item}"]
        for _ in range(steps):
            token = queued.item.token + 1
            begun = Begun(token, "d", learned=self.hub.outbox.learned(queued) or ())
            queued, _ = self.hub.outbox.apply(queued, begun, rules=Rules(), now=now())
            answer = replace(event, token=token)
            queued, _ = self.hub.outbox.apply(queued, answer, rules=Rules(), now=now())
        return queued


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def company(clock):
    company = Company(BUSINESS_ID, KEY, clock=clock)
    company.account("7230", "Vuokrat", "25.5")
    company.account("3000", "Myynti", "25.5")
    return company


@pytest.fixture
def house(company, clock, tmp_path, empty_hub, monkeypatch):
    with (
        EcomSimulator([company]) as simulator,
        opened_new(tmp_path, empty_hub, clock=clock) as stores,
    ):
        give_block(monkeypatch, url=simulator.url)
        number = BUSINESS_ID.replace("-", "")
        stores.hub.tenants.add(Tenant("acme", "Acme", organisation_number=number, country="FI"))
        connector = port("ecom").connect
        asyncio.run(connector.finish(stores.hub, "acme", {}, wants={"block": BLOCK}))
        stores.hub.connections.save(Connection("acme", TARGET, Method.API_KEY))
        add_route(stores.hub, "acme", who="anna")
        house = House(stores, company, clock)
        house.simulator = simulator
        accounts.save(house.route(), ROWS, who="anna")
        yield house


@pytest.fixture
def voucher(house):
    """Return a house at voucher level, in the setting asked for."""
    house.hub.routes.activate(house.route().route, who="olli")

    def at(mode):
        house.mode(mode)
        return house

    return at


@pytest.mark.requirement("R-ECO-1a", "R-ECO-1b", "R-ECO-2a")
def test_new_tenant_is_at_memo_level_and_cannot_choose_voucher_level(house):
    assert Mode.MEMO is house.route().mode
    house.company.purchase("p-1")
    house.company.approve("p-1")

    assert [] == house.run()
    with pytest.raises(GuardFails, match="ask the customer service"):
        house.mode(Mode.VOUCHER_ECOM)
    assert Mode.MEMO is house.route().mode


@pytest.mark.requirement("R-ECO-14a", "R-ECO-14b", "R-ECO-15")
def test_activation_lets_voucher_level_be_chosen_at_once_and_its_lack_asks_for_it(house):
    with pytest.raises(GuardFails, match="customer service"):
        house.mode(Mode.VOUCHER_ECOM)

    activated = house.hub.routes.activate(house.route().route, who="olli")

    assert "olli" == activated.activated_by
    assert Mode.VOUCHER_ECOM is house.mode(Mode.VOUCHER_ECOM).mode


@pytest.mark.requirement("R-ECO-12b")
def test_mode_cannot_be_chosen_before_the_connection_exists(house):
    house.hub.routes.activate(house.route().route, who="olli")
    with house.hub.database.writing() as connection:
        connection.exec_driver_sql("delete from connection where system like 'procountor%'")

    with pytest.raises(GuardFails, match="Procountor is not connected"):
        house.mode(Mode.VOUCHER_ECOM)
    with pytest.raises(GuardFails, match="Procountor is not connected"):
        house.mode(Mode.MEMO)


@pytest.mark.requirement("R-ECO-2b", "R-ECO-2c")
def test_voucher_level_is_no_beginning_and_is_chosen_from_memo_level(house):
    house.hub.tenants.add(Tenant("other", "Other", organisation_number="1", country="FI"))
    for system in ("ecom", TARGET):
        house.hub.connections.save(Connection("other", system, Method.API_KEY))

    with pytest.raises(GuardFails, match="begins at memo level"):
        switch(house.hub, "other", Mode.VOUCHER_ECOM, who="anna")

    made = add_route(house.hub, "other", who="anna")
    house.hub.routes.activate(made.route, who="olli")
    switch(house.hub, "other", Mode.VOUCHER_ECOM, who="anna")
    assert Mode.VOUCHER_ECOM is EcomRoute.of(house.hub, "other").mode


@pytest.mark.requirement("R-ECO-3a", "R-ECO-3b")
def test_any_earlier_integration_decides_between_the_paths(voucher, house):
    first = {guard.code for guard in checked(house.hub, "acme", Mode.VOUCHER_ECOM)}

    house.company.attach_integration("Tikon")
    house.run()

    second = {guard.code for guard in checked(house.hub, "acme", Mode.VOUCHER_ECOM)}
    assert {"detached", "periods_closed"} == second - first


@pytest.mark.requirement("R-ECO-8a", "R-ECO-8b")
def test_attached_integration_stops_the_switch_until_it_is_detached(voucher, house):
    house.company.attach_integration("Tikon")
    house.company.purchase("p-1")
    house.run()
    with pytest.raises(GuardFails, match="still attached in Ecom: Tikon"):
        house.mode(Mode.VOUCHER_ECOM)

    house.company.detach_integration("Tikon")
    house.run()

    assert Mode.VOUCHER_ECOM is house.mode(Mode.VOUCHER_ECOM).mode


@pytest.mark.requirement("R-ECO-8b")
def test_what_is_triggered_while_another_integration_is_attached_goes_by_a_persons_word_alone(
    voucher,
):
    """Ours was detached meanwhile, or was not: what the other has booked nobody tells us."""
    house = voucher(Mode.VOUCHER_PROCOUNTOR)
    house.company.purchase("p-1")
    house.company.purchase("p-2")
    house.hub.routes.detach(house.route().route, who="anna")
    house.company.attach_integration("Tikon")
    house.company.approve("p-1")
    house.company.detach_integration("Tikon")
    house.company.approve("p-2")
    add_route(house.hub, "acme", who="anna")

    assert ["p-2"] == house.run()
    assert ("refused", "other_integration") == house.state("p-1")
    assert [] == house.run("p-1"), "it is decided alike whenever it is asked"
    again = retry(house.route(), "p-1", who="anna")
    assert ["p-1"] == house.run(again.subject)


@pytest.mark.requirement("R-ECO-7a", "R-ECO-7b", "R-ECO-7c")
def test_open_periods_before_the_month_of_the_switch_stop_it_and_are_listed(voucher, house):
    house.company.attach_integration("Tikon")
    house.company.detach_integration("Tikon")
    house.hub.routes.set(house.route().route, {"first_month": "2026-02"}, who="anna")
    house.company.close("2026-03")
    house.run()
    with pytest.raises(GuardFails, match=r"are open in Ecom: 2026-02, 2026-04\."):
        house.mode(Mode.VOUCHER_ECOM)

    house.company.close("2026-02")
    house.company.close("2026-04")
    house.run()

    assert Mode.VOUCHER_ECOM is house.mode(Mode.VOUCHER_ECOM).mode


def test_purchase_waits_for_its_suppliers_card_and_a_payment_for_its_approval(voucher):
    house = voucher(Mode.VOUCHER_PROCOUNTOR)
    house.company.purchase("p-1")
    house.company.approve("p-1")
    house.company.pay("p-1", "m-1", amount="100.00", date="2026-05-05")

    assert ["p-1", "p-1:m-1"] == house.run()

    outbox = house.outbox()
    assert {"ecom/supplier-t-1", "ecom/p-1", "ecom/p-1:m-1"} == set(outbox)
    waits = {name: [str(w) for w in one.item.waits_for] for name, one in outbox.items()}
    assert ["partner ecom/supplier-t-1"] == waits["ecom/p-1"]
    assert ["purchase invoice ecom/p-1"] == waits["ecom/p-1:m-1"]
    assert "approve" == outbox["ecom/p-1:m-1"].item.waits_for[0].step
    assert "voucher:procountor" == outbox["ecom/p-1"].trigger


def test_second_invoice_of_a_supplier_joins_the_same_card_whatever_it_says_now(voucher):
    house = voucher(Mode.VOUCHER_PROCOUNTOR)
    for name, supplier in (("p-1", "Toimittaja Oy"), ("p-2", "Toimittaja Oyj")):
        party = {"id": "t-1", "name": supplier, "vat_number": "FI12345671"}
        house.company.purchase(name, party=party)
        house.company.approve(name)
        house.run()
        if name == "p-1":
            house.answered("supplier-t-1", Succeeded(1, "77"))

    outbox = house.outbox()
    assert "77" == outbox["ecom/supplier-t-1"].item.target_id
    assert "Toimittaja Oyj" in outbox["ecom/p-2"].document
    assert "Toimittaja Oyj" not in outbox["ecom/supplier-t-1"].document


@pytest.mark.requirement("R-ECO-36")
def test_one_faulty_invoice_of_five_stops_no_other(voucher):
    house = voucher(Mode.VOUCHER_ECOM)
    for number in range(1, 6):
        name = f"p-{number}"
        house.company.purchase(name, **({"postings": []} if number == 3 else {}))
        house.company.approve(name)
        house.company.export(name)

    assert ["p-1", "p-2", "p-4", "p-5"] == house.run()
    assert ("refused", "unposted") == house.state("p-3")


@pytest.mark.requirement("R-ECO-37a", "R-ECO-37b")
@pytest.mark.parametrize("mode", [Mode.VOUCHER_PROCOUNTOR, Mode.VOUCHER_ECOM])
def test_closing_a_period_queues_nothing(voucher, mode):
    house = voucher(mode)
    house.company.purchase("p-1")
    house.company.sale("s-1")
    house.run()

    house.company.close("2026-05")

    assert [] == house.run()
    assert {} == house.outbox()


@pytest.mark.requirement("R-ECO-9a", "R-ECO-9b")
def test_invoice_of_a_closed_period_is_held_with_its_reason_until_the_period_is_reopened(voucher):
    house = voucher(Mode.VOUCHER_PROCOUNTOR)
    house.company.purchase("p-1")
    house.company.close("2026-05")
    house.company.approve("p-1")

    assert [] == house.run()
    assert ("refused", "period_closed") == house.state("p-1")
    house.company.reopen("2026-05")
    house.run()
    again = retry(house.route(), "p-1", who="anna")
    assert ["p-1"] == house.run(again.subject)


@pytest.mark.requirement("R-ECO-16b", "R-ECO-16d")
def test_switch_lists_what_was_triggered_before_and_sends_it_by_a_persons_word_alone(house):
    house.hub.routes.activate(house.route().route, who="olli")
    for name, date in (("p-1", "2026-05-04"), ("p-2", "2026-05-03"), ("p-3", "2026-03-01")):
        house.company.purchase(name, date=date)
        house.company.approve(name)
    house.company.close("2026-03")
    house.run()
    assert ["p-1", "p-2"] == [one.item for one in earlier(house.route())]
    with pytest.raises(EarlierUndecided, match="2 documents of acme"):
        house.mode(Mode.VOUCHER_PROCOUNTOR)
    assert Mode.MEMO is house.route().mode

    switched = house.mode(Mode.VOUCHER_PROCOUNTOR, earlier_goes=Earlier.SEND)

    assert ("p-1", "p-2") == switched.released
    assert ["p-1", "p-2"] == house.run(*switched.released)
    assert [] == house.run(*switched.released)
    assert ("left", "journal") == house.state("p-3")
    listed = house.hub.transfers.listed("acme", "ecom")
    stamps = {one.item: one.booked_by for one in listed if one.item.startswith("p-")}
    assert {"p-1": "voucher:procountor", "p-2": "voucher:procountor", "p-3": "memo"} == stamps


def test_what_a_person_leaves_at_the_switch_stays_left(house):
    house.hub.routes.activate(house.route().route, who="olli")
    house.company.purchase("p-1")
    house.company.approve("p-1")
    house.run()

    switched = house.mode(Mode.VOUCHER_PROCOUNTOR, earlier_goes=Earlier.LEAVE)
    house.company.submit("p-1")

    assert ("p-1",) == switched.left
    assert [] == house.run()
    assert ("left", "left_by_person") == house.state("p-1")
    assert [] == earlier(house.route())


def test_switch_while_a_batch_is_under_way_sends_each_item_in_one_mode(house):
    """Two are approved before the switch and two after; the feed is read when it is over."""
    house.hub.routes.activate(house.route().route, who="olli")
    names = ["p-1", "p-2", "p-3", "p-4"]
    for name in names:
        house.company.purchase(name)
    for name in names[:2]:
        house.company.approve(name)
    house.mode(Mode.VOUCHER_PROCOUNTOR)
    for name in names[2:]:
        house.company.approve(name)

    assert ["p-3", "p-4"] == house.run()
    assert ("left", "memo_level") == house.state("p-1") == house.state("p-2")
    assert ["p-1", "p-2"] == [one.item for one in earlier(house.route())]


@pytest.mark.requirement("R-ECO-56a", "R-ECO-55c")
def test_account_that_is_not_joined_is_found_before_anything_is_queued_and_goes_once_it_is(voucher):
    house = voucher(Mode.VOUCHER_ECOM)
    accounts.save(house.route(), [], who="anna")
    house.company.purchase("p-1")
    house.company.approve("p-1")
    house.company.export("p-1")
    house.company.sale("s-1")
    house.company.send("s-1")

    assert [] == house.run()
    assert {} == house.outbox()
    assert [("p-1", "red", "account_not_joined"), ("s-1", "red", "account_not_joined")] == (
        house.shown()
    )
    accounts.save(house.route(), ROWS, who="anna")
    subjects = [retry(house.route(), name, who="anna").subject for name in ("p-1", "s-1")]
    assert ["p-1", "s-1"] == house.run(*subjects)
    assert [] == house.shown()


def test_what_was_tried_again_waits_for_a_run_with_its_reason_and_for_no_person(voucher):
    house = voucher(Mode.VOUCHER_ECOM)
    accounts.save(house.route(), [], who="anna")
    house.company.sale("s-1")
    house.company.send("s-1")
    house.run()
    accounts.save(house.route(), ROWS, who="anna")

    retry(house.route(), "s-1", who="anna")
    retry(house.route(), "s-1", who="anna")

    (mark,) = marks(house.route())
    (row,) = whole_overview(house.hub)
    assert (Colour.YELLOW, "green", 0) == (mark.colour, row.light, row.waiting_documents)
    assert 1 == mark.text.count("tried once more by anna, and not decided yet: ")
    assert "Accounts of a row are not joined" in mark.text
    assert "tasma ecom run" in mark.remedy
    assert asyncio.run(has_news(house.hub, "acme"))
    assert ["s-1"] == house.run()
    assert [] == house.shown()


def test_command_says_what_became_of_what_was_tried_once_more(voucher, monkeypatch):
    house = voucher(Mode.VOUCHER_ECOM)
    accounts.save(house.route(), [], who="anna")
    house.company.sale("s-1")
    house.company.send("s-1")
    house.run()
    monkeypatch.setattr(hearing, "open_target", lambda *_, **__: nullcontext(house.target))
    monkeypatch.setattr(ecom_work, "open_stores", lambda: nullcontext(house.stores))
    monkeypatch.setattr(ecom_work, "open_hub", lambda: nullcontext(house.hub))

    refused = invoke("ecom", "retry", "acme", "s-1", "--who", "anna")
    accounts.save(house.route(), ROWS, who="anna")
    queued = invoke("ecom", "retry", "acme", "s-1", "--who", "anna")

    assert refused.stdout.startswith("Refused again: s-1.")
    assert queued.stdout.startswith("Queued again: s-1.")
    assert f"Next: tasma push run acme --to {TARGET}" in queued.stdout


@pytest.mark.requirement("R-ECO-55c")
def test_invoice_corrected_in_ecom_and_tried_again_goes_as_it_is_now(voucher):
    house = voucher(Mode.VOUCHER_PROCOUNTOR)
    house.company.purchase("p-1", rows=[])
    house.company.approve("p-1")
    house.run()
    assert ("refused", "rows_absent") == house.state("p-1")
    row = {"product_name": "Vuokra", "quantity": "1", "price": "1000.00", "vat_rate": "25.5"}
    house.company.change("p-1", rows=[row])
    assert [] == house.run()

    again = retry(house.route(), "p-1", who="anna")

    assert ["p-1"] == house.run(again.subject)
    assert "Vuokra" in house.outbox()["ecom/p-1"].document
    assert 2 == house.hub.transfers.find("acme", "ecom", "p-1").revision
    assert [] == house.shown()


@pytest.mark.requirement("R-ECO-48a", "R-ECO-48b")
def test_failed_sale_is_tried_again_and_one_that_succeeded_is_not(voucher):
    house = voucher(Mode.VOUCHER_ECOM)
    house.company.sale("s-1")
    house.company.send("s-1")
    house.run()
    house.answered("s-1", NoEffect(1, "X_NEW", After.REJECT))
    assert [("s-1", "red", "X_NEW")] == house.shown()

    again = retry(house.route(), "s-1", who="anna")
    house.run(again.subject)

    assert "ready" == house.outbox()["ecom/s-1"].item.phase
    house.answered("s-1", Succeeded(1, "4711"), steps=5)
    assert "done" == house.outbox()["ecom/s-1"].item.phase
    with pytest.raises(AlreadyTransferred, match="4711"):
        retry(house.route(), "s-1", who="anna")
    with pytest.raises(NothingToRetry):
        retry(house.route(), "s-9", who="anna")


@pytest.mark.requirement("R-ECO-13a", "R-ECO-13b")
def test_sale_sent_before_it_is_chosen_where_purchases_are_posted_says_so_and_goes_afterwards(
    voucher,
):
    house = voucher(Mode.VOUCHER)
    house.company.sale("s-1")
    house.company.send("s-1")
    assert [] == house.run()
    assert ("refused", "purchase_posting_absent") == house.state("s-1")

    house.mode(Mode.VOUCHER_ECOM)
    again = retry(house.route(), "s-1", who="anna")

    assert ["s-1"] == house.run(again.subject)
    assert [] == house.shown()


@pytest.mark.requirement("R-ECO-62a", "R-ECO-62b")
def test_unknown_answer_is_kept_verbatim_with_no_known_remedy_and_can_be_tried_again(voucher):
    house = voucher(Mode.VOUCHER_PROCOUNTOR)
    house.company.purchase("p-1")
    house.company.approve("p-1")
    house.run()
    house.answered("supplier-t-1", Succeeded(1, "77"))
    house.answered("p-1", NoEffect(1, "X_NEW", After.REJECT))

    (mark,) = marks(house.route())

    assert ("X_NEW", Colour.RED) == (mark.code, mark.colour)
    assert "X_NEW" in mark.text
    assert "No known remedy" in mark.remedy
    assert retry(house.route(), "p-1", who="anna").items == ("p-1",)


@pytest.mark.requirement("R-ECO-P1a", "R-ECO-P1b", "R-ECO-P1d")
def test_list_marks_failures_red_and_purchases_not_exported_yellow_until_the_period_closes(voucher):
    house = voucher(Mode.VOUCHER_ECOM)
    house.company.purchase("p-1")
    house.company.approve("p-1")
    house.company.purchase("p-2", postings=[])
    house.company.approve("p-2")
    house.company.export("p-2")
    house.company.purchase("p-3")
    house.run()

    assert [("p-2", "red", "unposted"), ("p-1", "yellow", "not_exported")] == house.shown()
    house.company.close("2026-05")
    house.run()
    assert [] == house.shown()


@pytest.mark.requirement("R-ECO-41a", "R-ECO-41b")
def test_edited_payment_changes_nothing_in_the_outbox_and_is_shown(voucher):
    house = voucher(Mode.VOUCHER_PROCOUNTOR)
    house.company.purchase("p-1")
    house.company.approve("p-1")
    house.company.pay("p-1", "m-1", amount="100.00", date="2026-05-05")
    house.run()
    before = house.outbox()["ecom/p-1:m-1"]

    house.company.edit_payment("p-1", "m-1", amount="90.00")

    assert [] == house.run()
    assert before == house.outbox()["ecom/p-1:m-1"]
    assert [("p-1:m-1", "yellow", "payment_changed_after")] == house.shown()
    texts = [line.text for line in house.hub.transfers.log("acme", "ecom", "p-1")]
    assert "The payment was changed after transfer, not re-sent" in texts


@pytest.mark.requirement("R-ECO-38a", "R-ECO-42a")
def test_payment_of_an_invoice_that_was_refused_waits_and_goes_with_it(voucher):
    house = voucher(Mode.VOUCHER_ECOM)
    house.company.purchase("p-1", postings=[])
    house.company.approve("p-1")
    house.company.export("p-1")
    house.company.pay("p-1", "m-1", amount="100.00", date="2026-05-05")

    assert [] == house.run()
    assert {} == house.outbox()
    assert ("waits", "document_not_sent") == house.state("p-1:m-1")
    posted = [
        {"account": "7230", "amount": "1000.00", "vat_rate": "25.5"},
        {"account": "2871", "amount": "-1000.00", "role": "balance"},
    ]
    house.company.post("p-1", posted)
    house.company.export("p-1")
    assert ["p-1", "p-1:m-1"] == house.run()


def test_day_comes_without_a_word_from_ecom_and_marks_the_invoice_paid(voucher):
    house = voucher(Mode.VOUCHER_PROCOUNTOR)
    house.company.purchase("p-1")
    house.company.approve("p-1")
    house.company.submit("p-1")
    assert ["p-1"] == house.run()
    house.clock.on("2026-06-03", 20)
    assert [] == house.run()

    house.clock.on("2026-06-03", 22)

    assert ["p-1:#auto"] == house.run()
    payment = json.loads(house.outbox()["ecom/p-1:#auto"].document)
    assert ("2026-06-01", None) == (payment["paid_on"], payment.get("amount"))
    assert [] == house.run()


@pytest.mark.requirement("R-ECO-61a", "R-ECO-61b")
def test_payee_that_is_in_no_register_is_information_and_nothing_to_retry(voucher):
    house = voucher(Mode.VOUCHER_PROCOUNTOR)
    house.company.purchase("p-1")
    house.company.approve("p-1")
    house.company.note("p-1", "Saajaa ei löydy toimittajarekisteristä")

    assert ["p-1"] == house.run()
    levels = {one.code: one.level for one in house.hub.transfers.log("acme", "ecom", "p-1")}
    assert "info" == levels["payee_not_in_register"]
    assert [] == house.shown()
    with pytest.raises(NothingToRetry):
        retry(house.route(), "p-1", who="anna")


def test_image_is_landed_before_the_invoice_is_queued_and_other_files_are_never_asked_for(voucher):
    house = voucher(Mode.VOUCHER_PROCOUNTOR)
    house.company.purchase("p-1")
    house.company.attach("p-1", "lasku.pdf", b"%PDF plainly fake")
    house.company.attach("p-1", "liite.pdf", b"%PDF other", is_image=False)
    house.company.approve("p-1")
    house.run()

    image = json.loads(house.outbox()["ecom/p-1"].document)["image"]
    landed = house.stores.lake.find("acme", "ecom", image["sha256"])
    assert b"%PDF plainly fake" == house.stores.lake.read(landed)
    assert 1 == sum(path.startswith("files/") for path in house.simulator.app.calls)


def test_image_that_cannot_be_had_stays_behind_and_the_invoice_goes_with_a_mark(voucher):
    house = voucher(Mode.VOUCHER_PROCOUNTOR)
    house.company.purchase("p-1")
    house.company.attach("p-1", "lasku.pdf", b"%PDF plainly fake")
    house.company.files.clear()
    house.company.approve("p-1")

    assert ["p-1"] == house.run()
    assert "image" not in json.loads(house.outbox()["ecom/p-1"].document)
    assert [("p-1", "yellow", "image_unreadable")] == house.shown()


def test_run_that_died_after_listening_leaves_nothing_undecided(voucher):
    house = voucher(Mode.VOUCHER_PROCOUNTOR)
    house.company.purchase("p-1")
    house.company.approve("p-1")

    async def listen_only():
        async with open_feed(house.hub, "acme", "ecom") as feed:
            await listen(house.hub, "acme", "ecom", feed)

    asyncio.run(listen_only())

    assert ["p-1"] == house.run()


def test_target_that_refuses_a_document_refuses_all_that_goes_with_it(voucher):
    house = voucher(Mode.VOUCHER_PROCOUNTOR)
    house.target = ToyTarget({'"kind_of_refusal"': "", "4711": "the number is taken."})
    house.company.purchase("p-1", number="4711")
    house.company.approve("p-1")

    assert [] == house.run()
    assert {} == house.outbox()
    assert ("refused", "target_refuses") == house.state("p-1")
    assert "the number is taken." in house.hub.transfers.find("acme", "ecom", "p-1").detail


MEMO_ROWS = [
    *ROWS,
    AccountRow("2871", Decimal(0), "2880", "12"),
    AccountRow("1701", Decimal(0), "1701", "12"),
]


@pytest.fixture
def memo(house):
    """Return a house at memo level whose table has the accounts of what is owed too."""
    accounts.save(house.route(), MEMO_ROWS, who="anna")
    house.hub.routes.set(house.route().route, {"payment_account": "1910"}, who="anna")
    return house


def journal_of(house, name):
    found = json.loads(house.outbox()[f"ecom/{name}"].document)
    return {
        (one["account"], one.get("vat_rate", "0"), one.get("vat_status")): one["amount"]
        for one in found["postings"]
    }


@pytest.mark.requirement("R-ECO-P3a")
def test_closing_at_memo_level_queues_a_journal_of_purchases_sales_and_payments_each(memo):
    for name in ("p-1", "p-2"):
        memo.company.purchase(name)
        memo.company.approve(name)
    memo.company.sale("s-1")
    memo.company.send("s-1")
    memo.company.pay("p-1", "m-1", amount="1255.00", date="2026-05-20")
    memo.company.pay("s-1", "r-1", amount="100.00", date="2026-05-21", origin="reference")
    memo.company.purchase("p-3")
    assert [] == memo.run()

    memo.company.close("2026-05")

    names = [f"journal-2026-05-{side}-1" for side in ("purchases", "sales", "payments")]
    assert names == memo.run()
    assert {f"ecom/{name}" for name in names} == set(memo.outbox())
    assert {("2880", "0", "12"): "-2510", ("7240", "25.5", "1"): "2000"} == (
        journal_of(memo, names[0])
    )
    assert {("1701", "0", "12"): "1255", ("3010", "25.5", "1"): "-1000"} == (
        journal_of(memo, names[1])
    )
    assert {
        ("1701", "0", "12"): "-100",
        ("1910", "0", "12"): "-1155",
        ("2880", "0", "12"): "1255",
    } == journal_of(memo, names[2])
    assert ("left", "journal") == memo.state("p-1") == memo.state("s-1")
    assert None is memo.state("p-3")
    assert [] == memo.run()


@pytest.mark.requirement("R-ECO-P3b")
def test_older_documents_that_are_in_no_journal_go_with_the_next_closing_and_none_twice(memo):
    memo.company.purchase("p-1", date="2026-04-10")
    memo.company.approve("p-1")
    memo.company.close("2026-04")
    assert ["journal-2026-04-purchases-1"] == memo.run()
    memo.company.purchase("p-2", date="2026-03-10")
    memo.company.approve("p-2")
    assert [] == memo.run()
    memo.company.purchase("p-3", date="2026-06-01")
    memo.company.approve("p-3")

    memo.company.close("2026-05")

    assert ["journal-2026-05-purchases-1"] == memo.run()
    amounts = journal_of(memo, "journal-2026-05-purchases-1")
    assert {("2880", "0", "12"): "-1255", ("7240", "25.5", "1"): "1000"} == amounts
    assert ("left", "memo_level") == memo.state("p-3")


@pytest.mark.requirement("R-ECO-3b", "R-ECO-7a")
def test_company_that_memo_level_has_booked_for_had_an_integration_and_closes_what_came_before(
    memo,
):
    """That is Procountor's, which is the first that the article names."""
    memo.hub.routes.activate(memo.route().route, who="olli")
    memo.hub.routes.set(memo.route().route, {"first_month": "2026-02"}, who="anna")
    memo.company.purchase("p-1", date="2026-03-10")
    memo.company.approve("p-1")
    memo.company.close("2026-03")
    memo.run()

    with pytest.raises(GuardFails, match=r"are open in Ecom: 2026-02, 2026-04\."):
        memo.mode(Mode.VOUCHER_ECOM)
    memo.company.close("2026-02")
    memo.company.close("2026-04")
    memo.run()

    assert Mode.VOUCHER_ECOM is memo.mode(Mode.VOUCHER_ECOM).mode


def test_what_went_as_a_voucher_is_in_no_journal_and_voucher_level_makes_none(memo):
    memo.hub.routes.activate(memo.route().route, who="olli")
    memo.company.purchase("p-1")
    memo.company.approve("p-1")
    memo.run()
    memo.mode(Mode.VOUCHER_PROCOUNTOR, earlier_goes=Earlier.SEND)
    memo.run("p-1")
    memo.company.purchase("p-2")
    memo.company.approve("p-2")
    memo.run()

    memo.company.close("2026-05")

    assert [] == memo.run()
    assert not [name for name in memo.outbox() if "journal" in name]
    memo.mode(Mode.MEMO)
    memo.company.close("2026-06")
    assert [] == memo.run()


def test_journal_that_cannot_be_made_says_why_and_goes_once_it_can(memo):
    accounts.save(memo.route(), ROWS, who="anna")
    memo.company.purchase("p-1")
    memo.company.approve("p-1")
    memo.company.close("2026-05")

    assert [] == memo.run()
    assert ("refused", "account_not_joined") == memo.state("journal-2026-05-purchases-1")
    shown = [(item, code) for item, _, code in memo.shown()]
    assert [("journal-2026-05-purchases-1", "account_not_joined")] == shown
    accounts.save(memo.route(), MEMO_ROWS, who="anna")
    assert ["journal-2026-05-purchases-1"] == memo.run()
    assert [] == memo.shown()


def test_run_that_died_between_settling_a_closing_and_its_journal_books_the_same(memo):
    """What comes in between is the next closing's, however often the first one is tried."""
    accounts.save(memo.route(), ROWS, who="anna")
    memo.company.purchase("p-1")
    memo.company.approve("p-1")
    memo.company.close("2026-05")
    memo.run()
    memo.company.purchase("p-2", date="2026-05-05")
    memo.company.approve("p-2")
    memo.run()
    accounts.save(memo.route(), MEMO_ROWS, who="anna")

    memo.run()

    assert "-1255" == journal_of(memo, "journal-2026-05-purchases-1")["2880", "0", "12"]
    memo.company.reopen("2026-05")
    memo.company.close("2026-05")
    assert ["journal-2026-05-purchases-2"] == memo.run()


def test_listening_at_memo_level_needs_no_procountor(house):
    with house.hub.database.writing() as connection:
        connection.exec_driver_sql("delete from connection where system like 'procountor%'")
    house.company.purchase("p-1")
    house.company.approve("p-1")

    done = asyncio.run(hear(house.stores, "acme"))

    assert [] == done.settled.queued
    assert ("left", "memo_level") == house.state("p-1")
    assert not asyncio.run(has_news(house.hub, "acme"))
    house.company.submit("p-1")
    assert asyncio.run(has_news(house.hub, "acme"))


def test_account_table_goes_out_and_in_through_the_hub_and_names_what_is_wrong(house):
    house.run()
    text = accounts.export_csv(house.route())

    assert [] == accounts.import_csv(house.route(), text, file_name="tilit.csv", who="anna")
    assert text == accounts.export_csv(house.route())
    with pytest.raises(accounts.AccountTableRefused, match=r"9999 at 25\.5 %: Ecom has no such"):
        accounts.import_csv(
            house.route(), f"{text}9999,25.5,1,1,yes,yes\n", file_name="tilit.csv", who="anna"
        )
    assert text == accounts.export_csv(house.route())
    environment = accounts.There({"7240": "Vuokrat"}, None)
    found = accounts.check(house.route(), house.route().table.values(), environment)
    assert ["Procountor's chart has no account 3010"] == [one.reason for one in found]
