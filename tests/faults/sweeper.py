"""A child process of the fault tests: sweeps SFTP folders until it is killed.

The runs that it asks for are another's, as they are with Prefect: an order lies in a folder once,
under its key, and so does what became of it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from prefect.states import Completed, Failed, Running

from blocks.pickup.account import SftpAccount
from flows.runs import file_runs
from tasks.pickup import sweep
from tasks.pickup.threads import Threads
from tests.homes import opened
from tests.sftp_place import SHORT

SETTLE_S: Final = 0.01
RUN: Final = "sweep"
"""The run under which leases are held; the janitor frees those of one that died."""


@dataclass(frozen=True)
class Orders:
    """Runs that were asked for, each in a file of its own, and how they ended."""

    folder: Path

    async def __call__(self, _deployment: str, *, parameters: Any, idempotency_key: str, **_: Any):
        """Take the place of `start_run`."""
        path = self.folder / f"{hashlib.sha256(idempotency_key.encode()).hexdigest()}.json"
        order = {"key": idempotency_key, **parameters}
        whole = path.with_suffix(f".{id(order)}.tmp")
        whole.write_text(json.dumps(order))
        if not path.exists():
            whole.rename(path)
        end = path.with_suffix(".end")
        return _Run(_state(json.loads(end.read_text()))) if end.exists() else _Run(Running())


@dataclass
class _Run:
    state: Any
    name: str = "import"


def _state(end: dict[str, str]) -> Any:
    is_good = end["type"] == "COMPLETED"
    return (Completed if is_good else Failed)(name=end["name"], message=end["message"])


def sweep_for_ever(home: Path, accounts: dict[str, dict[str, Any]], *, times: int = 0) -> None:
    """Poll every tenant again and again, or some times.

    Args:
        home: Of the hub and the lake; orders are in its folder ``orders``.
        accounts: Values of the logins, by block.
        times: How many sweeps; 0 until killed.
    """
    logins = {block: SftpAccount(**values) for block, values in accounts.items()}

    async def account(block: str) -> SftpAccount:
        return logins[block]

    with (
        patch.object(sweep, "sftp_account", account),
        patch.object(file_runs, "start_run", Orders(home / "orders")),
        opened(home) as stores,
    ):
        stores.hub.leases.release_run(RUN)
        asyncio.run(_sweeps(stores, times))


async def _sweeps(stores: Any, times: int) -> None:
    made = 0
    with Threads() as threads:
        while not times or made < times:
            every = stores.hub.pickups.every()
            one = sweep.Sweep(
                stores,
                every,
                threads,
                file_runs.end_of,
                run_id=RUN,
                settle_s=SETTLE_S,
                limits=SHORT,
            )
            await one.poll(every)
            made += 1
