"""What a failure says of a connection is noted in the hub, whichever system it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from blocks.held_block import NO_SERVER
from blocks.http import CallFailed, CallProblem
from blocks.hub import (
    Connection,
    ConnectionState,
    Hub,
    HubBusy,
    LeaseLost,
    LeaseTaken,
    Refused,
    UnknownTenant,
)
from ledger.errors import TasmaError, TransientError

NOT_THE_CONNECTIONS: Final = (Refused, UnknownTenant, LeaseTaken, LeaseLost, HubBusy)
"""What fails for a reason that lies here, and says nothing of the connection."""


@asynccontextmanager
async def noting_trouble(
    hub: Hub, tenant: str, system: str, *, knows_years: Callable[[], bool]
) -> AsyncIterator[None]:
    """Let the connection say at once that nothing can be fetched, whatever the reason.

    What fails once the list of years has come is said of the year that it is about.
    """
    try:
        yield
    except NOT_THE_CONNECTIONS:
        raise
    except Exception as problem:
        if not knows_years() and not _is_ours(problem):
            state, reason = _trouble(problem)
            note = hub.connections.troubled
            await asyncio.to_thread(note, tenant, system, state, reason=reason)
        raise


@asynccontextmanager
async def noting_state(
    hub: Hub,
    connection: Connection,
    state_after: Callable[[CallProblem], ConnectionState | None],
) -> AsyncIterator[None]:
    """Let the connection have the state that a refusal makes of it."""
    try:
        yield
    except CallProblem as problem:
        if state := state_after(problem):
            await asyncio.to_thread(
                hub.connections.set_status,
                connection.tenant,
                connection.system,
                state,
                reason=str(problem),
            )
        raise


def _is_ours(problem: Exception) -> bool:
    """Return whether nobody was asked: what the system is asked with could not be loaded."""
    return isinstance(problem, CallFailed) and problem.code == NO_SERVER


def _trouble(problem: Exception) -> tuple[ConnectionState, str]:
    if isinstance(problem, TransientError):
        return ConnectionState.UNREACHABLE, str(problem)
    known = isinstance(problem, TasmaError)
    # Only our own messages are known to hold no secret and nothing of an answer.
    reason = str(problem) if known else f"{type(problem).__name__}: a fault of the program"
    return ConnectionState.OPERATOR_REQUIRED, reason
