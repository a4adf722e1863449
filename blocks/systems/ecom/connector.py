"""Ecom's connector: a block with a key or a folder, and the company that it is of."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final

from pydantic import SecretStr

from blocks.http import CallRefused
from blocks.hub import Connection, Hub, Method
from blocks.systems.by_block import ByBlock, save_proved
from blocks.systems.ecom.http_feed import wrong_company
from blocks.systems.ecom.session import EcomSession, digits, ecom_session, opened
from blocks.systems.ecom.system import ECOM
from blocks.systems.lease import WAIT_LIMIT_S
from blocks.systems.ports import Requirement, Wants

FEED: Final = "feed"
HELP: Final = (
    "Ask Ecom for the key of the company's feed, or for its files; put it into the Prefect block, "
    "then connect once more."
)


class EcomConnector(ByBlock):
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
        await asyncio.to_thread(save_proved, hub, saved)
        return hub.connections.get(tenant, ECOM)
