"""Procountor's connector: an API key of one company for one client, in Prefect blocks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from pydantic import SecretStr

from blocks.hub import Connection, ConnectionState, Hub, Method
from blocks.systems.by_block import ByBlock, save_proved
from blocks.systems.lease import WAIT_LIMIT_S
from blocks.systems.ports import Requirement, Wants
from blocks.systems.procountor.answers import CATALOGUE, wrong_company
from blocks.systems.procountor.block import credentials
from blocks.systems.procountor.ledger_rights import preflight_of_ledger
from blocks.systems.procountor.preflight import preflight_of
from blocks.systems.procountor.session import (
    ProcountorSession,
    Wire,
    procountor_session,
    session_by,
)
from blocks.systems.procountor.system import PROCOUNTOR
from ledger.invoice.mappings.procountor.identity import canonical
from ledger.invoice.mappings.procountor.reading import text_in


@dataclass(frozen=True)
class ProcountorConnector(ByBlock):
    """See `Connector`. `client`: of which client; empty for the one that fetches ledgers.

    Sessions wait for nobody: a key is not spent, and pushes have a lease.
    """

    client: str = ""
    wire: Wire | None = None

    @property
    def system(self) -> str:
        """What the connection is called in the hub."""
        return named(self.client)

    def session(
        self,
        hub: Hub,
        tenant: str,
        *,
        run_id: str = "",  # noqa: ARG002 - as the port has it
        wait_limit_s: float = WAIT_LIMIT_S,  # noqa: ARG002 - as the port has it
    ) -> AbstractAsyncContextManager[ProcountorSession]:
        """Open a session with the tenant's company."""
        return procountor_session(hub, tenant, self.system, wire=self.wire)

    async def preflight(self, hub: Hub, tenant: str, *, run_id: str = "") -> Sequence[Requirement]:  # noqa: ARG002
        """Find out which rights are there, what the circulation asks, and what can be read."""
        async with self.session(hub, tenant) as session:
            found = await (preflight_of(session) if self.client else preflight_of_ledger(session))
        await asyncio.to_thread(_note, hub, tenant, self.system, found)
        return found

    async def finish(
        self,
        hub: Hub,
        tenant: str,
        answer: Mapping[str, SecretStr],  # noqa: ARG002 - everything lies in the blocks
        *,
        wants: Wants,
    ) -> Connection:
        """Prove key, client and company, then connect; nothing is kept of what is refused.

        The company is the tenant's when their business ids are one. Of a tenant without a number
        the first key decides, and another company's is refused from then on.
        """
        client, block = str(wants.get("client", "")), str(wants["block"])
        name = named(client)
        held = await credentials(tenant, block)
        if client and client != held.client.client_id:
            named_here = (
                f"The block has the client {held.client.client_id}, and {client} was named."
            )
            raise CATALOGUE.refusal("other_client", named_here)
        new = Connection(tenant, name, Method.API_KEY, credential_block=block)
        async with session_by(hub, new, held, wire=self.wire) as session:
            company = await session.get("company")
            company_id = str(session.who.company_id)
        expected = await asyncio.to_thread(_number, hub, tenant)
        found = text_in(company, "businessIdentifier", "code")
        if expected and re.sub(r"\D", "", expected) != re.sub(r"\D", "", canonical(found)):
            raise wrong_company(expected, found or company_id)
        known = await asyncio.to_thread(hub.connections.find, tenant, name)
        if known and known.source_tenant_id not in {"", company_id}:
            raise wrong_company(known.source_tenant_id, company_id)
        saved = Connection(
            tenant, name, Method.API_KEY, source_tenant_id=company_id, credential_block=block
        )
        await asyncio.to_thread(save_proved, hub, saved)
        return hub.connections.get(tenant, name)


def named(client: str) -> str:
    """Return what a client's connection is called in the hub."""
    return f"{PROCOUNTOR}@{client}" if client else PROCOUNTOR


def _number(hub: Hub, tenant: str) -> str:
    return hub.tenants.get(tenant).organisation_number or ""


def _note(hub: Hub, tenant: str, system: str, found: Sequence[Requirement]) -> None:
    missing = [one for one in found if one.passed is False]
    if not missing:
        hub.connections.proved(tenant, system)
        return
    state = ConnectionState.PERMISSION_MISSING
    hub.connections.set_status(tenant, system, state, reason=missing[0].reason)
