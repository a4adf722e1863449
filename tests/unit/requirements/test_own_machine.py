"""Tests have no network: a socket that is to reach another machine is refused at once."""

from __future__ import annotations

import asyncio
import socket

import httpx
import pytest

from tests.plugins.own_machine import BeyondThisMachine

ELSEWHERE = ["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"]
"""Addresses of nobody, kept for documentation; behind them a connection would hang."""


@pytest.mark.requirement("R-X-11a")
@pytest.mark.parametrize("host", ELSEWHERE)
def test_socket_to_another_machine_is_refused(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as reaching:
        reaching.settimeout(1)
        with pytest.raises(BeyondThisMachine):
            reaching.connect((host, 80))
        with pytest.raises(BeyondThisMachine):
            reaching.connect_ex((host, 80))


@pytest.mark.requirement("R-X-11a")
def test_http_and_asyncio_reach_no_other_machine_either():
    with pytest.raises(httpx.ConnectError, match="tests have no network"):
        httpx.get("http://192.0.2.1/", timeout=1)

    async def connect():
        await asyncio.wait_for(asyncio.open_connection("192.0.2.1", 80), 1)

    with pytest.raises(BeyondThisMachine):
        asyncio.run(connect())


def test_this_machine_is_reached():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        for host in ("127.0.0.1", "localhost"):
            with socket.create_connection((host, listening.getsockname()[1]), timeout=5):
                pass
