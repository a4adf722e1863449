"""Which vendors' systems there are: one line each, and nothing else in the project lists them.

`system` gives the light half, which every command can afford; `port` loads what speaks to one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Final

from blocks.client_names import base_of, client_of
from blocks.systems.ports import (
    CustomerRegister,
    DocumentFeed,
    DocumentSource,
    Environment,
    EnvironmentSource,
    LedgerSource,
    Offer,
    Port,
    Session,
    System,
)
from ledger.errors import TerminalError

if TYPE_CHECKING:
    from blocks.hub import Hub
    from blocks.systems.targets import PushTarget

NAMES: Final = ("fortnox", "fennoa", "ecom", "procountor", "spotilla")
"""The folders beside this file; each has a ``system.SYSTEM`` and what that names as its port."""

SYSTEMS: Final[dict[str, System]] = {
    name: import_module(f"blocks.systems.{name}.system").SYSTEM for name in NAMES
}
"""By the name that the hub's connections have."""


class UnknownSystem(TerminalError):
    """A system was named that this release does not know."""

    sentence = "There is no system {system!r}; there are {known}."


class NothingToFetch(TerminalError):
    """A system was asked for what it does not offer; callers ask before."""

    sentence = "{title} has no {offer} that could be fetched. The program is at fault: report it."


@dataclass(frozen=True)
class Books:
    """A tenant's books in its system, open to be read. `documents`: None when it has none."""

    system: System
    session: Session
    ledger: LedgerSource
    documents: DocumentSource | None = None

    @property
    def name(self) -> str:
        """The system's name, which is the source of what is loaded from it."""
        return self.system.name

    @property
    def title(self) -> str:
        """The system in a sentence."""
        return self.system.title

    @property
    def calls(self) -> int:
        """Calls made so far, repetitions included."""
        return self.session.calls


def system(name: str) -> System:
    """Return the light half of a system.

    Raises:
        TerminalError: There is no such system.
    """
    if found := SYSTEMS.get(base_of(name)):
        return replace(found, name=name)
    raise UnknownSystem(system=name[:80], known=", ".join(SYSTEMS))


def port(name: str) -> Port:
    """Return the heavy half of a system; loaded on first use, since most commands need none.

    Raises:
        TerminalError: There is no such system.
    """
    found: Port = import_module(system(name).port).PORT
    client = client_of(name)
    return found.of_client(client) if client and found.of_client else found


def systems_with(offer: Offer) -> tuple[str, ...]:
    """Return the names of the systems that offer this, in the registry's order."""
    return tuple(name for name, found in SYSTEMS.items() if offer in found.offers)


@asynccontextmanager
async def open_books(
    hub: Hub, tenant: str, name: str, *, run_id: str = "", wait_limit_s: float
) -> AsyncIterator[Books]:
    """Open the tenant's books in a system that offers a ledger.

    Raises:
        TerminalError: The system offers none.
        NotConnected, LeaseTaken, CallRefused, CallFailed: As `Connector.session` does.
    """
    there = port(name)
    if there.ledger is None:
        raise NothingToFetch(title=system(name).title, offer="ledger")
    opening = there.connect.session(hub, tenant, run_id=run_id, wait_limit_s=wait_limit_s)
    async with opening as session:
        documents = there.documents(session) if there.documents else None
        yield Books(system(name), session, there.ledger(session), documents)


@asynccontextmanager
async def open_target(
    hub: Hub, tenant: str, name: str, *, run_id: str = ""
) -> AsyncIterator[PushTarget]:
    """Open the tenant's company in a system that documents are pushed into.

    Raises:
        TerminalError: Nothing can be pushed into the system.
        NotConnected, CallRefused, CallFailed: As `Connector.session` does.
    """
    there = port(name)
    if there.target is None:
        raise NothingToFetch(title=system(name).title, offer="target")
    async with there.connect.session(hub, tenant, run_id=run_id, wait_limit_s=0.0) as session:
        yield there.target(session)


@asynccontextmanager
async def target_for_files(hub: Hub, tenant: str, name: str) -> AsyncIterator[PushTarget]:
    """Open a target by which files are judged: a wrong one says nothing of the connection.

    Raises:
        TerminalError, NotConnected, CallRefused, CallFailed: As `open_target` does.
    """
    opened = AsyncExitStack()
    target = await opened.enter_async_context(open_target(hub, tenant, name))
    try:
        yield target
    finally:
        await opened.aclose()


@asynccontextmanager
async def open_feed(
    hub: Hub, tenant: str, name: str, *, run_id: str = "", wait_limit_s: float = 0.0
) -> AsyncIterator[DocumentFeed]:
    """Open what a system says is to go elsewhere.

    Raises:
        TerminalError: The system says nothing of that kind.
        NotConnected, LeaseTaken, CallRefused, CallFailed: As `Connector.session` does.
    """
    there = port(name)
    if there.feed is None:
        raise NothingToFetch(title=system(name).title, offer="feed")
    opening = there.connect.session(hub, tenant, run_id=run_id, wait_limit_s=wait_limit_s)
    async with opening as session:
        yield there.feed(session)


@asynccontextmanager
async def open_registers(
    hub: Hub, tenant: str, name: str, *, run_id: str = ""
) -> AsyncIterator[tuple[DocumentFeed, CustomerRegister]]:
    """Open a system whose registers are read and whose customers are made and changed.

    Raises:
        TerminalError: The system has none.
        NotConnected, CallRefused, CallFailed: As `Connector.session` does.
    """
    there = port(name)
    if there.feed is None or there.customers is None:
        raise NothingToFetch(title=system(name).title, offer="customers")
    async with there.connect.session(hub, tenant, run_id=run_id, wait_limit_s=0.0) as session:
        yield there.feed(session), there.customers(session)


async def environment_of(hub: Hub, tenant: str, name: str, *, run_id: str = "") -> Environment:
    """Read what a tenant's company is set up with in a system.

    Raises:
        TerminalError: The system does not tell.
        NotConnected, CallRefused, CallFailed: As `Connector.session` does.
    """
    async with _open_environment(hub, tenant, name, run_id=run_id) as source:
        return await source.environment()


async def bank_accounts_of(
    hub: Hub, tenant: str, name: str, *, run_id: str = ""
) -> Mapping[str, str]:
    """Return the BIC of each own account of a tenant's company, by IBAN; raises the same."""
    async with _open_environment(hub, tenant, name, run_id=run_id) as source:
        return await source.bank_accounts()


@asynccontextmanager
async def _open_environment(
    hub: Hub, tenant: str, name: str, *, run_id: str
) -> AsyncIterator[EnvironmentSource]:
    there = port(name)
    if there.environment is None:
        raise NothingToFetch(title=system(name).title, offer="environment")
    async with there.connect.session(hub, tenant, run_id=run_id, wait_limit_s=0.0) as session:
        yield there.environment(session)


def secret_variables() -> tuple[str, ...]:
    """Return the environment variables whose values must be shown nowhere."""
    return tuple(name for found in SYSTEMS.values() for name in found.secrets)
