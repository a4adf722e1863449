"""One file imported, as a run of the flow or plainly; the imports are part of the work."""
# ruff: noqa: PLC0415 - what is imported is timed

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

NO_OPS: Final = 20
"""How often a published file is loaded again in one process."""


def run(tenant: str, path: str) -> Callable[[], dict[str, Any]]:
    """Run the flow in this process, against the server of the environment."""

    def work() -> dict[str, Any]:
        from flows.import_file import import_file

        state = asyncio.run(import_file(tenant, path, return_state=True))
        return {"outcome": state.name}

    return work


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
