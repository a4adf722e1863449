"""``python -m flows.server.block_types``: make our blocks known to Prefect's server and its UI.

`tasma up` does so at each start; with a work pool it is one of the steps (`prefect.yaml`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from prefect.blocks.core import Block

from blocks.pickup.account import SftpAccount
from blocks.systems.registry import SYSTEMS, port


async def register_block_types() -> list[str]:
    """Register every block of ours, or bring it up to date; return their names."""
    names = []
    for block in block_types():
        await block.aregister_type_and_schema()
        names.append(block.get_block_type_slug())
    return names


def block_types() -> Iterator[type[Block]]:
    """Name the block of logins at SFTP servers, and those that the systems have."""
    yield SftpAccount
    for name in SYSTEMS:
        yield from port(name).blocks


if __name__ == "__main__":
    print("Registered:", ", ".join(asyncio.run(register_block_types())))  # noqa: T201 - a command
