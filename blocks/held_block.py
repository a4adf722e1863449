"""What an operator put into a Prefect block, by type and name; its server keeps it."""

from __future__ import annotations

from httpx import HTTPError
from prefect.blocks.core import Block

from blocks.http import CallFailed


async def held_block(name: str) -> object | None:
    """Return the block of a type and name, such as ``fennoa-api-user/acme``; None if there is none.

    It may be of any type, which Prefect's types cannot say; the caller looks at it.

    Raises:
        CallFailed: Prefect's server, which keeps it, does not answer.
    """
    try:
        found: object = await Block.aload(name)
    except ValueError:
        return None
    except (HTTPError, RuntimeError) as problem:
        raise no_server(f"load the block {name}", problem) from None
    return found


def no_server(what: str, problem: Exception) -> CallFailed:
    """Say that Prefect's server, which keeps the blocks, is not there."""
    return CallFailed(
        f"Prefect's server did not let us {what} ({type(problem).__name__}). Start it, then try "
        "again.",
        code="no_prefect_server",
    )
