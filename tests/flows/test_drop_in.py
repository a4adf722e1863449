"""A file dropped in by the form: who brought it, and what it is to the nights."""

from __future__ import annotations

import re

import pytest

from flows.drop_in import drop_in
from flows.import_inbox import import_inbox
from flows.pull import pull
from ledger.fiscal_year import FiscalYear

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
