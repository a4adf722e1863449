"""Sweeps over an SFTP server, with the pipeline of the runs in this very process.

The server is the simulated one unless a test asks for each of the three: `on_each_server`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from contextlib import ExitStack

import pytest

from blocks.hub import Tenant
from blocks.hub.pickups import Pickup
from flows.runs import file_runs
from flows.sftp_sweep import chosen
from simulators.sftp import Faults, SftpSimulator
from tasks.pickup import sweep
from tasks.pickup.sweep import Sweep
from tasks.pickup.threads import Threads
from tests.homes import opened_new
from tests.plugins.absent_parts import ABSENT
from tests.real_sftp import PARTS, RealServer
from tests.sftp_place import LOGIN, PASSWORD, SHORT, SIMULATED, account
from tests.sftp_runs import ACME, OTHER, Runs


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with SftpSimulator(tmp_path_factory.mktemp("sftp"), {LOGIN: PASSWORD}) as server:
        yield server


@pytest.fixture
def server(running):
    shutil.rmtree(running.folder(LOGIN))
    running.folder(LOGIN).mkdir()
    vars(running.faults).update(vars(Faults()))
    return running


@pytest.fixture
def kind():
    """The kind of the customer's server; tests that are `on_each_server` say another."""
    return SIMULATED


@pytest.fixture(scope="module")
def real_server(tmp_path_factory):
    """Start OpenSSH's or rclone's server when it is first asked for; it ends with the module."""
    started = {}

    def of_kind(kind):
        if PARTS[kind] is None:
            pytest.skip(f"{ABSENT}{kind}")
        if kind not in started:
            home = tmp_path_factory.mktemp(kind)
            started[kind] = stack.enter_context(RealServer(kind, home, home / "served"))
        return started[kind]

    with ExitStack() as stack:
        yield of_kind


@pytest.fixture
def real(kind, real_server):
    """The customer's server where it is a real one, its folder empty; else None."""
    if kind == SIMULATED:
        return None
    server = real_server(kind)
    for path in server.served.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return server


@pytest.fixture
def folder(server, real):
    """The agreed folder, as this machine sees it."""
    return real.served if real else server.folder(LOGIN)


@pytest.fixture
def where(real):
    """The agreed folder, as the login sees it."""
    return real.path_of(real.served) if real else "/"


class Clock:
    def __init__(self):
        self.now = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def stores(tmp_path, empty_hub, monkeypatch, clock, where):
    monkeypatch.setenv("TASMA_INBOX", str(tmp_path / "inbox"))
    with opened_new(tmp_path, empty_hub, clock=clock) as stores:
        for tenant, company in (("acme", ACME), ("beta", OTHER)):
            stores.hub.tenants.add(
                Tenant(tenant, company.name, organisation_number=company.organisation_number)
            )
        stores.hub.pickups.agree(Pickup("acme", "sftp-account/acme", where), who="me")
        yield stores


@pytest.fixture
def runs(stores, monkeypatch):
    made = Runs(stores)
    monkeypatch.setattr(file_runs, "start_run", made)
    return made


@pytest.fixture
def polled(stores, server, real, runs, clock, monkeypatch):  # noqa: PLR0917 - fixtures
    """Make a sweep of all that is due after some minutes; return what it found, by tenant."""
    accounts = {"sftp-account/acme": real.account() if real else account(server)}

    async def of_block(name):
        return accounts[name]

    async def of_all():
        return dict(accounts)

    monkeypatch.setattr(sweep, "sftp_account", of_block)
    monkeypatch.setattr(sweep, "sftp_accounts", of_all)

    async def once(settle_s, limits):
        with Threads() as threads:
            every = stores.hub.pickups.every()
            due = chosen(every, clock.now, shard=0, shards=1, tenant="")
            made = Sweep(stores, every, threads, file_runs.end_of, settle_s=settle_s, limits=limits)
            return {found.tenant: found for found in await made.poll(due)}

    def polled(minutes=5, settle_s=0.02, limits=SHORT):
        clock.now += dt.timedelta(minutes=minutes)
        return asyncio.run(once(settle_s, limits))

    polled.accounts = accounts
    return polled
