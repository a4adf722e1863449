"""What lies in a Prefect block, by type and name; its server keeps it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final

from httpx import HTTPError, HTTPStatusError
from prefect.blocks.core import Block
from prefect.exceptions import PrefectException
from prefect.settings import PREFECT_API_URL

from blocks.addresses import shown_address
from blocks.http import CallFailed

NO_SERVER: Final = "no_prefect_server"
"""Code of what is refused for want of Prefect's server; its words name the block."""


UNAUTHORISED: Final = (
    "It wants another password than the one given: set PREFECT_API_AUTH_STRING to the server's, or "
    "call this with the server's home; then try again."
)
FAILS: Final = (
    "It runs, and something in it fails: `tasma doctor` tells whether its database does not answer "
    "or its encryption key is not that of its blocks; its log (`journalctl -u tasma-server`, or "
    "prefect/server.log of its home) says more."
)
AWAY: Final = (
    "If it does not run, start it with `tasma up` in another terminal; if it runs at another port, "
    "set TASMA_PORT here too; then try again."
)


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


@asynccontextmanager
async def stored(block: Block, name: str) -> AsyncIterator[None]:
    """Store a block under a name for the body, and for good unless that fails.

    Raises:
        CallFailed: Prefect's server, which keeps it, does not answer.
    """
    slug = type(block).get_block_type_slug()
    before = await held_block(f"{slug}/{name}")
    await _save(block, name)
    try:
        yield
    except BaseException:
        if isinstance(before, Block):
            await _save(before, name)
        else:
            await delete_block(type(block), name)
        raise


async def delete_block(kind: type[Block], name: str) -> bool:
    """Delete a block; False when there is none.

    Raises:
        CallFailed: Prefect's server, which keeps it, does not answer.
    """
    try:
        await kind.adelete(name)
    except ValueError:
        return False
    except (HTTPError, PrefectException, RuntimeError) as problem:
        raise no_server(f"delete the block {name}", problem) from None
    return True


async def _save(block: Block, name: str) -> None:
    try:
        await block.asave(name, overwrite=True)
    except (HTTPError, PrefectException, RuntimeError) as problem:
        raise no_server(f"store the block {name}", problem) from None


def no_server(what: str, problem: Exception) -> CallFailed:
    """Say that Prefect's server, which keeps the blocks, is not there, refuses, or fails."""
    url = PREFECT_API_URL.value()
    server = f"Prefect's server at {shown_address(url)}" if url else "Prefect's server"
    status = problem.response.status_code if isinstance(problem, HTTPStatusError) else 0
    why = str(status or type(problem).__name__)
    return CallFailed(f"{server} did not let us {what} ({why}). {_remedy(status)}", code=NO_SERVER)


def _remedy(status: int) -> str:
    if status == HTTPStatus.UNAUTHORIZED:
        return UNAUTHORISED
    return FAILS if status >= HTTPStatus.INTERNAL_SERVER_ERROR else AWAY
