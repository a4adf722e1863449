"""The stores of a home, as the fault tests and their child processes open them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blocks.hub import Hub
from blocks.hub.database import Clock
from blocks.lake import Lake
from blocks.warehouse import Warehouse
from tasks.stores import Stores


@contextmanager
def opened(home: Path, **clock: Clock) -> Iterator[Stores]:
    """Open the stores of a home; `clock`: of its hub."""
    with Hub(f"sqlite:///{home / 'hub.sqlite'}", **clock) as hub:
        yield Stores(hub, Lake(home / "lake"), Warehouse(home / "warehouse"))
