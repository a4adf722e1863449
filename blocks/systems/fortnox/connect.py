"""Opening a session: the connection from the hub, its lease, its token, its pace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from blocks.http import SlidingWindow, Tally, http_client
from blocks.hub import (
    Connection,
    ConnectionState,
    Hub,
    KeptLease,
    Method,
)
from blocks.systems.fortnox.answers import explain, refusal, state_after
from blocks.systems.fortnox.block import fortnox_app
from blocks.systems.fortnox.calls import Calls
from blocks.systems.fortnox.oauth import OAuth, oauth
from blocks.systems.fortnox.rotation import RotatingTokens
from blocks.systems.fortnox.session import FortnoxSession
from blocks.systems.fortnox.settings import settings
from blocks.systems.fortnox.system import FORTNOX
from blocks.systems.fortnox.tokens import ClientCredentialTokens, Tokens
from blocks.systems.lease import WAIT_LIMIT_S, system_lease
from blocks.systems.noting import noting_state, noting_trouble

CALLS: Final = 25
PERIOD_S: Final = 5.0
"""Fortnox's sliding window per integration and company (vendor's page "rate limits")."""


@asynccontextmanager
async def fortnox_session(
    hub: Hub, tenant: str, *, run_id: str = "", wait_limit_s: float = WAIT_LIMIT_S
) -> AsyncIterator[FortnoxSession]:
    """Open a session with the tenant's Fortnox; one at a time per tenant, others wait.

    What a refusal says about the connection (licence, right, consent, company) becomes its status,
    and so does whatever fails before the list of years has come.

    Args:
        hub: Knows the tenant's connection.
        tenant: Whose.
        run_id: The run that holds the lease.
        wait_limit_s: Longest wait for another session of the tenant, in seconds.

    Raises:
        NotConnected: The tenant has no Fortnox connection.
        LeaseTaken: Another run still holds it after ``wait_limit_s``.
        CallRefused: The connection has to be approved anew, or a call is refused.
        CallFailed: No token now; try again later.
        TerminalError: Client id and secret are nowhere to be found.
    """
    begun: list[FortnoxSession] = []
    async with (
        noting_trouble(
            hub, tenant, FORTNOX, knows_years=lambda: any(found.knows_years for found in begun)
        ),
        credentials(hub, tenant, run_id=run_id, wait_limit_s=wait_limit_s) as (connection, tokens),
        paced_calls(hub, connection, tokens) as calls,
    ):
        begun.append(FortnoxSession(hub, connection, calls))
        yield begun[0]


@asynccontextmanager
async def credentials(
    hub: Hub, tenant: str, *, run_id: str = "", wait_limit_s: float = WAIT_LIMIT_S
) -> AsyncIterator[tuple[Connection, Tokens]]:
    """Hold the tenant's connection and its source of tokens; raises as `fortnox_session` does."""
    await asyncio.to_thread(hub.connections.get, tenant, FORTNOX)
    app = await fortnox_app()
    async with (
        system_lease(hub, tenant, FORTNOX, run_id=run_id, wait_limit_s=wait_limit_s) as lease,
        oauth(app) as endpoint,
    ):
        # Read under the lease: whoever held it before may have changed it.
        connection = await asyncio.to_thread(hub.connections.get, tenant, FORTNOX)
        async with noting_state(hub, connection, state_after):
            yield connection, _tokens(hub, connection, endpoint, lease)


@asynccontextmanager
async def paced_calls(hub: Hub, connection: Connection, tokens: Tokens) -> AsyncIterator[Calls]:
    """Make calls at the company's pace, beginning with what the hub knows of the last ones.

    A process that was killed left no times, but its lease outlives the window many times over.
    """
    now = hub.database.now()
    recent = [(now - at).total_seconds() for at in connection.recent_calls]
    window = SlidingWindow(calls=CALLS, period_s=PERIOD_S, recent=recent)
    tally = Tally()
    client = http_client(settings().api_url, explain, window=window, tally=tally)
    async with client:
        calls = Calls(client, tokens, window=window, tally=tally)
        try:
            yield calls
        finally:
            times = calls.recent(hub.database.now())
            await asyncio.to_thread(
                hub.connections.note_calls, connection.tenant, connection.system, times
            )


def _tokens(hub: Hub, connection: Connection, endpoint: OAuth, lease: KeptLease) -> Tokens:
    if connection.method is Method.CLIENT_CREDENTIALS:
        # Tried whatever the status: the customer may have mended it in Fortnox meanwhile.
        return ClientCredentialTokens(endpoint, connection)
    if connection.status is ConnectionState.RECONNECT_REQUIRED:
        raise refusal("invalid_grant", connection.reason)
    return RotatingTokens(hub, connection, endpoint, lease)
