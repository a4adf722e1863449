"""Tests reach nothing beyond the machine they run on: what tries has no network.

Connections to the loopback and over Unix sockets work; any other is refused before it leaves, so a
test that needs a network fails wherever it runs. Whatever runs in the test's own process is held.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import Any, Final

OPEN: Final = {"connect": socket.socket.connect, "connect_ex": socket.socket.connect_ex}
HOSTS: Final = frozenset({"localhost", ""})


class BeyondThisMachine(OSError):
    """A test tried to reach another machine."""

    def __init__(self, address: object) -> None:
        super().__init__(errno.ENETUNREACH, f"tests have no network, and {address!r} is beyond it")


def pytest_configure() -> None:
    """Let no socket of this process connect to another machine."""
    for name, real in OPEN.items():
        setattr(socket.socket, name, _held(real))


def pytest_unconfigure() -> None:
    """Let sockets connect as before."""
    for name, real in OPEN.items():
        setattr(socket.socket, name, real)


def _held(real: Any) -> Any:
    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_here(address[0]):
            raise BeyondThisMachine(address)
        return real(self, address)

    return connect


def _is_here(host: Any) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        found = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name in HOSTS
    return found.is_loopback or found.is_unspecified
