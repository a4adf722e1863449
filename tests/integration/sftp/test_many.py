"""Many tenants in one sweep: room for each, whatever their servers do."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from blocks.hub import Tenant
from blocks.hub.pickups import Pickup
from blocks.pickup.connection import Limits
from tasks.pickup import sweep
from tasks.pickup.sweep import MISSED, PER_SERVER
from tests.sftp_place import account


@dataclass
class Silent:
    """A port at which somebody takes connections and never answers."""

    listener: socket.socket
    taken: list = field(default_factory=list)

    def take(self):
        with suppress(OSError):  # the test is over
            while True:
                self.taken.append(self.listener.accept()[0])


@pytest.fixture
def silent():
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        found = Silent(listener)
        threading.Thread(target=found.take, daemon=True).start()
        yield found
        listener.shutdown(socket.SHUT_RDWR)
    for link in found.taken:
        link.close()


def agree(stores, polled, number, login, *, prefix="t"):
    for each in range(number):
        tenant = f"{prefix}{each}"
        stores.hub.tenants.add(Tenant(tenant, "Test AB"))
        stores.hub.pickups.agree(Pickup(tenant, f"sftp-account/{tenant}", "/"), who="me")
        polled.accounts[f"sftp-account/{tenant}"] = login


def test_tenants_of_a_server_that_is_away_keep_nobody_else_waiting(polled, stores, server, silent):
    """Each is told, though only some of them have waited for an answer."""
    login = account(server, port=silent.listener.getsockname()[1])
    agree(stores, polled, 30, login, prefix="away")
    found = polled(limits=Limits(connect_s=2))

    assert "" == found["acme"].problem
    told = ["connecting for others" in found[f"away{number}"].problem for number in range(30)]
    waited = told.count(False)
    assert MISSED <= waited <= MISSED + PER_SERVER
    assert waited == len(silent.taken)


@dataclass
class Counted:
    """How many connections are open at once, counted where they are opened and closed."""

    now: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def connected(self, *given, **named):
        """Connect, and count."""
        with CONNECTED(*given, **named) as connection:
            with self.lock:
                self.now += 1
                self.most = max(self.most, self.now)
            try:
                yield connection
            finally:
                with self.lock:
                    self.now -= 1


CONNECTED = sweep.connected


def test_one_server_sees_no_more_connections_at_once_than_are_allowed(
    polled, stores, server, monkeypatch
):
    agree(stores, polled, 12, account(server))
    counted, before = Counted(), server.connections
    monkeypatch.setattr(sweep, "connected", counted.connected)

    assert {""} == {found.problem for found in polled().values()}

    assert before + 13 == server.connections
    assert 0 == counted.now
    assert counted.most in range(1, PER_SERVER + 1)
