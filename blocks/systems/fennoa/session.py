"""A session with one company's Fennoa: reading what preflight asks; pushing is the target's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import fields, replace
from http import HTTPStatus
from typing import Any

import httpx

from blocks.http import CallFailed, SlidingWindow
from blocks.http.client import place_of
from blocks.hub import Connection, Hub
from blocks.systems.fennoa.answers import Good, first_error, own_json, read_answer
from blocks.systems.fennoa.block import FennoaApiUser, api_user, terms_of
from blocks.systems.fennoa.customers import price_list_of
from blocks.systems.fennoa.memory import HubMemory, Memory
from blocks.systems.fennoa.prepare import preparing
from blocks.systems.fennoa.reading import ANSWERS, BooksOfTenant, reading
from blocks.systems.fennoa.settings import settings
from blocks.systems.fennoa.steps import Limits
from blocks.systems.fennoa.system import FENNOA
from blocks.systems.fennoa.target import RULES, FennoaTarget
from blocks.systems.noting import noting_state, noting_trouble
from blocks.systems.pace import shared_pace
from ledger.invoice.mappings.fennoa.terms import Terms


def pace(hub: Hub, user: str) -> AbstractAsyncContextManager[SlidingWindow]:
    """Return the pace, which all processes that may call as often together keep to."""
    chosen = settings()
    scope = FENNOA if chosen.rate_scope == "everybody" else f"{FENNOA}/{user}"
    return shared_pace(hub, scope, chosen.rate)


class FennoaSession:
    """One company; `target` pushes into it, `books` reads them."""

    def __init__(
        self, target: FennoaTarget, terms: Terms, *, books: BooksOfTenant | None = None
    ) -> None:
        self.target, self.terms, self.books = target, terms, books

    @property
    def calls(self) -> int:
        """Calls made so far."""
        return self.target.calls + (self.books.reading.calls if self.books else 0)

    async def price_list_of(self, number: str) -> str | None:
        """Return the id of a customer's price list, empty where it has none; None if unread."""
        return await price_list_of(self.target.calls_of, number)

    @property
    def _place(self) -> str:
        return place_of(httpx.URL(self.target.calls_of.url))

    async def read(self, path: str) -> Any:
        """Return what a path has.

        Raises:
            CallRefused: Somebody has to act; the message says who.
            CallFailed: Try again later.
        """
        once = await self.target.get_once(path)
        if once.response is None:
            raise CallFailed(
                f"Fennoa did not answer GET {path} at {self._place} ({once.problem}). Try again "
                "later.",
                code="no_answer",
            )
        answer = read_answer(once, 0)
        if isinstance(answer, Good):
            return answer.body.get("data")
        if once.response.status_code == HTTPStatus.OK:
            raise CallFailed(f"Fennoa's answer to GET {path} is none of its own.", code="no_answer")
        raise ANSWERS.explain(once.response, "", detail=_detail(once.response))


@asynccontextmanager
async def fennoa_session(hub: Hub, tenant: str) -> AsyncIterator[FennoaSession]:
    """Open a session with the tenant's company; what it is refused becomes its status.

    Raises:
        NotConnected: The tenant has no connection to Fennoa.
        NoApiUser, WrongTerms: Its Prefect block is not there, or not filled in.
    """
    connection = hub.connections.get(tenant, FENNOA)
    begun: list[BooksOfTenant] = []
    async with (
        noting_trouble(hub, tenant, FENNOA, knows_years=lambda: any(b.knows_years for b in begun)),
        noting_state(hub, connection, ANSWERS.state_after),
    ):
        memory = HubMemory(hub, tenant, FENNOA)
        async with opened(hub, connection, memory) as session:
            there = session.target.calls_of
            async with reading(there.url, there.user, there.key, there.window) as reader:
                session.books = BooksOfTenant(hub, connection, there.user, reader)
                begun.append(session.books)
                yield session


@asynccontextmanager
async def opened(
    hub: Hub, connection: Connection, memory: Memory, *, user: FennoaApiUser | None = None
) -> AsyncIterator[FennoaSession]:
    """Open a session by a connection, and a `user`, that need not be stored yet."""
    user = user or await api_user(connection.tenant, connection.credential_block)
    terms = terms_of(user, connection.credential_block)
    chosen = settings()
    waits = chosen.model_dump(include={one.name for one in fields(Limits)})
    async with pace(hub, user.user) as window:
        target = FennoaTarget(
            chosen.url,
            user.user,
            user.key,
            preparing(terms),
            window,
            terms=terms,
            rules=replace(RULES, commit_lag_s=chosen.commit_lag_s),
            memory=memory,
            limits=Limits(**waits),
        )
        yield FennoaSession(target, terms)


def _detail(response: Any) -> str:
    words = first_error(own_json(response) or {})
    return f" (“{words}”)" if words else ""
