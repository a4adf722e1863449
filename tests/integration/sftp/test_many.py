"""Many tenants in one sweep: room for each, whatever their servers do."""

from __future__ import annotations

import socket
import time

import pytest

from blocks.hub import Tenant
from blocks.hub.pickups import Pickup
from blocks.pickup.connection import Limits
from tasks.pickup.sweep import MISSED, PER_SERVER
from tests.sftp_place import account


@pytest.fixture
def silent():
    """A port at which somebody listens and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        yield listener.getsockname()[1]


def agree(stores, polled, number, login, *, prefix="t"):
    for each in range(number):
        tenant = f"{prefix}{each}"
        stores.hub.tenants.add(Tenant(tenant, "Test AB"))
        stores.hub.pickups.agree(Pickup(tenant, f"sftp-account/{tenant}", "/"), who="me")
        polled.accounts[f"sftp-account/{tenant}"] = login


def test_tenants_of_a_server_that_is_away_keep_nobody_else_waiting(polled, stores, server, silent):
    """Each is told, though only some of them have waited for an answer."""
    agree(stores, polled, 30, account(server, port=silent), prefix="away")
    began = time.monotonic()
    found = polled(limits=Limits(connect_s=0.5))

    assert "" == found["acme"].problem
    assert {False, True} == {
        "connecting for others" in found[f"away{n}"].problem for n in range(30)
    }
    waits = -(-MISSED // PER_SERVER) * 0.5
    assert time.monotonic() - began < waits + 5
    assert all(polled(limits=Limits(connect_s=0.1))[f"away{n}"].problem for n in range(30))


def test_one_server_sees_no_more_connections_at_once_than_are_allowed(polled, stores, server):
    agree(stores, polled, 12, account(server))
    server.most_at_once = 0
    before = server.connections
    assert {""} == {found.problem for found in polled().values()}

    assert before + 13 == server.connections
    assert PER_SERVER == server.most_at_once
