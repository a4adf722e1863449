"""Access tokens of one API key: an hour long, asked for anew when they end or are refused."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import httpx
from pydantic import SecretStr

from blocks.http import CallFailed, CallRefused, read_json

TOKEN_LIFE_S: Final = 3_600.0
"""How long a token lasts where the answer does not say; seconds."""
SPARE_S: Final = 60.0
"""A token is given up this long before its end, so that no call starts with one about to end."""


@dataclass(frozen=True)
class Token:
    """An access token, and until when it is used on the monotonic clock; seconds.

    `owner`: whose it is, by names of the API, once that was asked; it stays so while it lasts.
    """

    value: SecretStr
    good_until_s: float
    owner: dict[str, int] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Grant:
    """What a token is asked for with. `redirect_uri`: empty where it is not asked for."""

    client_id: str
    client_secret: SecretStr
    api_key: SecretStr
    redirect_uri: str = ""

    @property
    def form(self) -> dict[str, str]:
        """Return the form of the request; parameters go into the body, never into the address."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret.get_secret_value(),
            "api_key": self.api_key.get_secret_value(),
        }
        return form | ({"redirect_uri": self.redirect_uri} if self.redirect_uri else {})

    @property
    def name(self) -> str:
        """Return what two sessions with one key have in common, in which no secret can be read."""
        secret = f"{self.client_id}\0{self.api_key.get_secret_value()}"
        return hashlib.sha256(secret.encode()).hexdigest()


_HELD: dict[str, Token] = {}
"""Tokens of this process by address and grant, so that a sweep asks for one an hour."""


@dataclass
class Tokens:
    """Gives the token for the next call; callers at once share one renewal."""

    grant: Grant
    client: httpx.AsyncClient
    clock: Callable[[], float] = time.monotonic
    refusal: CallRefused | None = None
    """Why the key opens nothing any more; None while it does."""
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def current(self) -> Token:
        """Return the token held, or ask for one.

        Raises:
            CallRefused: The key or the client is not accepted; the message names the causes.
            CallFailed: Try again later.
        """
        async with self._one_at_a_time:
            held = _HELD.get(self._place)
            return held if held and held.good_until_s > self.clock() else await self._ask()

    async def instead_of(self, refused: Token) -> Token:
        """Return another token than the one refused; a renewal by another caller counts."""
        async with self._one_at_a_time:
            held = _HELD.get(self._place)
            is_other = held is not None and held.value != refused.value
            return held if held and is_other else await self._ask()

    @property
    def _place(self) -> str:
        return f"{self.client.base_url}|{self.grant.name}"

    async def _ask(self) -> Token:
        _HELD.pop(self._place, None)
        try:
            response = await self.client.post("oauth/token", data=self.grant.form)
        except CallRefused as problem:
            self.refusal = problem
            raise
        body = read_json(response.content)
        value = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(value, str) or not value:
            raise CallFailed(
                "Procountor's token endpoint answered without a token. Try again later.",
                code="no_token",
            )
        life_s = body.get("expires_in")
        life_s = float(life_s) if isinstance(life_s, int) else TOKEN_LIFE_S
        until_s = self.clock() + max(life_s - SPARE_S, 0.0)
        token = Token(SecretStr(value), until_s)
        _HELD[self._place] = token
        return token
