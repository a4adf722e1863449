"""A session with one company's Procountor: opened by a key, and proven before it is used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from httpx_retries import Retry

from blocks.http import PATIENT, CallRefused
from blocks.hub import Connection, Hub
from blocks.systems.noting import noting_state, noting_trouble
from blocks.systems.pace import shared_pace
from blocks.systems.procountor.answers import CATALOGUE, wrong_company
from blocks.systems.procountor.api import Api, opened
from blocks.systems.procountor.block import Credentials, credentials
from blocks.systems.procountor.settings import settings
from blocks.systems.procountor.system import PROCOUNTOR
from blocks.systems.procountor.tokens import Grant
from ledger.invoice.mappings.procountor.reading import number_of, text_in
from ledger.invoice.mappings.procountor.terms import Terms


@dataclass(frozen=True)
class Wire:
    """How calls leave: over the network with patience, or as a test has it."""

    transport: httpx.AsyncBaseTransport | None = None
    retry: Retry = PATIENT


@dataclass(frozen=True)
class Who:
    """Whom a key opens: the environment's id, and the user who acts."""

    company_id: int
    user_id: int


@dataclass
class ProcountorSession:
    """One company. `hub` and `connection`: where it stands; `who`: whose key it is.

    `knows_years`: whether the list of years has come.
    """

    hub: Hub
    connection: Connection
    api: Api
    terms: Terms
    who: Who
    knows_years: bool = False

    def years_came(self) -> None:
        """Note that the company's years came."""
        self.knows_years = True
        self.hub.connections.proved(self.connection.tenant, self.connection.system)

    def note(self, refusal: CallRefused) -> None:
        """Let what was refused, or is as good as refused, be the connection's status."""
        if state := CATALOGUE.state_after(refusal):
            tenant, system = self.connection.tenant, self.connection.system
            self.hub.connections.set_status(tenant, system, state, reason=str(refusal))

    @property
    def calls(self) -> int:
        """Calls made so far, repetitions included."""
        return self.api.tally.calls

    async def get(self, path: str, **params: str | int) -> Any:
        """Return what a path has; raises as `Api.get`."""
        return await self.api.get(path, params or None)


@asynccontextmanager
async def procountor_session(
    hub: Hub, tenant: str, system: str, *, wire: Wire | None = None
) -> AsyncIterator[ProcountorSession]:
    """Open a session by the tenant's connection; what it is refused becomes its status.

    Raises:
        NotConnected: The tenant has no such connection.
        NoApiKey, WrongAgreement: Its Prefect blocks are not there, or not filled in.
        CallRefused: The key is not accepted, or opens another company.
        CallFailed: Try again later.
    """
    connection = hub.connections.get(tenant, system)
    begun: list[ProcountorSession] = []
    async with (
        noting_trouble(hub, tenant, system, knows_years=lambda: any(s.knows_years for s in begun)),
        noting_state(hub, connection, CATALOGUE.state_after),
    ):
        held = await credentials(tenant, connection.credential_block)
        async with session_by(hub, connection, held, wire=wire) as session:
            if str(session.who.company_id) != connection.source_tenant_id:
                raise wrong_company(connection.source_tenant_id, str(session.who.company_id))
            begun.append(session)
            yield session
        if refusal := session.api.tokens.refusal:
            # Pushing stores what became of its calls and raises nothing: the connection says it.
            await asyncio.to_thread(session.note, refusal)


@asynccontextmanager
async def session_by(
    hub: Hub, connection: Connection, held: Credentials, *, wire: Wire | None = None
) -> AsyncIterator[ProcountorSession]:
    """Open a session by a connection that need not be in the hub yet, and ask who it is."""
    chosen, way = settings(), wire or Wire()
    client, key = held.client, held.key
    grant = Grant(client.client_id, client.client_secret, key.api_key, client.redirect_uri)
    async with (
        shared_pace(hub, f"{PROCOUNTOR}/{client.client_id}", chosen.rate) as pace,
        opened(chosen.url, grant, pace, wire=way.transport, retry=way.retry) as api,
    ):
        who = await who_is(api)
        yield ProcountorSession(hub, connection, api, held.terms, who)


async def who_is(api: Api) -> Who:
    """Ask whose key it is, once for each access token, which is of one company; no right needed."""
    token = await api.tokens.current()
    if not token.owner:
        found = await api.get("sessioninfo")
        token = await api.tokens.current()  # the first may have been refused
        asked = ("companyId", "userId")
        token.owner.update({name: number_of(text_in(found, name)) for name in asked})
    return Who(token.owner["companyId"], token.owner["userId"])
