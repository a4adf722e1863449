"""Calls of one company's Procountor: reading patiently, changing once, one renewal of the token."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx
from httpx_retries import Retry

from blocks.http import (
    PATIENT,
    CallProblem,
    CallRefused,
    SlidingWindow,
    Tally,
    http_client,
    read_json,
)
from blocks.http.once import Once, call_once
from blocks.systems.procountor.answers import (
    CATALOGUE,
    Good,
    errors_of,
    explain,
    explain_token,
    read_answer,
    retry_after,
)
from blocks.systems.procountor.tokens import Grant, Token, Tokens
from ledger.json_exact import dumps_exact
from ledger.push.events import After, Lost, NoEffect, NotSent

REQUEST_LIMIT_S: Final = 60.0
"""Longest that one call takes that changes something; seconds."""
READS: Final = frozenset({"GET"})
ASKS: Final = frozenset({"POST"})
TOO_MANY: Final = HTTPStatus.TOO_MANY_REQUESTS

Params = Mapping[str, str | int]


@dataclass
class Api:
    """One company, open to calls. `tally`: how many were made, repetitions included."""

    url: str
    reader: httpx.AsyncClient
    questions: httpx.AsyncClient
    tokens: Tokens
    window: SlidingWindow
    tally: Tally
    wire: httpx.AsyncBaseTransport | None = None
    limit_s: float = REQUEST_LIMIT_S

    async def get(
        self, path: str, params: Params | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Return what a path has, with decimals exact.

        Raises:
            CallRefused: Somebody has to act; the message says who.
            CallFailed: Try again later.
        """
        return read_json((await self._read(path, params, headers)).content)

    async def content(self, path: str, params: Params | None = None) -> bytes:
        """Return the answer of a path as it was received; raises as `get`."""
        return (await self._read(path, params, None)).content

    async def report(self, name: str, body: Any) -> bytes:
        """Return a report, which is asked for by POST and changes nothing.

        It is repeated as reading is; raises as `get`.
        """
        held = await self.tokens.current()
        try:
            return await self._report(name, body, held)
        except CallProblem as problem:
            if not problem.is_about_token:
                raise
        return await self._report(name, body, await self.tokens.instead_of(held))

    async def _report(self, name: str, body: Any, held: Token) -> bytes:
        headers = {
            "Authorization": f"Bearer {held.value.get_secret_value()}",
            "Content-Type": "application/json",
        }
        text = dumps_exact(body).encode()
        answer = await self.questions.post(f"reports/{name}", content=text, headers=headers)
        return answer.content

    async def file(self, path: str) -> httpx.Response:
        """Return the answer of a path that has more than JSON; raises as `get`."""
        return await self._read(path, None, None)

    async def change(
        self, method: str, path: str, *, token: int, until_s: float, body: Any = None
    ) -> Good | NoEffect | Lost | NotSent:
        """Make a call that may change something, once, and say what its answer proves.

        A token that has ended is renewed once, and the call repeated within the claim: a 401 of
        Procountor's own proves that nothing was done.

        Args:
            method: Of HTTP.
            path: Below the address.
            token: Of the claim.
            until_s: The first byte leaves before this; on ``CLOCK_BOOTTIME``, seconds.
            body: What is sent as JSON; None for nothing.
        """
        content = None if body is None else dumps_exact(body).encode()
        headers = {"Content-Type": "application/json"} if content is not None else {}
        return await self._once(
            method, path, token=token, until_s=until_s, content=content, headers=headers
        )

    async def upload(
        self, *, token: int, until_s: float, meta: Any, content: bytes
    ) -> Good | NoEffect | Lost | NotSent:
        """Send a file with its description once; as `change`.

        The description's own part is typed, and the request's type is left to whoever joins them.
        """
        parts = [
            ("meta", (None, dumps_exact(meta).encode(), "application/json")),
            ("file", (meta["name"], content, meta["mimeType"])),
        ]
        return await self._once("POST", "attachments", token=token, until_s=until_s, files=parts)

    async def _read(
        self, path: str, params: Params | None, headers: Mapping[str, str] | None
    ) -> httpx.Response:
        held = await self.tokens.current()
        try:
            return await self._attempt(path, params, headers, held)
        except CallProblem as problem:
            if not problem.is_about_token:
                raise
        try:
            return await self._attempt(path, params, headers, await self.tokens.instead_of(held))
        except CallRefused as problem:
            if problem.is_about_token:
                self.tokens.refusal = problem
            raise

    async def _attempt(
        self, path: str, params: Params | None, headers: Mapping[str, str] | None, held: Token
    ) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {held.value.get_secret_value()}"}
        return await self.reader.get(path, params=params, headers={**(headers or {}), **bearer})

    async def _once(
        self, method: str, path: str, *, token: int, until_s: float, **options: Any
    ) -> Good | NoEffect | Lost | NotSent:
        try:
            held = await self.tokens.current()
        except CallProblem as problem:
            return _without_token(problem, token)
        once = await self._paced(method, path, held, until_s=until_s, **options)
        if _is_about_token(once):
            try:
                held = await self.tokens.instead_of(held)
            except CallProblem as problem:
                return _without_token(problem, token)
            once = await self._paced(method, path, held, until_s=until_s, **options)
            if _is_about_token(once):
                self.tokens.refusal = CATALOGUE.refusal("http_401")
        return read_answer(once, token)

    async def _paced(
        self,
        method: str,
        path: str,
        held: Token,
        *,
        until_s: float,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Once:
        """Make a call in its turn; when it was one too many, all wait."""
        self.tally.calls += 1
        bearer = {"Authorization": f"Bearer {held.value.get_secret_value()}"}
        async with self.window.turn() as answered:
            once = await call_once(
                method,
                f"{self.url}/{path}",
                until_s=until_s,
                limit_s=self.limit_s,
                headers={**(headers or {}), **bearer},
                transport=self.wire,
                **options,
            )
            answered()
        if once.response is not None and once.response.status_code == TOO_MANY:
            self.window.wait_out(retry_after_s=retry_after(once))
        return once


@asynccontextmanager
async def opened(
    url: str,
    grant: Grant,
    window: SlidingWindow,
    *,
    wire: httpx.AsyncBaseTransport | None = None,
    retry: Retry = PATIENT,
    limit_s: float = REQUEST_LIMIT_S,
) -> AsyncIterator[Api]:
    """Open one company to calls.

    Args:
        url: Procountor's address, a version and ``/api`` included.
        grant: What opens it.
        window: The pace, which all tenants of the client share.
        wire: Another one than the network's, for tests.
        retry: Patience of reading.
        limit_s: Longest time of one call that changes something; seconds.
    """
    tally = Tally()
    common: dict[str, Any] = {"window": window, "tally": tally, "retry": retry, "wire": wire}
    asked = common | {"retry": _of_posts(retry)}
    async with (
        http_client(url, explain, methods=READS, **common) as reader,
        http_client(url, explain, methods=ASKS, **asked) as questions,
        http_client(url, explain_token, methods=ASKS, **common) as asking,
    ):
        yield Api(url, reader, questions, Tokens(grant, asking), window, tally, wire, limit_s)


def _of_posts(retry: Retry) -> Retry:
    """Return the patience for questions that are sent by POST."""
    return retry.copy_with(allowed_methods=["POST"])


def _is_about_token(once: Once) -> bool:
    """Return whether Procountor itself says that the access token is not valid."""
    if once.response is None or once.response.status_code != HTTPStatus.UNAUTHORIZED:
        return False
    try:
        return any(errors_of(read_json(once.response.content)))
    except CallProblem:
        return False


def _without_token(problem: CallProblem, token: int) -> NoEffect | NotSent:
    """Say that no token was to be had, so that nothing was sent."""
    if isinstance(problem, CallRefused):
        return NoEffect(token, "401", After.RETRY, retry_after_s=60.0)
    return NotSent(token)
