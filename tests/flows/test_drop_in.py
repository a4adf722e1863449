"""A file dropped in by the form: who brought it, and what it is to the nights."""

from __future__ import annotations

import re
import time

import pytest

from blocks.hub import Tenant
from flows.drop_in import drop_in
from flows.import_inbox import import_inbox
from flows.pull import pull
from ledger.fiscal_year import FiscalYear

OUTLASTED_S = 4
"""In which a file would be taken that waits for nobody."""

YEAR = FiscalYear.parse("2025")


def newer(content):
    return re.sub(rb"#GEN \d{8}", b"#GEN 20991231", content)


@pytest.mark.requirement("R-FIN-1d", "R-FIN-30c")
def test_the_form_asks_who_and_what_and_a_file_of_the_inbox_is_loaded_once(desk, connect):
    ledger = connect(defined=("2025",), schedule=True)
    content = newer(ledger.company.next_night(removed=[("B", 1)]).sie())
    path = desk.home / "inbox" / ledger.tenant / "noon.se"
    path.parent.mkdir(parents=True)

    with desk.unscheduled("import-inbox"):  # which could have taken the file before the form
        path.write_bytes(content)
        dropped = desk.do(drop_in, tenant=ledger.tenant, path="noon.se", who="Anna")
    owner = desk.status(ledger.tenant, YEAR).ledger_source
    swept = desk.do(import_inbox)
    night = desk.do(pull, tenant=ledger.tenant)

    assert ("Published", "", "Published") == (dropped.name, owner, night.name)
    assert (path.parent / "processed" / "noon.se").exists()
    assert "0 files at work" in swept.message
    assert "fortnox" == desk.status(ledger.tenant, YEAR).ledger_source
    with desk.stores() as stores:
        (event,) = stores.hub.events.recent(tenant=ledger.tenant, kind="drop-in")
    assert "noon.se was dropped in by Anna as a refresh: published" == event.message
    assert desk.refuses("drop-in", tenant=ledger.tenant, path="noon.se")
    assert desk.refuses("drop-in", tenant=ledger.tenant, path="a.se", who="A", use="perhaps")


def at_work(desk, tenant):
    """Have the server know a run that somebody began before, and that nobody works on."""
    deployment = desk.deployment("drop-in")
    body = {
        "flow_id": deployment["flow_id"],
        "deployment_id": deployment["id"],
        "parameters": {"tenant": tenant, "path": "before.se", "who": "Anna"},
        "state": {"type": "RUNNING", "name": "Running"},
    }
    return desk.ask("/flow_runs/", body)["id"]


def over(desk, run_id):
    state = {"type": "COMPLETED", "name": "Completed"}
    desk.ask(f"/flow_runs/{run_id}/set_state", {"state": state, "force": True})


def test_files_of_a_tenant_are_taken_in_the_order_in_which_they_were_sent(desk, book):
    with desk.stores() as stores:
        stores.hub.tenants.add(Tenant("unlike", "Unlike AB"))
    before, of_other = at_work(desk, book.tenant), at_work(desk, "unlike")

    sent = desk.start("drop-in", tenant=book.tenant, path=book.file(), who="Bo")
    desk.wait(sent, lambda run: run["state"]["type"] == "RUNNING")
    later = at_work(desk, book.tenant)
    time.sleep(OUTLASTED_S)
    with desk.stores() as stores:
        early = stores.hub.files.recent(book.tenant, limit=1)
    over(desk, before)
    ended = desk.end_of(sent)

    for run_id in (of_other, later):
        over(desk, run_id)
    assert ([], "Published") == (early, ended["state"]["name"])
