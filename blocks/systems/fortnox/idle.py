"""Keeping the refresh tokens of quiet tenants alive: 45 days without use end a connection."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Final

from blocks.hub import Connection, ConnectionState, Hub, LeaseTaken, Method
from blocks.systems.fortnox.connect import credentials
from blocks.systems.fortnox.rotation import RotatingTokens
from blocks.systems.fortnox.system import FORTNOX
from blocks.systems.ports import Renewal
from ledger.errors import TasmaError

REFRESH_AFTER: Final = dt.timedelta(days=30)
"""Age at which a refresh token is renewed; it lives 45 days, so two weeks are left for trouble."""

WAIT_LIMIT_S: Final = 5.0
"""Longest wait for a tenant at work, whose run renews its token itself; seconds."""


async def refresh_idle(hub: Hub, *, run_id: str = "") -> list[Renewal]:
    """Renew every refresh token older than `REFRESH_AFTER`; one failure never stops the next.

    Run it daily. A token that could not be renewed is tried again the next day.
    """
    idle = await asyncio.to_thread(
        lambda: [item for item in hub.connections.every([FORTNOX]) if _is_idle(hub, item)]
    )
    return [await _refresh(hub, connection.tenant, run_id=run_id) for connection in idle]


async def _refresh(hub: Hub, tenant: str, *, run_id: str) -> Renewal:
    try:
        async with credentials(hub, tenant, run_id=run_id, wait_limit_s=WAIT_LIMIT_S) as (
            connection,
            tokens,
        ):
            # Between the list and the lease another run may have renewed it.
            if isinstance(tokens, RotatingTokens) and _is_idle(hub, connection):
                await tokens.refresh_now()
    except LeaseTaken as taken:
        return Renewal(tenant, "busy", str(taken))
    except TasmaError as problem:
        return Renewal(tenant, "failed", str(problem))
    return Renewal(tenant, "refreshed")


def _is_idle(hub: Hub, connection: Connection) -> bool:
    return (
        connection.method is Method.REFRESH_TOKEN
        and connection.status is not ConnectionState.RECONNECT_REQUIRED
        and (
            connection.refreshed_at is None
            or connection.refreshed_at <= hub.database.now() - REFRESH_AFTER
        )
    )
