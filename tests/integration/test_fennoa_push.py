"""Invoices into the simulated Fennoa: customers, credits, files, locks, our key, delivery."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import socket
from decimal import Decimal

import pytest

from blocks.systems.fennoa.memory import PROVEN
from blocks.systems.fennoa.steps import Limits
from ledger.push.items import Phase
from simulators.fennoa import Company, Fault, FennoaSimulator, Surcharge
from tasks.push_deviations import deviations
from tests.fennoa_pushing import Pushing, prove_key
from tests.harnesses.fennoa import KEY, USER
from tests.invoices import CUSTOMER, TEXT, WORK, content, row

EMAIL = [{"channel": "email", "address": "ap@example.com"}]
POST = [{"channel": "postal"}]
PDF = b"%PDF-1.7 made up"
SEND = {"process": "approve_and_send", "import_verified": True}
APPROVE = {"process": "approve", "import_verified": True}
CLAIM = dt.timedelta(minutes=5)
"""Longer than any claim."""
NEW = CUSTOMER | {"number": "9001"}


@pytest.fixture(scope="module")
def running():
    with FennoaSimulator([Company(USER, KEY)]) as simulator:
        yield simulator


@pytest.fixture
def fennoa(running, monkeypatch):
    running.reset()
    for name, value in vars(type(running.world.habits)()).items():
        monkeypatch.setattr(running.world.habits, name, value)
    return running


@pytest.fixture
def company(fennoa):
    return fennoa.company(USER)


@pytest.fixture
def pushing(stores, fennoa, tmp_path):
    """The tenant's pushes, whose key came back once already."""
    prove_key(stores.hub)
    return Pushing(stores.hub, stores.lake, fennoa, tmp_path)


def invoice(number=1, **changes):
    return content(**{"id": str(number), "recipients": EMAIL} | changes)


def credit(number, of, **changes):
    rows = [WORK | {"quantity": "-12.5"}]
    return invoice(number, type="credit_note", credited={"id": str(of)}, rows=rows, **changes)


def of_another(number):
    """Return an invoice of a customer who has no other."""
    return invoice(number, customer=CUSTOMER | {"number": f"90{number:02}"})


# Customers


@pytest.mark.requirement("R-FEN-5a", "R-FEN-5b", "R-FEN-5c")
def test_unknown_customer_gets_fennoa_s_number_which_its_next_invoice_carries(pushing, company):
    pushing.add(*(invoice(number, customer=NEW) for number in (1, 2, 3)))

    assert {"done": 3} == pushing.run()

    (card,) = company.customers.values()
    assert "9001" != card["customer_no"]
    assert {card["id"]} == {one.customer_id for one in pushing.invoices}
    posted = [one.fields["customer_no"] for one in pushing.invoices]
    assert [card["customer_no"]] * 3 == posted
    assert {"number:9001": card["customer_no"]} == pushing.hub.push_facts.customers(
        "acme", "fennoa"
    )


@pytest.mark.requirement("R-FEN-5c", "R-FEN-5d")
def test_number_is_learnt_after_an_adoption_too(pushing, company, fennoa):
    fennoa.faults.add("sales_api/add", Fault.LOST_DONE)
    pushing.add(invoice(1, customer=NEW), invoice(2, customer=NEW))

    assert {"done": 2} == pushing.run()

    assert 1 == len(company.customers)


@pytest.mark.requirement("R-FEN-5d")
def test_next_document_of_an_unknown_customer_waits_until_the_number_is_learnt(
    pushing, company, fennoa
):
    """The customer's card cannot be read for a while; another customer's invoices go on."""
    fennoa.faults.add("customer_api/7", *[Fault.FAULT] * 50)
    other = CUSTOMER | {"number": "9002", "name": "Toinen Oy"}
    company.customers["9002"] = {"id": "1", "customer_no": "9002", "name": "Toinen Oy"}
    company.customers["9002"]["business_id"] = CUSTOMER["business_id"]
    pushing.add(invoice(1, customer=NEW), invoice(2, customer=NEW), invoice(3, customer=other))

    first = pushing.run()
    names = [one.fields["name"] for one in pushing.invoices]
    fennoa.faults.waiting.clear()
    for number in (1, 2):
        pushing.retry(number)
    then = pushing.run()

    assert {"created": 1, "queued": 1, "done": 1} == first
    assert "customer_awaited" == pushing.queued(2).item.answer_code or then["done"] == 2
    assert sorted([NEW["name"], "Toinen Oy"]) == sorted(names)
    assert 2 == len(company.customers)
    assert 3 == len(pushing.invoices)


@pytest.mark.requirement("R-FEN-5d")
@pytest.mark.parametrize("fault", [Fault.FAULT, Fault.BUSY, Fault.HTML, Fault.LOST, Fault.HTML_OK])
def test_lookup_of_a_customer_that_fails_is_no_absence(pushing, company, fennoa, fault):
    card = {"id": "77", "customer_no": "1042", "business_id": CUSTOMER["business_id"]}
    company.customers["1042"] = card | {"name": CUSTOMER["name"]}
    fennoa.faults.add("customer_api/get", fault)
    pushing.add(invoice(1))

    pushing.run()
    before = len(pushing.invoices)
    pushing.retry(1)
    pushing.run()

    assert (0, 1) == (before, len(pushing.invoices))
    assert ["1042"] == list(company.customers)


@pytest.mark.parametrize(
    "card", [{"name": "Aivan Toinen Oy"}, {"business_id": "0112038-9"}, {"business_id": ""}]
)
def test_number_that_is_another_customer_s_there_holds_the_invoice(pushing, company, card):
    own = {"id": "77", "customer_no": "1042", "business_id": CUSTOMER["business_id"]}
    company.customers["1042"] = own | {"name": CUSTOMER["name"]} | card
    pushing.add(invoice(1))

    assert {"held": 1} == pushing.run()
    assert ([], "customer") == (pushing.invoices, pushing.hold(1))
    assert {} == pushing.hub.push_facts.customers("acme", "fennoa")

    company.customers["1042"] = own | {"name": CUSTOMER["name"]}
    pushing.retry(1)

    assert {"done": 1} == pushing.run()


def test_customer_s_number_with_a_slash_is_asked_for_as_one_name(pushing, company):
    card = {"id": "77", "customer_no": "A/1", "business_id": CUSTOMER["business_id"]}
    company.customers["A/1"] = card | {"name": CUSTOMER["name"]}
    pushing.add(invoice(1, customer=CUSTOMER | {"number": "A/1"}))

    assert {"done": 1} == pushing.run()
    assert ["A/1"] == [one.fields["customer_no"] for one in pushing.invoices]


# Credits


@pytest.mark.requirement("R-FEN-22b", "R-FEN-22c")
def test_credit_waits_for_the_approval_of_its_original_and_carries_its_number(
    pushing, fennoa, company
):
    pushing.limits = Limits(number_every_s=0.02, credit_every_s=3_600.0)
    pushing.add(invoice(1), credit(2, of=1))
    first = pushing.run()
    waits = pushing.queued(2)
    (original,) = pushing.invoices
    fennoa.world.approve(company, original.id)
    pushing.retry(2)  # the hour is over

    then = pushing.run()

    assert ({"done": 1, "queued": 1}, "credited_number_awaited") == (first, waits.item.answer_code)
    assert {"done": 1} == then
    made = pushing.invoices[1]
    assert original.number == made.fields["credited_invoice_no"]
    assert Decimal(made.totals.net) == -Decimal("708.25")


@pytest.mark.requirement("R-FEN-22b", "R-FEN-22c")
def test_number_of_the_original_wakes_the_credit_that_waits_for_it(pushing, fennoa, monkeypatch):
    """The credit looked once, while the number had not come; it is not left to look hourly."""
    monkeypatch.setattr(fennoa.world.habits, "number_delay_s", 3_600.0)
    pushing.limits = Limits(number_every_s=3_600.0, credit_every_s=3_600.0)
    pushing.terms |= APPROVE
    pushing.add(invoice(1), credit(2, of=1))
    before = pushing.run()
    waits = pushing.queued(2).item.answer_code
    monkeypatch.setattr(fennoa.world.habits, "number_delay_s", 0.0)
    pushing.retry(1)

    then = pushing.run()

    assert ({"approved": 1, "queued": 1}, "credited_number_awaited") == (before, waits)
    assert {"done": 2} == then
    assert () == asyncio.run(deviations(pushing.hub, "acme", "fennoa", pushing.target())).found
    assert pushing.invoices[0].number == pushing.invoices[1].fields["credited_invoice_no"]


def test_credit_that_comes_before_its_original_waits_for_it(pushing):
    pushing.terms |= APPROVE
    pushing.add(credit(2, of=1))
    alone = pushing.run()
    pushing.add(invoice(1))

    assert ({}, "waiting") == (alone, pushing.queued(2).state)
    assert {"done": 2} == pushing.run()


@pytest.mark.requirement("R-FEN-22c")
def test_credit_that_says_the_number_itself_waits_for_nothing(pushing, fennoa, company):
    pushing.add(invoice(1))
    pushing.run()
    fennoa.world.approve(company, pushing.invoices[0].id)
    number = int(pushing.invoices[0].number)
    pushing.add(credit(2, of=1) | {"credited": {"number": number}})

    assert {"done": 1} == pushing.run()
    assert str(number) == pushing.invoices[1].fields["credited_invoice_no"]


def test_credit_whose_original_was_rejected_is_held_until_that_is_put_right(pushing, fennoa):
    fennoa.faults.add("sales_api/add", Fault.REFUSED_OK)
    pushing.terms |= APPROVE
    pushing.add(invoice(1), credit(2, of=1))
    pushing.run()
    then = pushing.run()

    assert {"held": 1} == then or "original" == pushing.hold(2)
    assert [] == pushing.invoices

    pushing.add(invoice(1, buyer_reference="corrected"))
    pushing.retry(2)

    assert {"done": 2} == pushing.run()


def test_credit_whose_original_was_deleted_there_is_held(pushing, company):
    pushing.add(invoice(1))
    pushing.run()
    company.invoices.clear()
    pushing.add(credit(2, of=1))

    assert {"held": 1} == pushing.run()
    assert "original" == pushing.hold(2)


def test_credits_above_their_original_are_remarked_on(pushing):
    whole = {"rows": [WORK]}
    pushing.add(invoice(1, **whole))

    within = pushing.add(credit(2, of=1))
    above = pushing.add(credit(3, of=1))

    assert not any("exceed" in one for one in within.remarks)
    assert any("webshop/3" in one and "exceed" in one for one in above.remarks)


# Files


@pytest.mark.requirement("R-FEN-1a", "R-FEN-1b", "R-FEN-1c")
def test_image_goes_up_once_to_the_invoice_that_was_made_before_it_is_sent(pushing, tmp_path):
    (tmp_path / "lasku.pdf").write_bytes(PDF)
    pushing.terms |= SEND
    pushing.add(invoice(1, image="lasku.pdf"))

    assert {"done": 1} == pushing.run()

    (made,) = pushing.invoices
    assert [("lasku.pdf", PDF)] == made.attachments
    assert [
        "sales_api/add",
        f"sales_api/do/upload_attachment/{made.id}",
        f"sales_api/do/approve/{made.id}",
        f"sales_api/do/send/{made.id}",
    ] == pushing.called()


@pytest.mark.requirement("R-FEN-1d")
def test_image_that_is_no_pdf_or_is_not_there_is_refused_before_anything_is_sent(pushing, tmp_path):
    (tmp_path / "kuva.png").write_bytes(b"\x89PNG made up")
    refused = []
    for name in ("kuva.png", "puuttuu.pdf"):
        with pytest.raises(AssertionError) as raised:
            pushing.add(invoice(1, image=name))
        refused.append(str(raised.value))
    pushing.run()

    assert "no PDF" in refused[0]
    assert "puuttuu.pdf" in refused[1]
    assert [] == pushing.invoices == pushing.called()


def test_attachment_goes_in_the_field_that_is_agreed(pushing, fennoa, tmp_path):
    """The documentation names it for purchases alone."""
    (tmp_path / "lasku.pdf").write_bytes(PDF)
    fennoa.world.habits.attachment_field = "attachment"
    pushing.terms["attachment_field"] = "attachment"
    pushing.add(invoice(1, image="lasku.pdf"))

    assert {"done": 1} == pushing.run()
    assert [("lasku.pdf", PDF)] == pushing.invoices[0].attachments


def test_further_attachments_go_after_the_image_each_once(pushing, fennoa, tmp_path):
    names = ["lasku.pdf", "liite 1.pdf", "liite 2.pdf"]
    for name in names:
        (tmp_path / name).write_bytes(PDF + name.encode())
    fennoa.faults.add("sales_api/do/upload_attachment", None, Fault.BUSY)
    pushing.add(invoice(1, image=names[0], attachments=names[1:]))
    pushing.run()
    pushing.retry(1)

    pushing.run()

    attached = [(one.name, one.content) for one in pushing.invoices[0].attachments]
    assert [(name, PDF + name.encode()) for name in names] == attached


def test_attachment_whose_answer_was_lost_is_held_for_a_person(pushing, fennoa, tmp_path):
    (tmp_path / "lasku.pdf").write_bytes(PDF)
    fennoa.faults.add("sales_api/do/upload_attachment", Fault.LOST_DONE)
    pushing.add(invoice(1, image="lasku.pdf"))

    assert {"held": 1} == pushing.run()
    assert ({}, "no_proof") == (pushing.run(), pushing.hold(1))
    assert 1 == len(pushing.invoices[0].attachments)


@pytest.mark.requirement("R-FEN-28c")
@pytest.mark.parametrize("is_stored", [True, False])
def test_run_that_died_behind_the_create_goes_on_with_attaching_and_approving(
    pushing, fennoa, tmp_path, monkeypatch, is_stored
):
    """It dies right after the answer, or right after the answer is stored."""
    (tmp_path / "lasku.pdf").write_bytes(PDF)
    pushing.terms |= APPROVE
    pushing.add(invoice(1, image="lasku.pdf"))

    class Died(BaseException):
        pass

    dies_at = "push.stored" if is_stored else "push.answered"

    def reached(step, **_):
        if step == dies_at:
            raise Died

    with monkeypatch.context() as patch:
        patch.setattr("tasks.push.reached", reached)
        with pytest.raises(Died):
            pushing.run()

    real = pushing.hub.database.now
    monkeypatch.setattr(pushing.hub.database, "now", lambda: real() + CLAIM)
    assert {"done": 1} == pushing.run()

    (made,) = pushing.invoices
    assert [
        "sales_api/add",
        f"sales_api/do/upload_attachment/{made.id}",
        f"sales_api/do/approve/{made.id}",
    ] == pushing.called()


def test_another_image_is_another_content_of_the_same_invoice(pushing, tmp_path):
    (tmp_path / "lasku.pdf").write_bytes(PDF)
    first = pushing.add(invoice(1, image="lasku.pdf"))
    (tmp_path / "lasku.pdf").write_bytes(PDF + b" corrected")
    second = pushing.add(invoice(1, image="lasku.pdf"))
    third = pushing.add(invoice(1, image="lasku.pdf"))

    pushing.run()

    assert (1, 1, 1) == (first.added, second.replaced, third.known)
    assert [PDF + b" corrected"] == [one.content for one in pushing.invoices[0].attachments]


# Locks


def test_invoice_of_a_locked_day_is_held_by_itself_until_the_period_is_opened(pushing, company):
    company.locked["sales_invoices_locked"] = "2026-01-31"
    february = {"invoice_date": "2026-02-15", "due_date": "2026-02-28"}
    pushing.add(invoice(1), invoice(2, **february))

    assert {"held": 1, "done": 1} == pushing.run()
    assert ("locked", 1) == (pushing.hold(1), len(pushing.invoices))

    company.locked.clear()
    pushing.retry(1)

    assert {"done": 1} == pushing.run()


def test_day_that_was_locked_after_the_invoice_was_made_is_not_approved(
    pushing, company, monkeypatch
):
    pushing.terms |= APPROVE
    pushing.add(invoice(1, invoice_date="2026-02-15", due_date="2026-02-28"))

    class Locking(dict):
        def __setitem__(self, key, value):
            super().__setitem__(key, value)
            company.locked["accounting_locked"] = "2026-02-28"

    monkeypatch.setattr(company, "invoices", Locking())

    held = pushing.run()

    assert ({"held": 1}, "locked") == (held, pushing.hold(1))
    assert [] == pushing.called("approve")


def test_locks_that_may_not_be_read_stop_nothing(pushing, company):
    company.may_read_accounting = False
    pushing.add(invoice(1))

    assert {"done": 1} == pushing.run()


def test_locks_that_cannot_be_read_now_postpone_the_invoice(pushing, fennoa):
    fennoa.faults.add("accounting_api", Fault.FAULT)
    pushing.add(invoice(1))

    assert {"queued": 1} == pushing.run()
    assert [] == pushing.invoices


# Our key


def test_until_our_key_came_back_one_goes_ahead_and_the_others_wait(pushing, fennoa):
    pushing.hub.push_facts.note("acme", "fennoa", **{PROVEN: ""}, key_in="unknown")
    pushing.add(*map(of_another, (1, 2, 3)))
    fennoa.faults.add("sales_api/9", *[Fault.FAULT] * 50)
    fennoa.faults.add("sales_api/1", *[Fault.FAULT] * 50)

    pushing.run()
    during = len(pushing.invoices), pushing.queued(2).item.answer_code
    fennoa.faults.waiting.clear()
    for number in (1, 2, 3):
        pushing.retry(number)
    pushing.run()

    assert (1, "key_unproven") == during
    assert 3 == len(pushing.invoices)
    facts = pushing.hub.push_facts.of("acme", "fennoa")
    assert ("notes_internal", "list") == (facts[PROVEN], facts["key_in"])


def test_until_our_key_came_back_a_lost_create_is_for_a_person(pushing, fennoa):
    pushing.hub.push_facts.note("acme", "fennoa", **{PROVEN: ""}, key_in="unknown")
    fennoa.faults.add("sales_api/add", Fault.LOST)
    pushing.add(of_another(1), of_another(2))

    pushing.run()

    assert ("no_proof", []) == (pushing.hold(1), pushing.invoices)
    assert "key_unproven" == pushing.queued(2).item.answer_code


def test_first_invoice_that_is_refused_lets_the_next_prove_the_key(pushing, fennoa):
    pushing.hub.push_facts.note("acme", "fennoa", **{PROVEN: ""}, key_in="unknown")
    fennoa.faults.add("sales_api/add", Fault.REFUSED_OK)
    pushing.add(invoice(1), invoice(2))

    assert {"rejected": 1, "done": 1} == pushing.run()


def test_key_that_does_not_come_back_holds_the_first_and_nothing_more_goes(
    pushing, fennoa, monkeypatch
):
    pushing.hub.push_facts.note("acme", "fennoa", **{PROVEN: ""}, key_in="unknown")
    monkeypatch.setattr(fennoa.world.habits, "detail_has_notes", False)
    pushing.terms |= APPROVE
    pushing.add(invoice(1), invoice(2))

    pushing.run()

    assert ("differs", 1) == (pushing.hold(1), len(pushing.invoices))
    assert [] == pushing.called("approve")


@pytest.mark.parametrize("is_in_list", [True, False])
def test_list_that_shows_our_key_or_not_is_known_from_the_first_invoice(
    pushing, fennoa, monkeypatch, is_in_list
):
    pushing.hub.push_facts.note("acme", "fennoa", **{PROVEN: ""}, key_in="unknown")
    monkeypatch.setattr(fennoa.world.habits, "list_has_notes", is_in_list)
    pushing.add(invoice(1))
    pushing.run()

    expected = "list" if is_in_list else "detail"
    assert expected == pushing.hub.push_facts.of("acme", "fennoa")["key_in"]


def test_key_travels_in_another_field_where_that_is_agreed(pushing, fennoa, monkeypatch):
    monkeypatch.setattr(fennoa.world.habits, "detail_has_notes", False)
    monkeypatch.setattr(fennoa.world.habits, "list_has_notes", False)
    pushing.terms |= {"key_field": "order_identifier"}
    fennoa.faults.add("sales_api/add", None, Fault.LOST_DONE)
    pushing.add(invoice(1), invoice(2))

    assert {"done": 2} == pushing.run()
    keys = [one.fields["order_identifier"] for one in pushing.invoices]
    assert [f"tasma:{pushing.queued(n).item.key}" for n in (1, 2)] == keys


# Fennoa's own automation


@pytest.mark.requirement("R-FEN-25a", "R-FEN-43b")
def test_fennoa_s_own_automation_is_left_alone_whatever_is_pushed(pushing, fennoa, company):
    """No call of a push reaches anything but invoices, their customers, locks and deliveries."""
    pushing.terms |= SEND | {"acts_by_itself": True}
    pushing.add(invoice(1), invoice(2, customer=NEW))
    pushing.run()

    begins = ("sales_api/", "sales_api", "customer_api/", "accounting_api/get/locking_periods")
    assert [] == [path for _, path, _ in fennoa.world.calls if not path.startswith(begins)]
    assert all(path.startswith(("sales_api/add", "sales_api/do/")) for path in pushing.called())
    assert not fennoa.world.habits.acts_by_itself


def test_create_that_is_not_found_where_fennoa_acts_by_itself_is_never_made_again(pushing, fennoa):
    pushing.terms |= {"acts_by_itself": True}
    fennoa.faults.add("sales_api/add", Fault.LOST)
    pushing.add(invoice(1))

    assert {"held": 1} == pushing.run()
    assert ({}, "absent") == (pushing.run(), pushing.hold(1))
    assert ["sales_api/add"] == pushing.called()
    pushing.retry(1)
    assert Phase.HELD is pushing.queued(1).item.phase


def test_invoice_that_fennoa_approves_and_sends_itself_is_not_sent_twice(
    pushing, fennoa, monkeypatch
):
    monkeypatch.setattr(fennoa.world.habits, "acts_by_itself", True)
    pushing.terms |= SEND | {"acts_by_itself": True}
    pushing.add(invoice(1))

    assert {"done": 1} == pushing.run()
    assert [1] == [one.sent for one in pushing.invoices]
    assert [] == pushing.called("do/send")


# Delivery


@pytest.mark.requirement("R-FEN-P4b")
@pytest.mark.parametrize("name", ["sales_invoice_id", "invoice_id", "invoice_no"])
def test_delivery_error_after_the_sending_holds_the_invoice(pushing, fennoa, company, name):
    """The documentation does not say by what a delivery error names its invoice."""
    fennoa.world.habits.delivery_error_names = name
    fennoa.faults.add("sales_api/do/send", None, Fault.UNDELIVERED)
    pushing.terms |= SEND
    pushing.add(invoice(1), invoice(2))

    assert {"done": 1, "held": 1} == pushing.run()
    assert ("", "undelivered") == (pushing.hold(1), pushing.hold(2))

    company.delivery_errors.clear()
    pushing.retry(2)

    assert {"done": 1} == pushing.run()
    assert [1, 1] == [one.sent for one in pushing.invoices]


@pytest.mark.requirement("R-FEN-P4b")
def test_delivery_errors_are_asked_for_several_times_after_the_sending(pushing, fennoa):
    """One that comes up a little later is seen as well."""
    pushing.terms |= SEND
    pushing.add(invoice(1))
    pushing.run()

    paths = [path for _, path, _ in fennoa.world.calls]
    looks = [i for i, path in enumerate(paths) if path == "sales_api/get/delivery_errors"]
    (sent,) = (i for i, path in enumerate(paths) if "do/send" in path)
    assert pushing.limits.delivery_looks == len(looks)
    assert sent < looks[0]


def test_delivery_error_that_comes_up_days_later_is_in_the_deviation_report(pushing, company):
    pushing.terms |= SEND
    pushing.add(invoice(1), invoice(2))
    pushing.run()
    second = pushing.invoices[1]
    company.delivery_errors.append({"invoice_no": second.number, "message": "Ei perille"})

    found = asyncio.run(deviations(pushing.hub, "acme", "fennoa", pushing.target())).found

    assert [("webshop/2", "it is among the delivery errors")] == [
        (one.document, one.what) for one in found
    ]


@pytest.mark.requirement("R-FEN-P4a")
def test_sending_that_answers_good_and_failed_is_a_failure(pushing, fennoa):
    fennoa.faults.add("sales_api/do/send", Fault.FAILED)
    pushing.terms |= SEND
    pushing.add(invoice(1))

    assert {"rejected": 1} == pushing.run()
    assert "failed" == pushing.queued(1).item.answer_code


@pytest.mark.requirement("R-FEN-41b")
def test_exactly_the_surcharge_that_fennoa_adds_at_sending_is_allowed(pushing, company):
    company.surcharges["postal"] = Surcharge(Decimal("5.00"), Decimal("25.5"))
    lisa = {"product_number": "L", "delivery_method": "postal", "net": "5.00", "vat_rate": "25.5"}
    pushing.terms |= SEND | {"surcharges": [lisa]}
    pushing.add(invoice(1, recipients=POST))

    assert {"done": 1} == pushing.run()


@pytest.mark.requirement("R-FEN-41c")
def test_another_sum_after_sending_than_the_surcharge_holds_the_invoice(pushing, company):
    company.surcharges["postal"] = Surcharge(Decimal("5.01"), Decimal("25.5"))
    lisa = {"product_number": "L", "delivery_method": "postal", "net": "5.00", "vat_rate": "25.5"}
    pushing.terms |= SEND | {"surcharges": [lisa]}
    pushing.add(invoice(1, recipients=POST))

    assert {"held": 1} == pushing.run()
    assert "differs" == pushing.hold(1)


# Products


@pytest.mark.requirement("R-FEN-6a", "R-FEN-6c")
def test_row_of_an_unknown_product_goes_and_the_register_stays_as_it_is(pushing, company):
    company.products["KONS"] = "Konsultointi"
    pushing.terms |= {"products": {"KONS": "Konsultointi"}}
    added = pushing.add(invoice(1, rows=[WORK, row(product_number="UUSI")]))

    assert {"done": 1} == pushing.run()
    assert {"KONS": "Konsultointi"} == company.products
    assert ["KONS", "UUSI"] == [one["product_no"] for one in pushing.invoices[0].rows]
    assert any("no such product" in one for one in added.remarks)


@pytest.mark.requirement("R-FEN-9d")
def test_name_on_the_product_s_card_does_not_change_by_what_a_row_says(pushing, company):
    company.products["KONS"] = "Konsultointi"
    pushing.terms |= {"products": {"KONS": "Konsultointi"}}
    pushing.add(invoice(1, rows=[WORK | {"product_name": "Design 12.5.", "description": "4 h"}]))

    assert {"done": 1} == pushing.run()

    assert {"KONS": "Konsultointi"} == company.products
    (sold,) = pushing.invoices[0].rows
    assert ("Konsultointi", "Design 12.5.\n4 h") == (sold["name"], sold["description"])


@pytest.mark.requirement("R-FEN-9d")
def test_general_product_s_card_keeps_its_name_whatever_rows_are_called(pushing, company):
    company.products["YLEINEN"] = "Myynti"
    pushing.terms |= {"general_product": "YLEINEN", "general_product_name": "Myynti"}
    rows = [row(product_number="", product_name=name) for name in ("Tuoli", "Pöytä")]
    pushing.add(invoice(1, rows=[*rows, TEXT]))

    assert {"done": 1} == pushing.run()
    assert {"YLEINEN": "Myynti"} == company.products


# Calls


@pytest.mark.requirement("R-FEN-P2a", "R-FEN-P2b", "R-FEN-P2c")
def test_calls_are_those_that_fennoa_documents(pushing, fennoa, tmp_path):
    """A push with everything that there is: an unknown customer, a file, approval and sending."""
    (tmp_path / "lasku.pdf").write_bytes(PDF)
    pushing.terms |= SEND
    pushing.add(invoice(1, customer=NEW, image="lasku.pdf"))
    pushing.run()

    called = {
        f"{call.method} {re.sub(r'/([0-9]+)$', '/<id>', call.path)}" for call in fennoa.world.calls
    }
    assert {
        "POST sales_api/add",
        "POST sales_api/do/upload_attachment/<id>",
        "POST sales_api/do/approve/<id>",
        "POST sales_api/do/send/<id>",
        "GET sales_api/<id>",
        "GET sales_api",
        "GET sales_api/get/delivery_errors",
        "GET customer_api/get/customer_no/<id>",
        "GET customer_api/<id>",
        "GET accounting_api/get/locking_periods",
    } == called
    assert {200} == {call.status for call in fennoa.world.calls if call.method == "POST"}


@pytest.mark.requirement("R-FEN-P1a", "R-FEN-P1b")
def test_calls_have_basic_authentication_and_forms_of_utf_8(pushing, fennoa):
    pushing.add(invoice(1, customer=CUSTOMER | {"name": "Öljy & Ääni 100 € Oy"}))

    assert {"done": 1} == pushing.run()

    assert {"Basic"} == {head["scheme"] for head in fennoa.world.heads}
    posted = [
        head["content_type"]
        for call, head in zip(fennoa.world.calls, fennoa.world.heads, strict=True)
        if call.method == "POST"
    ]
    assert ["application/x-www-form-urlencoded"] == posted
    assert "Öljy & Ääni 100 € Oy" == pushing.invoices[0].fields["name"]


@pytest.mark.requirement("R-FEN-30")
def test_push_reaches_fennoa_alone_and_nothing_keeps_what_is_to_be_paid(
    pushing, fennoa, monkeypatch, tmp_path
):
    """No mail and no e-invoice leaves from here, and no sum of an invoice is kept."""
    reached = set()
    real = socket.socket.connect

    def connect(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            reached.add(address[:2])
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    pushing.terms |= SEND
    pushing.add(invoice(1))

    assert {"done": 1} == pushing.run()

    port = int(fennoa.url.rpartition(":")[2].partition("/")[0])
    assert {("127.0.0.1", port)} == reached
    gross = pushing.invoices[0].totals.shown()["total_gross"]
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept
    assert [] == [path for path in kept if gross.encode() in path.read_bytes()]
