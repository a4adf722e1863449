"""One file imported without a server; the imports are part of the work."""
# ruff: noqa: PLC0415 - what is imported is timed

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

NO_OPS: Final = 20
"""How often a published file is loaded again in one process."""


def plain(tenant: str, path: str) -> Callable[[], dict[str, Any]]:
    """Take the same steps as the command line does, without a server."""

    def work() -> dict[str, Any]:
        from flows.cli.local import import_here
        from tasks.stores import open_stores

        with open_stores() as stores:
            found = import_here(stores, tenant, Path(path), watch=lambda _step: None)
        return {"outcome": found.outcome}

    return work


def no_op(tenant: str, path: str) -> Callable[[], dict[str, Any]]:
    """Load a published file again and again in one process that has everything imported."""
    from flows.cli.local import import_here
    from tasks.stores import open_stores

    def work() -> dict[str, Any]:
        with open_stores() as stores:
            found = [
                import_here(stores, tenant, Path(path), watch=lambda _step: None).outcome
                for _ in range(NO_OPS)
            ]
        return {"outcome": ",".join(sorted(set(found))), "units": len(found)}

    return work
