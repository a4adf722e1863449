"""Pulls as runs: their forms, their retries, their pages. What a pull does: tests/integration."""

from __future__ import annotations

import datetime as dt

import pytest

from flows.approve_first_transfer import approve_first_transfer
from flows.check_connection import check_connection
from flows.import_file import import_file
from flows.pull import pull
from ledger.fiscal_year import FiscalYear

NIGHT = dt.date(2026, 11, 22)


def sources(desk, tenant):
    with desk.stores() as stores:
        units = stores.hub.units.of_tenant(tenant)
    return {item.fiscal_year[:4]: item.published_source for item in units}


@pytest.mark.requirement("R-FIN-10a", "R-FIN-10c")
def test_the_nights_begin_once_the_form_approved_the_first_transfer(desk, connect):
    ledger = connect(defined=("2025",))
    person = {"approved_by": "A. Person", "note": "agrees with the statements"}

    skipped = desk.do(pull, tenant=ledger.tenant, night=NIGHT)
    early = desk.do(approve_first_transfer, tenant=ledger.tenant, **person)
    calls = desk.fortnox.count(ledger.number)
    first = desk.do(pull, tenant=ledger.tenant)
    approved = desk.do(approve_first_transfer, tenant=ledger.tenant, **person)
    night = desk.do(pull, tenant=ledger.tenant, night=NIGHT)

    assert ("Skipped", "Failed", 0) == (skipped.name, early.name, calls)
    assert ("Published", "Approved", "Unchanged") == (first.name, approved.name, night.name)


def test_every_field_of_the_form_is_heard(desk, connect, tmp_path):
    ledger = connect(defined=("2024",), documents=True)
    path = tmp_path / "uploaded.se"
    path.write_bytes(ledger.company.next_night(removed=[("B", 1)]).sie())
    desk.do(import_file, tenant=ledger.tenant, path=str(path))

    planned = desk.do(pull, tenant=ledger.tenant, years=("2023",), undefined="define", dry_run=True)
    after_plan = sources(desk, ledger.tenant)
    left = desk.do(pull, tenant=ledger.tenant, which="two latest years", ledger="leave")
    after_left = sources(desk, ledger.tenant)
    told = desk.do(
        pull, tenant=ledger.tenant, years=("2025",), uploaded="overwrite", closing_balances=True
    )

    assert ("Planned", {"2025": "sie"}) == (planned.name, after_plan)
    assert ("Kept", {"2025": "sie"}) == (left.name, after_left)
    assert all(f"{year} Kept" in left.message for year in ("2024", "2025"))
    assert ("Published", {"2025": "fortnox"}) == (told.name, sources(desk, ledger.tenant))
    year = FiscalYear.parse("2025")
    with desk.stores() as stores:
        (load, *_) = stores.hub.loads.of_unit(ledger.tenant, year)
        outcomes = {item.control: item.outcome for item in stores.hub.loads.results(load.load_id)}
        assert stores.hub.years.find(ledger.tenant, FiscalYear.parse("2023")) is None
    assert "passed" == outcomes["source_closing_balances"]


def test_a_pull_that_may_fetch_nothing_fails_and_says_who_acts(desk, connect):
    ledger = connect(defined=("2025",))
    desk.fortnox.revoke_consent(ledger.number)

    refused = desk.do(pull, tenant=ledger.tenant)

    assert "Failed" == refused.name
    assert "administrator" in refused.message
    with desk.stores() as stores:
        assert "reconnect_required" == stores.hub.connections.get(ledger.tenant, "fortnox").status


def test_what_passes_by_itself_is_tried_again_also_before_any_year_has_begun(desk, connect):
    ledger = connect(defined=("2025",))
    desk.fortnox.faults.add("html_instead", tenant=ledger.number, path="/3/financialyears")

    state = desk.do(pull, tenant=ledger.tenant)

    with desk.stores() as stores:
        connection = stores.hub.connections.get(ledger.tenant, "fortnox")
        told = [event.message for event in stores.hub.events.recent(tenant=ledger.tenant)]
    assert ("Published", "connected") == (state.name, connection.status)
    assert 2 == desk.fortnox.count(ledger.number, "/3/financialyears")
    assert not any("unreachable" in message for message in told)


def test_the_form_leaves_a_page_of_the_connection_that_helps_with_what_is_missing(desk, connect):
    ledger = connect()
    ready = desk.do(check_connection, tenant=ledger.tenant)
    ledger.there.switch("module_missing")
    missing = desk.do(check_connection, tenant=ledger.tenant)

    assert ("Ready", "Failed") == (ready.name, missing.name)
    assert "bookkeeping module: missing" in missing.message
    assert "| ✗ missing |" in desk.artifact(f"{ledger.tenant}-connection")


def test_a_document_that_is_lost_is_named_on_the_page(desk, connect):
    ledger = connect(defined=("2025",), documents=True)
    lost = ledger.there.attach(("L", 2), content=None)

    state = desk.do(pull, tenant=ledger.tenant, ledger="leave")

    assert "Kept" == state.name
    assert f"| L:2 | {lost} |" in desk.artifact(f"{ledger.tenant}-2025-documents")
