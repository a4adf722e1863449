"""Pushing to the simulated Fennoa over HTTP: every invoice is there once, whatever is lost."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

import pytest
from pydantic import SecretStr

from blocks.http import SlidingWindow
from blocks.http.once import call_once
from blocks.hub import outbox_due
from blocks.hub.outbox import NewDocument
from blocks.systems.fennoa.memory import HubMemory
from blocks.systems.fennoa.prepare import preparing
from blocks.systems.fennoa.target import FennoaTarget
from ledger.invoice.mappings.fennoa.terms import Terms
from ledger.push.events import Begun, Found, Lost, Resolved, Succeeded
from ledger.push.items import Phase, Step
from ledger.push.kinds import PushKind
from simulators.fennoa import Company, Fault, FennoaSimulator, Order
from tasks import push
from tasks.push import Pusher, now
from tests.fennoa_pushing import QUICK, QUICK_LIMITS, prove_key
from tests.invoices import invoice, row

NO_PACE = SlidingWindow(calls=100_000, period_s=0.001)
USER, KEY = "api-user", "plainly-fake-key"
DRAFT = (Step.CREATE, Step.CHECK)
SENT = (Step.CREATE, Step.CHECK, Step.APPROVE, Step.NUMBER, Step.SEND)


def key(number):
    return f"{number:016x}"


def form(number, customer="1042", price="100.00"):
    return {
        "customer_no": customer,
        "name": "Ostaja Esimerkki Oy",
        "address": "Testitie 2",
        "postalcode": "33100",
        "city": "TAMPERE",
        "country": "FI",
        "invoice_date": "2026-01-15",
        "due_date": "2026-01-29",
        "delivery_method": "email",
        "notes_internal": f"tasma:{key(number)}",
        "row[1][name]": "Konsultointi",
        "row[1][price]": price,
        "row[1][quantity]": "1",
        "row[1][vatpercent]": "25.5",
    }


def document(number, steps=DRAFT, **changes):
    """Return an invoice of 125.50, of the day and to the customer of `form`."""
    email = [{"channel": "email", "address": "ap@example.com"}]
    made = invoice(**{"id": str(number), "recipients": email, "rows": [row(price=100)]} | changes)
    return NewDocument(
        f"INV-{number}",
        PushKind.SALES_INVOICE,
        key(number),
        "1042",
        made.model_dump_json(exclude_defaults=True),
        f"digest {number}",
        steps,
    )


@pytest.fixture(scope="module")
def running():
    with FennoaSimulator([Company(USER, KEY)]) as simulator:
        yield simulator


@pytest.fixture
def fennoa(running):
    """The one company, empty; nothing goes wrong unless a test says so."""
    running.reset()
    running.faults.late_s = 0.05
    return running


@pytest.fixture
def hub(stores):
    return stores.hub


@pytest.fixture
def run(hub, fennoa):
    """Push what is queued: ``run(key="another")``; our key came back before."""
    prove_key(hub)

    def run(api_key=KEY, limit_s=29.0, spare_s=push.SPARE_S, **options):
        target = FennoaTarget(
            fennoa.url,
            USER,
            SecretStr(api_key),
            preparing(Terms()),
            NO_PACE,
            rules=QUICK,
            memory=HubMemory(hub, "acme", "fennoa"),
            limits=QUICK_LIMITS,
            **options,
        )
        pusher = Pusher(
            hub, "acme", "fennoa", target, limit_s=limit_s, pause_s=0.02, spare_s=spare_s
        )
        return asyncio.run(pusher.run())

    return run


def invoices(fennoa):
    return list(fennoa.company(USER).invoices.values())


def queue(hub, *documents):
    return hub.outbox.add("acme", "fennoa", documents)


def item(hub, number):
    return hub.outbox.find("acme", "fennoa", f"INV-{number}").item


def test_invoices_become_drafts_that_hold_our_key_and_are_read_back(hub, fennoa, run):
    queue(hub, document(1), document(2))

    ends = run()

    assert {"done": 2} == ends
    assert [f"tasma:{key(1)}\nwebshop/1", f"tasma:{key(2)}\nwebshop/2"] == [
        invoice.fields["notes_internal"] for invoice in invoices(fennoa)
    ]
    log = hub.outbox.log(hub.outbox.find("acme", "fennoa", "INV-1"))
    assert ["begun", "succeeded", "begun", "succeeded"] == [line.kind for line in log]


@pytest.mark.requirement("R-FEN-2b")
def test_invoice_is_approved_and_sent_once_its_number_has_come(hub, fennoa, run, monkeypatch):
    monkeypatch.setattr(fennoa.world.habits, "number_delay_s", 0.05)
    queue(hub, document(1, SENT))

    assert {"done": 1} == run()

    (invoice,) = invoices(fennoa)
    assert (1, True) == (invoice.sent, bool(invoice.number))
    approvals = [path for method, path, _ in fennoa.world.calls if "do/approve" in path]
    assert 1 == len(approvals)


@pytest.mark.parametrize(
    "fault", [f for f in Fault if f not in {Fault.REFUSED_OK, Fault.UNAUTHORIZED}]
)
def test_lost_or_failed_answer_to_a_create_leaves_exactly_one_invoice(hub, fennoa, run, fault):
    fennoa.faults.add("sales_api/add", fault)
    queue(hub, document(1))

    ends = run()

    assert {"done": 1} == ends
    assert 1 == len(invoices(fennoa))


def test_refusal_without_effect_rejects_the_document_and_the_next_goes_on(hub, fennoa, run):
    fennoa.faults.add("sales_api/add", Fault.REFUSED_OK)
    queue(hub, document(1), document(2))

    assert {"rejected": 1, "done": 1} == run()

    assert 1 == len(invoices(fennoa))
    assert "row: Virhe" == item(hub, 1).answer_code


def test_commit_that_comes_later_than_promised_is_an_alarm(hub, fennoa, run):
    fennoa.faults.late_s = 5.0
    fennoa.faults.add("sales_api/add", Fault.LATE)
    queue(hub, document(1))

    first = run()
    fennoa.world.clock = lambda real=fennoa.world.clock: real() + 10
    again = run()

    assert {"done": 1} == first
    assert 2 == len(invoices(fennoa))
    assert Phase.HELD is item(hub, 1).phase
    assert "several" == str(item(hub, 1).hold.code)
    assert {} == again


@pytest.mark.requirement("R-FEN-26c")
def test_invoice_that_a_person_approved_meanwhile_counts_as_approved(hub, fennoa, run):
    queue(hub, document(1, (Step.CREATE, Step.CHECK)))
    run()
    (invoice,) = invoices(fennoa)
    fennoa.world.approve(fennoa.company(USER), invoice.id)
    queue(hub, document(2, SENT))
    queued = hub.outbox.find("acme", "fennoa", "INV-2")
    hub.outbox.apply(queued, Found(str(invoice.id)), rules=QUICK, now=now())
    invoice.fields["notes_internal"] = f"tasma:{key(2)}"

    assert {"done": 1} == run()

    assert 1 == invoice.sent


@pytest.mark.requirement("R-FEN-26a", "R-FEN-26b")
def test_draft_that_a_person_made_there_stays_a_draft(hub, fennoa, run):
    theirs = _nested(form(9) | {"notes_internal": "", "customer_no": "7"})
    draft = fennoa.world.add_invoice(fennoa.company(USER), theirs)
    queue(hub, document(1, SENT))

    assert {"done": 1} == run()

    ours = next(one for one in invoices(fennoa) if one is not draft)
    assert (None, 0) == (draft.approved_at, draft.sent)
    assert (True, 1) == (ours.approved_at is not None, ours.sent)


def test_answer_lost_to_an_approval_is_found_out_by_reading(hub, fennoa, run):
    fennoa.faults.add("sales_api/do/approve", Fault.LOST_DONE)
    queue(hub, document(1, SENT))

    assert {"done": 1} == run()

    approvals = [path for _, path, _ in fennoa.world.calls if "do/approve" in path]
    assert 1 == len(approvals)


def test_answer_lost_to_a_sending_is_held_for_a_person(hub, fennoa, run):
    fennoa.faults.add("sales_api/do/send", Fault.LOST_DONE)
    queue(hub, document(1, SENT))

    assert {"held": 1} == run()
    assert {} == run()

    assert 1 == invoices(fennoa)[0].sent
    assert "no_proof" == str(item(hub, 1).hold.code)


def test_sending_that_fails_with_a_good_status_is_a_failure(hub, fennoa, run):
    fennoa.faults.add("sales_api/do/send", Fault.FAILED)
    queue(hub, document(1, SENT))

    assert {"rejected": 1} == run()

    assert "failed" == item(hub, 1).answer_code


@pytest.mark.requirement("R-FEN-12c")
def test_totals_that_differ_hold_the_document_before_its_approval(hub, fennoa, run, monkeypatch):
    """Fennoa rounds VAT once for each rate, and we expected it row by row."""
    monkeypatch.setattr(fennoa.world.habits, "vat_per_row", False)
    queue(hub, document(1, SENT, rows=[row(price="1.99")] * 3))

    assert {"held": 1} == run()

    assert "differs" == str(item(hub, 1).hold.code)
    assert not invoices(fennoa)[0].approved_at


def test_hub_restored_from_a_copy_adopts_what_is_there_and_sends_nothing_again(hub, fennoa, run):
    fennoa.world.add_invoice(fennoa.company(USER), _nested(form(1)))
    queue(hub, document(1), document(2))

    assert {"done": 2} == run()

    assert 2 == len(invoices(fennoa))
    kinds = [line.kind for line in hub.outbox.log(hub.outbox.find("acme", "fennoa", "INV-1"))]
    assert "found" == kinds[0]


def test_newer_invoice_that_looks_like_ours_without_our_key_is_an_alarm(hub, fennoa, run):
    fennoa.faults.add("sales_api/add", Fault.LOST)
    queue(hub, document(1))
    edited = _nested(form(9) | {"notes_internal": "edited by hand"})
    real_answer = fennoa.world.faults.take

    def take(path):
        fault = real_answer(path)
        if fault is Fault.LOST:
            fennoa.world.add_invoice(fennoa.company(USER), edited)
        return fault

    fennoa.world.faults.take = take
    try:
        assert {"held": 1} == run()
    finally:
        fennoa.world.faults.take = real_answer

    assert "lookalike" == str(item(hub, 1).hold.code)
    assert 1 == len(invoices(fennoa))


def test_key_that_only_the_detail_gives_back_is_found_as_well(hub, fennoa, run, monkeypatch):
    monkeypatch.setattr(fennoa.world.habits, "list_has_notes", False)
    fennoa.faults.add("sales_api/add", Fault.LOST_DONE)
    queue(hub, document(1))

    assert {"done": 1} == run()

    assert 1 == len(invoices(fennoa))


@pytest.mark.parametrize("order", Order)
def test_walk_over_several_pages_finds_ours_among_others(hub, fennoa, run, monkeypatch, order):
    monkeypatch.setattr(fennoa.world.habits, "order", order)
    for _ in range(450):
        fennoa.world.add_invoice(fennoa.company(USER), _nested(form(99) | {"notes_internal": ""}))
    fennoa.faults.add("sales_api/add", Fault.LOST_DONE)
    queue(hub, document(1))

    assert {"done": 1} == run()

    assert 451 == len(invoices(fennoa))


def test_search_that_fails_is_no_absence(hub, fennoa, run):
    hub.push_facts.note("acme", "fennoa", order="newest_first")
    fennoa.faults.add("sales_api/add", Fault.LOST_DONE)
    fennoa.faults.add("sales_api", None, *[Fault.FAULT] * 20)
    queue(hub, document(1))

    assert {"done": 1} == run()

    assert 1 == len(invoices(fennoa))


def test_broken_credential_pauses_its_tenant_and_nothing_is_lost(hub, fennoa, run):
    queue(hub, document(1), document(2))

    ends = run(api_key="revoked")

    assert "done" not in ends
    assert [] == invoices(fennoa)
    assert "401" in hub.push_marks.paused("acme", "fennoa")
    hub.push_marks.resume("acme", "fennoa")
    assert {"done": 2} == run()


def test_sender_whose_claim_is_over_before_its_first_byte_sends_nothing(hub, fennoa, run):
    queue(hub, document(1))

    run(limit_s=0.3, spare_s=-1.0)

    assert [] == invoices(fennoa)
    assert Phase.READY is item(hub, 1).phase


def test_first_look_that_fails_sends_nothing(hub, fennoa, run):
    """A hub that was restored from a copy would send once more what it could not see."""
    fennoa.world.add_invoice(fennoa.company(USER), _nested(form(1)))
    queue(hub, document(1), document(2))
    hub.push_facts.note("acme", "fennoa", order="newest_first")
    fennoa.faults.add("sales_api", *[Fault.FAULT] * push.FIRST_LOOKS)

    assert {} == run()
    assert 1 == len(invoices(fennoa))

    assert {"done": 2} == run()
    assert 2 == len(invoices(fennoa))


def test_document_that_the_restored_hub_has_lost_is_not_sent_when_it_is_added_again(
    hub, fennoa, run
):
    fennoa.world.add_invoice(fennoa.company(USER), _nested(form(1)))
    run()
    hub.push_marks.set("acme", "fennoa", "1000000")

    assert 1 == queue(hub, document(1))["refused"]
    run()

    assert 1 == len(invoices(fennoa))


def test_alarm_that_a_person_resolved_is_not_raised_by_every_run(hub, fennoa, run):
    queue(hub, document(1))
    run()
    fennoa.world.add_invoice(fennoa.company(USER), _nested(form(1)))
    run()
    queued = hub.outbox.find("acme", "fennoa", "INV-1")
    assert Phase.HELD is queued.item.phase
    event = Resolved(is_done=True, target_id=queued.item.target_id)
    hub.outbox.apply(queued, event, rules=QUICK, now=now())

    run()

    assert Phase.DONE is item(hub, 1).phase


def test_alarm_during_a_sending_and_the_word_of_a_person_send_nothing_twice(hub, fennoa, run):
    """The worker died while it sent; meanwhile a second invoice with our key came to light."""
    queue(hub, document(1, SENT))
    queued = hub.outbox.find("acme", "fennoa", "INV-1")
    for event in (
        Found("1"),
        *(one for n in range(3) for one in (Begun(n + 1, "digest"), Succeeded(n + 1))),
        Begun(9, "digest"),
        Found("2"),
    ):
        queued, _ = hub.outbox.apply(queued, event, rules=QUICK, now=now())
    held = item(hub, 1)
    word = Resolved(is_done=True, target_id="1")

    after, _ = hub.outbox.apply(queued, word, rules=QUICK, now=now())

    assert (Step.SEND, "several", True) == (held.step, str(held.hold.code), held.hold.is_lost)
    assert Phase.DONE is after.item.phase


def test_invoice_that_was_deleted_there_is_held(hub, fennoa, run):
    queue(hub, document(1))
    queued = hub.outbox.find("acme", "fennoa", "INV-1")
    hub.outbox.apply(queued, Found("123456"), rules=QUICK, now=now())

    assert {"held": 1} == run()

    assert "gone" == str(item(hub, 1).hold.code)


def test_document_that_cannot_be_sent_is_rejected_and_the_next_goes_on(hub, fennoa, run):
    queue(hub, document(1, vat_treatment="eu_services", due_date=None), document(2))

    assert {"rejected": 1, "done": 1} == run()

    assert "vat_number_absent" in item(hub, 1).answer_code
    assert 1 == len(invoices(fennoa))


def test_changed_content_replaces_no_invoice_that_is_there(hub, fennoa, run):
    """It was created, and its sending was refused."""
    fennoa.faults.add("sales_api/do/send", Fault.FAILED)
    first = document(1, SENT)
    queue(hub, first)
    assert {"rejected": 1} == run()

    counts = queue(hub, replace(first, digest="another"))

    assert (0, 1) == (counts["replaced"], counts["refused"])


def test_what_was_in_doubt_when_its_tenant_was_erased_is_never_sent(hub, fennoa, run):
    queue(hub, document(1))
    queued = hub.outbox.find("acme", "fennoa", "INV-1")
    hub.outbox.apply(queued, Begun(1, "digest", ""), rules=QUICK, now=now())
    hub.outbox.apply(queued, Lost(1), rules=QUICK, now=now())
    tenant = hub.tenants.get("acme")

    hub.erase_tenant("acme")
    hub.tenants.add(replace(tenant, created_at=None))

    assert 1 == queue(hub, document(1))["refused"]


def test_call_as_a_whole_ends_within_its_limit(hub, fennoa, run, monkeypatch):
    """An answer that comes drop by drop would outlast the claim on its document."""

    async def slow(_response):
        await asyncio.sleep(5)

    monkeypatch.setattr("blocks.http.once._whole", slow)

    found = asyncio.run(
        call_once("GET", f"{fennoa.url}/sales_api", until_s=float("inf"), limit_s=0.5)
    )

    assert (True, None) == (found.was_sent, found.response)


def test_next_document_is_found_by_an_index_however_many_wait(hub):
    """100 documents or 20,000: SQLite looks at no more of its index."""
    queue(hub, *(document(number) for number in range(1, 40)))
    asked_for = {"tenant": "acme", "target": "fennoa", "kinds": [PushKind.SALES_INVOICE]}
    asked_for |= {"company": "acme/fennoa", "epoch": "here", "at": dt.datetime.now(dt.UTC)}
    with hub.database.reading() as connection:
        for query in (outbox_due.FRESH, outbox_due.WAITING, outbox_due.ABANDONED):
            known = query.params(asked_for)
            text = known.compile(connection, compile_kwargs={"render_postcompile": True})
            asked = f"explain query plan {text}".replace("?", "1")
            steps = [row[3] for row in connection.exec_driver_sql(asked)]
            assert steps
            assert not [step for step in steps if "TEMP B-TREE" in step or "SCAN" in step], steps


@pytest.mark.requirement("R-FEN-28b")
def test_document_of_a_dead_worker_goes_into_doubt_and_is_not_sent_again(hub, fennoa, run):
    """The worker died after its invoice was made and before it stored the answer."""
    queue(hub, document(1))
    queued = hub.outbox.find("acme", "fennoa", "INV-1")
    hub.outbox.apply(queued, Begun(1, "digest", ""), rules=QUICK, now=now())
    fennoa.world.add_invoice(fennoa.company(USER), _nested(form(1)))

    assert {"done": 1} == run()

    assert 1 == len(invoices(fennoa))


def test_late_answer_of_a_fenced_sender_counts_as_a_hit(hub, fennoa, run):
    queue(hub, document(1))
    queued = hub.outbox.find("acme", "fennoa", "INV-1")
    hub.outbox.apply(queued, Begun(1, "digest", ""), rules=QUICK, now=now())
    hub.outbox.apply(queued, Lost(1), rules=QUICK, now=now())

    hub.outbox.apply(queued, Succeeded(1, "77"), rules=QUICK, now=now())

    assert "77" == item(hub, 1).target_id


def _nested(flat):
    """Return a form as the simulator reads it."""
    found = {name: value for name, value in flat.items() if not name.startswith("row")}
    row = {n.split("[")[2].rstrip("]"): v for n, v in flat.items() if n.startswith("row")}
    return found | {"row": {1: row}}
