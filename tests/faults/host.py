"""A child process that is a host of its own: takes a file in until it is, or meets its fate."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import contextmanager
from functools import partialmethod
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from blocks import steps
from blocks.hub import Hub
from blocks.lake import Lake
from blocks.processes import HOST_NAME
from blocks.settings import PATIENCE
from blocks.steps import KILL_AT
from blocks.warehouse.postgresql.server import server_at
from blocks.warehouse.postgresql.warehouse import ServerWarehouse
from flows.cli.local import import_here
from tasks.stores import Stores

TTL_S = 1.5
"""Of a lease: a host that is lost holds up the others for so long."""

PATIENCE_S = 20
LIMIT_S = 60
POLL_S = 0.1
DONE = {"published", "unchanged"}


class Places(NamedTuple):
    """Where all hosts keep things. `scratch`: a folder of this host alone."""

    hub: str
    books: str
    lake: Path
    scratch: Path


class Fate(NamedTuple):
    """What happens so long after a step was reached: SIGKILL or SIGSTOP, once."""

    step: str = ""
    delay_s: float = 0.0
    signal: int = signal.SIGKILL


class _Once:
    """`os`, as `blocks.steps` asks it, that sends a signal once and a while later."""

    environ, getpid = os.environ, staticmethod(os.getpid)

    def __init__(self, fate: Fate) -> None:
        self._fate = fate
        self._is_over = False

    def kill(self, pid: int, _signal: int) -> None:
        if not self._is_over:
            self._is_over = True
            threading.Timer(self._fate.delay_s, os.kill, (pid, self._fate.signal)).start()


@contextmanager
def opened(places: Places):
    """Open the stores as a host does, with leases that end soon after it."""
    with (
        patch.object(Hub, "unit_lease", partialmethod(Hub.unit_lease, ttl_s=TTL_S)),
        Hub(places.hub) as hub,
    ):
        books = ServerWarehouse(server_at(places.books), spill=places.scratch)
        yield Stores(hub, Lake(places.lake), books)


def take(name: str, places: Places, tenant: str, path: Path) -> None:
    """Take a file in, again and again until it is published; the exit status is 0 only then."""
    os.environ |= {HOST_NAME: name, PATIENCE: str(PATIENCE_S)}
    sys.exit(take_in(places, tenant, path))


def meet(name: str, places: Places, tenant: str, path: Path, fate: Fate) -> None:
    """Take a file in once, and meet one's fate on the way; whatever comes of it is well."""
    os.environ |= {HOST_NAME: name, PATIENCE: str(PATIENCE_S), KILL_AT: fate.step}
    with patch.object(steps, "os", _Once(fate)):
        take_in(places, tenant, path, limit_s=0)


def take_in(places: Places, tenant: str, path: Path, *, limit_s: float = LIMIT_S) -> str | None:
    """Take a file in until it is published; return why it is not after ``limit_s`` seconds."""
    until = time.monotonic() + limit_s
    while True:
        with opened(places) as stores:
            imported = import_here(stores, tenant, path, watch=lambda _step: None)
        if imported.outcome in DONE:
            return None
        if time.monotonic() > until:
            return imported.message
        time.sleep(POLL_S)
