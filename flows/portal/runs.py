"""What the portal has run, and how a page watches it: by run and tenant, never by run alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import UUID

from flows.doors import on_server

PORTAL_TAG: Final = "portal"


@dataclass(frozen=True)
class Watched:
    """A run as a page shows it. `state`: Prefect's name of it. `is_over`: it will not change.

    `file`: the hash of the file that it reads; empty where it reads none.
    """

    id: str
    tenant: str
    state: str
    message: str
    is_over: bool
    is_good: bool
    file: str = ""


class Runs(Protocol):
    """Where runs are started and looked at: Prefect's server, or what a test has in its place."""

    async def start(self, deployment: str, tenant: str, parameters: Mapping[str, Any]) -> str:
        """Start a run of a deployment for a tenant, and return its id."""

    async def look(self, run_id: str, *, tenant: str) -> Watched | None:
        """Return a run of a tenant; None when there is none, or it is another's."""


class ServerRuns:
    """Runs on Prefect's server."""

    async def start(self, deployment: str, tenant: str, parameters: Mapping[str, Any]) -> str:
        """See `Runs`.

        Raises:
            NoServer: The server does not answer.
        """
        started = await on_server.start(
            deployment,
            {"tenant": tenant, **parameters},
            name=f"{tenant} {deployment.partition('/')[2]}",
            tags=[PORTAL_TAG, tag_of(tenant)],
        )
        return str(started.run_id)

    async def look(self, run_id: str, *, tenant: str) -> Watched | None:
        """See `Runs`.

        Raises:
            NoServer: The server does not answer.
        """
        run = await on_server.look(UUID(run_id))
        if run is None or tag_of(tenant) not in run.tags:
            return None
        state = run.state
        return Watched(
            id=run_id,
            tenant=tenant,
            state=(state.name or "") if state else "",
            message=(state.message or "") if state else "",
            is_over=bool(state and state.is_final()),
            is_good=bool(state and state.is_completed()),
            file=str(run.parameters.get("sha256", "")),
        )


def tag_of(tenant: str) -> str:
    """Return the tag by which a run is known to be of a tenant."""
    return f"tenant:{tenant}"
