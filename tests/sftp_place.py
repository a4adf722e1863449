"""An SFTP place for tests: the simulated server, a login, and limits short enough to be reached."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from blocks.pickup.account import SftpAccount
from blocks.pickup.agreed import Agreed
from blocks.pickup.connection import Limits, connected
from blocks.pickup.sftp import RemoteFolder

LOGIN, PASSWORD = "acme", "not-a-secret"
SIMULATED = "simulated"
BOTH = ("sshd", "rclone")
"""Real servers, of two families."""

on_each_server = pytest.mark.parametrize("kind", [SIMULATED, *BOTH])
on_real_servers = pytest.mark.parametrize("kind", BOTH)
SHORT = Limits(connect_s=30.0, answer_s=30.0, listing_s=60.0, file_s=60.0)
"""Enough for a busy machine; tests of a limit give one of their own."""


def account(server, **changed):
    """Return the login at a simulated server, its present key pinned."""
    values = {
        "host": "127.0.0.1",
        "port": server.port,
        "user": LOGIN,
        "password": PASSWORD,
        "host_keys": server.host_key,
    }
    return SftpAccount(**(values | changed))


@contextmanager
def place(server, temporary, *, limits=SHORT, login=None, **agreed):
    """Open the place of tenant acme, the login's own folder unless `agreed` says another."""
    values = {"tenant": "acme", "folder": "/"} | agreed
    with connected(login or account(server), limits=limits) as connection:
        yield RemoteFolder(connection, Agreed(**values), temporary)
