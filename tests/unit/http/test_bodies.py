from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from blocks.http import CallFailed, read_json


@pytest.mark.parametrize("text", ["0.1", "195687.27", "1e-7", "123456789012345678.91"])
def test_decimals_of_json_are_exact(text):
    assert Decimal(text) == read_json(text.encode())
    assert isinstance(read_json(text.encode()), Decimal)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"a": 1', b"NaN", b"Infinity", b"\xff\xfe", b"[" * 100_000]
)
def test_what_is_no_json_may_be_asked_for_again(body):
    with pytest.raises(CallFailed, match="not JSON") as raised:
        read_json(body)

    assert raised.value.__cause__ is None


def test_json_that_comes_in_pieces_is_read_whole(serving):
    async def work():
        chunks = (
            b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[0.\r\n2\r\n1]\r\n0\r\n\r\n"
        )
        async with serving(chunks) as (client, *_rest):
            return read_json((await client.get("/x")).content)

    assert [Decimal("0.1")] == asyncio.run(work())
