"""Spotilla's connector: a user in a Prefect block, and the subdomain that it is of."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final

from pydantic import SecretStr

from blocks.http import CallRefused
from blocks.hub import Connection, Hub, Method
from blocks.systems.by_block import ByBlock, save_proved
from blocks.systems.lease import WAIT_LIMIT_S
from blocks.systems.ports import Requirement, Wants
from blocks.systems.spotilla.api import ANSWERS
from blocks.systems.spotilla.session import SpotillaSession, session_by, spotilla_session
from blocks.systems.spotilla.system import SPOTILLA

LOGIN: Final = "login"
REGISTERS: Final = "registers"
HELP: Final = (
    "Look in Spotilla whether the user is there; put subdomain, e-mail and password into the "
    "Prefect block, then connect once more."
)


class SpotillaConnector(ByBlock):
    """See `Connector`. Sessions wait for nobody: a log-in ends no other."""

    def session(
        self,
        hub: Hub,
        tenant: str,
        *,
        run_id: str = "",  # noqa: ARG002 - as the port has it
        wait_limit_s: float = WAIT_LIMIT_S,  # noqa: ARG002 - as the port has it
    ) -> AbstractAsyncContextManager[SpotillaSession]:
        """Open a session with the tenant's company."""
        return spotilla_session(hub, tenant)

    async def preflight(self, hub: Hub, tenant: str, *, run_id: str = "") -> Sequence[Requirement]:  # noqa: ARG002
        """Find out whether the user is let in and may read the registers."""
        try:
            async with spotilla_session(hub, tenant) as session:
                await session.api.logged_in()
                found = [Requirement(LOGIN, True, "Spotilla let the user in.")]
                found.append(await _reads(session))
        except CallRefused as problem:
            return [
                Requirement(LOGIN, False, str(problem), problem.who_acts, HELP),
                Requirement(REGISTERS),
            ]
        if all(one.passed for one in found):
            await asyncio.to_thread(hub.connections.proved, tenant, SPOTILLA)
        return found

    async def finish(
        self,
        hub: Hub,
        tenant: str,
        answer: Mapping[str, SecretStr],  # noqa: ARG002 - everything lies in the block
        *,
        wants: Wants,
    ) -> Connection:
        """Prove the user, then connect; a tenant keeps the subdomain that it has until erased."""
        block = str(wants["block"])
        new = Connection(tenant, SPOTILLA, Method.API_KEY, credential_block=block)
        async with session_by(new) as session:
            await session.api.logged_in()
            subdomain = session.api.login.subdomain
        known = await asyncio.to_thread(hub.connections.find, tenant, SPOTILLA)
        if known and known.source_tenant_id not in {"", subdomain}:
            raise ANSWERS.refusal("wrong_company")
        saved = Connection(
            tenant, SPOTILLA, Method.API_KEY, source_tenant_id=subdomain, credential_block=block
        )
        await asyncio.to_thread(save_proved, hub, saved)
        return hub.connections.get(tenant, SPOTILLA)


async def _reads(session: SpotillaSession) -> Requirement:
    names = session.api.names
    for register in ("customers", "products", "tasks"):
        try:
            await session.api.get(names.path(register), {"per_page": 1})
        except CallRefused as problem:
            reason = f"{register}: {problem}"
            return Requirement(REGISTERS, False, reason, problem.who_acts, HELP)
    return Requirement(REGISTERS, True, "Customers, products and tasks can be read.")
