"""The portal as other doors open it."""

from __future__ import annotations

from importlib import import_module
from typing import Final, Protocol, cast

DOOR: Final = "flows.portal.door"
MODULE: Final = "flows.portal"
"""What ``python -m`` runs."""


class PortalDoor(Protocol):
    """What `flows.portal.door` offers."""

    def serve(self) -> None:
        """Serve the portal until it is stopped."""

    def require_startable(self) -> None:
        """Refuse settings by which it cannot be served, or a port that is taken."""

    def public_address(self) -> str:
        """Return the address that people type."""

    def health_address(self) -> str:
        """Return the address, on this machine, that answers as soon as it serves."""

    def invitation_link(self, token: str) -> str:
        """Return the address at which an invitation is taken."""


def portal() -> PortalDoor:
    """Open the portal, which brings a web server."""
    return cast("PortalDoor", import_module(DOOR))
