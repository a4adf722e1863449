"""What a page of the portal starts is a run on Prefect's server, watched by its company alone."""

from __future__ import annotations

import asyncio

from blocks.hub.portal_roles import Role
from flows.portal.app import create_app
from flows.portal.portal import Portal
from flows.portal.runs import ServerRuns
from flows.portal.settings import PortalSettings
from ledger.fiscal_year import FiscalYear
from tests.flows.conftest import environment_of, reaching
from tests.portal_world import ADDRESS, QUICK, Client

YEAR = FiscalYear.parse("2025").key


def test_pressing_sync_is_a_run_that_its_own_company_alone_can_watch(desk, connect):
    ours, theirs = connect(defined=("2025",)).tenant, connect(defined=("2025",)).tenant
    where = desk.server.client_variables
    with (
        environment_of(desk.home, **where),
        reaching(desk.server),
        desk.stores() as stores,
        asyncio.Runner() as runner,
    ):
        portal = Portal(stores, PortalSettings(address=ADDRESS), ServerRuns(), QUICK)
        app, users = create_app(portal), stores.hub.portal_users
        clients = [
            Client(
                runner,
                app,
                stores.hub.portal_sessions.begin(
                    users.add(f"{name}@example.com", Role.CUSTOMER, tenants=[name], by="test")
                ),
            )
            for name in (ours, theirs)
        ]

        pressed = clients[0].post(f"/companies/{ours}/sync", year=YEAR)
        run_id = pressed.headers["location"].rpartition("run=")[2]
        ended = desk.end_of(run_id)
        mine = clients[0].get(f"/companies/{ours}/runs/{run_id}")
        others = clients[1].get(f"/companies/{theirs}/runs/{run_id}")

    assert "Published" == ended["state"]["name"]
    assert {f"tenant:{ours}", "portal"} <= set(ended["tags"])
    assert "the ledger is read in" in mine.text
    assert 404 == others.status_code
