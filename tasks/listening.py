"""Who listens to which source: a line for each, and nothing else lists them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from blocks.hub import Hub
from blocks.hub.routes import Route
from blocks.hub.states import TransferState
from blocks.systems.pace import gently
from ledger.errors import TasmaError, TerminalError
from tasks.ecom import hearing as ecom
from tasks.feeds import Heard
from tasks.log import warn
from tasks.spotilla import sweeping as spotilla
from tasks.stores import Stores

AT_ONCE: Final = 16
"""Feeds that a sweep asks at the same time."""


class Settled(Protocol):
    """What a run decided. `queued`: what is in the outbox now; `by_state`: how many stand where."""

    @property
    def queued(self) -> Sequence[str]:
        """Ids of the source."""

    @property
    def by_state(self) -> Mapping[str, int]:
        """By what became of each."""


class Ran(Protocol):
    """What a run came to."""

    @property
    def heard(self) -> Heard:
        """What was said."""

    @property
    def settled(self) -> Settled:
        """What follows from it."""


@dataclass(frozen=True)
class Listener:
    """How a source is listened to. `has_news`: whether a run would find anything; keeps nothing.

    `page`: lays out what a run came to; None where the source has no page.
    """

    hear: Callable[..., Awaitable[Any]]
    has_news: Callable[[Hub, str], Awaitable[bool]]
    page: Callable[[Hub, str, Any], str] | None = None


LISTENERS: Final[Mapping[str, Listener]] = {
    "ecom": Listener(ecom.hear, ecom.has_news),
    "spotilla": Listener(spotilla.hear, spotilla.has_news, spotilla.page),
}
"""By the source of a route."""


class NobodyListens(TerminalError):
    """A source was named that says nothing of what is to go elsewhere."""

    sentence = "Nobody listens to {source}; there are {known}."


def listener(source: str) -> Listener:
    """Return how a source is listened to.

    Raises:
        NobodyListens: It is none.
    """
    if found := LISTENERS.get(source):
        return found
    raise NobodyListens(source=source[:40], known=", ".join(LISTENERS))


async def hear(stores: Stores, tenant: str, source: str, *, run_id: str = "") -> Ran:
    """Listen for a tenant and do what follows; raises as the source's own."""
    ran: Ran = await listener(source).hear(stores, tenant, run_id=run_id)
    return ran


def has_changed(ran: Ran) -> bool:
    """Return whether a run heard, queued or settled anything; what waits as before is neither."""
    settled = {state for state, count in ran.settled.by_state.items() if count}
    return bool(ran.heard.new or ran.settled.queued or settled - {TransferState.WAITS.value})


def page(hub: Hub, tenant: str, source: str, ran: Ran) -> str:
    """Return the page of a run in Markdown; empty where the source has none."""
    lay_out = listener(source).page
    return lay_out(hub, tenant, ran) if lay_out else ""


@dataclass(frozen=True)
class Swept:
    """What a sweep found. `news`: tenant and source; `problems`: why others could not be asked."""

    news: tuple[tuple[str, str], ...]
    problems: Mapping[tuple[str, str], str]


async def sweep(hub: Hub) -> Swept:
    """Ask every attached route's source whether there is news; one's trouble is no other's.

    It is in no hurry: a pull or a push by the same client of ours goes before it.
    """
    routes = await asyncio.to_thread(_routes, hub)
    turns = asyncio.Semaphore(AT_ONCE)

    async def ask(tenant: str, source: str) -> bool | str:
        async with turns:
            try:
                return await listener(source).has_news(hub, tenant)
            except TasmaError as problem:
                warn(str(problem), tenant=tenant, source=source)
                return str(problem)

    with gently():
        answers = await asyncio.gather(*(ask(tenant, source) for tenant, source in routes))
    found = dict(zip(routes, answers, strict=True))
    return Swept(
        tuple(one for one, answer in found.items() if answer is True),
        {one: answer for one, answer in found.items() if isinstance(answer, str)},
    )


def _routes(hub: Hub) -> list[tuple[str, str]]:
    def is_heard(route: Route) -> bool:
        return route.is_attached and route.source in LISTENERS

    return sorted({(one.tenant, one.source) for one in hub.routes.listed() if is_heard(one)})
