"""What the portal offers to those who open it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import uvicorn

from blocks.settings import listening_at
from flows.portal.app import create_app
from flows.portal.portal import Portal
from flows.portal.runs import ServerRuns
from flows.portal.settings import PortalSettings, require_safe
from flows.server.environment import refuse_taken_port
from tasks.stores import open_stores

if TYPE_CHECKING:  # whoever opens it loads it by name, so its types are held to the protocol here
    import flows.portal.door  # noqa: PLW0406 - for its type
    from flows.doors.portal import PortalDoor

    DOOR: PortalDoor = flows.portal.door

KEEP_ALIVE_S: Final = 5
STOP_LIMIT_S: Final = 10
MAX_AT_ONCE: Final = 200
"""Requests that are answered at the same time; more are turned away with 503."""


def serve() -> None:
    """Serve the portal until it is stopped.

    Raises:
        AddressUnfit, ProxyUnfit, PortTaken: As `require_startable`.
    """
    require_startable()
    chosen = PortalSettings()
    # Links that tasks make lead here too, whatever the port.
    os.environ.setdefault("TASMA_PORTAL_ADDRESS", chosen.public_address)
    with open_stores() as stores:
        config = uvicorn.Config(
            create_app(Portal(stores, chosen, ServerRuns())),
            host=chosen.host,
            port=chosen.port,
            # Paths hold links' secrets; the audit log says what was done.
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=STOP_LIMIT_S,
            limit_concurrency=MAX_AT_ONCE,
            log_level="warning",
        )
        uvicorn.Server(config).run()


def require_startable() -> None:
    """Refuse settings by which the portal cannot be served, or not safely.

    Raises:
        AddressUnfit, ProxyUnfit: A setting is none.
        PortTaken: Something listens there already.
    """
    chosen = PortalSettings()
    require_safe(chosen)
    refuse_taken_port(chosen.host, chosen.port, variable="TASMA_PORTAL_PORT")


def public_address() -> str:
    """Return the address that people type."""
    return PortalSettings().public_address


def health_address() -> str:
    """Return the address, on this machine, that answers as soon as it serves."""
    chosen = PortalSettings()
    return f"{listening_at(chosen.host, chosen.port)}/health"


def invitation_link(token: str) -> str:
    """Return the address at which an invitation is taken."""
    return f"{public_address()}/invitation/{token}"
