"""One GET with a token that works; a refused token is replaced once, then the refusal is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx

from blocks.http import ONCE, PATIENT, CallProblem, SlidingWindow, Tally, timeout, with_message
from blocks.http.bodies import MAX_JSON_BYTES
from blocks.http.client import READ_LIMIT_S
from blocks.systems.fortnox.tokens import Token, Tokens

BARE_500: Final = "http_500"
"""A 500 that gives no reason, which is how Fortnox answers some tokens that it does not accept."""

JSON: Final = "application/json"


@dataclass(frozen=True)
class Ask:
    """A GET: path, parameters, and what it may cost."""

    path: str
    params: Mapping[str, str | int]
    accept: str = JSON
    silence_s: float = READ_LIMIT_S
    max_body_bytes: int = MAX_JSON_BYTES


class Calls:
    """Makes calls for one company; several at once share the token."""

    def __init__(
        self, client: httpx.AsyncClient, tokens: Tokens, *, window: SlidingWindow, tally: Tally
    ) -> None:
        self._client, self._tokens = client, tokens
        self._window, self._tally = window, tally
        self._accepted: Token | None = None

    @property
    def made(self) -> int:
        """Calls put on the wire, repetitions included."""
        return self._tally.calls

    def recent(self, now: dt.datetime) -> tuple[dt.datetime, ...]:
        """Say when the calls were made that still count for the pace, oldest first."""
        ages = sorted(self._window.ages(), reverse=True)
        return tuple(now - dt.timedelta(seconds=age) for age in ages)

    async def get(self, ask: Ask) -> bytes:
        """Return the body of a good answer.

        Raises:
            CallRefused: Somebody has to act; with a token problem, another token did not help.
            CallFailed: Try again later.
        """
        token = await self._tokens.current()
        is_new = token is not self._accepted
        try:
            # A new token's 500 is looked at before it is repeated: see `BARE_500`.
            return await self._attempt(ask, token, is_patient=not is_new)
        except CallProblem as problem:
            blames_token = problem.is_about_token or (is_new and problem.code == BARE_500)
            is_first_500 = is_new and problem.status == HTTPStatus.INTERNAL_SERVER_ERROR
            if not blames_token and not is_first_500:
                raise
        if blames_token:
            token = await self._tokens.instead_of(token)
        try:
            return await self._attempt(ask, token, is_patient=True)
        except CallProblem as problem:
            raise _of_second_refusal(problem) if blames_token else problem from None

    async def _attempt(self, ask: Ask, token: Token, *, is_patient: bool) -> bytes:
        response = await self._client.get(
            ask.path,
            params=dict(ask.params),
            headers={
                "Accept": ask.accept,
                "Authorization": f"Bearer {token.value.get_secret_value()}",
            },
            timeout=timeout(ask.silence_s),
            extensions={
                "max_body_bytes": ask.max_body_bytes,
                "retry": PATIENT if is_patient else ONCE,
            },
        )
        self._accepted = token
        return response.content


def _of_second_refusal(problem: CallProblem) -> CallProblem:
    """Say of a second refusal in a row that a new token did not help."""
    if problem.is_about_token:
        return with_message(problem, f"A new access token was refused as well. {problem}")
    if problem.code == BARE_500:
        return with_message(
            problem,
            "Fortnox answered 500 without a reason to the first calls with two new access tokens. "
            "That is how it refuses a token that belongs to no company: check the connection's "
            "TenantId and that the consent was given as a service account. If others fail too, "
            "Fortnox is down: try again later.",
        )
    return problem
