"""Calls of one company's Spotilla: a log-in, three headers, pages, and one log-in more on a 401.

Source:
    Spotilla API v3 (Postman): login gives a token; X-User-Token, X-User-Id, X-User-Subdomain.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from pydantic import SecretStr

from blocks.http import (
    CallFailed,
    CallProblem,
    CallRefused,
    SlidingWindow,
    Tally,
    http_client,
    read_json,
)
from blocks.systems.answers import AnswerCatalogue
from blocks.systems.spotilla.settings import SpotillaSettings
from blocks.systems.spotilla.system import SYSTEM
from ledger.spotilla.names import Names

ANSWERS: Final = AnswerCatalogue(SYSTEM.title, SYSTEM.answers)
CHANGES: Final = frozenset({"POST", "PUT"})
READS: Final = frozenset({"GET"})
WRONG_LOGIN: Final = "wrong_login"


@dataclass(frozen=True)
class Login:
    """Who logs in, and where."""

    subdomain: str
    email: str
    password: SecretStr


@dataclass(frozen=True)
class LoggedIn:
    """What a log-in gave. `role`: as Spotilla spells it; nobody else says it."""

    token: SecretStr
    user_id: str
    role: str

    def headers(self, subdomain: str) -> dict[str, str]:
        """Return what every call carries."""
        return {
            "X-User-Token": self.token.get_secret_value(),
            "X-User-Id": self.user_id,
            "X-User-Subdomain": subdomain,
        }


@dataclass
class Api:
    """One company, open to calls."""

    login: Login
    names: Names
    chosen: SpotillaSettings
    reader: httpx.AsyncClient
    writer: httpx.AsyncClient
    tally: Tally
    held: LoggedIn | None = field(default=None, repr=False)

    async def logged_in(self) -> LoggedIn:
        """Return the log-in, made when it is first needed."""
        if self.held is None:
            self.held = await log_in(self.writer, self.login, self.names)
        return self.held

    async def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Any:
        """Return what a path has, with decimals exact.

        Raises:
            CallRefused: Somebody has to act; the message says who.
            CallFailed: Try again later.
        """
        answer = await self._held(self.reader, "GET", path, params=params)
        return read_json(answer.content)

    async def change(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """Make a call that changes something, once, and return its answer.

        Raises:
            CallRefused: Spotilla refused it, and nothing was done.
            CallFailed: Nobody knows what became of it.
        """
        content = json.dumps(dict(body), ensure_ascii=False).encode()
        kind = {"Content-Type": "application/json"}
        answer = await self._held(self.writer, method, path, content=content, headers=kind)
        return read_json(answer.content)

    async def _held(
        self, client: httpx.AsyncClient, method: str, path: str, **options: Any
    ) -> httpx.Response:
        """Call with the log-in; once more with a new one when Spotilla does not know it."""
        given = options.pop("headers", {})
        held = await self.logged_in()
        try:
            return await client.request(
                method, path, headers={**given, **held.headers(self.login.subdomain)}, **options
            )
        except CallRefused as problem:
            if not problem.is_about_token:
                raise
        self.held = None
        held = await self.logged_in()
        return await client.request(
            method, path, headers={**given, **held.headers(self.login.subdomain)}, **options
        )


async def log_in(client: httpx.AsyncClient, login: Login, names: Names) -> LoggedIn:
    """Log a user in.

    Raises:
        CallRefused: E-mail, password or subdomain is wrong.
        CallFailed: No answer, or none with a token.
    """
    body = {
        "email": login.email,
        "password": login.password.get_secret_value(),
        "subdomain": login.subdomain,
    }
    path = names.path("login")
    try:
        answer = await client.post(path, json=body)
    except CallRefused as problem:
        if problem.is_about_token:
            raise ANSWERS.refusal(WRONG_LOGIN) from None
        raise
    found = read_json(answer.content)
    if not isinstance(found, dict) or not found.get("token") or not found.get("user_id"):
        raise CallFailed("Spotilla's log-in gave no token. Try again later.", code="no_token")
    token, role = SecretStr(str(found["token"])), str(found.get("role", ""))
    return LoggedIn(token, str(found["user_id"]), role)


@asynccontextmanager
async def opened(
    login: Login, names: Names, chosen: SpotillaSettings, window: SlidingWindow
) -> AsyncIterator[Api]:
    """Open one company to calls; nothing is called yet."""
    tally = Tally()
    common: dict[str, Any] = {"window": window, "tally": tally}
    async with (
        http_client(chosen.url, explain, methods=READS, **common) as reader,
        http_client(chosen.url, explain, methods=CHANGES, **common) as writer,
    ):
        yield Api(login, names, chosen, reader, writer, tally)


def explain(response: httpx.Response) -> CallProblem:
    """Say what an answer that is not a good one means."""
    return ANSWERS.explain(response, "")
