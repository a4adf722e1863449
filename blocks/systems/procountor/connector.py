"""Procountor's connector: an API key of one company for one client, in Prefect blocks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from pydantic import SecretStr

from blocks.held_block import held_block, stored
from blocks.hub import Connection, ConnectionState, Hub, Method
from blocks.systems.by_block import ByEnteredKey, entered_name, save_proved
from blocks.systems.lease import WAIT_LIMIT_S
from blocks.systems.ports import ORGANISATION_NUMBER, Requirement, Wants
from blocks.systems.procountor.answers import CATALOGUE, wrong_company
from blocks.systems.procountor.block import (
    Credentials,
    ProcountorApiKey,
    credentials,
    with_client,
)
from blocks.systems.procountor.ledger_rights import preflight_of_ledger
from blocks.systems.procountor.preflight import preflight_of
from blocks.systems.procountor.session import (
    ProcountorSession,
    Wire,
    procountor_session,
    session_by,
)
from blocks.systems.procountor.settings import settings
from blocks.systems.procountor.system import KEY_TYPE, PROCOUNTOR
from ledger.invoice.mappings.procountor.identity import canonical
from ledger.invoice.mappings.procountor.reading import text_in


@dataclass(frozen=True)
class ProcountorConnector(ByEnteredKey):
    """See `Connector`. `client`: of which client; empty for the one that fetches ledgers.

    Sessions wait for nobody: a key is not spent, and pushes have a lease.
    """

    block = ProcountorApiKey

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
        self, hub: Hub, tenant: str, answer: Mapping[str, SecretStr], *, wants: Wants
    ) -> Connection:
        """Prove key, client and company, then connect; nothing is kept of what is refused.

        The company is the tenant's when their business ids are one. Of a tenant without a number
        the first key decides, and another company's is refused from then on.
        """
        if entered := answer.get("key"):
            return await self._by_entered(hub, tenant, entered)
        block = str(wants["block"])
        held = await credentials(tenant, block)
        new = await self._proven(hub, tenant, held, block, client=str(wants.get("client", "")))
        return await asyncio.to_thread(save_proved, hub, new)

    async def _by_entered(self, hub: Hub, tenant: str, entered: SecretStr) -> Connection:
        """Connect by a key that the customer entered, on the terms that were agreed before."""
        known = await asyncio.to_thread(hub.connections.find, tenant, PROCOUNTOR)
        before = await held_block(known.credential_block) if known else None
        agreed = (
            before
            if isinstance(before, ProcountorApiKey)
            else ProcountorApiKey(client_block=settings().client_block)
        )
        key = ProcountorApiKey(
            api_key=entered, client_block=agreed.client_block, terms=agreed.terms
        )
        name = entered_name(tenant)
        block = f"{KEY_TYPE}/{name}"
        held = await with_client(tenant, block, key)
        new = await self._proven(hub, tenant, held, block, client="")
        async with stored(key, name):
            return await asyncio.to_thread(save_proved, hub, new)

    async def _proven(
        self, hub: Hub, tenant: str, held: Credentials, block: str, *, client: str
    ) -> Connection:
        """Return the connection that a key makes, which is the tenant's."""
        name = named(client)
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
            raise wrong_company(expected, found or company_id, what=ORGANISATION_NUMBER)
        known = await asyncio.to_thread(hub.connections.find, tenant, name)
        if known and known.source_tenant_id not in {"", company_id}:
            raise wrong_company(known.source_tenant_id, company_id)
        return replace(new, source_tenant_id=company_id)


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
