"""Ecom's connector: a block with a key or a folder, and the company that it is of."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final

from pydantic import SecretStr

from blocks.http import CallRefused
from blocks.hub import Connection, Hub, Method
from blocks.systems.ecom.http_feed import wrong_company
from blocks.systems.ecom.session import EcomSession, digits, ecom_session, opened
from blocks.systems.ecom.system import ECOM
from blocks.systems.lease import WAIT_LIMIT_S
from blocks.systems.ports import Renewal, Requirement, Wants

FEED: Final = "feed"
HELP: Final = (
    "Ask Ecom for the key of the company's feed, or for its files; put it into the Prefect block, "
    "then connect once more."
)


class EcomConnector:
    """See `Connector`. Sessions wait for nobody: reading changes nothing there."""

    def session(
        self,
        hub: Hub,
        tenant: str,
        *,
        run_id: str = "",  # noqa: ARG002 - as the port has it
        wait_limit_s: float = WAIT_LIMIT_S,  # noqa: ARG002 - as the port has it
    ) -> AbstractAsyncContextManager[EcomSession]:
        """Open a session with the tenant's feed."""
        return ecom_session(hub, tenant)

    async def preflight(self, hub: Hub, tenant: str, *, run_id: str = "") -> Sequence[Requirement]:  # noqa: ARG002
        """Find out whether the feed answers and is the company's."""
        try:
            async with ecom_session(hub, tenant) as session:
                await session.feed.read(hub.feeds.cursor(tenant, ECOM).cursor)
        except CallRefused as problem:
            return [Requirement(FEED, False, str(problem), problem.who_acts, HELP)]
        await asyncio.to_thread(hub.connections.proved, tenant, ECOM)
        return [Requirement(FEED, True, "Ecom gave the feed of the tenant's company.")]

    def completed(self, wants: Wants, known: Connection | None) -> Wants:
        """Return the choices; the block is that of the last connection unless another is named."""
        return {"block": known.credential_block, **wants} if known else wants

    async def authorize_url(self, state: str, *, wants: Wants) -> str:
        """No address is handed out: `Connecting.has_link` says so."""
        raise NotImplementedError

    def refused_consent(self, error: str, description: str) -> Sequence[Requirement]:
        """Nobody comes back from an address that was not handed out."""
        raise NotImplementedError

    async def finish(
        self,
        hub: Hub,
        tenant: str,
        answer: Mapping[str, SecretStr],  # noqa: ARG002 - everything lies in the block
        *,
        wants: Wants,
    ) -> Connection:
        """Prove the feed and whose it is, then connect."""
        block = str(wants["block"])
        new = Connection(tenant, ECOM, Method.API_KEY, credential_block=block)
        async with opened(new) as feed:
            theirs = await feed.business_id()
        ours = (await asyncio.to_thread(hub.tenants.get, tenant)).organisation_number
        if digits(theirs) != digits(ours):
            raise wrong_company(tenant, theirs, ours)
        saved = Connection(
            tenant, ECOM, Method.API_KEY, source_tenant_id=digits(theirs), credential_block=block
        )
        await asyncio.to_thread(_save, hub, saved)
        return hub.connections.get(tenant, ECOM)

    async def keep_alive(self, hub: Hub, *, run_id: str = "") -> Sequence[Renewal]:  # noqa: ARG002
        """A key does not end by itself."""
        return []

    async def forget(self, connection: Connection) -> None:
        """Leave the block: a person made it, and whoever erases a tenant is shown its name."""


def _save(hub: Hub, connection: Connection) -> None:
    hub.connections.save(connection)
    hub.connections.proved(connection.tenant, ECOM)
