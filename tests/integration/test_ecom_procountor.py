"""From what people do in Ecom to what stands in Procountor: both simulated, over HTTP."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from contextlib import nullcontext
from decimal import Decimal

import pytest

from blocks.hub import Tenant
from blocks.hub.portal_roles import Role
from blocks.systems.registry import port
from flows.cli import push_work
from flows.portal.app import create_app
from flows.portal.portal import Portal
from flows.portal.settings import PortalSettings
from ledger.ecom.modes import Mode
from ledger.ecom.sentences import NO_REMEDY
from ledger.invoice.mappings.ecom_procountor.accounts import AccountRow
from simulators.ecom import Company as EcomCompany
from simulators.ecom import EcomSimulator
from simulators.procountor import (
    CLIENT_SECRET,
    Acts,
    Company,
    Fault,
    ProcountorSimulator,
    World,
)
from simulators.procountor.sums import sums_of
from tasks.ecom import accounts
from tasks.ecom.hearing import hear
from tasks.ecom.mode import add_route, switch
from tasks.ecom.overview import marks
from tasks.ecom.retry import retry
from tasks.ecom.route import CLIENT, TARGET, EcomRoute
from tasks.push import push_tenant
from tasks.push_deviations import of_days
from tests.command_line import invoke
from tests.harnesses import ecom as ecom_harness
from tests.harnesses import procountor as procountor_harness
from tests.harnesses.procountor import COMPANY_ID, KEY_BLOCK
from tests.homes import opened_new
from tests.portal_world import ADDRESS, QUICK, Client, RecordedRuns

RATE = Decimal("25.5")
ROWS = [AccountRow("7230", RATE, "7230", "1"), AccountRow("3000", RATE, "3000", "1")]
IMAGE, OTHER = b"%PDF-1.4 the invoice", b"%PDF-1.4 another file"
BUSINESS_ID = "1234567-1"


class Clock:
    """The time of hub and Ecom alike."""

    def __init__(self):
        self.moment = dt.datetime(2026, 5, 4, 9, 0, tzinfo=dt.UTC)

    def __call__(self):
        self.moment += dt.timedelta(seconds=1)
        return self.moment


class Both:
    """One company in both systems, and the route between."""

    def __init__(self, stores, ecom, procountor, clock):
        self.stores, self.hub, self.ecom, self.procountor = stores, stores.hub, ecom, procountor
        self.clock = clock
        self.there = procountor.company(COMPANY_ID)
        self.acts = Acts(procountor.world, COMPANY_ID)

    def run(self, *also):
        """Listen, decide, queue and push; return how documents ended."""
        asyncio.run(hear(self.stores, "acme", also=also))
        return self.push()

    def push(self):
        return dict(asyncio.run(push_tenant(self.hub, "acme", TARGET)).ends)

    def route(self):
        return EcomRoute.of(self.hub, "acme")

    def retry(self, item):
        return self.run(retry(self.route(), item, who="anna").subject)

    def invoices(self, kind="PURCHASE_INVOICE"):
        return [
            one
            for one in self.there.invoices.values()
            if one.body["type"] == kind and not one.is_hidden
        ]

    def invoice(self, kind="PURCHASE_INVOICE"):
        (only,) = self.invoices(kind)
        return only

    def entries(self, kind="PURCHASE_INVOICE", row_type="ENTRY"):
        receipt = self.there.receipts[self.invoice(kind).receipt_id]
        return [
            (row["account"], row["accountingValue"], row.get("vatStatus"))
            for row in receipt.rows
            if row["transactionType"] == row_type
        ]

    def calls(self, path, method=""):
        return self.procountor.world.matching(path, method=method)

    def bodies(self):
        """Return everything that was ever sent there, as text."""
        return "\n".join(str(call) for call in self.procountor.world.calls)

    def needs(self):
        return [(one.item, one.code) for one in marks(self.route())]


def world():
    """Return a Procountor in which the company has made a key for Ecom's client."""
    made = World.of([Company(COMPANY_ID)])
    made.limiter.limit = 10**9
    made.clients[CLIENT] = CLIENT_SECRET
    made.add_key(COMPANY_ID, text=f"key-{COMPANY_ID}", client_id=CLIENT)
    return made


@pytest.fixture
def both(tmp_path, empty_hub, monkeypatch):
    clock = Clock()
    ecom = EcomCompany(BUSINESS_ID, ecom_harness.KEY, clock=clock)
    ecom.account("7230", "Vuokrat", "25.5")
    ecom.account("3000", "Myynti", "25.5")
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    with (
        EcomSimulator([ecom]) as feed,
        ProcountorSimulator([], world=world()) as procountor,
        opened_new(tmp_path, empty_hub, clock=clock) as stores,
    ):
        ecom_harness.give_block(monkeypatch, url=feed.url)
        procountor_harness.give_blocks(monkeypatch, url=procountor.url, client_id=CLIENT)
        number = BUSINESS_ID.replace("-", "")
        stores.hub.tenants.add(Tenant("acme", "Acme", organisation_number=number, country="FI"))
        for system, wants in (
            ("ecom", {"block": ecom_harness.BLOCK}),
            ("procountor", {"block": KEY_BLOCK, "client": CLIENT}),
        ):
            asyncio.run(port(system).connect.finish(stores.hub, "acme", {}, wants=wants))
        made = add_route(stores.hub, "acme", who="anna")
        stores.hub.routes.set(
            made.route, {"bank_account": {"iban": "FI2112345600000785"}}, who="anna"
        )
        stores.hub.routes.activate(made.route, who="olli")
        found = Both(stores, ecom, procountor, clock)
        accounts.save(found.route(), ROWS, who="anna")
        yield found


def at(both, mode):
    switch(both.hub, "acme", mode, who="anna")
    return both


A, B = Mode.VOUCHER_PROCOUNTOR, Mode.VOUCHER_ECOM


@pytest.mark.requirement("R-ECO-4a")
def test_route_leads_by_the_client_that_the_article_names_unless_another_is(both):
    assert "ecom-jetClient" == CLIENT
    assert "procountor@ecom-jetClient" == both.route().route.target
    both.hub.routes.detach(both.route().route, who="anna")
    assert "procountor@ours" == (
        add_route(both.hub, "acme", who="anna", target="procountor@ours").route.target
    )


@pytest.mark.requirement("R-ECO-28", "R-ECO-34a", "R-ECO-34b")
@pytest.mark.parametrize("mode", [A, B])
def test_purchase_ends_approved_with_its_supplier_in_either_setting(both, mode):
    at(both, mode)
    for name in ("p-1", "p-2"):
        both.ecom.purchase(name)
        both.ecom.approve(name)
        if mode is B:
            both.ecom.export(name)

    assert {"done": 3} == both.run()

    assert ["APPROVED"] * 2 == [one.status for one in both.invoices()]
    (card,) = both.there.partners.values()
    assert {card.id} == {one.body["partnerId"] for one in both.invoices()}
    writes = both.calls("ledgerreceipts", method="PUT")
    assert len(writes) == (2 if mode is B else 0)
    assert [] == both.needs()


def test_command_that_sends_says_that_a_card_was_sent_beside_the_invoice(both, monkeypatch):
    at(both, A)
    both.ecom.purchase("p-1")
    both.ecom.approve("p-1")
    asyncio.run(hear(both.stores, "acme"))
    monkeypatch.setattr(push_work, "open_hub", lambda: nullcontext(both.hub))

    shown = invoke("push", "run", "acme", "--to", TARGET)

    assert "2 done.\nOf them 1 customer's or supplier's card, 1 purchase invoice." in shown.stdout


def test_invoices_add_up_by_day_and_vat_rate_and_cards_are_no_sum(both):
    at(both, A)
    both.ecom.purchase("p-1")
    both.ecom.approve("p-1")
    both.run()

    (day,) = of_days(both.hub.outbox.delivered("acme", TARGET))
    sent = both.invoice().body
    assert sent["date"] == day.day.isoformat()
    assert 1 == day.received.count == day.by_state["done"].count
    assert sums_of(sent).gross == day.received.total.gross
    assert day.adds_up


@pytest.mark.requirement("R-ECO-51a", "R-ECO-63b")
def test_only_the_image_goes_and_the_invoice_is_paid_by_its_own_id(both):
    at(both, B)
    both.ecom.purchase("p-1")
    both.ecom.attach("p-1", "lasku.pdf", IMAGE)
    for number in (1, 2):
        both.ecom.attach("p-1", f"liite-{number}.pdf", OTHER + str(number).encode(), is_image=False)
    both.ecom.approve("p-1")
    both.ecom.export("p-1")
    both.ecom.pay("p-1", "m-1", amount="1255.00", date="2026-05-05")

    assert {"done": 3} == both.run()

    (attachment,) = both.there.attachments.values()
    assert IMAGE == attachment.content
    assert 1 == len(both.calls("attachments", method="POST"))
    (paid,) = both.invoice().payments
    assert (Decimal("1255.00"), "2026-05-05") == (paid["amount"], str(paid["paymentDate"]))
    assert "MARKED_PAID" == both.invoice().status
    assert [("7230", Decimal("1000.00"), 1)] == both.entries()


@pytest.mark.requirement("R-ECO-53c", "R-ECO-45b", "R-ECO-45c")
def test_sale_goes_with_its_image_alone_and_a_part_payment_leaves_it_partly_paid(both):
    at(both, A)
    both.ecom.sale("s-1")
    both.ecom.attach("s-1", "lasku.pdf", IMAGE)
    both.ecom.attach("s-1", "liite.pdf", OTHER, is_image=False)
    both.ecom.send("s-1")
    both.ecom.pay("s-1", "m-1", amount="255.00", date="2026-05-05")
    both.ecom.pay("s-1", "r-1", amount="1000.00", date="2026-05-06", origin="reference")

    assert {"done": 2} == both.run()

    (attachment,) = both.there.attachments.values()
    assert IMAGE == attachment.content
    invoice = both.invoice("SALES_INVOICE")
    assert ("PARTLY_PAID", "NO_SENDING") == (invoice.status, invoice.body["invoiceChannel"])
    assert [Decimal("255.00")] == [one["amount"] for one in invoice.payments]
    assert 1 == len(both.calls(f"invoices/{invoice.id}/approve", method="PUT"))
    assert [] == both.calls(f"invoices/{invoice.id}/send")
    assert [("3000", Decimal("-1000.00"), 1)] == both.entries("SALES_INVOICE")


@pytest.mark.requirement("R-ECO-54a", "R-ECO-54b")
@pytest.mark.parametrize("mode", [A, B])
def test_dimensions_and_notes_are_in_no_request(both, mode):
    at(both, mode)
    marked = {
        "note": "MARKNOTE",
        "internal_note": "MARKINTERNAL",
        "dimensions": {"MARKDIM": "MARKC"},
    }
    for make, name in ((both.ecom.purchase, "p-1"), (both.ecom.sale, "s-1")):
        make(name)
        latest = both.ecom.latest(name)
        rows = [
            row | {"note": "MARKROW", "dimensions": {"MARKD": "MARKE"}} for row in latest["rows"]
        ]
        posted = [one | {"note": "MARKPOST"} for one in latest["postings"]]
        both.ecom.change(name, rows=rows, postings=posted, posting_text="MARKTEXT", **marked)
    both.ecom.approve("p-1")
    both.ecom.export("p-1")
    both.ecom.send("s-1")

    assert {"done": 3} == both.run()
    sent = json.dumps([one.body for one in both.there.invoices.values()], default=str)
    sent += json.dumps([one.rows for one in both.there.receipts.values()], default=str)
    sent += json.dumps([one.body for one in both.there.partners.values()], default=str)
    assert "MARK" not in sent + both.bodies()
    assert "Vuokra" in sent


def press(both):
    """Press Vie Procountoriin once more, as the article says."""
    both.ecom.export("p-1")
    return both.run()


@pytest.mark.requirement("R-ECO-35a", "R-ECO-35b")
@pytest.mark.parametrize(
    "again", [lambda both: both.retry("p-1"), press], ids=["by an operator", "in Ecom"]
)
def test_ledger_write_that_was_refused_is_logged_and_a_retry_updates_the_same_invoice(both, again):
    at(both, B)
    both.ecom.purchase("p-1")
    both.ecom.approve("p-1")
    both.ecom.export("p-1")
    narrow = {"purchases.purchaseInvoices": "VIEWING_RIGHTS"}
    both.procountor.world.before.append(("ledgerreceipts", lambda: both.acts.set_rights(**narrow)))

    both.run()
    before = both.invoice().id
    ((item, code),) = both.needs()
    assert "p-1" == item
    assert code
    (mark,) = marks(both.route())
    assert NO_REMEDY != mark.remedy
    both.acts.set_rights(**{"purchases.purchaseInvoices": "ALL_RIGHTS"})

    assert {"done": 1} == again(both)
    assert (before, "APPROVED") == (both.invoice().id, both.invoice().status)
    assert [("7230", Decimal("1000.00"), 1)] == both.entries()
    assert [] == both.needs()


def test_purchase_that_procountor_refused_goes_as_corrected_when_the_button_is_pressed(both):
    at(both, A)
    row = {"product_name": "Vuokra", "quantity": "1", "price": "1000.00", "vat_rate": "25.5"}
    both.ecom.purchase("p-1", rows=[row | {"vat_rate": "17"}])
    both.ecom.approve("p-1")
    both.run()
    assert [] == both.invoices()
    assert ["p-1"] == [item for item, _ in both.needs()]

    both.ecom.change("p-1", rows=[row])
    assert {} == both.run(), "a correction by itself sends nothing"
    assert {"done": 1} == press(both)

    assert [25.5] == [row["vatPercent"] for row in both.invoice().body["invoiceRows"]]
    assert [] == both.needs()
    assert {} == press(both), "nothing goes twice"
    assert 1 == len(both.invoices())


def test_closed_period_there_refuses_the_payment_and_moves_no_date(both):
    at(both, A)
    both.ecom.purchase("p-1")
    both.ecom.approve("p-1")
    both.run()
    both.acts.set_period("2026-04-15")
    both.ecom.pay("p-1", "m-1", amount="1255.00", date="2026-04-15")

    both.run()

    assert [] == both.invoice().payments
    ((item, _),) = both.needs()
    assert "p-1:m-1" == item
    both.acts.set_period("2026-04-15", "OPEN")
    assert {"done": 1} == both.retry("p-1:m-1")
    assert ["2026-04-15"] == [str(one["paymentDate"]) for one in both.invoice().payments]


def test_answer_that_was_lost_makes_no_second_invoice(both):
    at(both, A)
    both.ecom.purchase("p-1")
    both.ecom.approve("p-1")
    both.procountor.faults.add("POST invoices", Fault.LOST_DONE)

    assert "done" in both.run()
    assert "APPROVED" == both.invoice().status
    assert [] == both.needs()


@pytest.mark.requirement("R-ECO-38a", "R-ECO-42a")
def test_invoice_that_was_submitted_is_paid_on_its_due_date_three_days_after_it(both):
    at(both, A)
    both.ecom.purchase("p-1")
    both.ecom.approve("p-1")
    both.ecom.submit("p-1")
    both.ecom.pay("p-1", "m-1", amount="255.00", date="2026-05-05")
    both.run()
    both.clock.moment = dt.datetime(2026, 6, 4, 5, 0, tzinfo=dt.UTC)

    assert {"done": 1} == both.run()

    paid = [(one["amount"], str(one["paymentDate"])) for one in both.invoice().payments]
    assert [(Decimal("255.00"), "2026-05-05"), (Decimal("1000.00"), "2026-06-01")] == paid
    assert "MARKED_PAID" == both.invoice().status


def test_second_run_sends_nothing_more(both):
    at(both, A)
    both.ecom.purchase("p-1")
    both.ecom.approve("p-1")
    both.run()
    before = [call for call in both.procountor.world.calls if call.method != "GET"]

    assert {} == both.run()

    after = [call for call in both.procountor.world.calls if call.method != "GET"]
    assert [] == [call for call in after[len(before) :] if "oauth" not in call.path]


@pytest.mark.requirement("R-ECO-20b", "R-ECO-22a")
def test_account_table_is_held_against_procountors_own_chart_and_statuses(both):
    wrong = [*ROWS, AccountRow("7230", Decimal(0), "9999", "77")]
    asyncio.run(hear(both.stores, "acme"))
    there = asyncio.run(accounts.ask_there(both.route()))

    found = [one.reason for one in accounts.check(both.route(), wrong, there)]

    assert ["Procountor's chart has no account 9999", "Procountor's list has no VAT status 77"] == (
        found
    )
    assert ["1", "12", "35"] == [one.code for one in accounts.statuses(there)][:3]
    accounts.save(both.route(), [], who="anna")
    by_number = [(one.row.account, one.why) for one in accounts.suggested(both.route(), there)]
    assert [("7230", "number"), ("3000", "number")] == by_number


def test_somebody_of_the_office_asks_procountor_in_the_portal_and_is_offered_rows(both):
    asyncio.run(hear(both.stores, "acme"))
    accounts.save(both.route(), [], who="anna")
    user = both.hub.portal_users.add("a@example.com", Role.ACCOUNTANT, tenants=["acme"], by="test")
    portal = Portal(both.stores, PortalSettings(address=ADDRESS), RecordedRuns(), QUICK)

    with asyncio.Runner() as runner:
        client = Client(runner, create_app(portal), both.hub.portal_sessions.begin(user))
        page = client.post("/companies/acme/account-table/ask").text

    assert 'value="7230;25.5;7230;1;yes;yes"' in page
    statuses = page.partition('id="statuses"')[2]
    assert ['<th scope="row">1</th>', '<th scope="row">12</th>'] == [
        cell for cell in ('<th scope="row">1</th>', '<th scope="row">12</th>') if cell in statuses
    ]
    assert {} == both.route().table


@pytest.mark.requirement("R-ECO-P3a")
def test_journal_of_a_closed_period_is_approved_in_procountor(both):
    memo = [
        *ROWS,
        AccountRow("2871", Decimal(0), "2880", "12"),
        AccountRow("1701", Decimal(0), "1701", "12"),
    ]
    accounts.save(both.route(), memo, who="anna")
    both.ecom.purchase("p-1")
    both.ecom.approve("p-1")
    both.ecom.sale("s-1")
    both.ecom.send("s-1")
    both.ecom.close("2026-05")

    assert {"done": 2} == both.run()

    journals = [one for one in both.there.receipts.values() if one.type == "JOURNAL"]
    assert ["APPROVED"] * 2 == [one.status for one in journals]
    rows = sorted((r["account"], r["accountingValue"]) for one in journals for r in one.rows)
    assert [
        ("1701", Decimal("1255.00")),
        ("2880", Decimal("-1255.00")),
        ("3000", Decimal("-1000.00")),
        ("7230", Decimal("1000.00")),
    ] == rows
    assert [] == both.invoices()
    assert [] == both.needs()


def of_account(both, bic):
    account = {"iban": "FI21 1234 5600 0007 85", "bic": bic}
    both.hub.routes.set(both.route().route, {"bank_account": account}, who="anna")


@pytest.mark.requirement("R-ECO-52a")
def test_bic_of_the_settings_is_held_against_procountors_and_never_sent(both):
    at(both, B)
    of_account(both, "OKOYFIHH")
    both.ecom.sale("s-1")
    both.ecom.send("s-1")
    both.run()
    refused, made = both.needs(), both.calls("invoices", "POST")

    of_account(both, "NDEAFIHHXXX")
    both.retry("s-1")

    assert ([("s-1", "bic_differs")], []) == (refused, made)
    assert [] == both.needs()
    account = both.invoice("SALES_INVOICE").body["paymentInfo"]["bankAccount"]
    assert {"accountNumber": "FI2112345600000785"} == {k: v for k, v in account.items() if v}
    assert 2 == len(both.calls("bankaccounts", "GET"))


def test_sale_goes_where_the_own_accounts_may_not_be_read(both):
    at(both, B)
    of_account(both, "OKOYFIHH")
    both.procountor.world.faults.add("GET bankaccounts", "forbidden")
    both.ecom.sale("s-1")
    both.ecom.send("s-1")
    both.run()

    assert both.invoice("SALES_INVOICE")
