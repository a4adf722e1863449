"""Sweeps over OpenSSH's own server and rclone's: what takes longer than one call."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager

import pytest

from blocks.hub.pickups import Pickup
from blocks.pickup.connection import HostKeyChanged, ServerAway, connected, shown_key
from tasks.pickup.polled import End
from tests.plugins.absent_parts import ABSENT
from tests.real_sftp import PARTS, RealServer
from tests.sftp_place import SHORT, on_real_servers, place
from tests.sftp_runs import ACME, balances, below

CHANGE_LIMIT_S = 20


@contextmanager
def uploading(server, path, content):
    """Send a file as a customer's program does, and end it with the context."""
    with (
        connected(server.account(), limits=SHORT) as connection,
        connection.sftp.open(path, "wb") as out,
    ):
        out.write(content)
        out.flush()
        yield out


@pytest.mark.share(2)
@on_real_servers
@pytest.mark.requirement("R-FIN-22d")
@pytest.mark.parametrize("share", [0.0, 0.6])
def test_an_upload_that_stalls_longer_than_the_interval_is_taken_whole(  # noqa: PLR0917 - fixtures
    polled, stores, runs, real, where, share
):
    """Whatever a server shows of a file that is being sent: nothing, a part, or no bytes yet."""
    content = ACME.sie()
    cut = int(len(content) * share)
    with uploading(real, f"{where.rstrip('/')}/books.se", content[:cut]) as out:
        for _ in range(2):
            found = polled(minutes=6)["acme"]
            assert "" == found.problem
            assert 0 == found.taken
        assert {} == runs.by_key
        out.write(content[cut:])

    assert {End.FILED: 1} == polled(minutes=6)["acme"].ends
    assert ACME.trial_balance() == balances(stores)
    assert ["processed/books.se"] == below(real.served)


def show_other_keys(server):
    """Give a server other host keys while it has a connection, in the way that it offers."""
    server.make_host_keys()
    if server.kind == "sshd":  # it starts anew in place, and lets its connections be
        server.process.send_signal(signal.SIGHUP)
    else:
        server.stop()
        server.start()


def wait_until_shown(server, pinned):
    """Wait until whoever connects sees the new keys; sshd takes a moment."""
    deadline = time.monotonic() + CHANGE_LIMIT_S
    while True:
        try:
            if str(shown_key(pinned, limits=SHORT)) == server.host_keys[0]:
                return
        except ServerAway:  # between two starts
            pass
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def own_server(kind, tmp_path_factory):
    """A server that a test may stop; which may only be read where a test says so."""
    if PARTS[kind] is None:
        pytest.skip(f"{ABSENT}{kind}")
    home = tmp_path_factory.mktemp(kind)
    with RealServer(kind, home, home / "served") as server:
        yield server


@on_real_servers
def test_a_move_that_fails_after_the_commit_is_tried_again_and_doubles_nothing(
    polled, stores, runs, own_server
):
    (own_server.served / "books.se").write_bytes(ACME.sie())
    own_server.stop()
    own_server.is_read_only = True
    own_server.start()
    agreed = Pickup("acme", "sftp-account/acme", own_server.path_of(own_server.served))
    stores.hub.pickups.agree(agreed, who="me")
    polled.accounts["sftp-account/acme"] = own_server.account()
    assert {End.STAYS: 1} == polled()["acme"].ends
    assert ACME.trial_balance() == balances(stores)
    own_server.stop()
    own_server.is_read_only = False
    own_server.start()

    assert {End.FILED: 1} == polled()["acme"].ends
    assert 1 == len(runs.by_key)
    assert ["processed/books.se"] == below(own_server.served)


@on_real_servers
def test_a_host_key_that_changes_while_connected_stops_at_the_next_connection(own_server, tmp_path):
    """Both servers read their keys once for each connection, so another cannot come within one.

    A server that does show another within one, as somebody in between would, is simulated
    (`test_place`).
    """
    real = own_server
    (real.served / "books.se").write_bytes(ACME.sie())
    pinned = real.account()
    with place(real, tmp_path, login=pinned, folder=real.path_of(real.served)) as where:
        (file,) = where.look().files
        where.connection.transport.renegotiate_keys()
        show_other_keys(real)
        wait_until_shown(real, pinned)
        if real.kind == "sshd":
            where.connection.transport.renegotiate_keys()
            with where.take(file) as path:
                assert ACME.sie() == path.read_bytes(), "the line is still that of the pinned key"
        else:
            with pytest.raises(ServerAway), where.take(file):
                pass

    with pytest.raises(HostKeyChanged), connected(pinned, limits=SHORT):
        pass
    assert ["books.se"] == below(real.served), "nothing was moved"
