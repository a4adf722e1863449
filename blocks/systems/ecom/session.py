"""A session with one company's feed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from functools import cache
from pathlib import Path

from blocks.http import SlidingWindow, Tally, http_client
from blocks.hub import Connection, Hub
from blocks.pickup.account import SftpAccount, sftp_account
from blocks.pickup.connection import connected
from blocks.systems.ecom.block import feed_block
from blocks.systems.ecom.folder_feed import FolderFeed
from blocks.systems.ecom.http_feed import ANSWERS, HttpFeed, explain, wrong_company
from blocks.systems.ecom.settings import settings
from blocks.systems.ecom.shelf import LocalShelf, SftpShelf
from blocks.systems.ecom.system import ECOM
from blocks.systems.noting import noting_state, noting_trouble

Feed = HttpFeed | FolderFeed


@cache
def window(calls: int) -> SlidingWindow:
    """Return the pace that all tenants of this process share."""
    return SlidingWindow(calls=calls, period_s=1.0)


class EcomSession:
    """An open session; `feed` says what is to go elsewhere."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed

    @property
    def calls(self) -> int:
        """Calls made so far, repetitions included."""
        return self.feed.calls


@asynccontextmanager
async def ecom_session(hub: Hub, tenant: str) -> AsyncIterator[EcomSession]:
    """Open a session with the tenant's feed; what it is refused becomes its status.

    Raises:
        NotConnected: The tenant has no connection to Ecom.
        NoFeed: Its Prefect block is not there, or not filled in.
    """
    connection = await asyncio.to_thread(hub.connections.get, tenant, ECOM)
    async with (
        noting_trouble(hub, tenant, ECOM, knows_years=lambda: False),
        noting_state(hub, connection, ANSWERS.state_after),
        opened(connection) as feed,
    ):
        # Once a session: a key that was put into another's block would mix two companies.
        theirs = await feed.business_id()
        if digits(theirs) != connection.source_tenant_id:
            raise wrong_company(tenant, theirs, connection.source_tenant_id)
        yield EcomSession(feed)


@asynccontextmanager
async def opened(connection: Connection) -> AsyncIterator[Feed]:
    """Open a feed by a connection that need not be in the hub yet."""
    block = await feed_block(connection.tenant, connection.credential_block)
    if block.account:
        account = await sftp_account(block.account)
        async with _on_server(account, block.folder) as shelf:
            yield FolderFeed(shelf)
        return
    if block.folder:
        yield FolderFeed(LocalShelf(Path(block.folder)))
        return
    chosen, tally = settings(), Tally()
    client = http_client(chosen.url, explain, window=window(chosen.rate), tally=tally)
    client.headers["Authorization"] = f"Bearer {block.key.get_secret_value()}"
    async with client:
        yield HttpFeed(client, tally, page_size=chosen.page_size)


@asynccontextmanager
async def _on_server(account: SftpAccount, folder: str) -> AsyncIterator[SftpShelf]:
    """Connect to an SFTP server for the length of a session; paramiko waits in a thread."""
    with ExitStack() as stack:
        there = await asyncio.to_thread(stack.enter_context, connected(account))
        yield SftpShelf(there, folder or ".")


def digits(number: str) -> str:
    """Return a business id without its hyphen, by which two are compared."""
    return "".join(sign for sign in number if sign.isdigit())
