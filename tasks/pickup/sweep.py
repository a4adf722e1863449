"""A sweep: the polls of many tenants, on connections that those of one login share."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from posixpath import normpath
from typing import Final

from blocks.http import CallFailed
from blocks.hub import LeaseLost, LeaseTaken
from blocks.hub.leases import MAX_TTL_S
from blocks.hub.pickups import Pickup
from blocks.pickup.account import SftpAccount, sftp_account, sftp_accounts
from blocks.pickup.agreed import Agreed
from blocks.pickup.connection import LIMITS, Connection, Limits, ServerAway, connected
from blocks.pickup.sftp import RemoteFolder
from tasks.arrivals import explain
from tasks.file_runs import EndOf
from tasks.pickup.poll import SETTLE_S, Poll
from tasks.pickup.polled import Polled
from tasks.pickup.taking import Taking
from tasks.pickup.threads import AT_ONCE, Threads
from tasks.stores import Stores

PER_SERVER: Final = 2
"""Connections to one server at a time, of one sweep."""

FEW_LOGINS: Final = 5
"""As many are asked for one by one; of more all are read together."""

MISSED: Final = 3
"""Connections to one server that fail in a row, before a sweep leaves its other logins out: each
would take as long as is waited for an answer."""


def agreed_of(pickup: Pickup, every: Iterable[Pickup]) -> Agreed:
    """Return the agreement of a tenant, with the names of those who share its folder."""
    others = {
        item.tenant: item.file_pattern
        for item in every
        if item.tenant != pickup.tenant
        and (item.block, normpath(item.folder)) == (pickup.block, normpath(pickup.folder))
    }
    return Agreed(
        pickup.tenant, pickup.folder, pickup.file_pattern, pickup.done_suffix, others=others
    )


@dataclass
class Server:
    """A server in one sweep; `missed`: how often in a row it could not be connected to."""

    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PER_SERVER))
    missed: int = 0

    @property
    def is_away(self) -> bool:
        """Whether nobody needs to try it again in this sweep."""
        return self.missed >= MISSED


@dataclass
class Sweep:
    """One sweep; `run_id`: of the run that makes it, under which its leases are."""

    stores: Stores
    every: Sequence[Pickup]
    threads: Threads
    end_of: EndOf
    run_id: str = ""
    settle_s: float = SETTLE_S
    limits: Limits = LIMITS
    _accounts: dict[str, SftpAccount] = field(default_factory=dict)
    _servers: dict[str, Server] = field(default_factory=lambda: defaultdict(Server))
    _free: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def poll(self, due: Iterable[Pickup]) -> list[Polled]:
        """Poll tenants; what is in the way of one is a line of its own, and no matter of others."""
        logins: dict[str, list[Pickup]] = defaultdict(list)
        for pickup in due:
            logins[pickup.block].append(pickup)
        if len(logins) > FEW_LOGINS:
            with suppress(CallFailed):  # then each is asked for, and its tenants are told
                self._accounts = await sftp_accounts()
        found = await asyncio.gather(*(self._login(*item) for item in logins.items()))
        return [polled for polls in found for polled in polls]

    async def _login(self, block: str, pickups: list[Pickup]) -> list[Polled]:
        """Poll the tenants that share a login, on one connection."""
        account = await self._account(block)
        async with AsyncExitStack() as stack:
            if isinstance(account, SftpAccount):
                # First, so that those of a server that is away take no room of others.
                await stack.enter_async_context(self._servers[account.server].room)
            await stack.enter_async_context(self._free)
            begun: list[Pickup] = []
            try:
                for pickup in pickups:
                    is_begun = await stack.enter_async_context(self._begun(pickup))
                    begun += [pickup] if is_begun else []
                if not begun:
                    return []
                async with self._connection(account) as connection:
                    link = asyncio.Lock()
                    polls = (self._one(pickup, connection, link) for pickup in begun)
                    return await asyncio.gather(*polls)
            except Exception as problem:  # noqa: BLE001 - whatever it was, it is this login's alone
                return [await self._failed(pickup, problem) for pickup in begun]

    async def _account(self, block: str) -> SftpAccount | Exception:
        """Return a login, or what is in the way of it."""
        try:
            async with self._free:
                return self._accounts.get(block) or await sftp_account(block)
        except Exception as problem:  # noqa: BLE001 - each tenant of the login is told
            return problem

    @asynccontextmanager
    async def _connection(self, account: SftpAccount | Exception) -> AsyncIterator[Connection]:
        if isinstance(account, Exception):
            raise account
        server, stack = self._servers[account.server], ExitStack()
        if server.is_away:
            raise ServerAway(server=account.server, doing="connecting for others", why="as before")
        try:
            opened = connected(account, limits=self.limits)
            try:
                connection = await self.threads.do(stack.enter_context, opened)
            except ServerAway:
                server.missed += 1
                raise
            server.missed = 0
            yield connection
        finally:
            await self.threads.do(stack.close)

    @asynccontextmanager
    async def _begun(self, pickup: Pickup) -> AsyncIterator[bool]:
        """Begin the poll of a tenant, unless another goes on (R-FIN-21)."""
        hub = self.stores.hub
        try:
            lease = await self.threads.do(
                hub.leases.acquire,
                f"{pickup.tenant}/pickup",
                holder="SFTP sweep",
                ttl_s=MAX_TTL_S,
                run_id=self.run_id,
            )
        except LeaseTaken:
            yield False
            return
        try:
            yield await self.threads.do(hub.pickups.begin, pickup)
        finally:
            with suppress(LeaseLost):  # a poll that took an hour; the next has it by now
                await self.threads.do(hub.leases.release, lease)

    async def _one(self, pickup: Pickup, connection: Connection, link: asyncio.Lock) -> Polled:
        place = RemoteFolder(connection, agreed_of(pickup, self.every), self.stores.lake.temporary)
        try:
            taking = Taking(self.stores, place, self.threads, link)
            polled = await Poll(taking, self.end_of, self.settle_s).run()
        except Exception as problem:  # noqa: BLE001 - whatever it was, it is this tenant's alone
            return await self._failed(pickup, problem)
        took = bool(polled.taken)
        await self.threads.do(self.stores.hub.pickups.ended, pickup.tenant, took_file=took)
        return polled

    async def _failed(self, pickup: Pickup, problem: Exception) -> Polled:
        why = explain(problem)
        is_new = await self.threads.do(self.stores.hub.pickups.ended, pickup.tenant, problem=why)
        return Polled(pickup.tenant, problem=why, is_new_problem=is_new)
