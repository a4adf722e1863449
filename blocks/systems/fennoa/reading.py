"""Reading a company's books: each call is repeated until it is answered, at the pace of all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx
from pydantic import SecretStr

from blocks.http import PATIENT, CallFailed, CallProblem, SlidingWindow, Tally, http_client
from blocks.hub import Connection, Hub
from blocks.systems.answers import AnswerCatalogue
from blocks.systems.fennoa.answers import first_error, own_json
from blocks.systems.fennoa.system import FENNOA, SYSTEM

ANSWERS: Final = AnswerCatalogue(SYSTEM.title, SYSTEM.answers)

SAYS_ERROR: Final = "status_error"
"""Our code for an answer of 200 whose status is an error."""


class Reading:
    """Asks below ``accounting_api/get/``; several calls at once are fine."""

    def __init__(self, client: httpx.AsyncClient, tally: Tally) -> None:
        self._client, self._tally = client, tally

    @property
    def calls(self) -> int:
        """Calls put on the wire, repetitions included."""
        return self._tally.calls

    async def get(self, path: str, **query: int) -> bytes:
        """Return a good answer as it was received.

        Raises:
            CallRefused: Somebody has to act; the message says who.
            CallFailed: Try again later.
        """
        response = await self._client.get(f"accounting_api/get/{path}", params=query or None)
        body = own_json(response)
        if body is None:
            raise CallFailed(
                f"Fennoa's answer to GET {response.request.url.path} is none of its own: expected "
                "JSON with a status. Try again later.",
                code="no_answer",
            )
        if str(body["status"]).lower() != "ok":
            raise ANSWERS.explain(response, SAYS_ERROR, detail=in_words(body))
        return response.content


@dataclass
class BooksOfTenant:
    """The books of a session's company. `user`: of the block; `knows_years`: whether years came."""

    hub: Hub
    connection: Connection
    user: str
    reading: Reading
    knows_years: bool = False

    def require_own_user(self) -> None:
        """Make sure that the block holds the API user by which the tenant was connected.

        Raises:
            CallRefused: It is another one (code ``wrong_company``).
        """
        if self.connection.source_tenant_id not in {"", self.user}:
            raise ANSWERS.refusal("wrong_company")

    async def proved(self) -> None:
        """Note that the years came."""
        self.knows_years = True
        await asyncio.to_thread(self.hub.connections.proved, self.connection.tenant, FENNOA)


@asynccontextmanager
async def reading(
    url: str, user: str, key: SecretStr, window: SlidingWindow
) -> AsyncIterator[Reading]:
    """Open a client of one company's books."""
    tally = Tally()
    async with http_client(url, explain, window=window, tally=tally, retry=PATIENT) as client:
        client.auth = httpx.BasicAuth(user, key.get_secret_value())
        yield Reading(client, tally)


def explain(response: httpx.Response) -> CallProblem:
    """Say what an answer means that is not a good one."""
    body: dict[str, Any] = own_json(response) or {}
    code = SAYS_ERROR if response.status_code == HTTPStatus.BAD_REQUEST else ""
    return ANSWERS.explain(response, code, detail=in_words(body))


def in_words(body: dict[str, Any]) -> str:
    """Return what ``errors`` says first, to stand behind the meaning; empty for nothing."""
    words = first_error(body)
    return f" (“{words}”)" if words else ""
