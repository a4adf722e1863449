"""A child process of the fault tests: moves a tenant's books into a server, or dies."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from blocks.steps import KILL_AT
from blocks.warehouse.postgresql.server import Server
from blocks.warehouse.postgresql.warehouse import ServerWarehouse


def move_or_die(folder: Path, tenant: str, url: str, kill_at: str) -> None:
    """Move as `tasma warehouse move` does, below the leases."""
    os.environ[KILL_AT] = kill_at
    server = ServerWarehouse(Server(url), spill=folder / "laid-out")
    server.move_in(folder / "warehouse", tenant, now=dt.datetime.now(dt.UTC))
