"""Connecting a tenant to a company that has approved the integration before, by its number alone.

A consent as a service account lasts, so client credentials and the company's DatabaseNumber are
enough; nothing has to come back from a browser.

Source:
    Vendor's blog "service accounts" (client credentials with the header TenantId).
"""

from __future__ import annotations

import asyncio

from blocks.hub import Connection, Hub, Method, Tenant
from blocks.systems.fortnox.block import fortnox_app
from blocks.systems.fortnox.connect import paced_calls
from blocks.systems.fortnox.oauth import oauth
from blocks.systems.fortnox.session import FortnoxSession, require_own, require_same
from blocks.systems.fortnox.system import FORTNOX
from blocks.systems.fortnox.tokens import ClientCredentialTokens
from blocks.systems.fortnox.wire import Company
from blocks.systems.lease import WAIT_LIMIT_S, system_lease


async def connect_by_number(
    hub: Hub,
    tenant: str,
    database_number: str,
    *,
    run_id: str = "",
    wait_limit_s: float = WAIT_LIMIT_S,
) -> Connection:
    """Ask the company who it is, and connect the tenant when it is the tenant's.

    A tenant without organisation number gets the company's.

    Raises:
        UnknownTenant: There is no such tenant.
        LeaseTaken: Another run still uses the tenant's connection after ``wait_limit_s``.
        CallRefused: Nobody of that company has approved, or it is another company (code
            ``wrong_company``); nothing was changed.
        UnusableCompanyId: The number cannot be sent, so nobody was asked.
        CallFailed: No answer; try again later.
    """
    known = await asyncio.to_thread(hub.tenants.get, tenant)
    new = Connection(tenant, FORTNOX, Method.CLIENT_CREDENTIALS, source_tenant_id=database_number)
    app = await fortnox_app()
    lease = system_lease(hub, tenant, FORTNOX, run_id=run_id, wait_limit_s=wait_limit_s)
    async with (
        lease,
        oauth(app) as endpoint,
        paced_calls(hub, new, ClientCredentialTokens(endpoint, new)) as calls,
    ):
        company = await FortnoxSession(hub, new, calls).who()
        require_same("DatabaseNumber", database_number, company.database_number)
        require_own(known, company)
        return await asyncio.to_thread(_remember, hub, known, new, company)


def _remember(hub: Hub, tenant: Tenant, new: Connection, company: Company) -> Connection:
    if not tenant.organisation_number:
        hub.tenants.update(tenant.id, organisation_number=company.organisation_number)
    hub.connections.save(new)
    hub.connections.set_status(tenant.id, FORTNOX, new.status)
    return hub.connections.get(tenant.id, FORTNOX)
