"""What a page of the portal starts is a run on Prefect's server, watched by its company alone."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager

from blocks.held_block import held_block
from blocks.hub import Tenant
from blocks.hub.portal_roles import Role
from flows.portal.app import create_app
from flows.portal.pages.syncing import RAISED
from flows.portal.portal import Portal
from flows.portal.runs import ServerRuns
from flows.portal.settings import PortalSettings
from ledger.fiscal_year import FiscalYear
from simulators.fennoa import Company, FennoaSimulator, Ledger
from tasks.consent import make_link
from tasks.erasing import erase
from tests.flows.conftest import environment_of, reaching
from tests.harnesses.fennoa import COMPANY
from tests.portal_world import ADDRESS, QUICK, Client
from tests.small_sie import small_sie

YEAR = FiscalYear.parse("2025").key

NUMBER = "5599901013"
"""Of the tenant whose file is sent; the server of all these tests has others."""


@contextmanager
def browsers(desk, *tenants):
    """Yield a browser for each tenant, in a portal before this server, and who may use it."""
    where = desk.server.client_variables
    with (
        environment_of(desk.home, **where),
        reaching(desk.server),
        desk.stores() as stores,
        asyncio.Runner() as runner,
    ):
        app = create_app(Portal(stores, PortalSettings(address=ADDRESS), ServerRuns(), QUICK))
        users, sessions = stores.hub.portal_users, stores.hub.portal_sessions
        people = [
            users.add(f"{name}@example.com", Role.CUSTOMER, tenants=[name], by="test")
            for name in tenants
        ]
        yield [Client(runner, app, sessions.begin(user)) for user in people]


def test_pressing_sync_is_a_run_that_its_own_company_alone_can_watch(desk, connect):
    ours, theirs = connect(defined=("2025",)).tenant, connect(defined=("2025",)).tenant
    with browsers(desk, ours, theirs) as (mine, others):
        pressed = mine.post(f"/companies/{ours}/sync", year=YEAR)
        run_id = pressed.headers["location"].rpartition("run=")[2]
        ended = desk.end_of(run_id)
        watched = mine.get(f"/companies/{ours}/runs/{run_id}")
        others_look = others.get(f"/companies/{theirs}/runs/{run_id}")

    assert "Published" == ended["state"]["name"]
    assert {f"tenant:{ours}", "portal"} <= set(ended["tags"])
    assert "the ledger is read in" in watched.text
    assert 404 == others_look.status_code


def test_file_that_is_sent_leads_to_a_run_that_publishes_it_and_to_what_its_page_shows(desk):
    tenant, year = "sent", FiscalYear.parse("2024")
    with desk.stores() as stores:
        stores.hub.tenants.add(Tenant(tenant, "Sent AB", NUMBER))
        stores.hub.years.define(tenant, year)
    content = small_sie(("1", 100, 100), number=NUMBER)
    with browsers(desk, tenant) as (mine,):
        sent = mine.upload(f"/companies/{tenant}/files?name=bokslut.se", content)
        page = sent.headers["location"]
        run_id = page.rpartition("run=")[2]
        ended = desk.end_of(run_id)
        watched = mine.get(f"/companies/{tenant}/files/runs/{run_id}")
        listed = mine.get(page)
        books = mine.get(f"/companies/{tenant}/books?year={year.key}")

    assert "Published" == ended["state"]["name"]
    for shown in (watched, listed):
        assert "Taken: the ledger is read in." in shown.text
        assert "bokslut.se" in shown.text
    assert ">100.00<" in books.text


def test_file_that_a_run_refuses_is_told_to_whoever_sent_it_with_a_link_to_its_page(desk):
    tenant = "refused"
    with desk.stores() as stores:
        stores.hub.tenants.add(Tenant(tenant, "Refused AB", "5599901021"))
    statement = "Esimerkki Oy\nTuloslaskelma\nRivi;Maaliskuu 2026\nHenkilöstökulut;-60,00\n"
    with browsers(desk, tenant) as (mine,):
        sent = mine.upload(f"/companies/{tenant}/files?name=tulos.csv", statement.encode())
        page = sent.headers["location"]
        ended = desk.end_of(page.rpartition("run=")[2])
        shown = mine.get(page, **{"accept-language": "sv"}).text

    assert ended["state"]["message"].startswith(RAISED)
    assert "tulos.csv ser ut som en resultaträkning." in shown
    assert "Vad som hände med filen" in shown
    assert "NotALedger" not in shown


def test_user_and_key_that_a_customer_enters_lie_in_a_block_of_the_server(desk, monkeypatch):
    """What other tests have in the server's place takes and gives back blocks as it does."""
    tenant = "enters"
    with (
        FennoaSimulator([Company("enterer", "plainly-fake", ledger=Ledger(COMPANY))]) as fennoa,
        desk.stores() as stores,
    ):
        stores.hub.tenants.add(Tenant(tenant, "Enters Oy", "12345671", country="FI"))
        made = make_link(stores.hub, tenant, "fennoa", by="test")
        path = made.address.removeprefix(ADDRESS)
        with browsers(desk, tenant) as (mine,):
            monkeypatch.setenv("TASMA_FENNOA_URL", fennoa.url)
            form = {"user": "enterer", "key": "plainly-fake", "own": "yes"}
            answered = mine.post(f"{path}/keys", **form)
            page = mine.get(path)
            held = asyncio.run(held_block(f"fennoa-api-user/{tenant}-entered"))
            erase(stores, tenant)
            erased = asyncio.run(held_block(f"fennoa-api-user/{tenant}-entered"))

    assert 303 == answered.status_code
    assert "the company is connected" in page.text
    assert ("enterer", "plainly-fake") == (held.user, held.key.get_secret_value())
    assert erased is None
