"""Connectors of systems whose secret lies in a Prefect block: what they all do.

A person makes the block and names it, or it is made of what a customer entered on the page of a
link: then it has a name of its own, so that no block of a person's is ever written over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from prefect.blocks.core import Block

from blocks.held_block import delete_block
from blocks.hub import Connection, Hub
from blocks.systems.ports import Renewal, Wants

ENTERED: Final = "-entered"
"""How the name of a block ends that was made of what a customer entered."""


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


class ByEnteredKey(ByBlock):
    """The same where customers enter keys too. `block`: the type of block that holds one."""

    block: ClassVar[type[Block]]

    async def forget(self, connection: Connection) -> None:
        """Delete a block that was made of what a customer entered.

        One that a person made is left, and so is another tenant's.
        """
        _, _, name = connection.credential_block.partition("/")
        if name == entered_name(connection.tenant):
            await delete_block(self.block, name)


def entered_name(tenant: str) -> str:
    """Return the name of the block in which lies what a tenant's customer entered."""
    return f"{tenant}{ENTERED}"


def save_proved(hub: Hub, connection: Connection, *, is_login: bool = False) -> Connection:
    """Store a connection that the system has just answered to, and return it as it is stored.

    `is_login`: see `Connections.save`.
    """
    hub.connections.save(connection, is_login=is_login)
    hub.connections.proved(connection.tenant, connection.system)
    return hub.connections.get(connection.tenant, connection.system)
