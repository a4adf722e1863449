"""From a file of invoices to drafts in the simulated Fennoa and back, by the commands."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from decimal import Decimal

import pytest
from sqlalchemy import delete

from blocks.home import PROJECT
from blocks.hub import Connection, Hub, Method, Tenant, models
from blocks.hub.outbox import NewDocument
from blocks.settings import settings
from flows.doors.demo_home import ENDED
from ledger.push.kinds import Prerequisite, PushKind
from ledger.push.steps import Step
from simulators.fennoa import Company, Fault, FennoaSimulator
from tasks.push_words import waits
from tests.command_line import invoke
from tests.harnesses.fennoa import BLOCK, KEY, USER, give_block
from tests.invoices import content, row

TO = ("--to", "fennoa")


@pytest.fixture(scope="module")
def running():
    with FennoaSimulator([Company(USER, KEY)]) as simulator:
        yield simulator


@pytest.fixture
def fennoa(running, monkeypatch, tmp_path, empty_hub):
    """A home of its own with a connected tenant, and a Fennoa that is empty."""
    monkeypatch.delenv("TASMA_HUB_URL", raising=False)
    monkeypatch.setenv("TASMA_HOME", str(tmp_path))
    (tmp_path / "hub").mkdir()
    shutil.copy(empty_hub, tmp_path / "hub")
    running.reset()
    give_block(monkeypatch, url=running.url)
    with Hub(settings().hub_url) as hub:
        hub.tenants.add(Tenant("acme", "Acme Oy"))
        hub.connections.save(
            Connection("acme", "fennoa", Method.API_KEY, USER, credential_block=BLOCK)
        )
        hub.push_marks.set("acme", "fennoa", "0")
    return running


@pytest.fixture
def file(tmp_path):
    """Write invoices: ``file(content(id="1"), ...)``."""

    def write(*invoices):
        path = tmp_path / "invoices.jsonl"
        path.write_text("".join(json.dumps(one, default=str) + "\n" for one in invoices), "utf-8")
        return path

    return write


def push(*arguments, code=0):
    shown = invoke("push", *arguments, *TO)
    assert code == shown.exit_code, shown.output
    return shown.output


def push_json(*arguments, code=0):
    shown = invoke("push", *arguments, *TO, "--json")
    assert code == shown.exit_code, shown.output
    return json.loads(shown.stdout)


def invoices(fennoa):
    return list(fennoa.company(USER).invoices.values())


@pytest.mark.requirement("R-FEN-24a", "R-FEN-24b", "R-FEN-31")
def test_file_becomes_drafts_and_each_has_its_log(fennoa, file):
    path = file(content(id="1"), content(id="2"), content(id="2"))

    added = push_json("add", "acme", path)
    again = push("add", "acme", path)
    ran = push("run", "acme")

    assert (3, 2, 1) == (added["received"], added["added"], added["repeated"])
    assert "2 known" in again
    assert "2 done." in ran
    assert 2 == len(invoices(fennoa))
    assert "webshop/1" in invoices(fennoa)[0].fields["notes_internal"]
    assert [None, None] == [one.approved_at for one in invoices(fennoa)]
    assert not [path for _, path, _ in fennoa.world.calls if "/do/" in path]
    events = push_json("events", "acme", "webshop/1")
    assert ["begun", "succeeded"] * 3 == [line["kind"] for line in events["events"]]
    assert str(invoices(fennoa)[0].id) == events["target_id"]
    shown = push("events", "acme", "webshop/1")
    assert f"id there {invoices(fennoa)[0].id}" in shown
    assert [] == [inner for inner in ("token=", "mark=", "request=") if inner in shown]


def test_run_that_got_no_answer_says_that_nothing_was_sent_and_of_the_demo_why(
    fennoa, file, monkeypatch
):
    push("add", "acme", file(content(id="1")))
    give_block(monkeypatch, url="http://127.0.0.1:9")

    shown = push("run", "acme", code=75)
    monkeypatch.setattr(sys, "argv", ["tasma", "--demo", "push", "run"])
    of_demo = push("run", "acme", code=75)

    for text in (shown, of_demo):
        assert "Nothing was sent." in text
        assert "no answer, or not a whole one" in text
        assert "Nothing was due" not in text
    assert "Next: tasma connect check acme" in shown
    assert "tasma push status acme --to fennoa" in shown
    assert ENDED in of_demo
    assert "Next:" not in of_demo
    assert {"queued": 1} == {"queued": push_json("status", "acme")["queued"]}
    assert 1 == shown.lower().count("nothing was sent")


def test_system_that_gives_a_push_no_answer_is_unreachable_until_it_gives_one(
    fennoa, file, monkeypatch
):
    def light():
        (row,) = json.loads(invoke("tenant", "status", "acme", "--json").stdout)
        return row["light"], row["reason"]

    push("add", "acme", file(content(id="1")))
    give_block(monkeypatch, url="http://127.0.0.1:9")
    push("run", "acme", code=75)
    away = light()
    (connection,) = json.loads(invoke("connect", "list", "--json").stdout)
    give_block(monkeypatch, url=fennoa.url)
    push("run", "acme")

    assert "red" == away[0]
    assert "what is there could not be looked at in full" in away[1]
    assert "unreachable" == connection["status"]
    assert "green" == light()[0]
    assert 1 == len(invoices(fennoa))


def test_file_of_which_nothing_can_be_sent_is_to_be_corrected(fennoa, file):
    refused = push("add", "acme", file(content(id="1", rows=[])), code=1)
    partly = push("add", "acme", file(content(id="1", rows=[]), content(id="2")), code=1)

    assert "Next: correct the file, then: tasma push add acme FILE --to fennoa" in refused
    assert "Next: tasma push run acme --to fennoa" in partly


def test_folder_in_the_place_of_a_file_and_a_target_that_is_not_named_are_told(fennoa, tmp_path):
    folder = invoke("push", "add", "acme", tmp_path, *TO)
    nowhere = invoke("push", "status", "acme")

    assert (2, 2) == (folder.exit_code, nowhere.exit_code)
    assert f"{tmp_path} is a folder" in " ".join(folder.output.split())
    assert "Missing option '--to'. Where to: fennoa or procountor." in nowhere.output


def test_sample_of_the_readme_becomes_drafts(fennoa):
    added = push_json("add", "acme", PROJECT / "docs" / "examples" / "invoices.jsonl")
    push("run", "acme")

    assert (2, 2) == (added["received"], added["added"])
    assert 2 == len(invoices(fennoa))
    assert push_json("events", "acme", "webshop/1001")["target_id"]


def test_invoice_that_cannot_go_is_refused_by_name_and_the_others_are_queued(fennoa, file):
    path = file(content(id="1"), content(id="2", rows=[row(rate="99")]))

    shown = push("add", "acme", path, code=1)

    assert "1 queued" in shown
    assert "1 refused" in shown
    assert "webshop/2" in shown
    assert "99" in shown


def test_rejection_is_shown_with_its_remedy_and_a_corrected_invoice_goes(fennoa, file):
    push("add", "acme", file(content(id="1")))
    fennoa.faults.add("sales_api/add", Fault.REFUSED_OK)

    ran = push("run", "acme", code=3)
    status = push_json("status", "acme")
    push("status", "acme", "--exit-code", code=3)
    push("add", "acme", file(content(id="1", buyer_reference="corrected")))
    push("run", "acme")
    push("status", "acme", "--exit-code")

    assert "1 rejected" in ran
    (waiting,) = status["waiting"]
    assert ("webshop/1", "rejected") == (waiting["document"], waiting["state"])
    assert waiting["what_to_do"]
    assert 1 == len(invoices(fennoa))


def test_changed_invoice_replaces_the_first_and_is_an_alarm_once_it_was_sent(fennoa, file):
    was = content(id="1", buyer_reference="Matti")
    push("add", "acme", file(was))
    push("add", "acme", file(was | {"buyer_reference": "Maija"}))
    assert "what differs: buyer's reference" in push("events", "acme", "webshop/1")
    (line,) = push_json("events", "acme", "webshop/1")["events"]
    assert "Matti" == json.loads(line["content"])["document"]["buyer_reference"]
    push("run", "acme")

    push("add", "acme", file(was | {"buyer_reference": "Liisa"}), code=1)

    (waiting,) = push_json("status", "acme")["waiting"]
    assert ("webshop/1", "held") == (waiting["document"], waiting["state"])
    assert "changed: another content came after it was sent" == waiting["why"]
    assert "correct them there by hand" in waiting["what_to_do"]
    shown = push("events", "acme", "webshop/1")
    assert [] == [name for name in ("Matti", "Maija", "Liisa") if name in shown]
    push("resolve", "acme", "webshop/1", "--id", waiting["target_id"])
    assert [] == push_json("status", "acme")["waiting"]
    (made,) = invoices(fennoa)
    assert str(made.id) == waiting["target_id"]


@pytest.mark.requirement("R-X-9")
def test_rejection_keeps_fennoa_s_own_words_beside_our_code(fennoa, file, monkeypatch):
    give_block(monkeypatch, url=fennoa.url, terms={"consumer_e_invoicing": True})
    bank = {"channel": "consumerfinvoice", "address": "FI2112345600000785", "operator": "NDEAFIHH"}
    made = content(id="1", recipients=[bank], prices="gross")
    push("add", "acme", file(made))

    push("run", "acme", code=3)

    (waiting,) = push_json("status", "acme")["waiting"]
    words = "Yrityksellä ei ole kuluttajaverkkolaskusopimusta"
    assert "consumer e-invoicing absent" in waiting["why"]
    assert words in waiting["why"]
    assert words not in waiting["what_to_do"], "said twice"
    assert "Take consumer e-invoicing into use in Fennoa" in waiting["what_to_do"]


def test_what_somebody_may_look_at_is_said_when_invoices_are_added(fennoa, file):
    nameless = content(id="1", rows=[row(product_number=None)])

    shown = push("add", "acme", file(nameless))

    assert "1 queued" in shown
    assert "Remark: webshop/1" in shown
    assert "without it the row belongs to no product" in " ".join(shown.split())


def test_credit_that_waits_is_shown_with_what_it_waits_for(fennoa, file):
    minus = [row(quantity=-1)]
    credit = content(id="2", type="credit_note", credited={"id": "1"}, rows=minus)
    push("add", "acme", file(content(id="1"), credit))
    push("run", "acme")

    (waiting,) = push_json("status", "acme")["waiting_for_others"]

    assert "webshop/2" == waiting["document"]
    assert "until what it credits is approved there" in waiting["why"]


def test_held_document_is_resolved_by_what_a_person_saw(fennoa, file, monkeypatch):
    give_block(monkeypatch, url=fennoa.url, terms={"import_verified": True})
    email = [{"channel": "email", "address": "ap@example.com"}]
    push("add", "acme", file(content(id="1", recipients=email)), "--process", "approve_and_send")
    fennoa.faults.add("sales_api/do/send", Fault.LOST_DONE)
    push("run", "acme", code=3)
    (invoice,) = invoices(fennoa)

    refused = push_json("retry", "acme", "webshop/1")
    after = push_json("resolve", "acme", "webshop/1", "--id", invoice.id)
    push("run", "acme")

    assert ([], ["webshop/1"]) == (refused["retried"], refused["not_retried"])
    assert "sent" == after["state"]
    assert {"done": 1, "held": 0} == {
        name: push_json("status", "acme")[name] for name in ("done", "held")
    }
    assert 1 == invoice.sent


def test_all_that_wait_for_a_person_are_retried_at_once(fennoa, file):
    push("add", "acme", file(content(id="1"), content(id="2"), content(id="3")))
    fennoa.faults.add("sales_api/add", None, Fault.REFUSED_OK, Fault.REFUSED_OK)
    push("run", "acme", code=3)

    retried = push_json("retry", "acme", "--all")
    push("run", "acme")
    once_more = push("retry", "acme", "webshop/1")

    assert "Queued again: 0.\nDone already: 1 (webshop/1)." in once_more
    assert "tasma push resolve" not in once_more
    assert ["webshop/2", "webshop/3"] == sorted(retried["retried"])
    assert 3 == len(invoices(fennoa))


@pytest.mark.requirement("R-FEN-27a", "R-FEN-27b")
def test_every_invoice_stays_a_draft_until_the_import_was_verified(fennoa, file, monkeypatch):
    email = [{"channel": "email", "address": "ap@example.com"}]
    give_block(monkeypatch, url=fennoa.url, terms={"process": "approve"})
    agreed = invoke("push", "add", "acme", file(content(id="1", recipients=email)), *TO)
    asked = invoke("push", "add", "acme", file(content(id="2")), *TO, "--process", "approve")
    push("run", "acme")
    before = [one.approved_at for one in invoices(fennoa)]
    give_block(monkeypatch, url=fennoa.url, terms={"process": "approve", "import_verified": True})
    push("add", "acme", file(content(id="3", recipients=email)))
    push("run", "acme")

    assert 0 == agreed.exit_code, agreed.output
    assert 1 == asked.exit_code
    assert "import_verified" in asked.output
    assert [None] == before
    assert [True] == [one.approved_at is not None for one in invoices(fennoa)[1:]]


def test_paused_tenant_sends_nothing_and_says_why(fennoa, file):
    push("add", "acme", file(content(id="1")))

    push("pause", "acme", "--reason", "year-end audit")
    push("status", "acme", "--exit-code", code=3)
    ran = push("run", "acme", code=1)

    assert 1 == ran.lower().count("year-end audit")
    assert "Paused: year-end audit." in ran
    assert "tasma push resume acme --to fennoa" in ran
    assert [] == invoices(fennoa)
    push("resume", "acme")
    push("run", "acme")
    assert 1 == len(invoices(fennoa))


def test_deviations_name_what_somebody_changed_or_deleted_there(fennoa, file):
    push("add", "acme", file(*(content(id=str(number)) for number in range(1, 5))))
    push("run", "acme")
    good = push_json("deviations", "acme")
    first, second, third, fourth = invoices(fennoa)
    fourth.rows[0]["quantity"] = "13"
    first.totals = first.totals._replace(net=Decimal("0.80"), vat=Decimal("0.20"))
    second.fields["notes_internal"] = "edited"
    del fennoa.company(USER).invoices[third.id]

    found = push_json("deviations", "acme", code=3)

    assert ([], True, 4) == (good["found"], good["adds_up"], good["read"])
    what = {one["document"]: one["what"] for one in found["found"]}
    assert what.keys() == {"webshop/1", "webshop/2", "webshop/3", "webshop/4"}
    assert "row 1: quantity 13 there, 12.5" in what["webshop/4"]
    assert "1.00 where 938.22 was expected" in what["webshop/1"]
    assert "not ours" in what["webshop/2"]
    assert "not there any more" in what["webshop/3"]


def test_that_nothing_could_be_read_there_is_no_agreement_and_is_led_on(fennoa, file):
    push("add", "acme", file(content(id="1")))
    push("run", "acme")
    fennoa.faults.add("sales_api", *[Fault.FAULT] * 50)

    shown = push("deviations", "acme", code=1)

    assert "1 could not be read" in shown
    assert "tasma connect check acme" in shown


@pytest.mark.requirement("R-X-2")
def test_delivery_adds_up_by_day_and_rate_and_a_document_that_is_lost_here_shows(fennoa, file):
    push("add", "acme", file(content(id="1"), content(id="2", invoice_date="2026-01-16")))
    push("add", "acme", file(content(id="2", invoice_date="2026-01-16", order_number="7")))
    fennoa.faults.add("sales_api/add", None, Fault.REFUSED_OK)
    push("run", "acme", code=3)

    good = push_json("deviations", "acme")
    shown = push("deviations", "acme")
    with Hub(settings().hub_url) as hub, hub.database.writing() as connection:
        item = models.outbox_item
        connection.execute(delete(models.outbox_event))
        connection.execute(delete(item).where(item.c.source_id == "webshop/2"))
    bad = push_json("deviations", "acme", code=3)

    days = {(one["day"], one["vat_rate"]): one for one in good["by_day"]}
    assert {"2026-01-15", "2026-01-16"} == {day for day, _ in days}
    first = days["2026-01-15", "25.5"]
    assert {"net": "708.25", "vat": "180.60"} == first["received"]["total"]
    assert (1, 0) == (first["by_state"]["done"]["count"], first["by_state"]["rejected"]["count"])
    assert 1 == days["2026-01-16", "13.5"]["by_state"]["rejected"]["count"]
    (delivery,) = good["deliveries"]
    assert ("invoices.jsonl", 2) == (delivery["name"], delivery["received"])
    assert (True, False) == (good["adds_up"], bad["adds_up"])
    assert "2026-01-16" in shown
    assert "which adds up" in shown


def test_document_that_waits_says_for_which_and_how_that_stands(fennoa):
    original = Prerequisite(PushKind.SALES_INVOICE, "webshop/1", Step.NUMBER)
    credit = NewDocument(
        "webshop/2", PushKind.SALES_INVOICE, "k", "c", "{}", "d", (Step.CREATE,), (original,)
    )
    with Hub(settings().hub_url) as hub:
        hub.outbox.add("acme", "fennoa", [credit])

    shown = push_json("status", "acme")
    events = push("events", "acme", "webshop/2", "--kind", "sales_invoice")
    with Hub(settings().hub_url, clock=lambda: dt.datetime.now(dt.UTC) + dt.timedelta(8)) as hub:
        late = waits(hub, hub.outbox.find("acme", "fennoa", "webshop/2"))

    (one,) = shown["waiting_for_others"]
    assert ("webshop/2", "waiting") == (one["document"], one["state"])
    assert "waits for sales invoice webshop/1, which was not added yet" == one["why"]
    assert "waiting" in events
    assert late.endswith("(8 days)")


def test_system_that_takes_no_documents_is_named(fennoa):
    shown = invoke("push", "status", "acme", "--to", "fortnox")

    assert 2 == shown.exit_code
    assert "fennoa" in shown.output


def test_a_file_that_cannot_be_read_says_nothing_of_the_connection(fennoa, tmp_path):
    odd = tmp_path / "books.se"
    odd.write_text("#FLAGGA 0\n", "utf-8")

    refused = invoke("push", "add", "acme", str(odd), *TO)

    assert refused.exit_code != 0
    with Hub(settings().hub_url) as hub:
        assert "connected" == hub.connections.get("acme", "fennoa").status
