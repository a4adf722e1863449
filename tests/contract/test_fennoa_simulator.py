"""The simulated Fennoa does and refuses what Fennoa is known to, and shows what it holds."""

from __future__ import annotations

from decimal import Decimal

import httpx
import pytest

from simulators.fennoa import BeyondEnd, Company, Fault, FennoaSimulator, Order, Surcharge

USER, KEY = "api-user", "plainly-fake-key"
INVOICE = {
    "customer_no": "9001",
    "name": "Ostaja Esimerkki Oy",
    "address": "Testitie 2",
    "postalcode": "33100",
    "city": "TAMPERE",
    "country": "FI",
    "invoice_date": "2026-01-15",
    "due_date": "2026-01-29",
    "delivery_method": "postal",
    "row[1][product_no]": "P1",
    "row[1][name]": "Palvelu",
    "row[1][price]": "100.00",
    "row[1][quantity]": "1",
    "row[1][vatpercent]": "25.5",
}
PDF = ("lasku.pdf", b"%PDF-1.7 made up", "application/pdf")


@pytest.fixture(scope="module")
def running():
    with FennoaSimulator([Company(USER, KEY)]) as simulator:
        yield simulator


@pytest.fixture
def fennoa(running):
    running.reset()
    return running


@pytest.fixture
def client(fennoa):
    with httpx.Client(base_url=fennoa.url, auth=(USER, KEY)) as client:
        yield client


def add(client, **changes):
    answer = client.post("/sales_api/add", data=INVOICE | changes)
    assert 200 == answer.status_code, answer.text
    return answer.json()["id"]


def header(client, number):
    return client.get(f"/sales_api/{number}").json()["data"]["SalesInvoice"]


def test_unknown_customer_gets_a_card_under_a_number_of_fennoa_s_own(client, fennoa):
    first = add(client)
    known = next(iter(fennoa.company(USER).customers))
    second = add(client, customer_no=known)

    assert "9001" != known
    assert header(client, first)["customer_id"] == header(client, second)["customer_id"]
    assert 1 == len(fennoa.company(USER).customers)
    assert 404 == client.get("/customer_api/get/customer_no/9001").status_code
    card = client.get(f"/customer_api/get/customer_no/{known}").json()["data"]["Customer"]
    assert card == client.get(f"/customer_api/{card['id']}").json()["data"]["Customer"]


def test_message_names_known_products_and_makes_no_others(client, fennoa):
    fennoa.company(USER).products["P1"] = "Konsultointi"

    add(client, **{"row[2][product_no]": "P2", "row[2][name]": "Muu", "row[2][price]": "1"})

    assert {"P1": "Palvelu"} == fennoa.company(USER).products


@pytest.mark.requirement("R-X-11b")
@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"name": ""}, 400),
        ({"due_date": ""}, 400),
        ({"delivery_method": "consumerfinvoice"}, 400),
        ({"invoice_type_id": "2"}, 400),
        ({"invoice_type_id": "2", "credited_invoice_no": "1001"}, 400),
        ({}, 200),
    ],
)
def test_invoice_that_lacks_something_is_refused(client, changes, status):
    assert status == client.post("/sales_api/add", data=INVOICE | changes).status_code


def test_only_a_pdf_is_taken_and_it_lies_on_its_invoice(client, fennoa):
    number = add(client)
    path = f"/sales_api/do/upload_attachment/{number}"

    assert 400 == client.post(path, files={"file": ("x.png", b"\x89PNG", "image/png")}).status_code
    assert 400 == client.post(path, data={"file": "text"}).status_code
    assert 404 == client.post("/sales_api/do/upload_attachment/1", files={"file": PDF}).status_code
    assert 200 == client.post(path, files={"file": PDF}).status_code
    assert [PDF[:2]] == fennoa.company(USER).invoices[number].attachments


def test_draft_is_not_sent_and_an_approved_one_is_not_approved_again(client):
    number = add(client)

    assert 400 == client.post(f"/sales_api/do/send/{number}").status_code
    assert "" == header(client, number)["invoice_no"]
    assert 200 == client.post(f"/sales_api/do/approve/{number}").status_code
    assert 400 == client.post(f"/sales_api/do/approve/{number}").status_code
    numbered = header(client, number)["invoice_no"]
    assert numbered
    by_number = client.get(f"/sales_api/get/invoice_no/{numbered}").json()
    assert number == int(by_number["data"]["SalesInvoice"]["id"])


def test_locked_day_is_not_approved(client, fennoa):
    fennoa.company(USER).locked["accounting_locked"] = "2026-01-31"
    number = add(client)

    assert 400 == client.post(f"/sales_api/do/approve/{number}").status_code
    locks = client.get("/accounting_api/get/locking_periods").json()["data"]
    assert [{"code": "accounting_locked", "value": "2026-01-31"}] == locks
    fennoa.company(USER).may_read_accounting = False
    assert 401 == client.get("/accounting_api/get/locking_periods").status_code


def test_sending_adds_the_surcharge_of_its_method_once(client, fennoa):
    fennoa.company(USER).surcharges["postal"] = Surcharge(Decimal("5.00"), Decimal("25.5"))
    number = add(client)
    client.post(f"/sales_api/do/approve/{number}")

    assert "125.50" == header(client, number)["total_gross"]
    for _ in range(2):
        client.post(f"/sales_api/do/send/{number}")
    assert "131.78" == header(client, number)["total_gross"]


def test_sending_that_fails_says_so_or_shows_later_among_the_delivery_errors(client, fennoa):
    number = add(client)
    client.post(f"/sales_api/do/approve/{number}")
    fennoa.faults.add("sales_api/do/send", Fault.FAILED, Fault.UNDELIVERED)

    failed = client.post(f"/sales_api/do/send/{number}").json()
    before = client.get("/sales_api/get/delivery_errors").json()["data"]
    client.post(f"/sales_api/do/send/{number}")
    after = client.get("/sales_api/get/delivery_errors").json()["data"]

    assert ("ok", "failed") == (failed["status"], failed["data"])
    assert [] == before
    assert [str(number)] == [one["sales_invoice_id"] for one in after]


@pytest.mark.parametrize(
    ("beyond_end", "expected"),
    [(BeyondEnd.EMPTY, 0), (BeyondEnd.NOT_FOUND, None), (BeyondEnd.LAST_PAGE, 1)],
)
def test_page_beyond_the_end_is_what_a_switch_says(
    client, fennoa, monkeypatch, beyond_end, expected
):
    monkeypatch.setattr(fennoa.world.habits, "beyond_end", beyond_end)
    add(client)

    answer = client.get("/sales_api/?page=2")

    is_refused = answer.status_code == 404
    assert expected == (None if is_refused else len(answer.json()["data"]))


def test_list_without_an_order_is_neither_up_nor_down(client, fennoa, monkeypatch):
    monkeypatch.setattr(fennoa.world.habits, "order", Order.NONE)
    for _ in range(20):
        add(client)

    ids = [int(one["SalesInvoice"]["id"]) for one in client.get("/sales_api").json()["data"]]

    assert 20 == len(ids)
    assert ids not in (sorted(ids), sorted(ids, reverse=True))


def test_fennoa_s_own_automation_approves_and_sends_everything(client, fennoa, monkeypatch):
    number = add(client)
    monkeypatch.setattr(fennoa.world.habits, "acts_by_itself", True)

    client.get("/sales_api")

    invoice = fennoa.company(USER).invoices[number]
    assert (True, 1) == (invoice.approved_at is not None, invoice.sent)


def test_one_call_too_many_within_a_second_is_refused(client, fennoa, monkeypatch):
    monkeypatch.setattr(fennoa.world.habits, "calls_per_second", 3)

    assert [200, 200, 200, 429] == [client.get("/sales_api").status_code for _ in range(4)]


def test_what_is_no_form_of_utf_8_is_refused(client):
    form = {"content-type": "application/x-www-form-urlencoded"}

    assert 400 == client.post("/sales_api/add", json=INVOICE).status_code
    assert (
        400
        == client.post(
            "/sales_api/add", content="name=ä".encode("latin-1"), headers=form
        ).status_code
    )
    assert 400 == client.post("/sales_api/add", content=b"name=%E4", headers=form).status_code
    assert 405 == client.get("/sales_api/add").status_code
    assert 404 == client.get("/product_api").status_code


def test_page_of_what_it_holds_shows_invoices_customers_and_what_goes_wrong_next(client, fennoa):
    number = add(client, notes_internal="tasma:0123456789abcdef <b>")
    client.post(f"/sales_api/do/upload_attachment/{number}", files={"file": PDF})
    fennoa.faults.add("sales_api/add", Fault.LOST_DONE)
    at = fennoa.url.removesuffix("/api")

    page = httpx.get(f"{at}/_simulator").text
    state = httpx.get(f"{at}/_simulator/state").json()

    for word in (str(number), "Ostaja Esimerkki Oy", "lasku.pdf", "draft", "lost_done"):
        assert word in page
    assert "<b>" not in page
    assert KEY not in page + str(state)
    (invoice,) = state["companies"][USER]["invoices"]
    assert (str(number), "125.50", "draft") == (invoice["id"], invoice["gross"], invoice["state"])
