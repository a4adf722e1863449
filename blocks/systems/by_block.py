"""Connectors of systems whose secret a person keeps in a Prefect block: what they all do."""

from __future__ import annotations

from collections.abc import Sequence

from blocks.hub import Connection, Hub
from blocks.systems.ports import Renewal, Wants


class ByBlock:
    """The part of a `Connector` that asks nothing of the system; no key ends by itself."""

    def completed(self, wants: Wants, known: Connection | None) -> Wants:
        """Return the choices; the block is that of the last connection unless another is named."""
        return {"block": known.credential_block, **wants} if known else wants

    async def keep_alive(self, hub: Hub, *, run_id: str = "") -> Sequence[Renewal]:  # noqa: ARG002
        """Renew nothing."""
        return []

    async def forget(self, connection: Connection) -> None:
        """Leave the block: a person made it, and whoever erases a tenant is shown its name."""


def save_proved(hub: Hub, connection: Connection, *, is_login: bool = False) -> None:
    """Store a connection that the system has just answered to (`Connections.save`)."""
    hub.connections.save(connection, is_login=is_login)
    hub.connections.proved(connection.tenant, connection.system)
