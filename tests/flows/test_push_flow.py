"""Pushing by Prefect: an API user in a real block, the page of a run, and one run for a sweep."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re

import pytest

from blocks.hub import Tenant
from blocks.hub.outbox import NewDocument
from blocks.systems.fennoa import session
from blocks.systems.fennoa.block import FennoaApiUser
from blocks.systems.fennoa.settings import FennoaSettings
from flows.push import push
from flows.push_deviations import push_deviations
from flows.push_resolve import push_resolve
from flows.push_retry import push_retry
from flows.push_sweep import start_push
from ledger.push.kinds import PushKind
from ledger.push.steps import Step
from simulators.fennoa import Company, Fault, FennoaSimulator
from tests.flows.conftest import environment_of, reaching
from tests.invoices import content

USER, KEY = "api-user", "plainly-fake-key"
TO = ("--to", "fennoa")


@pytest.fixture
def fennoa(monkeypatch):
    with FennoaSimulator([Company(USER, KEY)]) as simulator:
        chosen = FennoaSettings(url=simulator.url, rate=1_000, delivery_every_s=0.1)
        monkeypatch.setattr(session, "settings", lambda: chosen)
        yield simulator


def save_block(desk, name, terms=None):
    with environment_of(desk.home), reaching(desk.server):
        asyncio.run(
            FennoaApiUser(user=USER, key=KEY, terms=terms or {"process": "draft"}).asave(
                name, overwrite=True
            )
        )


def test_run_sends_what_waits_and_its_page_says_what_a_person_does(desk, fennoa, tmp_path):
    save_block(desk, "pushing")
    desk.tasma("tenant", "add", "pushing", "--name", "Pushing Oy")
    connected = desk.tasma("connect", "fennoa", "pushing", "--block", "fennoa-api-user/pushing")
    assert connected.exit_code == 0, connected.output
    file = tmp_path / "invoices.jsonl"
    file.write_text("".join(json.dumps(content(id=str(n))) + "\n" for n in (1, 2)), "utf-8")
    added = desk.tasma("push", "add", "pushing", file, *TO)
    assert added.exit_code == 0, added.output
    fennoa.faults.add("sales_api/add", Fault.REFUSED_OK)

    first = desk.do(push, tenant="pushing", system="fennoa")
    again = desk.do(push, tenant="pushing", system="fennoa")

    page = desk.artifact("push-pushing-fennoa")
    assert ("Held", "Unchanged") == (first.name, again.name)
    assert "webshop/1" in page
    assert "rejected" in page
    assert KEY not in page + connected.output + added.output
    assert 1 == len(fennoa.company(USER).invoices)
    assert desk.refuses("push", tenant="pushing", system="../x")


def test_documents_are_retried_and_resolved_by_form(desk, fennoa, tmp_path):
    terms = {"process": "approve_and_send", "import_verified": True}
    save_block(desk, "asked", terms=terms)
    desk.tasma("tenant", "add", "asked", "--name", "Asked Oy")
    desk.tasma("connect", "fennoa", "asked", "--block", "fennoa-api-user/asked")
    email = [{"channel": "email", "address": "ap@example.com"}]
    made = [content(id=str(n), recipients=email) for n in (1, 2)]
    file = tmp_path / "invoices.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in made), "utf-8")
    desk.tasma("push", "add", "asked", file, *TO)
    fennoa.faults.add("sales_api/add", Fault.REFUSED_OK)
    fennoa.faults.add("sales_api/do/send", Fault.LOST_DONE)
    whose = {"tenant": "asked", "system": "fennoa"}
    desk.do(push, **whose)

    nothing = desk.do(push_retry, **whose)
    retried = desk.do(push_retry, **whose, all_of_them=True)
    (sent,) = fennoa.company(USER).invoices.values()
    seen = {"document": "webshop/2", "seen": "it is there"}
    unsaid = desk.do(push_resolve, **whose, **seen)
    resolved = desk.do(push_resolve, **whose, **seen, target_id=str(sent.id))
    after = desk.do(push, **whose)

    assert ("Failed", "Held") == (nothing.name, retried.name)
    assert "webshop/2" in retried.message
    assert ("Failed", "Done") == (unsaid.name, resolved.name)
    assert "webshop/2 is sent now" in resolved.message
    assert "2 done" in after.message
    assert [1, 1] == [one.sent for one in fennoa.company(USER).invoices.values()]


def test_nightly_report_says_what_was_changed_there_and_one_tenant_stops_no_other(
    desk, fennoa, tmp_path
):
    save_block(desk, "watched")
    desk.tasma("tenant", "add", "watched", "--name", "Watched Oy")
    desk.tasma("connect", "fennoa", "watched", "--block", "fennoa-api-user/watched")
    file = tmp_path / "invoices.jsonl"
    file.write_text("".join(json.dumps(content(id=str(n))) + "\n" for n in (1, 2)), "utf-8")
    desk.tasma("push", "add", "watched", file, *TO)
    desk.do(push, tenant="watched", system="fennoa")
    company = fennoa.company(USER)
    gone, changed = company.invoices.values()
    changed.fields["invoice_date"] = "2020-01-01"
    del company.invoices[gone.id]
    queue_for_nobody(desk)

    report = desk.do(push_deviations)

    page = desk.artifact("push-deviations-watched-fennoa")
    assert "Held" == report.name
    assert re.search(r"deviate: .*watched \(fennoa\)\. The pages say in what\.", report.message)
    assert "could not be compared: nobody (fennoa). The page says why." in report.message
    assert f"{gone.id} | it is not there any more" in page
    assert "invoice date 2020-01-01 there, 2026-01-15 sent" in page
    lines = desk.artifact("push-deviations")
    assert re.search(r"\| watched \| fennoa \| .*2 deviations", lines)
    assert "| nobody | fennoa | not compared" in lines


def queue_for_nobody(desk):
    """Have a document of a tenant that was never connected."""
    with desk.stores() as stores:
        stores.hub.tenants.add(Tenant("nobody", "Nobody Oy"))
        new = NewDocument("1", PushKind.SALES_INVOICE, "k", "c", "{}", "d", (Step.CREATE,))
        stores.hub.outbox.add("nobody", "fennoa", [new])


def test_sweep_that_is_started_twice_starts_each_tenant_once(desk):
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)

    async def twice():
        runs = [await start_push("not-there", "fennoa", at=at) for _ in range(2)]
        return [run.id for run in runs]

    with environment_of(desk.home), reaching(desk.server):
        first, second = asyncio.run(twice())

    assert first == second
    assert "FAILED" == desk.end_of(first)["state"]["type"]
