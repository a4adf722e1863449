"""What the commands of `tasma push` do with a target, each in an event loop of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

from blocks.hub import Hub
from blocks.hub.outbox import Queued
from blocks.lake import Lake
from blocks.settings import settings
from blocks.systems.registry import open_target
from flows.doors.on_server import server_chosen
from ledger.errors import TerminalError
from ledger.push.advance import Impossible, Rules
from ledger.push.events import Resolved, Retried
from ledger.push.items import Phase
from tasks.push import Pusher, now, push_tenant
from tasks.push_add import Added, add_file
from tasks.push_deviations import Deviations, deviations

Answer = TypeVar("Answer")
RULES = Rules()
"""What a person says of a document holds whatever its target can prove."""


class NothingToResolve(TerminalError):
    """A person spoke of a document that is not in doubt, or said what cannot be."""

    sentence = (
        "{document} is {state}: what was said of it cannot be. `tasma push events` shows what "
        "happened to it."
    )


def lake() -> Lake:
    """Return the lake of the settings."""
    return Lake(settings().lake)


def added(hub: Hub, tenant: str, system: str, path: Path, *, process: str) -> Added:
    """Queue the invoices of a file; raises as `add_file` and `open_target` do."""

    async def work() -> Added:
        async with open_target(hub, tenant, system) as target:
            return add_file(hub, tenant, system, path, target=target, process=process, lake=lake())

    return _ask(work())


def pushed(hub: Hub, tenant: str, system: str) -> Pusher:
    """Send what waits; raises as `push_tenant` does."""
    return _ask(push_tenant(hub, tenant, system, lake=lake()))


def deviating(hub: Hub, tenant: str, system: str) -> Deviations:
    """Hold what is there against what was sent; raises as `open_target` does."""

    async def work() -> Deviations:
        async with open_target(hub, tenant, system) as target:
            return await deviations(hub, tenant, system, target)

    return _ask(work())


def retried(hub: Hub, documents: Sequence[Queued]) -> tuple[list[str], list[str]]:
    """Have documents tried once more; return which are, and which a person has to resolve."""
    ready: list[str] = []
    others: list[str] = []
    for queued in documents:
        after, _ = hub.outbox.apply(queued, Retried(), rules=RULES, now=now())
        is_ready = after.item.phase is Phase.READY
        (ready if is_ready else others).append(queued.source_id)
    return ready, others


def resolved(hub: Hub, queued: Queued, *, target_id: str) -> Queued:
    """Say what became of a document: its id there, or that it is not there.

    Raises:
        NothingToResolve: It is neither held nor in doubt, or that cannot be said of it.
    """
    event = Resolved(is_done=bool(target_id), target_id=target_id)
    try:
        return hub.outbox.apply(queued, event, rules=RULES, now=now())[0]
    except Impossible:
        state = queued.item.state
        raise NothingToResolve(document=queued.source_id, state=state) from None


def _ask(question: Coroutine[Any, Any, Answer]) -> Answer:
    with server_chosen():
        return asyncio.run(question)
