"""Access tokens: held in memory, renewed when they end or are refused, by either method."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pydantic import SecretStr

from blocks.hub import Connection
from blocks.systems.fortnox.oauth import OAuth

SPARE: Final = dt.timedelta(minutes=1)
"""A token is given up this long before its end, so that no call starts with one about to end."""


@dataclass(frozen=True)
class Token:
    """An access token. `is_fresh`: no answer has shown yet that it is accepted."""

    value: SecretStr
    good_until_s: float

    @classmethod
    def lasting(cls, value: SecretStr, life: dt.timedelta) -> Token:
        """Make one that lasts that long from now, less a minute."""
        return cls(value, time.monotonic() + (life - SPARE).total_seconds())


class Tokens(ABC):
    """Gives the token for the next call; callers at once share one renewal."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: Token | None = None
        self._one_at_a_time = asyncio.Lock()

    async def current(self) -> Token:
        """Return the token held, or get one."""
        async with self._one_at_a_time:
            if self._held is None or self._held.good_until_s <= self._clock():
                self._held = await self.obtain()
            return self._held

    async def instead_of(self, refused: Token) -> Token:
        """Return another token than the one refused; a renewal by another caller counts."""
        async with self._one_at_a_time:
            if self._held is None or self._held is refused:
                self._held = None
                self._held = await self.obtain(refused)
            return self._held

    @abstractmethod
    async def obtain(self, refused: Token | None = None, /) -> Token:
        """Get a token that is not ``refused``."""


class ClientCredentialTokens(Tokens):
    """By client credentials and the company's id: nothing is stored anywhere."""

    def __init__(self, oauth: OAuth, connection: Connection) -> None:
        super().__init__()
        self._oauth, self._connection = oauth, connection

    async def obtain(self, _refused: Token | None = None, /) -> Token:
        """Ask for one; the endpoint gives as many as are wanted."""
        grant = await self._oauth.by_client_credentials(self._connection.source_tenant_id)
        return Token.lasting(grant.access_token, grant.known_life)
