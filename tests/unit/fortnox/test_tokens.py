from __future__ import annotations

import asyncio
import datetime as dt
import time

import pytest
from pydantic import SecretStr

from blocks.systems.fortnox.tokens import Token, Tokens

HOUR = dt.timedelta(hours=1)


class Counting(Tokens):
    """Gives a new token each time, and takes a moment to do so."""

    def __init__(self):
        self.now = 0.0
        self.given = 0
        super().__init__(clock=lambda: self.now)

    async def obtain(self, _refused=None, /):
        await asyncio.sleep(0)
        self.given += 1
        return Token(SecretStr(f"token {self.given}"), good_until_s=self.now + 3_540)


def test_token_is_given_up_a_minute_before_its_end():
    before = time.monotonic()
    token = Token.lasting(SecretStr("x"), HOUR)

    assert 3_540 <= token.good_until_s - before <= 3_541


@pytest.mark.parametrize(("at_s", "given"), [(0, 1), (3_539.9, 1), (3_540, 2)])
def test_token_is_held_until_then(at_s, given):
    async def work():
        tokens = Counting()
        await tokens.current()
        tokens.now = at_s
        await tokens.current()
        return tokens.given

    assert given == asyncio.run(work())


def test_callers_at_once_share_one_token_and_one_renewal():
    async def work():
        tokens = Counting()
        first = await asyncio.gather(*(tokens.current() for _ in range(10)))
        after = await asyncio.gather(*(tokens.instead_of(first[0]) for _ in range(10)))
        return tokens.given, len({id(token) for token in [*first, *after]})

    assert asyncio.run(work()) == (2, 2)


def test_token_shows_no_secret():
    assert "planted" not in repr(Token.lasting(SecretStr("planted"), HOUR))
