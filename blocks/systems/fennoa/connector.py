"""Fennoa's connector: an API user in a Prefect block, and the mark from which pushing looks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from pydantic import SecretStr

from blocks.http import CallRefused, WhoActs
from blocks.hub import Connection, ConnectionState, Hub, Method
from blocks.systems.by_block import ByBlock, save_proved
from blocks.systems.fennoa.memory import OwnMemory
from blocks.systems.fennoa.preflight import newest_id, preflight_of
from blocks.systems.fennoa.session import FennoaSession, fennoa_session, opened
from blocks.systems.fennoa.system import FENNOA
from blocks.systems.lease import WAIT_LIMIT_S
from blocks.systems.ports import Requirement, Wants


class FennoaConnector(ByBlock):
    """See `Connector`. Sessions wait for nobody: a key is not spent, and pushes have a lease."""

    def session(
        self,
        hub: Hub,
        tenant: str,
        *,
        run_id: str = "",  # noqa: ARG002 - as the port has it
        wait_limit_s: float = WAIT_LIMIT_S,  # noqa: ARG002 - as the port has it
    ) -> AbstractAsyncContextManager[FennoaSession]:
        """Open a session with the tenant's company."""
        return fennoa_session(hub, tenant)

    async def preflight(self, hub: Hub, tenant: str, *, run_id: str = "") -> Sequence[Requirement]:  # noqa: ARG002
        """Find out whether the company answers, what is locked, and where our key comes back."""
        async with fennoa_session(hub, tenant) as session:
            found = await preflight_of(session)
        await asyncio.to_thread(_note, hub, tenant, found[0])
        return found

    async def finish(
        self,
        hub: Hub,
        tenant: str,
        answer: Mapping[str, SecretStr],  # noqa: ARG002 - everything lies in the block
        *,
        wants: Wants,
    ) -> Connection:
        """Prove the API user, then connect; the mark is set once and stays with a new key.

        Another API user may be of another company, whose ids say nothing of this one's, so a tenant
        keeps the user that it has until it is erased.
        """
        new = Connection(tenant, FENNOA, Method.API_KEY, credential_block=str(wants["block"]))
        memory = OwnMemory()
        known = await asyncio.to_thread(hub.connections.find, tenant, FENNOA)
        async with opened(hub, new, memory) as session:
            user = session.target.user
            _require_same(tenant, known, user)
            newest = await newest_id(session)
        saved = Connection(
            tenant,
            FENNOA,
            Method.API_KEY,
            source_tenant_id=user,
            credential_block=new.credential_block,
        )
        await asyncio.to_thread(_save, hub, saved, str(newest), memory.facts())
        return hub.connections.get(tenant, FENNOA)


def _note(hub: Hub, tenant: str, user: Requirement) -> None:
    if user.passed:
        hub.connections.proved(tenant, FENNOA)
    else:
        state = ConnectionState.PERMISSION_MISSING
        hub.connections.set_status(tenant, FENNOA, state, reason=user.reason)


def _require_same(tenant: str, known: Connection | None, user: str) -> None:
    if known and known.source_tenant_id not in {"", user}:
        raise CallRefused(
            f"Tenant {tenant} is connected by the API user {known.source_tenant_id}, and the "
            f"block has {user}. Nothing tells that both are of one company; a new key of the "
            "same user can be put into the block.",
            code="wrong_company",
            who_acts=WhoActs.US,
        )


def _save(hub: Hub, connection: Connection, newest: str, facts: dict[str, str]) -> None:
    # The mark goes first: with a connection and without a mark a run would walk everything.
    if not hub.push_marks.of(connection.tenant, FENNOA):
        hub.push_marks.set(connection.tenant, FENNOA, newest)
    hub.push_facts.note(connection.tenant, FENNOA, **facts)
    save_proved(hub, connection, is_login=True)  # no answer names the company
