"""Fennoa's connector: an API user in a Prefect block, and the mark from which pushing looks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from pydantic import SecretStr

from blocks.held_block import held_block, stored
from blocks.http import CallRefused, WhoActs
from blocks.hub import Connection, ConnectionState, Hub, Method
from blocks.systems.by_block import ByEnteredKey, entered_name, save_proved
from blocks.systems.fennoa.block import FennoaApiUser
from blocks.systems.fennoa.memory import OwnMemory
from blocks.systems.fennoa.preflight import newest_id, preflight_of
from blocks.systems.fennoa.session import FennoaSession, fennoa_session, opened
from blocks.systems.fennoa.system import BLOCK_TYPE, FENNOA
from blocks.systems.lease import WAIT_LIMIT_S
from blocks.systems.ports import API_USER, Requirement, Wants


class FennoaConnector(ByEnteredKey):
    """See `Connector`. Sessions wait for nobody: a key is not spent, and pushes have a lease."""

    block = FennoaApiUser

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
        self, hub: Hub, tenant: str, answer: Mapping[str, SecretStr], *, wants: Wants
    ) -> Connection:
        """Prove the API user, then connect; the mark is set once and stays with a new key.

        Another API user may be of another company, whose ids say nothing of this one's, so a tenant
        keeps the user that it has until it is erased.
        """
        known = await asyncio.to_thread(hub.connections.find, tenant, FENNOA)
        if "key" not in answer:
            found = await _proven(hub, tenant, known, str(wants["block"]))
            return await asyncio.to_thread(found.save, hub)
        before = await held_block(known.credential_block) if known else None
        terms = before.terms if isinstance(before, FennoaApiUser) else {}
        user = FennoaApiUser(user=answer["user"].get_secret_value(), key=answer["key"], terms=terms)
        name = entered_name(tenant)
        found = await _proven(hub, tenant, known, f"{BLOCK_TYPE}/{name}", user=user)
        async with stored(user, name):
            return await asyncio.to_thread(found.save, hub)


@dataclass(frozen=True)
class _Proven:
    """A connection that Fennoa answered to, with what that told. `newest`: the id of an invoice."""

    connection: Connection
    newest: str
    facts: dict[str, str]

    def save(self, hub: Hub) -> Connection:
        tenant = self.connection.tenant
        # The mark goes first: with a connection and without a mark a run would walk everything.
        if not hub.push_marks.of(tenant, FENNOA):
            hub.push_marks.set(tenant, FENNOA, self.newest)
        hub.push_facts.note(tenant, FENNOA, **self.facts)
        return save_proved(hub, self.connection, is_login=True)  # no answer names the company


async def _proven(
    hub: Hub,
    tenant: str,
    known: Connection | None,
    block: str,
    *,
    user: FennoaApiUser | None = None,
) -> _Proven:
    """Return the connection that an API user makes, of the block or about to be stored there."""
    new, memory = Connection(tenant, FENNOA, Method.API_KEY, credential_block=block), OwnMemory()
    async with opened(hub, new, memory, user=user) as session:
        name = session.target.user
        _require_same(tenant, known, name)
        newest = await newest_id(session)
    return _Proven(replace(new, source_tenant_id=name), str(newest), memory.facts())


def _note(hub: Hub, tenant: str, user: Requirement) -> None:
    if user.passed:
        hub.connections.proved(tenant, FENNOA)
    else:
        state = ConnectionState.PERMISSION_MISSING
        hub.connections.set_status(tenant, FENNOA, state, reason=user.reason)


def _require_same(tenant: str, known: Connection | None, user: str) -> None:
    if known and known.source_tenant_id not in {"", user}:
        problem = CallRefused(
            f"Tenant {tenant} is connected by the API user {known.source_tenant_id}, and the "
            f"block has {user}. Nothing tells that both are of one company; a new key of the "
            "same user can be put into the block.",
            code="wrong_company",
            who_acts=WhoActs.US,
        )
        problem.values |= {"what": API_USER, "expected": known.source_tenant_id, "actual": user}
        raise problem
