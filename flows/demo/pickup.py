"""The demo's SFTP pickup: a server, a customer who puts a file there, and what became of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from blocks.hub import Hub
from blocks.hub.pickups import Pickup
from blocks.pickup.account import TYPE_SLUG, SftpAccount
from blocks.pickup.port import PROCESSED
from flows.demo import runs
from flows.server.processes import PrefectServer
from simulators.sftp import SftpSimulator

FETCHED: Final = "skenbygg"
"""The company whose file lies on the server; its login is called so too."""

PASSWORD: Final = "demo-only"  # noqa: S105 - of a server that lasts as long as the demo
SWEEP: Final = "sftp-sweep/sftp-sweep"
MOVED_LIMIT_S: Final = 120.0


@contextmanager
def sftp_server(root: Path) -> Iterator[SftpSimulator]:
    """Serve a folder to the one customer until the context ends."""
    with SftpSimulator(root, {FETCHED: PASSWORD}) as simulator:
        yield simulator


def start_pickup(hub: Hub, server: PrefectServer, simulator: SftpSimulator) -> None:
    """Make the block with the login, keep what was agreed, and have the folder looked into."""
    account = SftpAccount(
        host="127.0.0.1",
        port=simulator.port,
        user=FETCHED,
        password=PASSWORD,
        host_keys=simulator.host_key,
    )
    with runs.asking_as_client(server):
        asyncio.run(_saved(account))
    agreed = Pickup(FETCHED, f"{TYPE_SLUG}/{FETCHED}", "/", poll_minutes=1)
    hub.pickups.agree(agreed, who="the demo")
    runs.start(server, SWEEP, tenant=FETCHED)


def wait_until_moved(server: PrefectServer, simulator: SftpSimulator) -> list[str]:
    """Have the folder looked into until its file is moved; say so if that does not come."""
    deadline = time.monotonic() + MOVED_LIMIT_S
    folder = simulator.folder(FETCHED)
    while not any((folder / PROCESSED).glob("*")):
        if time.monotonic() > deadline:
            names = ", ".join(path.name for path in folder.iterdir())
            return [f"{FETCHED}: its file was not moved to {PROCESSED}; there lie {names}"]
        sweep = runs.start(server, SWEEP, tenant=FETCHED)
        runs.wait_for(server, [sweep], tell=_ignore)
    return []


async def _saved(account: SftpAccount) -> None:
    await SftpAccount.aregister_type_and_schema()
    await account.asave(FETCHED, overwrite=True)


def _ignore(_found: list[runs.Run]) -> None:
    """Hear nothing of a sweep."""
