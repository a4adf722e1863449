"""A session with one company's Spotilla."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from pydantic import SecretStr

from blocks.http import CallRefused, SlidingWindow
from blocks.hub import Connection, Hub
from blocks.systems.noting import noting_state, noting_trouble
from blocks.systems.spotilla.api import ANSWERS, WRONG_LOGIN, Api, Login, log_in, opened
from blocks.systems.spotilla.block import names_of, user_block
from blocks.systems.spotilla.customers import SpotillaCustomers
from blocks.systems.spotilla.feed import SpotillaFeed
from blocks.systems.spotilla.settings import settings
from blocks.systems.spotilla.system import SPOTILLA
from ledger.errors import TerminalError


@cache
def window(calls: int) -> SlidingWindow:
    """Return the pace that all tenants of this process share."""
    return SlidingWindow(calls=calls, period_s=1.0)


class MainUserRefused(TerminalError):
    """Spotilla does not know the e-mail or password that a person typed."""

    sentence = "The e-mail or password of the main user is wrong: run the command again."


class SpotillaSession:
    """One company: what its registers say, and its customers to be made and changed."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.feed = SpotillaFeed(api)
        self.customers = SpotillaCustomers(api)

    @property
    def calls(self) -> int:
        """Calls made so far, repetitions included."""
        return self.api.tally.calls


@asynccontextmanager
async def spotilla_session(hub: Hub, tenant: str) -> AsyncIterator[SpotillaSession]:
    """Open a session with the tenant's company; what it is refused becomes its status.

    Raises:
        NotConnected: The tenant has no connection to Spotilla.
        NoSpotillaUser, WrongSpelling: Its Prefect block is not there, or not filled in.
    """
    connection = await asyncio.to_thread(hub.connections.get, tenant, SPOTILLA)
    async with (
        noting_trouble(hub, tenant, SPOTILLA, knows_years=lambda: False),
        noting_state(hub, connection, ANSWERS.state_after),
        session_by(connection) as session,
    ):
        yield session


@asynccontextmanager
async def session_by(connection: Connection) -> AsyncIterator[SpotillaSession]:
    """Open a session by a connection that need not be in the hub yet."""
    block = await user_block(connection.tenant, connection.credential_block)
    names = names_of(block, connection.credential_block)
    chosen = settings()
    login = Login(block.subdomain, block.email, block.password)
    async with opened(login, names, chosen, window(chosen.rate)) as api:
        yield SpotillaSession(api)


async def is_main_user(hub: Hub, tenant: str, email: str, password: SecretStr) -> bool:
    """Return whether Spotilla's own answer to a person's log-in says: main user.

    Raises:
        MainUserRefused: E-mail or password is wrong.
        CallRefused: Spotilla refuses the log-in for another reason.
        CallFailed: Try again later.
    """
    connection = await asyncio.to_thread(hub.connections.get, tenant, SPOTILLA)
    async with session_by(connection) as session:
        api = session.api
        person = Login(api.login.subdomain, email, password)
        try:
            user = await log_in(api.writer, person, api.names)
        except CallRefused as problem:
            if problem.code != WRONG_LOGIN:
                raise
            # It is what a person typed that is wrong: nothing is to be put into the block.
            raise MainUserRefused from None
        return api.names.is_main_user(user.role)
