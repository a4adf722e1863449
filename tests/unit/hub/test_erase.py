from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from blocks.hub import (
    Connection,
    FileSeen,
    LeaseTaken,
    Load,
    Method,
    Tenant,
    UnitState,
    models,
    unit_resource,
)
from blocks.hub.customer_statements import CustomerStatement
from blocks.hub.feeds import NewRecord
from blocks.hub.nights import Member
from blocks.hub.outbox import NewDocument
from blocks.hub.pickups import Pickup, PickupFile
from blocks.hub.portal_roles import Role
from blocks.hub.route_accounts import RouteAccount
from blocks.hub.route_links import RouteLink
from blocks.hub.states import LinkState, PickupState, TransferState
from blocks.hub.target_cards import StoredCard
from blocks.hub.transfers import Transfer
from ledger.account_map import Place
from ledger.controls import Answer, Break, BreakKind, ControlResult, Severity
from ledger.onboarding import StatementKind
from ledger.push.advance import Rules
from ledger.push.events import Found
from ledger.push.items import Clock, Step
from ledger.push.kinds import Prerequisite, PushKind

PLAN = (Step.CREATE, Step.CHECK)
NOT_THERE = Prerequisite(PushKind.SALES_INVOICE, "3")

BROKEN = ControlResult(
    "c", Severity.BLOCKS, Answer.BROKEN, breaks=(Break("c", BreakKind.MISSING),), break_count=1
)
OF_NO_TENANT = (
    models.counter,
    models.host,
    models.night_outage,
    models.night_zone,
    models.pushed_key,
    models.rate_share,
    models.portal_user,
    models.portal_invitation,
    models.portal_session,
)
OF_TENANTS = {
    table.name: table.c.id if table is models.tenant else table.c.tenant
    for table in models.metadata.sorted_tables
    if table not in OF_NO_TENANT
}


def fill(hub, tenant: str, year) -> None:
    """Put at least one row of the tenant into every table that has tenants."""
    hub.tenants.add(Tenant(tenant, "Some AB", f"{len(list(hub.tenants)) + 1}"))
    hub.years.define(tenant, year)
    lease = hub.leases.acquire(unit_resource(tenant, year), holder="me")
    load = hub.loads.save(Load(tenant, year.key, "sie"))
    hub.loads.save_results(load.load_id, [BROKEN])
    hub.units.set_status(tenant, year, UnitState.STAGED, load_id=load.load_id)
    about = {"of": (tenant, year, load.load_id), "asked_by": (year, load.load_id)}
    hub.later.record(BROKEN, **about, at_load=None)
    hub.acceptances.accept(load.load_id, reason="seen", accepted_by="anna")
    hub.files.record(FileSeen(tenant, "ab", "x.se", 1, outcome="held"))
    hub.connections.save(Connection(tenant, "fortnox", Method.CLIENT_CREDENTIALS))
    _, secret = hub.consents.make(
        tenant, "fortnox", wants={}, made_by="anna", life=dt.timedelta(days=1), needs_number=False
    )
    hub.consents.click(secret, browser=secret)
    hub.tightened.tighten(tenant, "series_gaps", severity=Severity.BLOCKS, who="anna")
    place = Place("1930", "balance_sheet", "cash_and_bank")
    hub.account_maps.set(tenant, "BAS", [place], who="anna")
    hub.ledger_owners.claim(tenant, year, system="fortnox")
    hub.openings.begin(tenant)
    hub.approvals.add(tenant, {year: {}}, who="anna", note="seen")
    hub.charts.set(tenant, [("1930", "Bank", "asset")], who="anna")
    hub.customer_statements.add(
        CustomerStatement(
            tenant, year, StatementKind.BALANCE_SHEET, "ab", "x.csv", year.end_date, who="anna"
        )
    )
    hub.kept_years.keep(
        tenant, year, load_id=load.load_id, load_number=1, who="anna", reason="wrong file"
    )
    hub.push_marks.set(tenant, "fennoa", "7")
    hub.push_marks.pause(tenant, "fennoa", reason="audit")
    card = StoredCard(7, "SUPPLIER", "Some Oy", ("FI12345671",))
    hub.target_cards.keep(tenant, "procountor/1001", [card], "", is_whole=True)
    hub.push_facts.note(tenant, "fennoa", order="newest_first")
    hub.push_facts.learn(tenant, "fennoa", "number:9001", "5001")
    hub.outbox.add(
        tenant, "fennoa", [NewDocument("1", PushKind.SALES_INVOICE, tenant, "c", "{}", "d", PLAN)]
    )
    (queued,) = hub.outbox.listed(tenant)
    hub.outbox.apply(queued, Found("8"), rules=Rules(), now=Clock(0.0, "here"))
    credit = NewDocument(
        "2", PushKind.SALES_INVOICE, f"{tenant}-2", "c", "{}", "d", PLAN, (NOT_THERE,)
    )
    hub.outbox.add(tenant, "fennoa", [credit])
    hub.pickups.agree(Pickup(tenant, "sftp-account/some", "/out"), who="anna")
    hub.pickups.remember(PickupFile(tenant, "x.se", 1, 2, "ab", PickupState.TAKEN))
    route = hub.routes.add(tenant, "ecom", "vouchers", "procountor", who="anna")
    hub.routes.switch(route, "memo", who="anna")
    hub.route_accounts.set(tenant, "ecom", [RouteAccount("4000", Decimal("25.5"))], who="anna")
    link = RouteLink("55501", "1", LinkState.LINKED)
    hub.route_links.put(tenant, "ecom", "customer", [link])
    hub.feeds.take(tenant, "ecom", [NewRecord("event", "e1", "p-1", "{}")], cursor="1")
    of = (tenant, "ecom", "p-1", "p-1", "purchase_invoice", 1, "memo")
    hub.transfers.note(Transfer(*of, TransferState.QUEUED))
    hub.documents.missed(tenant, year, reason="no right")
    hub.portal_users.add(
        f"anna{len(tenant)}@firm.example", Role.CUSTOMER, tenants=[tenant], by="eve"
    )
    hub.portal_audit.begin("company", who="anna", tenant=tenant)
    night = dt.date(2025, 1, len(list(hub.tenants)))
    hub.nights.begin("Europe/Helsinki", night, [Member(tenant, "fortnox", 0)])
    hub.leases.release(lease)


def rows(hub, tenant: str) -> dict[str, int]:
    with hub.database.reading() as connection:
        return {
            name: connection.execute(
                select(func.count()).where(column == tenant).select_from(column.table)
            ).scalar_one()
            for name, column in OF_TENANTS.items()
        }


def test_erased_tenant_leaves_no_row_and_others_are_untouched(hub, y2024):
    fill(hub, "acme", y2024)
    fill(hub, "other", y2024)
    before = rows(hub, "acme")
    assert min(before.values()) > 0

    counts = hub.erase_tenant("acme")

    assert before == counts
    assert {0} == set(rows(hub, "acme").values())
    assert before == rows(hub, "other")


def test_erased_name_is_nowhere_in_the_bytes_of_the_hub(hub, y2024):
    """Neither in a message nor in a free page nor in the journal."""
    name = "zz-unmistakable-zz"
    fill(hub, name, y2024)
    folder = hub.database.file.path.parent
    assert name.encode() in b"".join(path.read_bytes() for path in folder.iterdir())

    hub.erase_tenant(name)

    assert name.encode() not in b"".join(path.read_bytes() for path in folder.iterdir())


def test_tenant_with_a_run_at_work_is_not_erased(hub, y2024):
    fill(hub, "acme", y2024)
    hub.leases.acquire(unit_resource("acme", y2024), holder="nightly pull")
    before = rows(hub, "acme")

    with pytest.raises(LeaseTaken, match="nightly pull"):
        hub.erase_tenant("acme")

    assert before == rows(hub, "acme")


def test_tokens_go_on_after_a_tenant_was_erased_and_made_anew(hub, y2024):
    """Otherwise a run from before could overtake the new tenant's runs by its higher token."""
    fill(hub, "acme", y2024)
    stale = hub.leases.acquire(unit_resource("acme", y2024), holder="old")
    hub.leases.release(stale)

    hub.erase_tenant("acme")

    assert hub.leases.acquire(unit_resource("acme", y2024), holder="new").token > stale.token


def test_erasing_a_tenant_that_is_not_there_counts_nothing(hub):
    assert hub.erase_tenant("nobody") == {}
